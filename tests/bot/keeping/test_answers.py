"""An answer that is kept comes back as it was, as far as its articles are there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings

from bot.keeping.answers import Place, is_narrowed, pack_answer, place_of, places_in, unpack_answer
from retrieval import Answer, Citation, Closest, Gloss, Nearest, Scope, Searched, Sentence, Span
from tests.bot.answering.test_render import told
from tests.fake_corpus import BAKERY, FERRY, cited

SAILS, NINETY, FOUR = cited(FERRY)
BREAD = cited(BAKERY)[1]
MARCH = Scope(datetime(2026, 3, 1, tzinfo=UTC), None, ("The Example",))


def again(answer: Answer | Closest, *gone: str) -> Answer | Closest | None:
    """Kept as JSON and read again, when the articles of these ids are gone."""
    said = (*answer.sentences, *(answer.values if isinstance(answer, Answer) else ()))
    held = [c for one in said for c in (*one.citations, one.before, *(gloss.citation for gloss in one.glosses)) if c]
    by_place = {place_of(citation): citation for citation in held if citation.article_id not in gone}
    also = answer.also if isinstance(answer, Answer) else ()
    by_id = {near.article_id: near for near in also if near.article_id not in gone}

    def cite(place: Place) -> Citation | None:
        return by_place.get(place)

    return unpack_answer(json.loads(json.dumps(pack_answer(answer))), answer.question, cite, by_id.get)


FULL = Answer(
    "Who?",
    (
        Sentence(NINETY.text, NINETY.citations, Span(3, 9), SAILS.citations[0], (Gloss(2, SAILS.citations[0]),)),
        BREAD,
        Sentence("Ninety people pay four crowns.", (*NINETY.citations, *FOUR.citations)),
    ),
    0.0,
    searched=Searched(scope=MARCH),
    values=(NINETY, FOUR),
    verdict="no",
    timeline=True,
    also=(Nearest.to(BAKERY),),
)


def test_all_of_an_answer_comes_back() -> None:
    assert again(FULL) == FULL


def test_the_closest_passages_come_back_as_such() -> None:
    closest = Closest("Who?", FULL.sentences, 0.0, searched=Searched(widened=True))
    assert again(closest) == closest


def test_what_is_gone_takes_along_the_sentences_that_rest_on_it() -> None:
    left = again(FULL, "bakery")
    assert isinstance(left, Answer)
    assert left.sentences == (FULL.sentences[0], FULL.sentences[2])
    assert left.also == ()
    assert again(FULL, "bakery", "ferry") is None


def test_one_source_alone_does_not_differ() -> None:
    left = again(replace(FULL, values=(NINETY, BREAD)), "bakery")
    assert isinstance(left, Answer)
    assert left.values == ()


def test_what_was_not_answered_comes_back_as_nothing() -> None:
    assert unpack_answer({}, "?", lambda _: None, lambda _: None) is None
    assert places_in({}) == ()
    assert not is_narrowed({})


def test_places_are_named_once_and_in_the_order_of_the_footnotes() -> None:
    assert places_in(pack_answer(FULL)) == tuple(place_of(one.citations[0]) for one in (SAILS, NINETY, BREAD, FOUR))


def test_only_what_was_found_within_its_limits_is_narrowed() -> None:
    assert is_narrowed(pack_answer(FULL))
    assert not is_narrowed(pack_answer(replace(FULL, searched=Searched(scope=MARCH, widened=True))))
    assert not is_narrowed(pack_answer(replace(FULL, searched=Searched())))


@settings(max_examples=50, deadline=None)
@given(told)
def test_any_answer_can_be_kept(said: tuple[Sentence, ...]) -> None:
    known = {place_of(c): c for one in said for c in one.citations}
    kept = again(Answer("?", tuple(one for one in said if one.citations), 0.0))
    if kept is None:
        assert not any(one.citations for one in said)
    else:
        assert [one.text for one in kept.sentences] == [one.text for one in said if one.citations]
        assert all(place_of(c) in known for one in kept.sentences for c in one.citations)
