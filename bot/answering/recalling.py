"""A turn that was kept -> what was said to it, as far as the articles still bear it out."""

from __future__ import annotations

from contextlib import suppress

from bot.keeping.answers import unpack_answer
from bot.keeping.turns import Asked, Place
from bot.office import Office
from retrieval import Answer, Citation, Closest, Nearest, UnknownArticle


def recall(office: Office, asked: Asked) -> Answer | Closest | None:
    """None where there was no answer, or none of its articles is here any more."""

    def cite(place: Place) -> Citation | None:
        found = office.corpus.wire.surroundings(*place, around=0)
        return None if found is None else found.cited

    def name(article_id: str) -> Nearest | None:
        with suppress(UnknownArticle):
            return Nearest.to(office.corpus.article(article_id))
        return None

    return unpack_answer(asked.told, asked.standalone, cite, name)
