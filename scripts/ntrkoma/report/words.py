"""The words of the sample's report: what each value is called, and the sentences of the verdict.

Wording follows what the reporting guidelines ask for and never promises a response to treatment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ntrkoma.model.states import Caller
from ntrkoma.wording import counted, figure, listed, percent


class Shown(NamedTuple):
    """A state as it is shown: never by colour alone."""

    symbol: str
    words: str


class Glance(NamedTuple):
    """One line of the overview: a question, its answer, and how much attention it needs
    (``finding``, ``caution`` or ``plain``)."""

    question: str
    answer: str
    tone: str


VERDICTS = {
    "detected": Shown("●", "fusion detected"),
    "indeterminate": Shown("◐", "Indeterminate"),
    "not_detected": Shown("○", "fusion not detected"),
    "not_evaluable": Shown("✕", "Not evaluable"),
}


STATUSES = {
    "reportable": Shown("●", "reportable"),
    "review": Shown("◐", "for review"),
    "below_the_line": Shown("○", "below the line"),
}


GATES = {
    "pass": Shown("✓", "passed"),
    "limited": Shown("△", "limited"),
    "fail": Shown("✕", "failed"),
}


ANSWERS = {
    "seen": Shown("●", "seen"),
    "not_seen": Shown("○", "not seen"),
    "not_assessable": Shown("✕", "not assessable"),
}


FLAGS = {
    "raised": Shown("◐", "raised"),
    "none": Shown("○", "not raised"),
    "not_assessable": Shown("✕", "not assessable"),
}


CONCORDANCE = {
    "concordant": Shown("=", "concordant"),
    "discordant": Shown("≠", "discordant"),
    "not_comparable": Shown("–", "not comparable"),
}


FRAMES = {
    "in_frame": "in frame",
    "out_of_frame": "out of frame",
    "utr5_start_retained": "5′ UTR join, own start codon kept",
    "no_cds": "no joint reading frame",
    "unknown": "unknown",
}


STRUCTURES = {
    "exon_junction": "exon joined to exon",
    "utr5_join": "join in a 5′ untranslated region",
    "mid_exon": "breakpoint inside an exon",
    "intronic": "breakpoint in an intron",
    "novel_exon": "breakpoint at an exon that is not annotated",
    "truncated_isoform": "join to an isoform without kinase",
    "target_5prime": "target gene is the 5′ partner",
    "reciprocal": "reciprocal product",
    "intragenic": "within one gene",
    "antisense": "antisense",
    "intergenic": "one side outside any gene",
}


ARTEFACTS = {
    "read_through": "read-through into the neighbouring gene",
    "normal_tissue": "chimera seen in normal tissue",
    "recurrent_noise": "recurrent noise of the method",
    "template_switching": "template switching of reverse transcriptase",
    "homology": "similar sequences",
    "ribosomal": "ribosomal RNA or protein gene",
    "mitochondrial": "mitochondrial gene",
    "haemoglobin": "haemoglobin gene",
    "immunoglobulin": "immunoglobulin gene",
    "index_hopping": "index hopping from another sample of the run",
}


COPIES = {
    "position": "duplicates (same ends) removed",
    "umi": "duplicates (same ends and UMI) removed",
    "unknown": "duplicates counted: amplicons share their ends and these carry no UMI",
}


CALLERS = {caller.value: caller.words for caller in Caller}


METADATA = {
    "patient": "Patient",
    "specimen": "Specimen",
    "collected": "Collected",
    "tumour_type": "Tumour type",
    "tumour_fraction": "Tumour fraction",
    "assay": "Assay",
    "umi": "UMI",
    "run": "Sequencing run",
}


# Shown whether the sample sheet fills them or not: a chart must show what was not given.
ALWAYS_SHOWN = ("patient", "specimen", "collected", "tumour_type", "assay", "run")


ORTHOGONAL = {"pan_trk_ihc": "pan-TRK immunohistochemistry", "ntrk_fish": "NTRK FISH"}


METRICS = {
    "usable_fragments": ("Uniquely mapped fragments", ""),
    "unique_share": ("Share of fragments that map uniquely", "%"),
    "too_short_share": ("Share of fragments too short to map", "%"),
    "duplication_rate": ("Duplicates", "%"),
    "insert_size": ("Insert size", "nt"),
    "three_prime_bias": ("3′ bias of the control genes", "%"),
    "control_genes_spliced": ("Control genes seen spliced", "%"),
    "control_gene_depth": ("Spliced reads per intron of the control genes", ""),
}


ASSESSMENT = {
    "structure": "Structure",
    "support": "Support",
    "artefact": "Artefact",
    "agreement": "Agreement of the callers",
}


CLINGEN = {
    "structure": "Structure",
    "cancer_association": "Cancer association",
    "clinical_validity": "Clinical validity",
    "function": "Function",
}


RELATIONS = {"patient": "same patient", "run": "same sequencing run"}


RETAINED = {
    "complete": Shown("●", "kept"),
    "partial": Shown("◐", "cut"),
    "absent": Shown("○", "lost"),
}


INTRAGENIC = {
    "exon_skipping": "exon skipping",
    "deletion": "deletion",
    "duplication": "duplication or circular RNA",
}


NEXT_STEPS = {
    "detected": "Confirm by an orthogonal or approved method before treatment selection.",
    "indeterminate": (
        "Confirm by RT-PCR with Sanger sequencing, by DNA sequencing for structural variants or by "
        "pan-TRK immunohistochemistry. Not sufficient for TRK-inhibitor selection."
    ),
    "not_detected": (
        "This does not exclude a fusion at low tumour content or low expression, or one outside "
        "the assay's design. If suspicion is high (histology, pan-TRK immunohistochemistry), test "
        "by another method."
    ),
    "not_evaluable": (
        "Absence of a call must not be read as negative. Repeat the extraction, take another "
        "block, or test by DNA, FISH or immunohistochemistry."
    ),
}


def is_share(metric: str) -> bool:
    """Whether a metric is a share (0-1), shown in per cent."""
    return METRICS.get(metric, ("", ""))[1] == "%"


def measured(metric: str, value: float | None) -> str:
    """A value of the gate with its unit."""
    if value is None:
        return "not measurable"
    if is_share(metric):
        return percent(value)
    return f"{figure(value)} {METRICS.get(metric, ('', ''))[1]}".rstrip()


def by_metric(checks: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """The gate's checks, those of one metric together, in their order."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for check in checks:
        groups.setdefault(check["metric"], []).append(check)
    return list(groups.values())


def by_gene(document: Mapping[str, Any]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Resistance codons by gene: genes of fusions, changed codons and named sites first."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for codon in document["resistance"]:
        groups.setdefault(codon["gene"], []).append(codon)
    for codons in groups.values():
        codons.sort(key=lambda codon: (codon["answer"] != "seen", codon["site"] == "other"))
    fused = [fusion["target_gene"] for fusion in document["fusions"]]
    return sorted(groups.items(), key=lambda group: group[0] not in fused)


def metric_name(metric: str) -> str:
    """What a metric is called."""
    return METRICS.get(metric, (metric.replace("_", " "), ""))[0]


def place(side: Mapping[str, Any]) -> str:
    """A breakpoint for people: ``chr1:32,039,573 (+)``."""
    return f"{side['chrom']}:{side['pos']:,} ({side['strand']})"


def pair(call: Mapping[str, Any]) -> str:
    """The pair as a caller names it; ``?`` for a side that it leaves without a gene."""
    return "::".join(
        call[side] if call[side] not in {"", "."} else "?" for side in ("gene5", "gene3")
    )


def support(fusion: Mapping[str, Any]) -> str:
    """``35 junction reads, 15 spanning fragments``."""
    return (
        f"{counted(fusion['junction_reads'], 'junction read')}, "
        f"{counted(fusion['spanning_fragments'], 'spanning fragment')}"
    )


def family(targets: Sequence[str]) -> str:
    """What the verdict is about: ``NTRK``, or the genes' names when others were chosen."""
    if targets and all(gene.startswith("NTRK") for gene in targets):
        return "NTRK"
    return listed(targets)


def callers_ran(document: Mapping[str, Any]) -> str:
    """Such as ``ntrkoma, STAR-Fusion and Arriba``."""
    return listed([CALLERS.get(name, name) for name in document["callers_run"]], "and")


def headline(document: Mapping[str, Any]) -> str:
    """The verdict in two to four words."""
    verdict = document["verdict"]
    words = VERDICTS[verdict].words
    if verdict in {"detected", "not_detected"}:
        words = f"{family(document['provenance']['parameters']['target_genes'])} {words}"
    return words


def _detected(document: Mapping[str, Any]) -> str:
    reportable = [f for f in document["fusions"] if f["status"] == "reportable"]
    if not reportable:
        return "A reportable fusion transcript was detected."
    fusion = reportable[0]
    kinase = f"the {fusion['kinase']} {fusion['target_gene']} kinase domain"
    if fusion["frame"] == "in_frame":
        what = f"An in-frame {fusion['name']} fusion transcript that keeps {kinase}"
    else:
        what = (
            f"A {fusion['name']} fusion transcript ({FRAMES[fusion['frame']]}) that keeps {kinase}"
        )
    more = len(reportable) - 1
    rest = f", with {counted(more, 'further reportable junction')}" if more else ""
    return f"{what} was detected ({support(fusion)}){rest}."


def shortcomings(fusion: Mapping[str, Any]) -> list[str]:
    """What keeps a junction from being a reportable fusion, in a few words each."""
    codes = {reason["code"] for reason in fusion["reasons"]}
    target = fusion["target_gene"]
    found = []
    if fusion["gene5"] == target and fusion["gene3"] != target:
        found.append(f"{target} is the 5′ partner")
    elif fusion["kinase"] == "partial":
        found.append("the kinase domain is incomplete")
    elif fusion["kinase"] == "absent":
        found.append("the kinase domain is absent")
    if fusion["frame"] == "out_of_frame":
        found.append("it is out of frame")
    elif fusion["frame"] == "no_cds":
        found.append("it has no joint reading frame")
    elif fusion["frame"] == "unknown":
        found.append("its reading frame is unknown")
    if fusion["artefact_class"]:
        words = ARTEFACTS.get(fusion["artefact_class"], fusion["artefact_class"].replace("_", " "))
        found.append(f"it may be an artefact ({words})")
    weak = {a["heading"] for a in fusion["assessment"] if a["outcome"] != "reportable"}
    if any("support" in code for code in codes) or "support" in weak:
        found.append("its support is low")
    if "agreement" in weak:
        found.append("the callers agree too little")
    return found


def _indeterminate(document: Mapping[str, Any]) -> str:
    if not document["fusions"]:
        return (
            "Signs of a rearrangement were seen, but no fusion transcript could be shown; their "
            "significance is uncertain."
        )
    fusion = document["fusions"][0]
    why = listed(shortcomings(fusion), "and") or "it does not meet every condition of a fusion"
    more = len(document["fusions"]) - 1
    rest = f" {counted(more, 'further junction is', 'further junctions are')} open." if more else ""
    return (
        f"A chimeric transcript involving {fusion['target_gene']} was seen ({fusion['name']}, "
        f"{support(fusion)}), but {why}: its significance is uncertain.{rest}"
    )


def _missed_words(document: Mapping[str, Any], status: str) -> str:
    """The metrics that miss the gate with this outcome, within a sentence."""
    checks = document["evaluability"]["checks"]
    names = dict.fromkeys(metric_name(c["metric"]) for c in checks if c["status"] == status)
    return listed([name[0].lower() + name[1:] for name in names], "and")


def sentence(document: Mapping[str, Any]) -> str:
    """The verdict in one sentence."""
    verdict = document["verdict"]
    if verdict == "detected":
        return _detected(document)
    if verdict == "indeterminate":
        return _indeterminate(document)
    targets = listed(document["provenance"]["parameters"]["target_genes"])
    if verdict == "not_detected":
        ffpm = document["evaluability"]["detection_limit"]["ffpm"]
        limit = "" if ffpm is None else f" ({figure(ffpm)} fusion fragments per million)"
        return (
            f"No {targets} fusion transcript was detected above the assay's limit of "
            f"detection{limit}."
        )
    names = _missed_words(document, "fail")
    why = f" ({names})" if names else ""
    return (
        f"RNA quality or yield is below the threshold{why}, so this sample can neither show nor "
        f"exclude an expressed {targets} fusion."
    )


def gate_sentence(document: Mapping[str, Any]) -> str:
    """What the gate's outcome means for this sample."""
    status = document["evaluability"]["status"]
    if status == "pass":
        return "An absence may be believed down to the detection limit."
    names = _missed_words(document, status)
    # The verdict's own sentence names them already.
    about = f" ({names})" if names and document["verdict"] != "not_evaluable" else ""
    if status == "limited":
        return f"An absence is less certain than usual{about}."
    if document["verdict"] in {"detected", "indeterminate"}:
        return (
            f"What was found stands; that nothing else was found must not be read as negative"
            f"{about}."
        )
    return f"An absence must not be read as negative{about}."


def _resistance_glance(document: Mapping[str, Any]) -> Glance:
    codons = document["resistance"]
    seen = [
        f"{codon['gene']} {variant['change']} ({percent(variant['fraction'])} of "
        f"{codon['depth']:,} reads)"
        for codon in codons
        if codon["answer"] == "seen"
        for variant in codon["variants"]
    ]
    if not codons:
        return Glance("Resistance codons", "None is on file for the target genes", "caution")
    parts = [f"Changed: {'; '.join(seen)}"] if seen else []
    blind = []
    for gene, own in by_gene(document):
        clear = sum(codon["answer"] == "not_seen" for codon in own)
        if clear:
            parts.append(f"{gene}: no change in {clear} of {len(own)} codons")
        if any(codon["answer"] == "not_assessable" for codon in own):
            blind.append(f"{gene} in part" if clear else gene)
    if blind:
        parts.append(f"not assessable (too few reads): {listed(blind, 'and')}")
    # What matters is the gene of the fusion; the others are often silent.
    fused = {f["target_gene"] for f in document["fusions"] if f["status"] == "reportable"}
    open_question = any(
        codon["answer"] == "not_assessable" and codon["gene"] in fused for codon in codons
    )
    tone = "finding" if seen else "caution" if open_question else "plain"
    answer = "; ".join(parts)
    return Glance("Resistance codons", answer[0].upper() + answer[1:], tone)


def _imbalance_glance(document: Mapping[str, Any]) -> Glance:
    flags: dict[str, list[str]] = {"raised": [], "none": [], "not_assessable": []}
    for gene, values in sorted(document["imbalance"].items()):
        ratio = values["ratio"]
        told = ratio is not None and values["flag"] != "not_assessable"
        flags[values["flag"]].append(f"{gene} (ratio {figure(ratio)})" if told else gene)
    names = {"raised": "raised", "none": "not raised", "not_assessable": "not assessable"}
    answer = "; ".join(f"{names[f]}: {listed(g, 'and')}" for f, g in flags.items() if g)
    tone = "finding" if flags["raised"] else "plain"
    answer = answer[:1].upper() + answer[1:]
    return Glance("Kinase over 5′ exons", answer or "No gene was measured", tone)


def _callers_glance(document: Mapping[str, Any]) -> Glance:
    ran = document["callers_run"]
    above = document["fusions"]
    if not above:
        return Glance(
            "Callers",
            f"{callers_ran(document)} ran; none leaves a candidate above the line",
            "plain",
        )
    fusion = above[0]
    named = [
        CALLERS.get(name, name)
        for name, call in fusion["callers"].items()
        if not call["discarded_by"]
    ]
    answer = f"{fusion['name']} reported by {len(named)} of {len(ran)}"
    answer += f" ({listed(named, 'and')})" if named else ""
    if fusion["disagreements"]:
        return Glance("Callers", f"{answer}; they disagree in part", "caution")
    return Glance("Callers", answer, "plain" if len(named) == len(ran) else "caution")


def _structure_glances(document: Mapping[str, Any]) -> list[Glance]:
    if not document["fusions"]:
        return [Glance("Fusion", "No junction of a target gene above the line", "plain")]
    fusion = document["fusions"][0]
    residues = fusion["key_residues"]
    kept = sum(residue["retained"] for residue in residues)
    kinase = f"{fusion['target_gene']}: {fusion['kinase']} ({percent(fusion['kinase_fraction'])})"
    if residues:
        kinase += f", {kept} of {len(residues)} key residues kept"
    evidence = fusion["evidence"]
    counts = f"{support(fusion)}, {counted(evidence['start_positions'], 'start position')}"
    if fusion["ffpm"] is not None:
        counts += f"; {figure(fusion['ffpm'])} per million fragments"
    tone = "finding" if fusion["status"] == "reportable" else "caution"
    exons = f"{_exon(fusion, '5')} joined to {_exon(fusion, '3')}"
    return [
        Glance("Fusion", f"{fusion['name']}: {exons}, {FRAMES[fusion['frame']]}", tone),
        Glance("Kinase domain", kinase, "plain" if fusion["kinase"] == "complete" else "caution"),
        Glance("Support", counts, "plain"),
    ]


def _exon(fusion: Mapping[str, Any], side: str) -> str:
    gene, number = fusion[f"gene{side}"], fusion[f"exon{side}"]
    if gene is None:
        return "no gene"
    return f"{gene} exon {number}" if number is not None else str(gene)


def glances(document: Mapping[str, Any]) -> list[Glance]:
    """What the reader must know in a minute, one line each."""
    lines = [*_structure_glances(document), _callers_glance(document)]
    lines += [_resistance_glance(document), _imbalance_glance(document)]
    events = [f"{event['gene']} {event['name']}" for event in document["intragenic"]]
    if events:
        lines.append(Glance("Events within a gene", "; ".join(events), "caution"))
    for result in document["orthogonal"]:
        shown = CONCORDANCE[result["concordance"]]
        name = ORTHOGONAL.get(result["assay"], result["assay"])
        tone = "caution" if result["concordance"] == "discordant" else "plain"
        lines.append(Glance(name, f"{result['result']}: {shown.words}", tone))
    if not document["orthogonal"]:
        lines.append(Glance("Orthogonal tests", "No result was given", "plain"))
    for gene in document["companions"]:
        shown = ANSWERS[gene["answer"]]
        tone = {"seen": "finding", "not_assessable": "caution"}.get(gene["answer"], "plain")
        lines.append(
            Glance(f"{gene['gene']} fusion", shown.words[0].upper() + shown.words[1:], tone)
        )
    return lines
