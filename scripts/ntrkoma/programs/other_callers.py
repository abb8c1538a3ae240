"""What the callers beside our own say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ntrkoma.genome.loci import Loci
from ntrkoma.model.junction import CallerCall
from ntrkoma.programs import arriba, star_fusion


def read_calls(outputs: Mapping[str, Path], loci: Loci) -> list[CallerCall]:
    """Candidates of the callers beside our own, those they discarded as well.

    :param outputs: ``star_fusion`` and ``star_fusion_preliminary``, ``arriba`` and
        ``arriba_discarded``; those of a caller that did not run are absent, others do not matter.
    """
    calls = []
    if "star_fusion" in outputs:
        calls += star_fusion.read_calls(
            outputs["star_fusion"],
            outputs["star_fusion_preliminary"],
            loci.in_target,
            loci.strand_of,
        )
    if "arriba" in outputs:
        for name, discarded in (("arriba", False), ("arriba_discarded", True)):
            with outputs[name].open(encoding="utf-8") as table:
                calls += arriba.parse(
                    table,
                    str(outputs[name]),
                    loci.in_target,
                    discarded=discarded,
                    genome=loci.genome,
                )
    return calls
