"""What the callers beside our own say, for the rules that need it."""

from pathlib import Path

from ntrkoma.programs import arriba, star_fusion


def read_other_calls(given, loci):
    """Candidates of the callers beside our own, those they discarded as well."""
    # Membership of Snakemake's named lists asks for values, not names.
    names = set(given.keys())
    calls = []
    if "star_fusion" in names:
        calls += star_fusion.read_calls(
            Path(given.star_fusion),
            Path(given.star_fusion_preliminary),
            loci.in_target,
            loci.strand_of,
        )
    if "arriba" in names:
        for path, discarded in ((given.arriba, False), (given.arriba_discarded, True)):
            with Path(path).open(encoding="utf-8") as table:
                calls += arriba.parse(
                    table, path, loci.in_target, discarded=discarded, genome=loci.genome
                )
    return calls
