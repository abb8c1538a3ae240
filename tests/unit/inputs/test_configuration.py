"""The configuration and its reference: the sentence for each way to get them wrong."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.errors import InputError
from ntrkoma.inputs import configuration, genome_files
from ntrkoma.inputs.configuration import (
    CTAT_LIB_FILES,
    STAR_INDEX_FILES,
    check_config,
    load_and_check,
    load_schema,
    validate_schema,
    with_defaults,
)
from ntrkoma.inputs.genome_files import ReferenceCheck, _read_annotation, check_reference

ROOT = Path(__file__).resolve().parents[3]
MINIMAL: dict[str, Any] = {"reference": {"fasta": "genome.fa", "gtf": "genes.gtf"}}
KINASE_GENES = {"NTRK1", "NTRK2", "NTRK3", "ALK"}
HOTSPOT_GENES = {"KRAS", "BRAF", "PIK3CA"}
THRESHOLDS = {"min_junction_reads", "min_mapped_reads"}
FINDINGS = {"read_through", "homology", "reciprocal"}


def config(**changes: Any) -> dict[str, Any]:
    """A valid configuration with ``changes``; those of ``reference`` are added to the two files."""
    reference = {**MINIMAL["reference"], **changes.pop("reference", {})}
    return {"reference": reference, **changes}


def schema_problem(**changes: Any) -> str:
    (found,) = validate_schema(config(**changes))
    assert found.startswith("configuration: ")
    assert found.endswith((".", "?"))
    return found


def problem(base: Path = ROOT, files: bool = False, **changes: Any) -> str:
    (found,) = check_config(
        with_defaults(config(**changes)),
        base,
        kinase_genes=KINASE_GENES,
        hotspot_genes=HOTSPOT_GENES,
        threshold_names=THRESHOLDS,
        findings=FINDINGS,
        files=files,
    )
    assert found.startswith("configuration: ")
    assert found.endswith((".", "?"))
    return found


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A working directory with the two reference files."""
    for name in MINIMAL["reference"].values():
        (tmp_path / name).write_text("x")
    return tmp_path


def fill(directory: Path, names: tuple[str, ...]) -> None:
    directory.mkdir(parents=True)
    for name in names:
        (directory / name).touch()


class TestDefaults:
    def test_all_keys_are_there(self) -> None:
        complete = with_defaults(MINIMAL)
        assert complete == {
            "samples": "config/samples.tsv",
            "mode": "full",
            "callers": ["junctions"],
            "reference": {
                "fasta": "genome.fa",
                "gtf": "genes.gtf",
                "star_index": "",
                "sjdb_overhang": 100,
                "ctat_lib": "",
                "arriba": {"blacklist": "", "known_fusions": "", "protein_domains": ""},
                "arriba_contigs": "",
                "build_mini_databases": False,
            },
            "target_genes": ["NTRK1", "NTRK2", "NTRK3"],
            "companion_genes": [],
            "hotspot_genes": [],
            "thresholds": {},
            "grading": {},
            "trimming": {"enabled": True, "extra": ""},
            "report": {"title": "NTRK fusion report", "laboratory": ""},
        }
        assert validate_schema(complete) == []

    def test_given_values_stay_and_nulls_go(self) -> None:
        complete = with_defaults(
            config(mode=None, callers=["arriba"], reference={"star_index": None, "arriba": None})
        )
        assert complete["mode"] == "full"
        assert complete["callers"] == ["arriba"]
        assert complete["reference"]["star_index"] == ""
        assert complete["reference"]["arriba"]["blacklist"] == ""

    def test_defaults_are_not_shared(self) -> None:
        with_defaults(MINIMAL)["target_genes"].append("ALK")
        assert with_defaults(MINIMAL)["target_genes"] == ["NTRK1", "NTRK2", "NTRK3"]
        assert "star_index" not in MINIMAL["reference"]

    def test_shipped_example_states_exactly_the_defaults(self) -> None:
        example = yaml.safe_load((ROOT / "config/config.yaml").read_text("utf-8"))
        files = {key: example["reference"][key] for key in ("fasta", "gtf")}
        assert example == with_defaults({"reference": files})

    def test_readme_has_every_key(self) -> None:
        text = (ROOT / "config/README.md").read_text("utf-8")
        keys = list(configuration._key_paths(load_schema()))
        leaves = [key for key in keys if not any(other.startswith(f"{key}.") for other in keys)]
        assert [key for key in leaves if f"| `{key}` |" not in text] == []


class TestSchema:
    def test_schema_is_valid(self) -> None:
        jsonschema.Draft202012Validator.check_schema(load_schema())

    def test_every_key_is_described(self) -> None:
        assert all(map(configuration._described, configuration._key_paths(load_schema())))

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"caller": []}, "caller is unknown; did you mean 'callers'?"),
            ({"Target-Genes": []}, "Target-Genes is unknown; did you mean 'target_genes'?"),
            ({"gtf": "x"}, "gtf is unknown; did you mean 'reference.gtf'?"),
            ({"blacklist": "x"}, "did you mean 'reference.arriba.blacklist'?"),
            ({"zzzz": 1}, "zzzz is unknown; remove it or use one of samples, mode"),
            ({"reference": {"fastaa": "x"}}, "did you mean 'reference.fasta'?"),
            ({"report": {"titel": "x"}}, "report.titel is unknown; did you mean 'report.title'?"),
            ({True: 1}, "True is unknown"),
        ],
    )
    def test_unknown_key(self, changes: dict[Any, Any], words: str) -> None:
        (found,) = (
            validate_schema({**config(), **changes})
            if True in changes
            else (schema_problem(**changes),)
        )
        assert words in found

    def test_missing_keys(self) -> None:
        assert validate_schema({}) == [
            "configuration: reference.fasta is missing; set it (genome, FASTA, plain or "
            "gzip-compressed).",
            "configuration: reference.gtf is missing; set it (gene annotation, GTF, plain or "
            "gzip-compressed).",
        ]

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"mode": "ful"}, "mode is 'ful'; did you mean 'full'? It has to be one of full, sc"),
            ({"mode": True}, "mode is True; it has to be one of full, screen"),
            ({"callers": "arriba"}, "callers is 'arriba'; it has to be a list, such as [a, b]"),
            ({"callers": []}, "callers is []; it needs at least 1 entry"),
            ({"callers": ["arriba", "arriba"]}, "name 'arriba' once only"),
            (
                {"callers": ["junctions", "STAR-Fusion"]},
                "callers (entry 2) is 'STAR-Fusion'; did you mean 'star_fusion'?",
            ),
            ({"callers": ["pizzly"]}, "has to be one of junctions, star_fusion, arriba"),
            ({"target_genes": "NTRK1"}, "target_genes is 'NTRK1'; it has to be a list"),
            ({"target_genes": []}, "it needs at least 1 entry"),
            ({"target_genes": ["NTRK 1"]}, "target_genes (entry 1) is 'NTRK 1'; a gene symbol"),
            ({"companion_genes": ["ALK", "ALK"]}, "name 'ALK' once only"),
            ({"thresholds": {"x": "3"}}, "thresholds.x is '3'; it has to be a number"),
            ({"thresholds": {"x": True}}, "thresholds.x is True; it has to be a number"),
            ({"thresholds": [1]}, "thresholds is [1]; it has to be a section"),
            ({"hotspot_genes": "KRAS"}, "hotspot_genes is 'KRAS'; it has to be a list"),
            ({"hotspot_genes": ["KRAS", "KRAS"]}, "name 'KRAS' once only"),
            ({"hotspot_genes": ["K RAS"]}, "hotspot_genes (entry 1) is 'K RAS'; a gene symbol"),
            (
                {"grading": {"homology": "ignore"}},
                "grading.homology is 'ignore'; it has to be one of review, below_the_line",
            ),
            ({"grading": {"homology": "reportable"}}, "one of review, below_the_line"),
            ({"grading": {"homology": "reviw"}}, "did you mean 'review'?"),
            ({"grading": ["homology"]}, "it has to be a section"),
            ({"hotspot_gene": ["KRAS"]}, "hotspot_gene is unknown; did you mean 'hotspot_genes'?"),
            ({"gradings": {}}, "gradings is unknown; did you mean 'grading'?"),
            ({"reference": {"sjdb_overhang": 0}}, "it has to be at least 1"),
            ({"reference": {"sjdb_overhang": 1e9}}, "it has to be at most 1000"),
            ({"reference": {"sjdb_overhang": 74.5}}, "it has to be a whole number"),
            ({"reference": {"fasta": ""}}, "reference.fasta is ''; it must not be empty"),
            ({"reference": {"fasta": 3}}, "it has to be text; put it in quotes"),
            ({"trimming": {"enabled": "yes"}}, "it has to be true or false"),
            ({"trimming": True}, "trimming is True; it has to be a section"),
            ({"samples": "x" * 99, "mode": "y" * 99}, "mode is 'yyy"),
        ],
    )
    def test_wrong_value(self, changes: dict[str, Any], words: str) -> None:
        assert words in schema_problem(**changes)

    def test_all_problems_come_at_once(self) -> None:
        found = validate_schema({"mode": "x", "foo": 1, "callers": [], "reference": "hg38"})
        assert len(found) == 4


class TestSettings:
    def test_valid(self, base: Path) -> None:
        complete = load_and_check(
            MINIMAL, base, kinase_genes=KINASE_GENES, threshold_names=THRESHOLDS
        )
        assert complete == with_defaults(MINIMAL)

    def test_schema_problems_are_raised(self, base: Path) -> None:
        with pytest.raises(InputError, match="callers is 'x'; it has to be a list"):
            load_and_check(config(callers="x"), base)

    def test_other_problems_are_raised_together(self, base: Path) -> None:
        with pytest.raises(InputError) as caught:
            load_and_check(config(mode="screen", callers=["arriba"]), base)
        assert len(caught.value.problems) == 2

    def test_mode(self) -> None:
        assert "mode 'screen' is not available in this version" in problem(mode="screen")

    @pytest.mark.parametrize(
        ("gene", "words"),
        [
            ("TRKA", "did you mean 'NTRK1'?"),
            ("TrkB", "did you mean 'NTRK2'?"),
            ("ntrk3", "did you mean 'NTRK3'?"),
            ("NTRK4", "did you mean 'NTRK"),
            ("BRCA1", "resources/protein_domains.tsv; add its domain there or remove the gene"),
        ],
    )
    def test_target_without_kinase_domain(self, gene: str, words: str) -> None:
        found = problem(target_genes=[gene])
        assert f"target gene {gene!r} has no kinase domain" in found
        assert words in found

    def test_target_and_companion(self) -> None:
        found = problem(companion_genes=["ALK", "NTRK1"])
        assert "gene 'NTRK1' stands in target_genes and in companion_genes" in found

    @pytest.mark.parametrize(
        ("thresholds", "words"),
        [
            ({"min_junction_read": 3}, "is unknown; did you mean 'min_junction_reads'?"),
            ({"zzzz": 3}, "thresholds.zzzz is unknown; use one of"),
            ({"min_mapped_reads": float("nan")}, "thresholds.min_mapped_reads is nan"),
            ({"min_mapped_reads": float("inf")}, "give a finite number"),
        ],
    )
    def test_thresholds(self, thresholds: dict[str, float], words: str) -> None:
        assert words in problem(thresholds=thresholds)

    @pytest.mark.parametrize(
        ("genes", "words"),
        [
            (["KRAS", "PIK3C"], "did you mean 'PIK3CA'?"),
            (["kras"], "did you mean 'KRAS'?"),
            (["TP53"], "use one of"),
        ],
    )
    def test_hotspot_genes(self, genes: list[str], words: str) -> None:
        found = problem(hotspot_genes=genes)
        assert f"hotspot gene {genes[-1]!r} is not in resources/hotspots.tsv" in found
        assert words in found

    @pytest.mark.parametrize(
        ("finding", "words"),
        [("readthrough", "did you mean 'read_through'?"), ("zzzz", "use one of")],
    )
    def test_grading(self, finding: str, words: str) -> None:
        found = problem(grading={finding: "below_the_line"})
        assert f"grading.{finding} is unknown; " in found
        assert words in found

    def test_what_is_known_passes(self) -> None:
        complete = with_defaults(
            config(hotspot_genes=["KRAS", "BRAF"], grading={"homology": "below_the_line"})
        )
        assert complete["hotspot_genes"] == ["KRAS", "BRAF"]
        found = check_config(
            complete, ROOT, hotspot_genes=HOTSPOT_GENES, findings=FINDINGS, files=False
        )
        assert found == []

    def test_names_that_are_not_known_yet_are_not_judged(self) -> None:
        odd = with_defaults(
            config(
                target_genes=["X"],
                thresholds={"y": 1},
                hotspot_genes=["Z"],
                grading={"w": "review"},
            )
        )
        assert check_config(odd, ROOT, files=False) == []

    @pytest.mark.parametrize(
        ("caller", "key"),
        [("star_fusion", "reference.ctat_lib"), ("arriba", "reference.arriba.blacklist")],
    )
    def test_caller_without_its_database(self, caller: str, key: str) -> None:
        found = problem(callers=["junctions", caller])
        assert f"the caller {caller} needs {key}, which is not set" in found

    def test_mini_databases_stand_in(self, base: Path) -> None:
        complete = with_defaults(
            config(callers=["star_fusion", "arriba"], reference={"build_mini_databases": True})
        )
        assert check_config(complete, base) == []


class TestReferenceFiles:
    @pytest.mark.parametrize("key", ["fasta", "gtf"])
    def test_missing(self, base: Path, key: str) -> None:
        found = problem(base, True, reference={key: "gone"})
        assert f"reference.{key} 'gone' does not exist (looked for '{base}/gone')" in found

    def test_directory(self, base: Path) -> None:
        (base / "d").mkdir()
        assert "reference.gtf 'd' is a directory" in problem(base, True, reference={"gtf": "d"})

    def test_empty(self, base: Path) -> None:
        (base / "e").touch()
        assert "'e' has zero bytes" in problem(base, True, reference={"gtf": "e"})

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_permission(self, base: Path) -> None:
        (base / "genes.gtf").chmod(0)
        assert "cannot be read (permission denied)" in problem(base, True)

    def test_star_index(self, base: Path) -> None:
        fill(base / "star", STAR_INDEX_FILES[2:])
        found = problem(base, True, reference={"star_index": "star"})
        assert "reference.star_index 'star' lacks Genome, SA; give a complete" in found
        found = problem(base, True, reference={"star_index": "genome.fa"})
        assert "is not a directory" in found
        found = problem(base, True, reference={"star_index": "gone"})
        assert "does not exist" in found
        fill(base / "full", STAR_INDEX_FILES)
        complete = with_defaults(config(reference={"star_index": "full"}))
        assert check_config(complete, base) == []

    def test_ctat_lib(self, base: Path) -> None:
        def found(path: str) -> str:
            return problem(base, True, callers=["star_fusion"], reference={"ctat_lib": path})

        fill(base / "lib", CTAT_LIB_FILES[1:])
        assert "reference.ctat_lib 'lib' lacks AnnotFilterRule.pm; give" in found("lib")
        assert "does not exist" in found("gone")
        fill(base / "my lib", CTAT_LIB_FILES)
        assert "has white space in its full path" in found("my lib")
        fill(base / "outer/ctat_genome_lib_build_dir", CTAT_LIB_FILES)
        assert "did you mean its folder 'ctat_genome_lib_build_dir'?" in found("outer")
        good = config(
            callers=["star_fusion"],
            reference={"ctat_lib": "outer/ctat_genome_lib_build_dir"},
        )
        assert check_config(with_defaults(good), base) == []

    @pytest.mark.parametrize("key", ["blacklist", "known_fusions", "protein_domains"])
    def test_arriba(self, base: Path, key: str) -> None:
        files = {"blacklist": "genes.gtf", key: "gone"}
        found = problem(base, True, callers=["arriba"], reference={"arriba": files})
        assert f"reference.arriba.{key} 'gone' does not exist" in found

    def test_databases_of_callers_that_do_not_run_are_not_judged(self, base: Path) -> None:
        unused = {"ctat_lib": "gone", "arriba": {"blacklist": "gone"}}
        assert check_config(with_defaults(config(reference=unused)), base) == []


GENES = [("chr1", "NTRK1", "CDS"), ("chr9", "NTRK2", "CDS"), ("chr15", "NTRK3", "CDS")]


def feature(contig: str, gene: str, kind: str = "CDS", key: str = "gene_name") -> str:
    attributes = f'gene_id "ENSG1"; {key} "{gene}"; havana_gene "OTT1"; tag "MANE_Select";'
    return f"{contig}\thavana\t{kind}\t1\t90\t.\t+\t0\t{attributes}"


class TestReference:
    @staticmethod
    def check(
        tmp_path: Path,
        gtf: list[str] | bytes,
        fasta: list[str] | bytes = ("chr1", "chr9", "chr15"),  # type: ignore[assignment]
        suffix: str = "",
        genes: tuple[str, ...] = ("NTRK1", "NTRK2", "NTRK3"),
    ) -> ReferenceCheck:
        if not isinstance(gtf, bytes):
            gtf = "\n".join(["#!genome-build x", *gtf, ""]).encode()
        if not isinstance(fasta, bytes):
            fasta = "".join(f">{name} rest > of it\nACGT\nAC\n" for name in fasta).encode()
        paths = tmp_path / f"genome.fa{suffix}", tmp_path / f"genes.gtf{suffix}"
        for path, content in zip(paths, (fasta, gtf), strict=True):
            path.write_bytes(gzip.compress(content) if suffix else content)
        return check_reference(*paths, genes)

    def problem(self, tmp_path: Path, *args: Any, **kwargs: Any) -> str:
        (found,) = self.check(tmp_path, *args, **kwargs).problems
        assert found.endswith(".")
        return found

    good = tuple(feature(*gene) for gene in GENES)

    @pytest.mark.parametrize("suffix", ["", ".gz"])
    def test_good(self, tmp_path: Path, suffix: str) -> None:
        assert self.check(tmp_path, self.good, suffix=suffix) == ReferenceCheck()

    def test_good_ncbi(self, tmp_path: Path) -> None:
        rows = [feature(*gene, key="gene") for gene in GENES]
        assert self.check(tmp_path, rows) == ReferenceCheck()

    @pytest.mark.parametrize("chunk", range(1, 40, 3))
    def test_chunk_borders_do_not_matter(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
    ) -> None:
        monkeypatch.setattr(genome_files, "_CHUNK", chunk)
        rows = [*self.good, feature("chr9", "X"), feature("chrUn", "Y"), feature("chr9", "Z")]
        found = self.check(tmp_path, rows)
        assert found.problems == []
        assert "1 of its 4 contigs are not in" in found.warnings[0]
        assert "(chrUn)" in found.warnings[0]

    @pytest.mark.parametrize("rows", [range(3), range(2, -1, -1)])
    def test_unsorted_blocks(self, tmp_path: Path, rows: range) -> None:
        """Lines of many contigs in one block, and blocks of one contig."""
        lines = [feature(f"chr{i % 7}", "X") for i in range(50_000)]
        lines += [feature("chr1", "X")] * 50_000 + [self.good[i] for i in rows]
        facts, wrong = self.facts(tmp_path, lines)
        assert wrong == ""
        assert facts.contigs == {*(f"chr{i}" for i in range(7)), "chr9", "chr15"}
        assert facts.coding == {"NTRK1", "NTRK2", "NTRK3"}

    @staticmethod
    def facts(tmp_path: Path, lines: list[str]) -> Any:
        (tmp_path / "a.gtf").write_text("\n".join(lines))
        return _read_annotation(tmp_path / "a.gtf", ["NTRK1", "NTRK2", "NTRK3"])

    @pytest.mark.parametrize(
        ("genes", "words"),
        [
            (("TRKA",), "no gene with gene_name 'TRKA'; did you mean 'NTRK1'? If not, correct"),
            (("Ntrk2",), "no gene with gene_name 'Ntrk2'; did you mean 'NTRK2'?"),
            (("ALK",), "no gene with gene_name 'ALK'; correct the genes"),
            (("NTRK",), "no gene with gene_name 'NTRK'; did you mean 'NTRK"),
        ],
    )
    def test_gene_missing(self, tmp_path: Path, genes: tuple[str, ...], words: str) -> None:
        assert words in self.problem(tmp_path, self.good, genes=genes)

    def test_other_attributes_do_not_count(self, tmp_path: Path) -> None:
        rows = [feature(*gene) for gene in GENES[:2]] + [feature("chr15", "NTRK3", key="my_gene")]
        assert "no gene with gene_name 'NTRK3'" in self.problem(tmp_path, rows)

    def test_no_gene_names(self, tmp_path: Path) -> None:
        rows = [feature(*gene, key="gene_symbol") for gene in GENES]
        assert "names no gene" in self.problem(tmp_path, rows)

    def test_gene_without_cds(self, tmp_path: Path) -> None:
        rows = [*self.good[:2], feature("chr15", "NTRK3", "exon")]
        assert "gene 'NTRK3' has no CDS" in self.problem(tmp_path, rows)

    @pytest.mark.parametrize(
        ("names", "words"),
        [
            (["1", "9", "15"], "names its contigs like 'chr1', the genome like '1'"),
            (["NC_000001.11"], "names its contigs like 'chr1', the genome like 'NC_000001.11'"),
        ],
    )
    def test_no_common_contig(self, tmp_path: Path, names: list[str], words: str) -> None:
        found = self.problem(tmp_path, self.good, names)
        assert "none of its contigs is in" in found
        assert words in found

    def test_genome_with_prefix(self, tmp_path: Path) -> None:
        rows = [feature(gene[0][3:], *gene[1:]) for gene in GENES]
        assert "like '1', the genome like 'chr1'" in self.problem(tmp_path, rows)

    def test_contig_of_a_target(self, tmp_path: Path) -> None:
        found = self.problem(tmp_path, self.good, ["chr1", "9", "chr15"])
        assert "gene 'NTRK2' lies on contig 'chr9', which is not in" in found
        assert "like 'chr9', the genome like '9'" in found

    def test_alternative_locus_is_no_problem(self, tmp_path: Path) -> None:
        rows = [*self.good, feature("chr1_alt", "NTRK1")]
        assert self.check(tmp_path, rows).problems == []

    @pytest.mark.parametrize(
        ("gtf", "words"),
        [
            (b"", "has no features, it is empty"),
            (b"#!only\n# comments\n\n", "has no features"),
            (b"chr1\t1\t90\tNTRK1\n", "is no GTF, its first row has 4 instead of 9"),
            (b"##gff-version 3\nchr1\tx\tgene\t1\t9\t.\t+\t.\tID=g;Name=NTRK1\n", "like GFF3"),
        ],
    )
    @pytest.mark.parametrize("suffix", ["", ".gz"])
    def test_no_gtf(self, tmp_path: Path, gtf: bytes, words: str, suffix: str) -> None:
        found = self.problem(tmp_path, gtf, suffix=suffix)
        assert words in found
        assert found.startswith(str(tmp_path / "genes.gtf"))

    @pytest.mark.parametrize("fasta", [b"", b"ACGT\n", b"@r1\nA>CGT\n+\nI>II\n"])
    def test_no_fasta(self, tmp_path: Path, fasta: bytes) -> None:
        assert "is no FASTA, it has no line" in self.problem(tmp_path, self.good, fasta)

    @pytest.mark.parametrize("name", ["genome.fa", "genes.gtf"])
    @pytest.mark.parametrize("damage", ["cut", "flip"])
    def test_damaged_gzip(self, tmp_path: Path, name: str, damage: str) -> None:
        self.check(tmp_path, self.good, suffix=".gz")
        path = tmp_path / f"{name}.gz"
        content = path.read_bytes()
        path.write_bytes(content[:-9] if damage == "cut" else content[:20] + b"\xff" * 60)
        (found,) = check_reference(
            tmp_path / "genome.fa.gz", tmp_path / "genes.gtf.gz", ["NTRK1"]
        ).problems
        assert re.match(f"{re.escape(str(path))}: cannot be read .*; copy or download", found)

    def test_missing_files(self, tmp_path: Path) -> None:
        found = check_reference(tmp_path / "a.fa", tmp_path / "b.gtf", ["NTRK1"])
        assert len(found.problems) == 2
        assert all("cannot be read" in sentence for sentence in found.problems)

    def test_index_is_used_unless_outdated(self, tmp_path: Path) -> None:
        index = tmp_path / "genome.fa.fai"
        index.write_text("chr1\t4\t6\t4\t5\n")
        os.utime(index, (1, 1))
        assert self.check(tmp_path, self.good).problems == []
        os.utime(index)
        os.utime(tmp_path / "genome.fa", (1, 1))
        found = check_reference(tmp_path / "genome.fa", tmp_path / "genes.gtf", ["NTRK2"])
        assert "gene 'NTRK2' lies on contig 'chr9'" in found.problems[0]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["fasta", "gtf", "arriba", "blacklist", "x", "enabled"]), inner
        )
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from(list(load_schema()["properties"])) | st.text(max_size=5), anything
    )
)
def test_any_configuration_passes_or_gets_sentences(given_config: dict[str, Any]) -> None:
    found = validate_schema(given_config)
    assert all(re.match(r"configuration: .+[.?]$", sentence, re.DOTALL) for sentence in found)
    if not found:
        assert validate_schema(with_defaults(given_config)) == []
        check_config(with_defaults(given_config), ROOT, files=False)
