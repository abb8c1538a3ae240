"""The configuration and its reference: the sentence for each way to get them wrong."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ntrkoma.inputs import configuration
from ntrkoma.inputs.configuration import (
    CTAT_LIB_FILES,
    STAR_INDEX_FILES,
    Known,
    check_config,
    load_schema,
    validate_schema,
    with_defaults,
)

ROOT = Path(__file__).resolve().parents[3]
MINIMAL: dict[str, Any] = {"reference": {"fasta": "genome.fa", "gtf": "genes.gtf"}}
KNOWN = Known(
    kinase_genes={"NTRK1", "NTRK2", "NTRK3", "ALK"},
    hotspot_genes={"KRAS", "BRAF", "PIK3CA"},
    thresholds={"min_junction_reads", "min_mapped_reads"},
    findings={"read_through", "homology", "reciprocal"},
)


def config(**changes: Any) -> dict[str, Any]:
    """A valid configuration with ``changes``; those of ``reference`` are added to the two files."""
    reference = {**MINIMAL["reference"], **changes.pop("reference", {})}
    return {"reference": reference, **changes}


def schema_problem(**changes: Any) -> str:
    (found,) = validate_schema(config(**changes))
    assert found.startswith("configuration: ")
    assert found.endswith((".", "?"))
    return found


def problem(base: Path, **changes: Any) -> str:
    (found,) = check_config(with_defaults(config(**changes)), base, KNOWN)
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
            },
            "target_genes": ["NTRK1", "NTRK2", "NTRK3"],
            "target_domains": "",
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
        assert check_config(with_defaults(MINIMAL), base, KNOWN) == []

    def test_problems_come_together(self, base: Path) -> None:
        wrong = with_defaults(config(mode="screen", callers=["arriba"]))
        assert len(check_config(wrong, base, KNOWN)) == 2

    def test_mode(self, base: Path) -> None:
        assert "mode 'screen' is not available in this version" in problem(base, mode="screen")

    @pytest.mark.parametrize(
        ("gene", "words"),
        [
            ("TRKA", "did you mean 'NTRK1'?"),
            ("TrkB", "did you mean 'NTRK2'?"),
            ("ntrk3", "did you mean 'NTRK3'?"),
            ("NTRK4", "did you mean 'NTRK"),
            ("BRCA1", "resources/protein_domains.tsv; give the domain in a table of your own"),
        ],
    )
    def test_target_without_kinase_domain(self, base: Path, gene: str, words: str) -> None:
        found = problem(base, target_genes=[gene])
        assert f"target gene {gene!r} has no kinase domain" in found
        assert words in found

    @pytest.mark.parametrize("kind", ["target", "companion"])
    @pytest.mark.parametrize(
        ("gene", "words"),
        [
            ("Ntrk1", "is written as one of mouse or rat, and domains, key residues and hotspots"),
            ("Ntrk1", "only human samples can be interpreted; did you mean 'NTRK1'? If not, rem"),
            ("Kit", "is written as one of mouse or rat"),
            ("ENSMUSG00000028072", "is an id of another species, and domains"),
            ("ENSRNOG00000018839.5", "only human samples can be interpreted; remove the gene."),
            ("ENSG00000198400", "is an id of Ensembl, and genes go by their gene_name here"),
        ],
    )
    def test_gene_that_is_not_a_human_symbol(
        self, base: Path, kind: str, gene: str, words: str
    ) -> None:
        found = problem(base, **{f"{kind}_genes": [gene]})
        assert f"{kind} gene {gene!r} is " in found
        assert words in found

    @pytest.mark.parametrize("gene", ["C11orf95", "HLA-A", "CD74", "H3-3A", "TRA"])
    def test_human_symbols(self, base: Path, gene: str) -> None:
        assert check_config(with_defaults(config(companion_genes=[gene])), base, KNOWN) == []

    def test_target_and_companion(self, base: Path) -> None:
        found = problem(base, companion_genes=["ALK", "NTRK1"])
        assert "gene 'NTRK1' is in target_genes and in companion_genes" in found

    @pytest.mark.parametrize(
        ("thresholds", "words"),
        [
            ({"min_junction_read": 3}, "is unknown; did you mean 'min_junction_reads'?"),
            ({"zzzz": 3}, "thresholds.zzzz is unknown; use one of"),
            ({"min_mapped_reads": float("nan")}, "thresholds.min_mapped_reads is nan"),
            ({"min_mapped_reads": float("inf")}, "give a finite number"),
        ],
    )
    def test_thresholds(self, base: Path, thresholds: dict[str, float], words: str) -> None:
        assert words in problem(base, thresholds=thresholds)

    @pytest.mark.parametrize(
        ("genes", "words"),
        [
            (["KRAS", "PIK3C"], "did you mean 'PIK3CA'?"),
            (["kras"], "did you mean 'KRAS'?"),
            (["TP53"], "use one of"),
        ],
    )
    def test_hotspot_genes(self, base: Path, genes: list[str], words: str) -> None:
        found = problem(base, hotspot_genes=genes)
        assert f"hotspot gene {genes[-1]!r} is not in resources/hotspots.tsv" in found
        assert words in found

    @pytest.mark.parametrize(
        ("finding", "words"),
        [("readthrough", "did you mean 'read_through'?"), ("zzzz", "use one of")],
    )
    def test_grading(self, base: Path, finding: str, words: str) -> None:
        found = problem(base, grading={finding: "below_the_line"})
        assert f"grading.{finding} is unknown; " in found
        assert words in found

    def test_what_is_known_passes(self, base: Path) -> None:
        complete = with_defaults(
            config(hotspot_genes=["KRAS", "BRAF"], grading={"homology": "below_the_line"})
        )
        assert complete["hotspot_genes"] == ["KRAS", "BRAF"]
        assert check_config(complete, base, KNOWN) == []

    @pytest.mark.parametrize(
        ("caller", "key"),
        [("star_fusion", "reference.ctat_lib"), ("arriba", "reference.arriba.blacklist")],
    )
    def test_caller_without_its_database(self, base: Path, caller: str, key: str) -> None:
        found = problem(base, callers=["junctions", caller])
        assert f"the caller {caller} needs {key}, which is not set" in found


class TestReferenceFiles:
    @pytest.mark.parametrize("key", ["fasta", "gtf"])
    def test_missing(self, base: Path, key: str) -> None:
        found = problem(base, reference={key: "gone"})
        assert f"reference.{key} 'gone' does not exist (looked for '{base}/gone')" in found

    def test_directory(self, base: Path) -> None:
        (base / "d").mkdir()
        assert "reference.gtf 'd' is a directory" in problem(base, reference={"gtf": "d"})

    def test_empty(self, base: Path) -> None:
        (base / "e").touch()
        assert "'e' has zero bytes" in problem(base, reference={"gtf": "e"})

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_permission(self, base: Path) -> None:
        (base / "genes.gtf").chmod(0)
        assert "cannot be read (permission denied)" in problem(base)

    def test_star_index(self, base: Path) -> None:
        fill(base / "star", STAR_INDEX_FILES[2:])
        found = problem(base, reference={"star_index": "star"})
        assert "reference.star_index 'star' lacks Genome, SA; give a complete" in found
        found = problem(base, reference={"star_index": "genome.fa"})
        assert "is not a directory" in found
        found = problem(base, reference={"star_index": "gone"})
        assert "does not exist" in found
        fill(base / "full", STAR_INDEX_FILES)
        complete = with_defaults(config(reference={"star_index": "full"}))
        assert check_config(complete, base, KNOWN) == []

    def test_ctat_lib(self, base: Path) -> None:
        def found(path: str) -> str:
            return problem(base, callers=["star_fusion"], reference={"ctat_lib": path})

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
        assert check_config(with_defaults(good), base, KNOWN) == []

    @pytest.mark.parametrize("key", ["blacklist", "known_fusions", "protein_domains"])
    def test_arriba(self, base: Path, key: str) -> None:
        files = {"blacklist": "genes.gtf", key: "gone"}
        found = problem(base, callers=["arriba"], reference={"arriba": files})
        assert f"reference.arriba.{key} 'gone' does not exist" in found

    def test_databases_of_callers_that_do_not_run_are_not_judged(self, base: Path) -> None:
        unused = {"ctat_lib": "gone", "arriba": {"blacklist": "gone"}}
        assert check_config(with_defaults(config(reference=unused)), base, KNOWN) == []


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
        check_config(with_defaults(given_config), ROOT, KNOWN)
