"""What the rules of Arriba and STAR-Fusion make of the programs' exit codes and folders.

The programs are doubles: small scripts that replay recorded outputs, messages and exit codes. They
prove the shell logic of the two rules and nothing about the real programs.
"""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from workflow_runs import (
    RECORDINGS,
    Workdir,
    findings,
    given_databases,
    make_workdir,
)

SAMPLE = "KHDRBS1_NTRK1"
OTHER = "ETV6_NTRK3"  # its recordings tell a fresh result from a stale one
RESULT = f"results/samples/{SAMPLE}/{SAMPLE}.ntrk.json"
CALLS = Path("results") / "callers"

# Arriba 2.5.1, word for word.
NO_CHIMERIC_READ = (
    "ERROR: no split reads or discordant mates found (STAR must either be run with "
    "'--chimOutType WithinBAM' or the file 'Chimeric.out.sam' must be passed to Arriba via the "
    "argument -c)"
)
NO_READ = "ERROR: no normal reads found"
NO_BLACKLIST = (
    "ERROR: filter 'blacklist' enabled, but missing option -b (use '-f blacklist' if you want to "
    "disable the blacklist)"
)


@pytest.fixture(scope="module")
def aligned(data: Path, star_index: str, tmp_path_factory: pytest.TempPathFactory) -> Workdir:
    """One sample up to its result, with the alignment kept for the callers. Tests copy it."""
    workdir = make_workdir(
        tmp_path_factory.mktemp("aligned") / "run",
        data,
        [SAMPLE],
        reference={"star_index": star_index},
    )
    workdir.run(RESULT, "--notemp").succeeded()
    return workdir


@pytest.fixture
def with_caller(aligned: Workdir, tmp_path: Path) -> Callable[[str], Workdir]:
    """A copy in which a caller runs beside our own."""

    def make(caller: str) -> Workdir:
        workdir = aligned.copy(tmp_path / "run")
        workdir.change_config(callers=["junctions", caller], **given_databases(workdir))
        return workdir

    return make


def program(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/usr/bin/env bash\n{script}", encoding="utf-8")
    path.chmod(0o755)


def arriba(folder: Path, run: str) -> None:
    """Arriba's double: its help says the version, as the real one's does."""
    program(
        folder,
        "arriba",
        f'if [[ $1 == -h ]]; then echo "Version: 2.5.1"; exit; fi\n'
        "while (( $# )); do case $1 in -o) out=$2;; -O) discarded=$2;; esac; shift; done\n"
        f"{run}\n",
    )


def star_fusion(folder: Path, recording: Path) -> None:
    """STAR-Fusion's double: keeps what an output folder holds already, as the real one does."""
    recorded = shlex.quote(str(recording / "star_fusion"))
    program(
        folder,
        "STAR-Fusion",
        f"recorded={recorded}\n"
        'if [[ $1 == --version ]]; then cat "$recorded/version.txt"; exit; fi\n'
        "while (( $# )); do case $1 in --output_dir) out=$2;; --genome_lib_dir) lib=$2;; "
        "-J) chimeric=$2;; esac; shift; done\n"
        '[[ -s $lib/ref_genome.fa && -s $chimeric && "$lib$chimeric$out" != *[[:space:]]* ]] '
        "|| { echo 'Error, bad paths' >&2; exit 255; }\n"
        'mkdir -p "$out"\n'
        "table=$out/star-fusion.fusion_predictions.abridged.coding_effect.tsv\n"
        '[[ -e $table ]] && { echo "-- Skipping, checkpoint exists"; exit; }\n'
        'cp "$recorded/predictions.tsv" "$table"\n'
        'cp -r "$recorded/preliminary" "$out/star-fusion.preliminary"\n',
    )


def replay_arriba(recording: Path) -> str:
    source = shlex.quote(str(recording / "arriba"))
    return f'cp {source}/fusions.tsv "$out"; cp {source}/fusions.discarded.tsv "$discarded"'


class TestArriba:
    @pytest.mark.parametrize("message", [NO_CHIMERIC_READ, NO_READ], ids=["chimeric", "normal"])
    def test_nothing_to_call_is_no_call(
        self, with_caller: Callable[[str], Workdir], aligned: Workdir, tmp_path: Path, message: str
    ) -> None:
        run_dir = with_caller("arriba")
        arriba(tmp_path / "bin", f"echo {shlex.quote(message)} >&2; exit 1")
        run_dir.run(RESULT, programs=tmp_path / "bin").succeeded()
        folder = run_dir.path / CALLS / "arriba" / SAMPLE
        assert [(folder / f"fusions{x}.tsv").read_text("utf-8") for x in ("", ".discarded")] == [
            "",
            "",
        ]
        document = run_dir.document(SAMPLE)
        assert document["verdict"] == "detected"
        assert document["callers_run"] == ["junctions", "arriba"]
        assert document["provenance"]["tools"]["arriba"] == "2.5.1"
        (ours,), (fusion,) = aligned.document(SAMPLE)["fusions"], document["fusions"]
        assert {k: v for k, v in fusion.items() if k != "assessment"} == {
            k: v for k, v in ours.items() if k != "assessment"
        }
        assert "not seen by Arriba" in fusion["assessment"][-1]["text"]

    @pytest.mark.parametrize(
        "run",
        [
            f"echo {shlex.quote(NO_BLACKLIST)} >&2; exit 1",
            "echo 'Segmentation fault' >&2; exit 139",
            # A harmless word elsewhere in the log excuses nothing.
            "echo 'WARNING: no normal reads found in ChrUn' >&2; echo 'ERROR: disk full'; exit 1",
        ],
        ids=["wrong use", "crash", "similar words"],
    )
    def test_real_failure_fails_and_its_log_is_shown(
        self, with_caller: Callable[[str], Workdir], tmp_path: Path, run: str
    ) -> None:
        run_dir = with_caller("arriba")
        arriba(tmp_path / "bin", f'echo partial > "$out"; {run}')
        finished = run_dir.run(RESULT, programs=tmp_path / "bin")
        assert finished.returncode != 0
        shown = next(
            words
            for words in ("missing option -b", "Segmentation fault", "disk full")
            if words in run
        )
        assert shown in finished.output
        assert f"logs/callers/{SAMPLE}.arriba.log" in finished.output
        assert not list((run_dir.path / CALLS / "arriba" / SAMPLE).glob("*.tsv"))

    def test_calls_are_merged(self, with_caller: Callable[[str], Workdir], tmp_path: Path) -> None:
        run_dir = with_caller("arriba")
        arriba(tmp_path / "bin", replay_arriba(RECORDINGS / SAMPLE))
        run_dir.run(RESULT, programs=tmp_path / "bin").succeeded()
        (fusion,) = run_dir.document(SAMPLE)["fusions"]
        assert fusion["callers"]["arriba"]["confidence"] == "high"
        assert fusion["callers"]["arriba"]["junction_reads"] == 27

    def test_missing_program_fails(
        self, with_caller: Callable[[str], Workdir], tmp_path: Path
    ) -> None:
        """A program that is not there must not pass for one that found nothing."""
        run_dir = with_caller("arriba")
        program(tmp_path / "bin", "arriba", "echo 'arriba: command not found' >&2; exit 127\n")
        assert run_dir.run(RESULT, programs=tmp_path / "bin").returncode != 0
        assert not list((run_dir.path / CALLS / "arriba" / SAMPLE).glob("*.tsv"))


class TestStarFusion:
    def test_calls_are_merged(self, with_caller: Callable[[str], Workdir], tmp_path: Path) -> None:
        run_dir = with_caller("star_fusion")
        star_fusion(tmp_path / "bin", RECORDINGS / SAMPLE)
        run_dir.run(RESULT, programs=tmp_path / "bin").succeeded()
        document = run_dir.document(SAMPLE)
        (fusion,) = document["fusions"]
        call = fusion["callers"]["star_fusion"]
        assert (call["junction_reads"], call["spanning_fragments"]) == (27, 12)
        assert call["frame"] == "INFRAME"
        assert call["discarded_by"] == []
        assert document["provenance"]["tools"]["star_fusion"] == "1.15.0"

    def test_failure_fails_and_its_log_is_shown(
        self, with_caller: Callable[[str], Workdir], tmp_path: Path
    ) -> None:
        run_dir = with_caller("star_fusion")
        script = 'echo "Error, file doesn\'t have expected formatting" >&2; exit 255\n'
        program(tmp_path / "bin", "STAR-Fusion", script)
        finished = run_dir.run(RESULT, programs=tmp_path / "bin")
        assert finished.returncode != 0
        assert "doesn't have expected formatting" in finished.output
        assert not (run_dir.path / CALLS / "star_fusion" / SAMPLE / "predictions.tsv").exists()

    def test_stale_folder_is_not_reused(
        self, with_caller: Callable[[str], Workdir], tmp_path: Path
    ) -> None:
        run_dir = with_caller("star_fusion")
        star_fusion(tmp_path / "bin", RECORDINGS / OTHER)
        run_dir.run(RESULT, programs=tmp_path / "bin").succeeded()
        folder = run_dir.path / CALLS / "star_fusion" / SAMPLE
        assert "ETV6--NTRK3" in (folder / "predictions.tsv").read_text("utf-8")
        (folder / "preliminary" / "stale").write_text("left behind\n", encoding="utf-8")

        star_fusion(tmp_path / "bin", RECORDINGS / SAMPLE)
        options = ("--forcerun", "star_fusion")
        run_dir.run(RESULT, *options, programs=tmp_path / "bin").succeeded()
        expected = RECORDINGS / SAMPLE / "star_fusion"
        fresh = (folder / "predictions.tsv").read_bytes()
        assert fresh == (expected / "predictions.tsv").read_bytes()
        names, recorded = (
            sorted(str(path.relative_to(top)) for path in top.rglob("star-fusion*"))
            for top in (folder / "preliminary", expected / "preliminary")
        )
        assert names == recorded
        assert not (folder / "preliminary" / "stale").exists()
        assert [f["name"] for f in run_dir.document(SAMPLE)["fusions"]] == ["KHDRBS1::NTRK1"]

    def test_library_is_found_by_a_relative_path(
        self, with_caller: Callable[[str], Workdir], tmp_path: Path
    ) -> None:
        run_dir = with_caller("star_fusion")
        reference = run_dir.config()["reference"]
        shutil.move(reference["ctat_lib"], run_dir.path / "lib")
        run_dir.change_config(reference=reference | {"ctat_lib": "lib"})
        star_fusion(tmp_path / "bin", RECORDINGS / SAMPLE)
        run_dir.run(RESULT, programs=tmp_path / "bin").succeeded()
        (fusion,) = run_dir.document(SAMPLE)["fusions"]
        assert set(fusion["callers"]) == {"junctions", "star_fusion"}


def test_caller_that_is_taken_off_leaves_no_trace(
    with_caller: Callable[[str], Workdir], aligned: Workdir, tmp_path: Path
) -> None:
    run_dir = with_caller("arriba")
    arriba(tmp_path / "bin", replay_arriba(RECORDINGS / SAMPLE))
    run_dir.run(RESULT, programs=tmp_path / "bin").succeeded()
    run_dir.change_config(callers=["junctions"])
    run_dir.run(RESULT, programs=tmp_path / "bin").succeeded()
    assert findings(run_dir.document(SAMPLE)) == findings(aligned.document(SAMPLE))
