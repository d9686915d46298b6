"""An answer -> what of it is kept with its turn, and back: to be said again, shorter, longer, or as it was.

Of citations only the places are kept: what they quote is the engine's, and gone with its article.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.keeping.turns import Place
from retrieval import Answer, Citation, Closest, Gloss, Nearest, Scope, Searched, Sentence, Span

Cite = Callable[[Place], Citation | None]
"""What stands there, as long as the article is held."""
Name = Callable[[str], Nearest | None]
"""The article of that id, as long as it is held."""


def pack_answer(answer: Answer | Closest) -> dict[str, Any]:
    """Fit for JSON."""
    scope = answer.searched.scope
    days = [day.isoformat() if day else None for day in (scope.since, scope.until)]
    packed: dict[str, Any] = {
        "sentences": list(map(_pack_sentence, answer.sentences)),
        "scope": [*days, list(scope.sources)],
        "widened": answer.searched.widened,
    }
    if isinstance(answer, Closest):
        return packed
    return packed | {
        "values": list(map(_pack_sentence, answer.values)),
        "verdict": answer.verdict,
        "timeline": answer.timeline,
        "also": [near.article_id for near in answer.also],
    }


def unpack_answer(packed: Mapping[str, Any], question: str, cite: Cite, name: Name) -> Answer | Closest | None:
    """Without the sentences that nothing bears out any more. None where none is left, or there was no answer.

    How sure the engine was is not kept here: it is 0.
    """
    sentences = _unpack_sentences(packed.get("sentences", ()), cite)
    if not sentences:
        return None
    searched = _unpack_searched(packed)
    if "values" not in packed:
        return Closest(question, sentences, 0.0, searched=searched)
    values = _unpack_sentences(packed["values"], cite)
    return Answer(
        question, sentences, 0.0,
        searched=searched,
        values=values if len(values) > 1 else (),
        verdict=packed["verdict"],
        timeline=packed["timeline"],
        also=tuple(near for key in packed["also"] if (near := name(key)) is not None),
    )  # fmt: skip


def places_in(packed: Mapping[str, Any]) -> tuple[Place, ...]:
    """All that was cited, each once, in the order of the footnotes."""
    said = (*packed.get("sentences", ()), *packed.get("values", ()))
    places = (place for one in said for place in (*filter(None, (one["before"],)), *one["cited"]))
    return tuple(dict.fromkeys(Place(*place) for place in places))


def is_narrowed(packed: Mapping[str, Any]) -> bool:
    """Whether the question looked in a part of the articles, and found something there."""
    return bool(packed) and not packed["widened"] and any(packed["scope"])


def _pack_sentence(said: Sentence) -> dict[str, Any]:
    return {
        "text": said.text,
        "cited": [place_of(citation) for citation in said.citations],
        "span": said.span,
        "before": place_of(said.before) if said.before else None,
        "glosses": [(gloss.at, place_of(gloss.citation)) for gloss in said.glosses],
    }


def place_of(citation: Citation) -> Place:
    return Place(citation.article_id, citation.revision, citation.start, citation.end)


def _unpack_sentences(packed: Iterable[Mapping[str, Any]], cite: Cite) -> tuple[Sentence, ...]:
    return tuple(said for one in packed if (said := _unpack_sentence(one, cite)) is not None)


def _unpack_sentence(packed: Mapping[str, Any], cite: Cite) -> Sentence | None:
    citations = [cite(Place(*place)) for place in packed["cited"]]
    if not citations or None in citations:  # half of what bears it out is not enough
        return None
    glosses = ((at, cite(Place(*place))) for at, place in packed["glosses"])
    return Sentence(
        packed["text"],
        tuple(citation for citation in citations if citation is not None),
        Span(*packed["span"]) if packed["span"] else None,
        cite(Place(*packed["before"])) if packed["before"] else None,
        tuple(Gloss(at, citation) for at, citation in glosses if citation is not None),
    )


def _unpack_searched(packed: Mapping[str, Any]) -> Searched:
    *days, sources = packed["scope"]
    since, until = (datetime.fromisoformat(day) if day else None for day in days)
    return Searched(scope=Scope(since=since, until=until, sources=tuple(sources)), widened=packed["widened"])
