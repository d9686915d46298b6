"""An offered article and what is known -> whether it is new, the same, or an update. Pure."""

from __future__ import annotations

from typing import Literal

from retrieval.types import Article


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
