"""A folder and words in, the files that hold them and how often out: what is left of what was to be forgotten."""

from __future__ import annotations

import json
from pathlib import Path


def traces(folder: Path, *words: str) -> dict[str, int]:
    """As they are, as JSON writes them, or in UTF-16; in any case of ASCII letters."""
    forms = {form.lower() for text in words for form in _forms(text)}
    counted = {
        str(file.relative_to(folder)): sum(file.read_bytes().lower().count(form) for form in forms)
        for file in folder.rglob("*")
        if file.is_file()
    }
    return {name: count for name, count in counted.items() if count}


def _forms(text: str) -> tuple[bytes, ...]:
    return text.encode(), json.dumps(text)[1:-1].encode(), text.encode("utf-16-le")
