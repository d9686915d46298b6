from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from retrieval.answer.candidates import Candidate, candidates
from retrieval.answer.timeline import timeline
from retrieval.text.sentences import split
from retrieval.types import Article, Evidence, Hit, Passage, Question

QUESTION = Question("What happened with the ferry Heron?", "What happened with the ferry Heron?", "en", "events", True)
RARITY = {"ferri": 0.5, "heron": 1.0}


def found(*told: tuple[datetime | None, str]) -> list[Candidate]:
    """The sentences of one article for each date, best first."""
    evidence = []
    for at, (published, text) in enumerate(told):
        sentences = tuple(split(text, "en"))
        passage = Passage(0, len(text), sentences)
        article = Article(f"a{at}", "", text, published=published)
        evidence.append(Evidence(Hit(at, 0.5), passage, article))
    return candidates(QUESTION, evidence, RARITY)


def may(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 5, day, hour, tzinfo=UTC)


def texts(told: list[Candidate]) -> list[str]:
    return [candidate.text for candidate in told]


def test_days_are_told_oldest_first_one_sentence_each() -> None:
    told = found(
        (may(9), "The ferry Heron sank off Gull Point in a gale."),
        (may(3), "The ferry Heron left the yard with new engines. The cook of the ferry made soup."),
        (may(6), "Divers checked the hull of the ferry Heron twice."),
    )
    assert texts(timeline(told)) == [
        "The ferry Heron left the yard with new engines.",
        "Divers checked the hull of the ferry Heron twice.",
        "The ferry Heron sank off Gull Point in a gale.",
    ]


def test_one_day_is_no_timeline() -> None:
    assert (
        timeline(found((may(3), "The ferry Heron sank off the point."), (may(3, 20), "The ferry Heron was raised.")))
        == []
    )
    assert timeline([]) == []


def test_what_is_said_again_is_told_on_its_first_day() -> None:
    told = found(
        (may(7), "The ferry Heron sank off Gull Point in a gale."),
        (may(5), "The ferry Heron sank off Gull Point in a gale."),
        (may(8), "The ferry Heron was raised by two cranes yesterday."),
    )
    assert [c.evidence.article.published for c in timeline(told)] == [may(5), may(8)]


def test_a_day_that_only_repeats_makes_no_timeline() -> None:
    text = "The ferry Heron sank off Gull Point in a gale."
    assert timeline(found((may(5), text), (may(6), text))) == []


def test_what_is_about_something_else_is_left_out() -> None:
    told = found(
        (may(5), "The ferry Heron sank off Gull Point in a gale."),
        (may(6), "A bakery in Mill Street burned down at night."),
        (may(7), "The ferry Heron was raised by two cranes."),
    )
    assert [c.evidence.article.published for c in timeline(told)] == [may(5), may(7)]


def test_articles_without_a_date_are_left_out() -> None:
    told = found((None, "The ferry Heron sank off the point."), (may(7), "The ferry Heron was raised by cranes."))
    assert timeline(told) == []


def test_the_best_days_are_kept_when_there_are_too_many() -> None:
    told = found(
        (may(1), "The Heron, which is a ship with two masts, left."),
        (may(2), "The ferry Heron sank off Gull Point in a gale."),
        (may(3), "The ferry Heron was raised by two cranes."),
    )
    assert [c.evidence.article.published for c in timeline(told, most=2)] == [may(2), may(3)]


def test_a_day_is_a_day_of_universal_time() -> None:
    late = datetime(2026, 5, 6, 1, tzinfo=timezone(timedelta(hours=3)))
    told = found((may(5), "The ferry Heron sank off the point."), (late, "The ferry Heron was raised by cranes."))
    assert timeline(told) == []
