"""The generator of the test data: what the truth table says is what is in the reads."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test_data"))

from generator.catalogue import SAMPLES, Sample  # noqa: E402
from generator.fusions import join  # noqa: E402
from generator.models import Gene  # noqa: E402
from generator.reads import SimulatedSample, sample_rng, simulate  # noqa: E402
from generator.reference import build_reference  # noqa: E402
from generator.sequence import STOP_CODONS, reverse_complement, translate  # noqa: E402

# Residues whose changes make inhibitors fail, and the ATP lysine: MANE Select numbering.
RESIDUES = {
    "ALK": ("K1150", "L1196", "G1202", "G1269"),
    "RET": ("K758", "V804", "G810", "S891"),
    "NTRK1": ("K544", "V573", "F589", "G595", "G667"),
    "NTRK2": ("K588", "F633", "G639", "G709"),
    "NTRK3": ("K572", "F617", "G623", "G696"),
}
PROTEIN_LENGTHS = {"NTRK1": 796, "NTRK2": 838, "NTRK3": 839, "KHDRBS1": 443, "SMR3B": 79}


@pytest.fixture(scope="module")
def genes() -> dict[str, Gene]:
    return build_reference(ROOT / "test_data" / "gene_models.tsv")[0]


def catalogued(name: str) -> Sample:
    (sample,) = [sample for sample in SAMPLES if sample.name == name]
    return sample


def simulated(name: str, genes: dict[str, Gene]) -> SimulatedSample:
    return simulate(catalogued(name), genes, sample_rng(name))


class TestReference:
    def test_every_coding_sequence_is_valid(self, genes: dict[str, Gene]) -> None:
        """ATG, no stop codon before the last one, in every transcript."""
        for gene in genes.values():
            for transcript in gene.transcripts:
                coding = gene.sequence[transcript.cds_positions]
                if not len(coding):
                    continue
                where = f"{gene.name} {transcript.isoform}"
                assert len(coding) % 3 == 0, where
                assert coding[:3].tobytes() == b"ATG", where
                assert coding[-3:].tobytes() in STOP_CODONS, where
                assert len(translate(coding)) == len(coding) // 3 - 1, where

    @pytest.mark.parametrize("gene", sorted(PROTEIN_LENGTHS))
    def test_length_of_proteins_is_real(self, genes: dict[str, Gene], gene: str) -> None:
        protein = translate(genes[gene].sequence[genes[gene].mane.cds_positions])
        assert len(protein) == PROTEIN_LENGTHS[gene]

    @pytest.mark.parametrize("gene", sorted(RESIDUES))
    def test_residues_of_resistance_are_real(self, genes: dict[str, Gene], gene: str) -> None:
        protein = translate(genes[gene].sequence[genes[gene].mane.cds_positions])
        for residue in RESIDUES[gene]:
            assert protein[int(residue[1:]) - 1] == residue[0], residue

    def test_introns_have_splice_sites(self, genes: dict[str, Gene]) -> None:
        for gene in genes.values():
            for transcript in gene.transcripts:
                for left, right in zip(transcript.exons, transcript.exons[1:], strict=False):
                    assert gene.sequence[left.end : left.end + 2].tobytes() == b"GT", gene.name
                    assert gene.sequence[right.start - 2 : right.start].tobytes() == b"AG"


class TestSamples:
    def test_the_same_call_draws_the_same_fragments(self, genes: dict[str, Gene]) -> None:
        first, second = simulated("LOW_3", genes), simulated("LOW_3", genes)
        pairs = zip(first.fragments, second.fragments, strict=True)
        assert all(np.array_equal(a, b) for a, b in pairs)

    @pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
    def test_what_is_detected_could_be_acted_on(
        self, genes: dict[str, Gene], sample: Sample
    ) -> None:
        """The expected grades follow from structure, support and class, not from habit."""
        statuses = set()
        for event in sample.events:
            fusion = join(event, genes)
            statuses.add(event.status)
            if event.status == "reportable":
                assert fusion.gene3.name.startswith("NTRK")
                assert fusion.frame in ("in_frame", "utr5_start_retained")
                assert fusion.kinase == "complete"
                assert event.crossing >= 5
                assert event.kind == "fusion"
        assert (sample.verdict == "detected") == ("reportable" in statuses)
        if "review" in statuses:
            assert sample.verdict in ("detected", "indeterminate")

    def test_artefacts_look_like_fusions_in_every_other_way(self, genes: dict[str, Gene]) -> None:
        """An artefact that is out of frame or has too few reads would be caught by that."""
        artefacts = [e for s in SAMPLES for e in s.events if e.kind == "artefact"]
        assert len(artefacts) >= 6
        for event in artefacts:
            fusion = join(event, genes)
            assert fusion.kinase == "complete", event.event_id
            assert event.crossing >= 5, event.event_id
            from_pseudogene = fusion.gene5.gene_type == "processed_pseudogene"
            assert fusion.frame == ("no_cds" if from_pseudogene else "in_frame"), event.event_id

    def test_duplicates_are_copies_of_two_fragments(self, genes: dict[str, Gene]) -> None:
        sample = catalogued("DUPLICATES")
        (fusion,) = [join(event, genes) for event in sample.events]
        end5, start3 = fusion.junction
        across = fusion.mrna[end5 - 20 : start3 + 20].tobytes()
        crossing = Counter(
            max(fragment.tobytes(), reverse_complement(fragment).tobytes())
            for fragment in simulated("DUPLICATES", genes).fragments
            if across in fragment.tobytes() or across in reverse_complement(fragment).tobytes()
        )
        assert sorted(crossing.values()) == [10, 10]

    def test_codon_change_is_in_its_share_of_the_fragments(self, genes: dict[str, Gene]) -> None:
        ((changed, showing),) = simulated("RESISTANCE", genes).codon_depth
        assert showing >= 20
        assert changed == round(0.4 * showing)

    def test_hopped_reads_are_few_beside_their_source(self) -> None:
        source, sink = catalogued("HOP_SOURCE"), catalogued("HOP_SINK")
        assert source.run == sink.run != ""
        assert source.patient != sink.patient
        (strong,), (weak,) = source.events, sink.events
        assert (strong.five, strong.three) == (weak.five, weak.three)
        assert weak.crossing <= 0.02 * strong.crossing

    def test_one_run_holds_samples_of_different_patients_only(self) -> None:
        for run in {sample.run for sample in SAMPLES if sample.run}:
            patients = [sample.patient for sample in SAMPLES if sample.run == run]
            assert len(patients) == len(set(patients)) > 1

    def test_specimens_of_one_patient_are_dated_and_of_one_tumour(self) -> None:
        for patient in {sample.patient for sample in SAMPLES}:
            specimens = [sample for sample in SAMPLES if sample.patient == patient]
            if len(specimens) > 1:
                assert all(sample.collected for sample in specimens)
                assert len({sample.specimen for sample in specimens}) == len(specimens)
                assert len({sample.tumour_type for sample in specimens}) == 1

    def test_silent_tissue_has_no_target_transcripts(self, genes: dict[str, Gene]) -> None:
        """Not even a random ligation with one."""
        sample = catalogued("SILENT_HEALTHY")
        assert dict(sample.expression) == {"NTRK1": 0, "NTRK2": 0, "NTRK3": 0}
        drawn = simulated("SILENT_HEALTHY", genes)
        assert not any("NTRK" in name for pair in drawn.ligation_pairs for name in pair)
