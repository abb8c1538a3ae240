"""Contents of STAR-Fusion's and Arriba's databases for the test reference; see databases.smk."""

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from entry import RESOURCES, Snakemake, logged
from ntrkoma.curated.knowledge import Domain, Knowledge, load
from ntrkoma.genome.gtf import read_gtf
from ntrkoma.genome.sequence import Genome, translate
from ntrkoma.genome.transcripts import Transcript

snakemake: Snakemake

Models = Mapping[str, Sequence[Transcript]]


def _placed(knowledge: Knowledge, models: Models) -> Iterator[tuple[Domain, Transcript, list[int]]]:
    """Domains on their transcripts with their genomic positions (1-based, transcription order)."""
    for domain in knowledge.domains:
        for transcript in models.get(domain.gene, ()):
            if transcript.transcript_id.split(".")[0] in domain.transcript_ids:
                yield domain, transcript, transcript.residues_to_genome(domain.first, domain.last)


def kinase_alignments(knowledge: Knowledge, models: Models, genome: Genome) -> str:
    """One single-sequence Stockholm alignment per kinase domain, for hmmbuild."""
    entries = []
    for number, (domain, transcript, positions) in enumerate(_placed(knowledge, models), 1):
        if domain.name != "kinase":
            continue
        bases = "".join(
            genome.transcribed(transcript.chrom, pos, pos, transcript.strand) for pos in positions
        )
        entries.append(
            f"# STOCKHOLM 1.0\n#=GF ID Kinase_{domain.gene}\n#=GF AC PF{number:05d}.1\n"
            f"#=GF GA 25.00 25.00;\n#=GF TC 25.00 25.00;\n#=GF NC 24.00 24.00;\n"
            f"{domain.gene} {translate(bases).rstrip('*')}\n//\n"
        )
    return "".join(entries)


def unmatched_repeat() -> str:
    """A repeat family for hmmbuild whose threshold no hit reaches: the reference has no repeats."""
    return (
        "# STOCKHOLM 1.0\n#=GF ID Test_repeat\n#=GF AC DF0000000.1\n"
        "#=GF GA 9999.00 9999.00;\n#=GF TC 9999.00 9999.00;\n#=GF NC 9999.00 9999.00;\n"
        f"repeat {'GATTACAGGCTTACGCATCGGATTCCAGTCAAGCTTGCATGCCTGCAGGTCGAC' * 2}\n//\n"
    )


def empty_blacklist() -> str:
    """Arriba insists on a blacklist; a comment is enough."""
    return "# no recurrent artefacts are known of a synthetic reference\n"


def known_fusions(knowledge: Knowledge, models: Models) -> str:
    """Arriba's known fusions: gene pairs of the reference that have been reported, with a tag."""
    return "".join(
        f"{partner.gene5}\t{partner.gene3}\tntrkoma_known\n"
        for partner in knowledge.partners.values()
        if partner.known_fusion and partner.gene5 in models and partner.gene3 in models
    )


def protein_domains(knowledge: Knowledge, models: Models) -> str:
    """Arriba's protein domains (GFF3, 1-based inclusive): one line per exon that a domain is in."""
    lines = []
    for domain, transcript, positions in _placed(knowledge, models):
        breaks = [i for i, (a, b) in enumerate(pairwise(positions), 1) if abs(a - b) != 1]
        for begin, end in pairwise([0, *breaks, len(positions)]):
            low, high = sorted((positions[begin], positions[end - 1]))
            attributes = (
                f"Name={domain.name};color=#2b6cb0;gene_id={transcript.gene_id};"
                f"gene_name={transcript.gene}"
            )
            lines.append(
                f"{transcript.chrom}\tntrkoma\tprotein_domain\t{low}\t{high}\t.\t"
                f"{transcript.strand}\t.\t{attributes}\n"
            )
    return "".join(lines)


def main() -> None:
    """Write them where the rule database_sources wants them."""
    models: dict[str, list[Transcript]] = defaultdict(list)
    for transcript in read_gtf(Path(snakemake.input.gtf)):
        models[transcript.gene].append(transcript)
    knowledge, genome = load(RESOURCES), Genome(Path(snakemake.input.fasta))
    blacklist, fusions, domains, pfam, dfam = map(Path, snakemake.output)
    blacklist.write_text(empty_blacklist(), encoding="utf-8")
    fusions.write_text(known_fusions(knowledge, models), encoding="utf-8")
    domains.write_text(protein_domains(knowledge, models), encoding="utf-8")
    pfam.write_text(kinase_alignments(knowledge, models, genome), encoding="utf-8")
    dfam.write_text(unmatched_repeat(), encoding="utf-8")


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        main()
