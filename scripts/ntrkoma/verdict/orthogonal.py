"""Results of other assays from the sample sheet, beside the RNA verdict.

The sheet takes free text. It is read with a small closed vocabulary, in which every word must be
known, and shown as given in any case. What a reading means beside a verdict stands in
``resources/orthogonal.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from ntrkoma.curated.orthogonal import Assay, Meaning, Result

ANY, OTHER = "any", "other"

# Phrases of several words, put into one before words are looked at.
_FINDING = r"(?:rearrange(?:d|ment)|split|break[ -]?apart|staining|fusion)"

_SHOWN = r"(?:detected|seen|present|found)"

_PHRASES = (
    (r"\bntrk ?1 ?/ ?2 ?/ ?3\b", "ntrk1 ntrk2 ntrk3"),
    (rf"\b(?:not|no|non)[ -](?:ntrk[123]? )?{_FINDING}(?: {_SHOWN})?", "neg"),
    (rf"\b(?:{_FINDING} )?not {_SHOWN}\b", "neg"),
    (rf"\b{_FINDING} {_SHOWN}\b", "pos"),
    (r"\bbreak[ -]?apart\b", "breakapart"),
    (r"\bpan[ -]?(?:trk|ntrk)\b", "trk"),
)

_WORDS: dict[str, Result] = {
    "positive": Result.POSITIVE,
    "pos": Result.POSITIVE,
    "+": Result.POSITIVE,
    "negative": Result.NEGATIVE,
    "neg": Result.NEGATIVE,
    "equivocal": Result.EQUIVOCAL,
    "borderline": Result.EQUIVOCAL,
    "indeterminate": Result.EQUIVOCAL,
    "inconclusive": Result.EQUIVOCAL,
}

_ASSAY_WORDS: dict[Assay, dict[str, Result]] = {
    Assay.IHC: {
        "++": Result.POSITIVE,
        "+++": Result.POSITIVE,
        "2+": Result.POSITIVE,
        "3+": Result.POSITIVE,
        "0": Result.NEGATIVE,
        "1+": Result.EQUIVOCAL,
        "(+)": Result.EQUIVOCAL,
        "+/-": Result.EQUIVOCAL,
    },
    Assay.FISH: {
        "rearranged": Result.POSITIVE,
        "rearrangement": Result.POSITIVE,
        "split": Result.POSITIVE,
        "intact": Result.NEGATIVE,
    },
}

# Words that say more about a result without being one.
_QUALIFIERS = {
    Assay.IHC: frozenset(
        {"diffuse", "focal", "patchy", "moderate", "cytoplasmic", "nuclear", "membranous"}
        | {"perinuclear", "staining", "score", "and", "ihc", "trk", "epr17341"}
    ),
    Assay.FISH: frozenset(
        {"breakapart", "fish", "signal", "signals", "ntrk", "ntrk1", "ntrk2", "ntrk3", "and"}
    ),
}

# Staining strength: a result if no other word gives one.
_STRENGTH = {
    "strong": Result.POSITIVE,
    "strongly": Result.POSITIVE,
    "weak": Result.EQUIVOCAL,
    "weakly": Result.EQUIVOCAL,
    "faint": Result.EQUIVOCAL,
}

_PERCENT = re.compile(r"(\d+(?:[.,]\d+)?) ?%")

# Split signals (%): laboratories cut at 5, 10 or 15. At 15 and above all call a case positive,
# below 5 none does (Yu 2021: 1.5, 6.7 and 20.8 % of one series at 15, 10 and 5 %).
_SPLIT_POSITIVE, _SPLIT_NEGATIVE = 15.0, 5.0

_SEPARATORS = re.compile(r"[\s,;:.()\[\]]+")

_GENE = re.compile(r"\bntrk[123]\b")


def read_result(assay: Assay, entry: str) -> Result:
    """Read an entry of the sheet.

    Every word must be known: results (positive, pos, negative, neg, equivocal, borderline, ...),
    for staining also scores (0 negative, 1+ equivocal, 2+ and 3+ positive), strength (strong; weak
    without a result is equivocal) and pattern words, for FISH also rearranged, split, intact, gene
    symbols and the share of split signals (15 % and more positive, below 5 % negative, between
    equivocal; a result in words goes before). Two results that differ, an unknown word, a staining
    share or a pattern alone are not interpretable; nor is a bare hyphen, which in many sheets
    stands for no result.
    """
    text = _plain(entry)
    shares = [float(share.replace(",", ".")) for share in _PERCENT.findall(text)]
    known = _WORDS | _ASSAY_WORDS[assay]
    text = _PERCENT.sub(" ", text).strip()
    words = [text] if text in known else [word for word in _SEPARATORS.split(text) if word]
    results: set[Result] = set()
    strengths: set[Result] = set()
    for word in words:
        if word in known:
            results.add(known[word])
        elif assay == Assay.IHC and word in _STRENGTH:
            strengths.add(_STRENGTH[word])
        elif word not in _QUALIFIERS[assay]:
            return Result.NOT_INTERPRETABLE
    if not results:
        results = strengths
    if not results and assay == Assay.FISH and len(shares) == 1:
        results = {_split_signals(shares[0])}
    return results.pop() if len(results) == 1 else Result.NOT_INTERPRETABLE


def _plain(entry: str) -> str:
    """An entry in lower case, its phrases put into single words."""
    text = entry.casefold().strip()
    for pattern, word in _PHRASES:
        text = re.sub(pattern, word, text)
    return text


def _split_signals(percent: float) -> Result:
    if percent > 100:
        return Result.NOT_INTERPRETABLE
    if percent >= _SPLIT_POSITIVE:
        return Result.POSITIVE
    return Result.NEGATIVE if percent < _SPLIT_NEGATIVE else Result.EQUIVOCAL


def compare(
    results: Mapping[str, str], verdict: str, genes: Collection[str], meanings: Iterable[Meaning]
) -> list[dict[str, str]]:
    """Results of a sample beside its verdict, for its document; empty entries are left out.

    :param results: entries of the sheet by column; other columns are disregarded.
    :param genes: target genes of the fusions behind the verdict.
    """
    rows = list(meanings)
    found = []
    for assay in Assay:
        entry = results.get(assay, "").strip()
        if not entry:
            continue
        reading = read_result(assay, entry)
        row = _meaning(rows, assay, reading, verdict, _fused_gene(assay, entry, genes))
        found.append(
            {
                "assay": str(assay),
                "result": entry,
                "reading": str(reading),
                "concordance": str(row.concordance),
                "text": row.text,
            }
        )
    return found


def _fused_gene(assay: Assay, entry: str, genes: Collection[str]) -> str:
    """The gene to look a meaning up by."""
    tested = {gene.upper() for gene in _GENE.findall(_plain(entry))}
    if assay == Assay.FISH and tested and genes and not tested & set(genes):
        return OTHER
    return next(iter(genes)) if len(set(genes)) == 1 else ANY


def _meaning(
    rows: Iterable[Meaning], assay: Assay, reading: Result, verdict: str, gene: str
) -> Meaning:
    """The most specific row; ``any`` stands for every verdict or gene.

    :raises ValueError: when the table has no row for the case.
    """
    fitting = [
        row
        for row in rows
        if row.assay == assay
        and row.reading == reading
        and row.verdict in (verdict, ANY)
        and row.gene in (gene, ANY)
    ]
    if not fitting:
        raise ValueError(f"no meaning of {assay} {reading} beside {verdict} ({gene})")
    return min(fitting, key=lambda row: (row.verdict == ANY, row.gene == ANY))
