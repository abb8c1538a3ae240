"""All samples together: one small summary a sample, thousands of which are held at once."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ntrkoma.model.states import Verdict
from ntrkoma.results.rows import cohort_row, place_key

# Columns of the cohort table that hold numbers.
NUMBERS = frozenset(
    {"exon5", "exon3", "protein_length", "junction_reads", "spanning_fragments", "ffpm"}
)


METADATA = (
    "collected",
    "run",
    "assay",
    "umi",
    "tumour_fraction",
    "pan_trk_ihc",
    "ntrk_fish",
)


# Whom a reader looks for first.
VERDICT_ORDER = (
    Verdict.DETECTED,
    Verdict.INDETERMINATE,
    Verdict.NOT_EVALUABLE,
    Verdict.NOT_DETECTED,
)


_WORST_FIRST = ("fail", "limited", "pass")


Breakpoints = tuple[str, str]


@dataclass(frozen=True)
class Junction:
    """A junction in one sample; counts are of fragments, duplicates removed.

    ``breakpoints``: both places as in the TSV; the same junction has the same ones in every
    sample of a run of the workflow.
    """

    name: str
    vicc: str
    breakpoints: Breakpoints
    gene5: str
    gene3: str
    target_gene: str
    exon5: int | None
    exon3: int | None
    frame: str
    kinase: str
    structure_class: str
    junction_reads: int
    spanning_fragments: int
    ffpm: float | None
    known_partner: bool
    artefact_class: str | None
    status: str

    @property
    def partner(self) -> str:
        """The gene that is joined to the target gene."""
        return self.gene5 if self.gene3 == self.target_gene else self.gene3

    @property
    def fragments(self) -> int:
        """Junction reads plus spanning fragments."""
        return self.junction_reads + self.spanning_fragments

    @property
    def exons(self) -> str:
        """The joined exons, ``e8::e12``; "" where neither side has one."""
        if self.exon5 is None and self.exon3 is None:
            return ""
        return f"e{self.exon5 or '?'}::e{self.exon3 or '?'}"

    @property
    def short(self) -> str:
        """The pair with its exons: ``KHDRBS1::NTRK1 e8::e12``."""
        return f"{self.name} {self.exons}".rstrip()


@dataclass(frozen=True)
class Count:
    """Support of one junction in one sample."""

    junction_reads: int
    spanning_fragments: int
    ffpm: float | None

    @property
    def fragments(self) -> int:
        """Junction reads plus spanning fragments."""
        return self.junction_reads + self.spanning_fragments


@dataclass(frozen=True)
class Metric:
    """A figure of the gate in one sample; ``status`` is the worst of its checks."""

    value: float | None
    status: str
    thresholds: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Codon:
    """A resistance codon in one sample; ``seen``: (change, reads, share of the depth 0-1)."""

    gene: str
    codon: int
    site: str
    reference: str
    answer: str
    depth: int
    seen: tuple[tuple[str, int, float], ...]

    @property
    def name(self) -> str:
        """The codon with its gene, since other genes have the same strings: ``NTRK1 G595``."""
        return f"{self.gene} {self.reference}{self.codon}"


@dataclass(frozen=True)
class Ratio:
    """3′/5′ imbalance of a gene in one sample."""

    ratio: float | None
    z: float | None
    flag: str


@dataclass(frozen=True)
class Summary:
    """What the cohort needs to know of a sample; ``row`` is its row of the cohort table.

    ``intragenic``, ``companions_seen`` and ``hotspots_seen`` name what stands beside the verdict;
    ``discordant`` names orthogonal tests that contradict it.
    """

    row: Mapping[str, str]
    metadata: Mapping[str, str]
    fusions: tuple[Junction, ...]
    below_the_line: int
    counts: Mapping[Breakpoints, Count]
    usable_fragments: int
    limit_ffpm: float | None
    metrics: Mapping[str, Metric]
    codons: tuple[Codon, ...]
    imbalance: Mapping[str, Ratio]
    intragenic: tuple[str, ...]
    companions_seen: tuple[str, ...]
    hotspots_seen: tuple[str, ...]
    discordant: tuple[str, ...]

    @property
    def imbalance_raised(self) -> tuple[str, ...]:
        """Genes whose kinase exons stand out."""
        return tuple(gene for gene, found in self.imbalance.items() if found.flag == "raised")

    @property
    def sample(self) -> str:
        """Name of the sample."""
        return self.row["sample"]

    @property
    def patient(self) -> str:
        """Name of the patient; "" if the sheet names none."""
        return self.row["patient"]

    @property
    def verdict(self) -> str:
        """Verdict of the sample."""
        return self.row["verdict"]

    @property
    def gate(self) -> str:
        """Whether an absence may be believed: ``pass``, ``limited`` or ``fail``."""
        return self.row["evaluability"]

    @property
    def runs(self) -> tuple[str, ...]:
        """Sequencing runs of the sample's lanes; none if the sheet names none."""
        return tuple(run for run in self.metadata["run"].split(", ") if run)

    @property
    def collected(self) -> date | None:
        """The day the specimen was taken, if the sheet gives one."""
        try:
            return date.fromisoformat(self.metadata["collected"])
        except ValueError:
            return None

    @property
    def resistance_seen(self) -> tuple[str, ...]:
        """Gene and change of every resistance variant that was seen."""
        return tuple(f"{codon.gene} {change}" for codon in self.codons for change, *_ in codon.seen)


def _junction(fusion: Mapping[str, Any]) -> Junction:
    return Junction(
        name=fusion["name"],
        vicc=fusion["vicc"],
        breakpoints=_breakpoints(fusion),
        gene5=fusion["gene5"] or "?",
        gene3=fusion["gene3"] or "?",
        target_gene=fusion["target_gene"],
        exon5=fusion["exon5"],
        exon3=fusion["exon3"],
        frame=fusion["frame"],
        kinase=fusion["kinase"],
        structure_class=fusion["structure_class"],
        junction_reads=fusion["junction_reads"],
        spanning_fragments=fusion["spanning_fragments"],
        ffpm=fusion["ffpm"],
        known_partner=fusion["known_partner"],
        artefact_class=fusion["artefact_class"],
        status=fusion["status"],
    )


def _breakpoints(fusion: Mapping[str, Any]) -> Breakpoints:
    return place_key(fusion["breakpoint5"]), place_key(fusion["breakpoint3"])


def _metrics(checks: Iterable[Mapping[str, Any]]) -> dict[str, Metric]:
    """The figures of the gate; several checks may look at one."""
    by_name: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for check in checks:
        by_name[check["metric"]].append(check)
    return {
        name: Metric(
            value=found[0]["value"],
            status=min((check["status"] for check in found), key=_WORST_FIRST.index),
            thresholds=tuple(
                sorted({(check["operator"], float(check["threshold"])) for check in found})
            ),
        )
        for name, found in by_name.items()
    }


def summarise(document: Mapping[str, Any]) -> Summary:
    """The sample's summary from its JSON document."""
    found = [*document["fusions"], *document["below_the_line"], *document["shared_junctions"]]
    counts: dict[Breakpoints, Count] = {}
    for junction in found:
        # The sample's own candidate comes first and is graded; a peer's junction is the same count.
        counts.setdefault(
            _breakpoints(junction),
            Count(junction["junction_reads"], junction["spanning_fragments"], junction["ffpm"]),
        )
    return Summary(
        row=cohort_row(document),
        metadata={name: document["metadata"].get(name, "") for name in METADATA},
        fusions=tuple(_junction(fusion) for fusion in document["fusions"]),
        below_the_line=len(document["below_the_line"]),
        counts=counts,
        usable_fragments=document["library"]["fragments_unique"],
        limit_ffpm=document["evaluability"]["detection_limit"]["ffpm"],
        metrics=_metrics(document["evaluability"]["checks"]),
        codons=tuple(
            Codon(
                gene=codon["gene"],
                codon=codon["codon"],
                site=codon["site"],
                reference=codon["reference"],
                answer=codon["answer"],
                depth=codon["depth"],
                seen=tuple(
                    (variant["change"], variant["reads"], variant["fraction"])
                    for variant in codon["variants"]
                ),
            )
            for codon in document["resistance"]
        ),
        imbalance={
            gene: Ratio(found["ratio"], found["z"], found["flag"])
            for gene, found in document["imbalance"].items()
        },
        intragenic=tuple(f"{event['gene']} {event['name']}" for event in document["intragenic"]),
        companions_seen=tuple(
            fusion["name"]
            for companion in document["companions"]
            if companion["answer"] == "seen"
            for fusion in companion["fusions"]
        ),
        hotspots_seen=tuple(
            f"{hotspot['gene']} {variant['change']}"
            for hotspot in document["hotspots"]
            for variant in hotspot["variants"]
        ),
        discordant=tuple(
            result["assay"]
            for result in document["orthogonal"]
            if result["concordance"] == "discordant"
        ),
    )


def _typed(name: str, text: str) -> str | float | int | None:
    if not text:
        return None
    if name not in NUMBERS:
        return text
    number = float(text)
    return int(number) if number.is_integer() and name != "ffpm" else number


def record(summary: Summary) -> dict[str, Any]:
    """A sample in ``ntrk.json``: its row of the cohort table with real numbers, and its fusions."""
    return {
        **{name: _typed(name, text) for name, text in summary.row.items()},
        **{name: text or None for name, text in summary.metadata.items()},
        "usable_fragments": summary.usable_fragments,
        "detection_limit_ffpm": summary.limit_ffpm,
        "fusions": [
            {
                name: getattr(junction, name)
                for name in Junction.__dataclass_fields__
                if name != "breakpoints"
            }
            | {"breakpoint5": junction.breakpoints[0], "breakpoint3": junction.breakpoints[1]}
            for junction in summary.fusions
        ],
        "below_the_line": summary.below_the_line,
        "resistance_seen": list(summary.resistance_seen),
        **{
            name: list(getattr(summary, name))
            for name in (
                "imbalance_raised",
                "intragenic",
                "companions_seen",
                "hotspots_seen",
                "discordant",
            )
        },
    }


def to_json(summaries: Iterable[Summary]) -> str:
    """``ntrk.json``: an array with one object a sample, one sample a line."""
    lines = ",\n".join(json.dumps(record(one), ensure_ascii=False) for one in summaries)
    return f"[\n{lines}\n]\n"
