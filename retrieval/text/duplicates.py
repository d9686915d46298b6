"""Two texts -> whether one is the other again: the same article, an update of it, or a copy of a passage. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from retrieval.types import Article, Evidence

SHINGLE = 5  # words in a row that count as one
COPIED = 0.8  # of a text's shingles in the other: syndicated copies, shortened or with another first line


def judge(offered: Article, known: Article | None, twin: Article | None) -> Literal["new", "same", "updated"]:
    """`known` has the offered article's id or address; `twin` has its very words under any id."""
    if known is None:
        return "same" if twin is not None else "new"
    same = (offered.title, offered.text, offered.published or known.published) == (
        known.title,
        known.text,
        known.published,
    )
    return "same" if same else "updated"


def without_copies(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Of passages that say the same in nearly the same words, the first. Copies within one article are kept, and so is
    what repeats a shorter one and goes on.
    """
    kept: list[Evidence] = []
    seen: list[frozenset[tuple[str, ...]]] = []
    for each in evidence:
        shingles = _shingles(each.text)
        if not any(
            other.article.id != each.article.id and len(shingles & known) >= COPIED * len(shingles)
            for other, known in zip(kept, seen, strict=True)
        ):
            kept.append(each)
            seen.append(shingles)
    return kept


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return frozenset(tuple(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1)))
