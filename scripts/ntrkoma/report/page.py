"""What every page shares: text without hidden characters, style, content policy."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from ntrkoma.report.figures.canvas import clipped

# Marks that turn the direction of text around (Unicode TR 9): names do not need them.
_DIRECTION = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


_INVISIBLE = {"Cc", "Cs", "Co", "Cn"}


def clean(value: Any) -> Any:
    """``value`` with every text freed of direction marks, control characters and code points that
    no font shows; keys of mappings too."""
    if isinstance(value, str):
        bare = value.translate(_DIRECTION)
        if bare.isascii() and bare.isprintable():
            return bare
        return "".join(
            " " if c in "\n\t\r\u2028\u2029" else c
            for c in bare
            if c in "\n\t\r" or unicodedata.category(c) not in _INVISIBLE
        )
    if isinstance(value, Mapping):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean(item) for item in value]
    return value


def css_string(text: str) -> str:
    """A CSS string of ``text``; everything but letters and digits is written by code point."""
    escaped = re.sub(r"[^A-Za-z0-9]", lambda found: f"\\{ord(found[0]):x} ", text)
    return f'"{escaped}"'


def page_style(style: str, document: Mapping[str, Any], settings: Mapping[str, str]) -> str:
    """The style sheet with the foot of every printed page: a loose sheet must say whose it is."""
    patient = document["patient"]
    who = f"Sample {clipped(document['sample'], 60)}"
    who += f" · patient {clipped(patient, 40)}" if patient else ""
    title = clipped(settings["title"], 60)
    foot = (
        f"@page {{ @bottom-left {{ content: {css_string(who)}; }} "
        f"@top-left {{ content: {css_string(title)}; }} }}"
    )
    return f"{style.strip()}\n{foot}\n".replace("\r", "")


def content_security_policy(style: str) -> str:
    """Nothing may be loaded, run or sent; one style sheet is allowed, by its checksum."""
    checksum = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{checksum}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
