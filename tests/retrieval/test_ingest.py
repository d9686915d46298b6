"""How articles get in: what their source repeats is never searched, and their text stays as it is."""

from __future__ import annotations

from retrieval.types import Article
from tests.retrieval.engine import Engine

_APPEAL = "Tell us what you think about the island and write to our desk at Gull Point."
_NEWS = (
    "The ferry to Holm Island sails again. Marta Ellings took it on Monday.",
    "A bakery burned in Mill Street. Peder Holm wants to reopen it in May.",
    "The school on the hill closes for a week. Its roof leaks in four rooms.",
    "A whale was seen off the pier. Nobody had seen one since the spring.",
)


def _article(number: int, news: str = "") -> Article:
    text = f"{news or _NEWS[number]}\n\n{_APPEAL}"
    return Article(f"a{number}", f"News {number}", text, source="Coast Herald")


def _searched(engine: Engine, article_id: str) -> str:
    article, passages = engine.store.with_passages(article_id)
    return " ".join(article.text[passage.start : passage.end] for passage in passages)


def test_what_a_source_repeats_leaves_the_passages_of_earlier_articles_too(engine: Engine) -> None:
    engine.add(_article(0), _article(1))
    assert _APPEAL in _searched(engine, "a0")

    engine.add(_article(2), _article(3))

    for number in range(4):
        assert _searched(engine, f"a{number}") == _NEWS[number]
        assert engine.store.article(f"a{number}").text == _article(number).text


def test_articles_that_were_cut_again_are_found_as_before(engine: Engine) -> None:
    engine.add(*(_article(number) for number in range(4)))

    found = engine.store.evidence([hit.passage_id for hit in engine.index.search("ferry", "en", 5, None)])

    assert {article.id for _, article in found.values()} == {"a0"}
    assert engine.index.search("desk", "en", 5, None) == []


def test_nothing_is_cut_again_twice(engine: Engine) -> None:
    engine.add(*(_article(number) for number in range(4)))
    changes = [(change.kind, change.article_id) for change in engine.store.changes(0, 100)]

    assert changes == [
        ("added", "a0"), ("added", "a1"), ("added", "a2"), ("updated", "a0"), ("updated", "a1"), ("added", "a3"),
    ]  # fmt: skip


def test_an_article_that_says_nothing_else_is_searched_as_it_stands(engine: Engine) -> None:
    engine.add(*(_article(number) for number in range(4)))
    engine.add(Article("alone", "Write", _APPEAL, source="Coast Herald"))

    assert _searched(engine, "alone") == _APPEAL


def test_an_update_is_cut_without_what_its_source_repeats(engine: Engine) -> None:
    engine.add(*(_article(number) for number in range(4)))
    engine.add(_article(1, news="The bakery in Mill Street has opened again."))

    assert _searched(engine, "a1") == "The bakery in Mill Street has opened again."
    assert engine.store.article("a1").revision == 2
