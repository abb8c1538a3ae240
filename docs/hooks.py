"""The site's files have the paths of the repository, so that links hold there and on the site.

MkDocs takes pages from one folder. Here README.md, CONTRIBUTING.md and config/README.md are pages
as well, and every table, rule or schema that a page links to is part of the site.
"""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
_LINK = re.compile(r"\]\((?!https?:|#)([^)\s#]+)")


def linked(page: str) -> set[str]:
    """Files of the repository that a page links to, by path from its top."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = ((ROOT / page).parent / target for target in _LINK.findall(text))
    return {
        path.resolve().relative_to(ROOT).as_posix()
        for path in found
        if path.is_file() and path.resolve().is_relative_to(ROOT)
    }


def pages_and_files() -> set[str]:
    """Every page of docs/, the README, and what they link to, directly or through another page."""
    found: set[str] = set()
    ahead = ["README.md", "docs/site.css"]
    ahead += (f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))
    while ahead:
        path = ahead.pop()
        if path not in found:
            found.add(path)
            ahead += linked(path) if path.endswith(".md") else ()
    return found


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Put the repository's files in place of those of the folder docs/."""
    of_the_theme = [file for file in files if file.src_dir != config.docs_dir]
    own = [
        File.generated(config, path, abs_src_path=str(ROOT / path))
        for path in sorted(pages_and_files())
    ]
    return Files([*of_the_theme, *own])
