"""What is found before the first job: the sentence for each misfit, silence for what fits."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pysam
import pytest
from sentences import problem, warning

from ntrkoma.curated.knowledge import Knowledge
from ntrkoma.errors import Findings
from ntrkoma.genome.contigs import contig_lengths
from ntrkoma.inputs import alignments as given_alignments
from ntrkoma.inputs import reference_fit as preflight
from ntrkoma.inputs.alignments import check_given_alignments, read_group
from ntrkoma.inputs.configuration import with_defaults
from ntrkoma.inputs.genome_files import check_reference
from ntrkoma.inputs.reference_fit import StarRelease, check_references
from ntrkoma.inputs.sheet import Sample, parse_sheet

ROOT = Path(__file__).resolve().parents[3]
TARGETS = ["NTRK1", "NTRK2", "NTRK3"]
STAR = StarRelease("STAR 2.7.11b of envs/star.yaml")

# --- references -----------------------------------------------------------------------------


class Reference:
    """A working directory with the test reference, an index of it and a CTAT library of it."""

    def __init__(self, base: Path, knowledge: Knowledge):
        self.base, self.knowledge = base, knowledge
        for name in ("genome.fa", "annotation.gtf"):
            packed = ROOT / "test_data/reference" / f"{name}.gz"
            (base / name).write_bytes(gzip.decompress(packed.read_bytes()))
        self.lengths = contig_lengths(base / "genome.fa")
        self.index, self.lib = base / "index", base / "lib"
        self.write_index()
        self.lib.mkdir()
        shutil.copy(base / "genome.fa", self.lib / "ref_genome.fa")

    def write_index(self) -> None:
        self.index.mkdir()
        for name, size in (("Genome", 30), ("SA", 50), ("SAindex", 9)):
            (self.index / name).write_bytes(b"x" * size)
        self.parameters()
        self.write_lengths(self.lengths)
        for name in ("sjdbInfo.txt", "exonInfo.tab"):
            (self.index / name).write_text("0\n")
        lines = (self.base / "annotation.gtf").read_text().splitlines()
        genes = sorted({line.split('gene_id "')[1].split('"')[0] for line in lines if "\t" in line})
        self.write_genes(genes)

    def parameters(self, version: str = "2.7.4a", overhang: int = 99) -> None:
        (self.index / "genomeParameters.txt").write_text(
            "### STAR --runMode genomeGenerate\n### GstrandBit 32\n"
            f"versionGenome\t{version}\nsjdbOverhang\t{overhang}\nsjdbGTFfile\t-\n"
            "genomeFileSizes\t30 50\n"
        )

    def write_lengths(
        self, lengths: Mapping[str, int], name: str = "index/chrNameLength.txt"
    ) -> None:
        rows = (f"{contig}\t{length}\n" for contig, length in lengths.items())
        (self.base / name).write_text("".join(rows))

    def write_genes(self, genes: list[str]) -> None:
        rows = [str(len(genes)), *(f"{gene}\tX\tprotein_coding" for gene in genes)]
        (self.index / "geneInfo.tab").write_text("\n".join(rows) + "\n")

    def genes(self) -> list[str]:
        rows = (self.index / "geneInfo.tab").read_text().splitlines()[1:]
        return [row.split("\t")[0] for row in rows]

    def config(self, **reference: Any) -> dict[str, Any]:
        callers = ["star_fusion"] if "ctat_lib" in reference else ["junctions"]
        files = {"fasta": str(self.base / "genome.fa"), "gtf": str(self.base / "annotation.gtf")}
        return with_defaults({"reference": {**files, **reference}, "callers": callers})

    def check(
        self, edit: Callable[[str], str] = str, star: StarRelease = STAR, **reference: Any
    ) -> Findings:
        """What is found with the GTF's lines edited one by one."""
        gtf = self.base / "annotation.gtf"
        lines = [edit(line) for line in gtf.read_text().splitlines()]
        gtf.write_text("".join(f"{line}\n" for line in lines if line))
        config = self.config(**reference)
        checked = check_reference(self.base / "genome.fa", gtf, TARGETS)
        assert checked.found.problems == []
        return check_references(config, self.base, checked, self.knowledge, star)


@pytest.fixture
def reference(tmp_path: Path, knowledge: Knowledge) -> Reference:
    return Reference(tmp_path, knowledge)


class TestTranscripts:
    def test_silence(self, reference: Reference) -> None:
        assert reference.check() == Findings()

    def test_kinase_domain_that_cannot_be_placed(self, reference: Reference) -> None:
        def shorten(line: str) -> str:
            """Without the last coding exon of NTRK1's MANE transcript, under another id."""
            if 'gene_name "NTRK1"' not in line:
                return line
            return "" if "exon_number 12" in line else line.replace("ENST0000", "ENST9999")

        found = problem(reference.check(shorten))
        assert found.startswith(f"{reference.base}/annotation.gtf: holds neither ")
        assert "so the kinase domain cannot be placed; use a complete GENCODE" in found

    def test_named_transcript_that_is_incomplete(self, reference: Reference) -> None:
        def cut(line: str) -> str:
            coding = "\tCDS\t" in line or "\tstop_codon\t" in line
            return "" if coding and 'gene_name "NTRK1"' in line and cut_here(line) else line

        def cut_here(line: str) -> bool:
            return int(line.split("\t")[3]) > last_start - 3000

        rows = (reference.base / "annotation.gtf").read_text().splitlines()
        starts = [
            int(r.split("\t")[3]) for r in rows if 'gene_name "NTRK1"' in r and "\tCDS\t" in r
        ]
        last_start = max(starts)
        found = problem(reference.check(cut))
        assert "so the kinase domain of 'NTRK1' cannot be placed; use a complete" in found

    def test_gene_without_exon(self, reference: Reference) -> None:
        found = problem(
            reference.check(
                lambda line: "" if 'gene_name "NTRK2"' in line and "\texon\t" in line else line
            )
        )
        assert "gene 'NTRK2' has no exon; use a complete" in found

    def test_no_mane(self, reference: Reference) -> None:
        def rename(line: str) -> str:
            if 'gene_name "NTRK3"' not in line:
                return line
            return line.replace("MANE_Select", "basic").replace("ENST0000", "ENST9999")

        found = warning(reference.check(rename))
        assert "no transcript of 'NTRK3' is MANE Select by tag or id" in found
        assert "exons are numbered on ENST9999" in found

    def test_mane_by_id_is_as_good(self, reference: Reference) -> None:
        assert reference.check(lambda line: line.replace("MANE_Select", "basic")) == Findings()


class TestStarIndex:
    def test_silence(self, reference: Reference) -> None:
        assert reference.check(star_index="index") == Findings()

    @pytest.mark.parametrize("version", ["2.7.1a", "20201", "2.8.0a"])
    def test_version(self, reference: Reference, version: str) -> None:
        reference.parameters(version)
        assert problem(reference.check(star_index="index")) == (
            f"reference.star_index 'index' has index version {version} in its "
            "genomeParameters.txt, but STAR 2.7.11b of envs/star.yaml reads only 2.7.4a; build the "
            "index again, or empty the key to have it built."
        )

    def test_no_version(self, reference: Reference) -> None:
        (reference.index / "genomeParameters.txt").write_text("x\n")
        assert "has index version none" in problem(reference.check(star_index="index"))

    def test_other_star(self, reference: Reference) -> None:
        old = StarRelease("STAR 2.7.3a on PATH", "2.7.1a")
        found = problem(reference.check(star=old, star_index="index"))
        assert "has index version 2.7.4a" in found
        assert "STAR 2.7.3a on PATH reads only 2.7.1a" in found

    def test_truncated(self, reference: Reference) -> None:
        (reference.index / "SA").write_bytes(b"x" * 49)
        found = problem(reference.check(star_index="index"))
        assert "is damaged, its file SA has 49 bytes where genomeParameters.txt says 50" in found

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"chr1": 7}, "contig 'chr1' has 7 bases there and"),
            ({"chr1": None}, "it lacks contig 'chr1'"),
            ({"chrEBV": 9}, "it has in addition contig 'chrEBV'"),
        ],
    )
    def test_other_genome(
        self, reference: Reference, changes: dict[str, int | None], words: str
    ) -> None:
        lengths = {**reference.lengths, **changes}
        reference.write_lengths({k: v for k, v in lengths.items() if v is not None})
        found = problem(reference.check(star_index="index"))
        assert f"'index' is of another genome than reference.fasta: {words}" in found

    def test_no_lengths(self, reference: Reference) -> None:
        (reference.index / "chrNameLength.txt").unlink()
        found = problem(reference.check(star_index="index"))
        assert "lacks a readable chrNameLength.txt; build the index again" in found

    def test_without_annotation(self, reference: Reference) -> None:
        (reference.index / "geneInfo.tab").unlink()
        found = problem(reference.check(star_index="index"))
        assert "was built without an annotation (it has no geneInfo.tab)" in found

    def test_without_overhang(self, reference: Reference) -> None:
        reference.parameters(overhang=0)
        found = problem(reference.check(star_index="index"))
        assert "was built without an annotation (it has sjdbOverhang 0)" in found

    def test_other_annotation(self, reference: Reference) -> None:
        reference.write_genes([g for g in reference.genes() if not g.startswith("ENSG00000198400")])
        found = problem(reference.check(star_index="index"))
        assert "was built with another annotation than" in found
        assert "its geneInfo.tab has no gene ENSG00000198400.14 (NTRK1)" in found

    def test_other_release_of_the_annotation(self, reference: Reference) -> None:
        reference.write_genes([g.replace("198400.14", "198400.12") for g in reference.genes()])
        found = warning(reference.check(star_index="index"))
        assert "NTRK1 is ENSG00000198400.12 there and ENSG00000198400.14 here" in found


class TestStarRelease:
    def program(self, folder: Path, version: str, genome: str) -> None:
        script = f'#!/bin/sh\ncase $1 in --version) echo {version};; *) echo "{genome}";; esac\n'
        (folder / "STAR").write_text(script)
        (folder / "STAR").chmod(0o755)

    def test_the_one_on_path_is_asked(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.program(tmp_path, "2.8.0a", "x\nversionGenome    2.8.0a\n   string: do not change")
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        found = preflight.star_release(ROOT / "envs/star.yaml", deployed=False)
        assert found == StarRelease("STAR 2.8.0a on PATH", "2.8.0a")

    @pytest.mark.parametrize("deployed", [True, False])
    def test_the_pin_counts_otherwise(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deployed: bool
    ) -> None:
        if deployed:
            self.program(tmp_path, "2.8.0a", "versionGenome 2.8.0a")
        monkeypatch.setenv("PATH", str(tmp_path))
        environment = tmp_path / "star.yaml"
        environment.write_text("dependencies:\n  - star=2.7.11b\n")
        found = preflight.star_release(environment, deployed=deployed)
        assert found == StarRelease("STAR 2.7.11b of envs/star.yaml", "2.7.4a")

    def test_a_star_that_does_not_run(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "STAR").write_bytes(b"\x7fELF")
        (tmp_path / "STAR").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        found = preflight.star_release(ROOT / "envs/star.yaml", deployed=False)
        assert found.genome_version == preflight.GENOME_VERSION

    @pytest.mark.skipif(shutil.which("STAR") is None, reason="needs STAR")
    def test_the_real_one(self) -> None:
        found = preflight.star_release(ROOT / "envs/star.yaml", deployed=False)
        assert found.genome_version == "2.7.4a"


class TestCtatLib:
    def test_silence(self, reference: Reference) -> None:
        assert reference.check(ctat_lib="lib") == Findings()

    def test_only_looked_at_if_used(self, reference: Reference) -> None:
        config = {**reference.config(ctat_lib="gone"), "callers": ["junctions"]}
        gtf = reference.base / "annotation.gtf"
        checked = check_reference(reference.base / "genome.fa", gtf, TARGETS)
        found = check_references(config, reference.base, checked, reference.knowledge, STAR)
        assert found == Findings()

    def set(self, reference: Reference, lengths: Mapping[str, int]) -> None:
        reference.write_lengths(lengths, "lib/ref_genome.fa.fai")

    def test_other_names(self, reference: Reference) -> None:
        self.set(reference, {name[3:]: size for name, size in reference.lengths.items()})
        found = problem(reference.check(ctat_lib="lib"))
        assert "'lib' is of another genome than reference.fasta" in found
        assert "its ref_genome.fa has no contig 'chr1' (it names them like '1')" in found

    def test_other_lengths(self, reference: Reference) -> None:
        self.set(reference, {**reference.lengths, "chr12": 5})
        found = problem(reference.check(ctat_lib="lib"))
        assert "contig 'chr12' has 5 bases there and" in found

    def test_further_contigs(self, reference: Reference) -> None:
        self.set(reference, {**reference.lengths, "chrUn_1": 5})
        found = warning(reference.check(ctat_lib="lib"))
        assert "it has in addition contig 'chrUn_1', compared with reference.fasta" in found

    def test_no_fasta(self, reference: Reference) -> None:
        (reference.lib / "ref_genome.fa").write_text("stand-in")
        found = problem(reference.check(ctat_lib="lib"))
        assert found.startswith("reference.ctat_lib 'lib': ")
        assert "ref_genome.fa: is not a FASTA file" in found

    def test_unreadable(self, reference: Reference) -> None:
        (reference.lib / "ref_genome.fa").unlink()
        found = problem(reference.check(ctat_lib="lib"))
        assert "ref_genome.fa: cannot be read (No such file" in found


class TestReadLength:
    @pytest.mark.parametrize(
        ("length", "overhang", "words"),
        [
            (100, 99, ""),
            (151, 100, ""),
            (75, 100, ""),
            (0, 100, ""),
            (100, 0, ""),
            (50, 49, ""),
            (100, 49, "x is 49, but reads have 100 nt"),
            (151, 74, "build the index with 150"),
            (50, 100, "x is 100, but reads have only 50 nt; build the index with 49"),
        ],
    )
    def test_warning(self, length: int, overhang: int, words: str) -> None:
        found = preflight.check_read_length(length, overhang, "x")
        assert len(found) == bool(words)
        assert words in "".join(found)

    def test_overhang_of_the_index_in_use(self, reference: Reference) -> None:
        given = preflight.index_overhang(reference.config(star_index="index"), reference.base)
        assert given == (99, "sjdbOverhang of reference.star_index 'index'")
        built = preflight.index_overhang(reference.config(sjdb_overhang=74), reference.base)
        assert built == (74, "reference.sjdb_overhang")

    def test_length_of_the_sheets_reads(self, tmp_path: Path) -> None:
        from ntrkoma.inputs.fastqs import longest_read

        (tmp_path / "a.fq").write_text("@r\nACGTA\n+\nIIIII\n")
        samples = parse_sheet("sample\tunit\tfq1\tfq2\nA\t1\ta.fq\t\nB\t1\tb.fq\t\n", "s", tmp_path)
        assert longest_read(preflight.sampled_fastqs(samples), tmp_path) == 5


# --- given alignments -----------------------------------------------------------------------

COMMAND = (
    "/opt/STAR   --readFilesIn a_1.fq   a_2.fq   --outSAMunmapped Within   --chimSegmentMin 10   "
    "--chimOutType Junctions   WithinBAM   HardClip   --alignSJDBoverhangMin 10   "
    "--peOverlapNbasesMin 10"
)
GENOME = {"chr1": 1000, "chr2": 500}
COLUMNS = "chr_donorA\tbrkpt_donorA\tstrand_donorA\n"


class Given:
    """A working directory with what STAR wrote, and its sheet."""

    def __init__(self, base: Path):
        self.base = base
        self.write_bam()
        self.junctions()
        (base / "x.SJ.out.tab").touch()
        self.summary(10)

    def write_bam(
        self,
        name: str = "a.bam",
        command: str = COMMAND,
        contigs: Mapping[str, int] = GENOME,
        flags: tuple[int, ...] = (77, 141),
        groups: tuple[Mapping[str, str], ...] = (),
    ) -> None:
        header: dict[str, Any] = {
            "HD": {"VN": "1.4"},
            "SQ": [{"SN": contig, "LN": length} for contig, length in contigs.items()],
            "RG": list(groups),
        }
        if command:
            header["PG"] = [{"ID": "STAR", "PN": "STAR", "VN": "2.7.10b", "CL": command}]
        mode = "wc" if name.endswith(".cram") else "wb"
        with pysam.AlignmentFile(str(self.base / name), mode, header=header) as out:
            for number, flag in enumerate(flags):
                record = pysam.AlignedSegment(out.header)
                record.query_name = f"r{number // 2}"
                record.flag = flag
                record.query_sequence = "ACGT"
                record.query_qualities = pysam.qualitystring_to_array("IIII")
                out.write(record)

    def junctions(self, text: str | None = None, command: str = COMMAND, reads: int = 10) -> None:
        comments = f"# 2.7.10b   {command}\n# Nreads {reads}\tNreadsUnique 9\tNreadsMulti 1\n"
        (self.base / "x.Chimeric.out.junction").write_text(
            COLUMNS + comments if text is None else text
        )

    def summary(self, reads: int) -> None:
        (self.base / "x.Log.final.out").write_text(
            f"  Number of input reads |\t{reads}\n  Uniquely mapped reads number |\t9\n"
            "  Uniquely mapped reads % |\t90.0%\n  % of reads unmapped: too short |\t1.0%\n"
        )

    def samples(self, *rows: str) -> list[Sample]:
        header = "sample\tunit\tfq1\tfq2\tbam\tchimeric_junctions"
        return parse_sheet("\n".join([header, *rows]), "s.tsv", self.base)

    def check(self, junctions: str = "", bam: str = "a.bam") -> Findings:
        given_alignments._read.cache_clear()
        samples = self.samples(f"A\t1\t\t\t{bam}\t{junctions}")
        return check_given_alignments(samples, self.base, GENOME, "s.tsv")

    def as_is(self, name: str = "x.Chimeric.out.junction") -> str:
        """The problem of using the alignments as they are."""
        found = problem(self.check(name))
        assert found.startswith("s.tsv, row 2: ")
        return found


@pytest.fixture
def given(tmp_path: Path) -> Given:
    return Given(tmp_path)


class TestBam:
    def test_silence(self, given: Given) -> None:
        assert given.check() == Findings()

    def test_cram(self, given: Given) -> None:
        given.write_bam("a.cram")
        assert given.check(bam="a.cram") == Findings()

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (None, "does not exist"),
            (b"", "has zero bytes"),
            (b"@HD\tVN:1.4\n", "is SAM text; give the alignments as BAM"),
            (b"hello", "is no BAM and no CRAM"),
            (gzip.compress(b"hello", mtime=0), "is truncated"),
            (given_alignments._BAM_END, "cannot be read"),
        ],
    )
    def test_no_bam(self, given: Given, content: bytes | None, words: str) -> None:
        (given.base / "a.bam").unlink()
        if content is not None:
            (given.base / "a.bam").write_bytes(content)
        found = problem(given.check())
        assert found.startswith(f"s.tsv, row 2: bam 'a.bam' {words}")

    @pytest.mark.parametrize("name", ["a.bam", "a.cram"])
    def test_truncated(self, given: Given, name: str) -> None:
        given.write_bam(name)
        content = (given.base / name).read_bytes()
        (given.base / name).write_bytes(content[:-10])
        found = problem(given.check(bam=name))
        assert "is truncated, the block that closes it is missing; copy it again" in found

    def test_no_reads(self, given: Given) -> None:
        given.write_bam(flags=())
        assert "contains no read; remove the row" in problem(given.check())

    def test_both_layouts(self, given: Given) -> None:
        given.write_bam(flags=(77, 141, 4))
        assert "mixes paired-end and single-end reads" in problem(given.check())

    def test_samples_of_both_layouts(self, given: Given) -> None:
        given.write_bam("b.bam", flags=(4, 4))
        samples = given.samples("A\t1\t\t\ta.bam\t", "A\t2\t\t\tb.bam\t")
        found = problem(check_given_alignments(samples, given.base, GENOME, "s.tsv"))
        assert found.startswith("s.tsv, row 2: the BAMs of sample 'A' hold paired-end (row 2) and ")

    def test_transcripts(self, given: Given) -> None:
        given.write_bam(contigs={"ENST00000524377.7": 100, "ENST00000277120.8": 99})
        assert "holds alignments to transcripts" in problem(given.check())

    @pytest.mark.parametrize(
        ("contigs", "words"),
        [
            ({"chr1": 999}, "its contig 'chr1' has 999 bases; convert it to BAM"),
            ({"1": 1000}, "its contig '1' is not in reference.fasta; convert it to BAM"),
        ],
    )
    def test_cram_of_another_genome(
        self, given: Given, contigs: Mapping[str, int], words: str
    ) -> None:
        given.write_bam("a.cram", contigs=contigs)
        assert words in problem(given.check(bam="a.cram"))

    def test_reads_of_a_bam_of_any_genome_and_aligner(self, given: Given) -> None:
        given.write_bam(command="", contigs={"1": 7})
        assert given.check() == Findings()

    def test_unmapped_reads_left_out(self, given: Given) -> None:
        given.write_bam(command="STAR --readFilesIn a.fq")
        assert "without --outSAMunmapped Within" in warning(given.check())

    @pytest.mark.parametrize(
        ("groups", "line"),
        [
            ((), "ID:L1 SM:A LB:A PL:ILLUMINA"),
            (
                ({"ID": "7", "SM": "x", "LB": "lib 1", "PL": "ELEMENT", "PU": "F1.1"},),
                "ID:L1 SM:A LB:lib_1 PL:ELEMENT PU:F1.1",
            ),
            (
                ({"ID": "7", "LB": "l", "PU": "F1.1"}, {"ID": "8", "LB": "l", "PU": "$(id)"}),
                "ID:L1 SM:A LB:l PL:ILLUMINA",
            ),
        ],
    )
    def test_read_group(
        self, given: Given, groups: tuple[Mapping[str, str], ...], line: str
    ) -> None:
        given.write_bam(groups=groups)
        given_alignments._read.cache_clear()
        (sample,) = given.samples("A\tL1\t\t\ta.bam\t")
        assert read_group(sample.units[0], "A", given.base / "a.bam") == line


class TestAsItIs:
    def test_silence(self, given: Given) -> None:
        assert given.check("x.Chimeric.out.junction") == Findings()

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("WithinBAM   HardClip", "", "without --chimOutType WithinBAM, so it lacks"),
            ("Junctions   WithinBAM   HardClip", "SeparateSAMold", "SeparateSAMold, so its chim"),
            ("--chimSegmentMin 10", "", "was made without --chimSegmentMin"),
        ],
    )
    def test_other_options(self, given: Given, old: str, new: str, words: str) -> None:
        given.write_bam(command=COMMAND.replace(old, new))
        found = given.as_is()
        assert words in found
        assert found.endswith("empty chimeric_junctions to have its reads aligned again.")

    def test_other_aligner(self, given: Given) -> None:
        given.write_bam(command="")
        assert "names no STAR in its header" in given.as_is()

    def test_other_genome(self, given: Given) -> None:
        given.write_bam(contigs={"chr1": 1000, "chr2": 501})
        assert (
            "bam 'a.bam' was made on another genome than reference.fasta: contig 'chr2' has 501 "
            "bases there and 500 here; empty chimeric_junctions"
        ) in given.as_is()

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", "has zero bytes"),
            ("chr1\t1\t+\tchr2\t2\t-\t1\t0\t0\tr\t1\t5M\t9\t5M\n", "has STAR's old format of 14 "),
            ("name\tvalue\n", "is no Chimeric.out.junction of STAR"),
            (COLUMNS, "lacks the closing line '# Nreads …', so it is truncated or"),
        ],
    )
    def test_junctions(self, given: Given, text: str, words: str) -> None:
        given.junctions(text)
        assert f"chimeric_junctions 'x.Chimeric.out.junction' {words}" in given.as_is()

    def test_junctions_missing(self, given: Given) -> None:
        assert "does not exist (looked for" in given.as_is("y.Chimeric.out.junction")

    def test_junctions_renamed(self, given: Given) -> None:
        (given.base / "x.Chimeric.out.junction").rename(given.base / "a.tsv")
        assert "is not named …Chimeric.out.junction; keep the names" in given.as_is("a.tsv")

    def test_junctions_packed(self, given: Given) -> None:
        junctions = given.base / "x.Chimeric.out.junction"
        junctions.write_bytes(gzip.compress(junctions.read_bytes()))
        assert "is gzip-compressed; unpack it" in given.as_is()

    def test_junctions_of_another_sample(self, given: Given) -> None:
        given.junctions(command=COMMAND.replace("a_", "b_"))
        found = given.as_is()
        assert "come from two runs of STAR, on b_1.fq b_2.fq and on a_1.fq a_2.fq" in found

    def test_summary_of_another_sample(self, given: Given) -> None:
        given.summary(11)
        assert "counts 10 input reads and 'x.Log.final.out' 11" in given.as_is()

    def test_summary_damaged(self, given: Given) -> None:
        (given.base / "x.Log.final.out").write_text("")
        assert "x.Log.final.out: no figure for 'Number of input reads'" in given.as_is()

    @pytest.mark.parametrize("name", ["x.SJ.out.tab", "x.Log.final.out"])
    def test_file_beside_it_missing(self, given: Given, name: str) -> None:
        (given.base / name).unlink()
        assert f"lacks {name!r} of the same run beside it; put them there" in given.as_is()

    def test_options_that_cost_reads(self, given: Given) -> None:
        command = COMMAND.replace("--alignSJDBoverhangMin 10", "").replace(
            "--chimSegmentMin 10", "--chimSegmentMin 20"
        )
        given.write_bam(command=command)
        found = warning(given.check("x.Chimeric.out.junction"))
        assert "was made with --alignSJDBoverhangMin 3 (10 here), --chimSegmentMin 20 (10" in found
