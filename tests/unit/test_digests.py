"""Which code and files a job's output hangs on."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ntrkoma.digests import digest, imported

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "scripts" / "ntrkoma"
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))


def by_syntax(path: Path) -> set[Path]:
    """Modules of the package that a file imports, read by Python itself."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] != "ntrkoma":
                continue
            for end in (len(parts), len(parts) - 1):
                place = PACKAGE.joinpath(*parts[1:end])
                files = [
                    f for f in (place.with_suffix(".py"), place / "__init__.py") if f.is_file()
                ]
                if files:
                    found.add(files[0])
                    break
    return found


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_imports_as_python_reads_them(script: Path) -> None:
    expected, ahead = set(), list(by_syntax(script))
    while ahead:
        module = ahead.pop()
        if module not in expected:
            expected.add(module)
            ahead += by_syntax(module)
    assert imported(script, PACKAGE) == expected


class TestDigest:
    @pytest.fixture
    def package(self, tmp_path: Path) -> Path:
        package = tmp_path / "ntrkoma"
        (package / "genome").mkdir(parents=True)
        for name, text in {
            "__init__.py": '__version__ = "1"\n',
            "errors.py": "",
            "genome/__init__.py": "",
            "genome/gtf.py": "from ntrkoma.errors import (\n    InputError,  # a reason\n)\n",
            "genome/loci.py": "import re\n",
            "report.py": "from ntrkoma import __version__\n",
        }.items():
            (package / name).write_text(text)
        (tmp_path / "table.py").write_text(
            "with logged():\n    from ntrkoma.genome import gtf as reader\n"
        )
        (tmp_path / "page.py").write_text("import ntrkoma.report\n")
        return package

    def value(self, package: Path, script: str = "table", *read: Path) -> str:
        # A new process sees new files; here what was read is forgotten.
        from ntrkoma import digests

        digests._content.cache_clear()
        digests._imports.cache_clear()
        return digest(package.parent / f"{script}.py", package, read)

    @pytest.mark.parametrize("changed", ["genome/gtf.py", "errors.py"])
    def test_imported_module(self, package: Path, changed: str) -> None:
        before = self.value(package)
        with (package / changed).open("a") as module:
            module.write("# another reading\n")
        assert self.value(package) != before

    @pytest.mark.parametrize("changed", ["genome/loci.py", "report.py", "__init__.py"])
    def test_other_module(self, package: Path, changed: str) -> None:
        before = self.value(package)
        with (package / changed).open("a") as module:
            module.write("# another reading\n")
        assert self.value(package) == before

    def test_version_only_where_it_is_printed(self, package: Path) -> None:
        before = self.value(package, "page")
        (package / "__init__.py").write_text('__version__ = "2"\n')
        assert self.value(package, "page") != before

    def test_files_read(self, package: Path) -> None:
        table = package.parent / "therapies.tsv"
        table.write_text("a\n")
        before = self.value(package, "table", table)
        assert before != self.value(package)
        table.write_text("b\n")
        assert self.value(package, "table", table) != before

    def test_where_it_lies_does_not_matter(self, package: Path, tmp_path: Path) -> None:
        before = self.value(package)
        package.parent.rename(tmp_path.parent / "elsewhere")
        assert self.value(tmp_path.parent / "elsewhere" / "ntrkoma") == before


def test_every_rule_that_runs_our_code_has_its_digest() -> None:
    for path in (ROOT / "rules").rglob("*.smk"):
        if path.name == "references.smk":  # brings files; no result hangs on its code
            continue
        parts = re.split(r"^rule (\w+):\n", path.read_text(encoding="utf-8"), flags=re.M)
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            script = re.search(r'"\.\./scripts/(\w+)\.py"', text)
            if script is not None and name != "multiqc":  # runs another program
                assert f'sources=SOURCES["{script[1]}"]' in text, f"{path.name}: {name}"
