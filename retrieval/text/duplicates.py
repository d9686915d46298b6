"""Two texts -> whether one is the other again: the same article, an update of it, a copy that somebody syndicates, or a
copy of a passage. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import numpy as np

from retrieval.types import Article, Evidence

SHINGLE = 5  # words in a row that count as one
COPIED = 0.8  # of a text's shingles in the other: syndicated copies, shortened or with another first line
HASHES = 128  # of a signature: a resemblance of .5 is told to within .04 (one standard error)
COPY = 0.5  # resemblance from which two articles are copies: a quarter of the words may go, or every tenth be another


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


def signature(text: str) -> bytes:
    """What tells how far texts resemble each other without having them: 4 bytes for each of `HASHES` (Broder, 1997)."""
    from datasketch import MinHash  # takes half a second, and only articles that come in need it

    found = MinHash(HASHES, scheme="affine32")  # kept in databases: another scheme would make all of them void
    found.update_batch([" ".join(shingle).encode() for shingle in _shingles(text)])
    return bytes(found.hashvalues.astype("<u4").tobytes())


def resemblance(one: bytes, other: bytes) -> float:
    """Of two signatures: about the share of both texts' runs of words that both have, 0 to 1."""
    return float(np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")))


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return frozenset(tuple(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1)))
