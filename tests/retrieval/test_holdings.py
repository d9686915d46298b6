"""What a corpus has: how much, of which days, by whom, and about whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from retrieval import Article, Corpus, Holdings

TITLES = ("", "A tram for Old Quay", "Parking quarrel goes to court", "Young otters at the zoo")


def dated(number: int, text: str, source: str = "The Observer", language: str = "en") -> Article:
    day = datetime(2026, 5, number, tzinfo=UTC)
    return Article(f"a{number}", TITLES[number], text, language, source=source, published=day)


def test_an_empty_corpus_has_nothing(make_corpus: Callable[[], Corpus]) -> None:
    assert make_corpus().inventory.take("en") == Holdings()


def test_what_several_stories_turn_on_is_a_subject(make_corpus: Callable[[], Corpus]) -> None:
    corpus = make_corpus()
    corpus.add(dated(1, "The council praised Tomas Ferrin for his plan of the new tram. Nobody voted against it."))
    corpus.add(dated(2, "A bakery owner sued Tomas Ferrin over a parking place. The court meets next month."))
    corpus.add(dated(3, "The zoo's director Ada Brix showed two young otters. They eat four kilos a day.", "Post"))
    held = corpus.inventory.take("en")
    assert (held.articles, held.sources) == (3, ("The Observer", "Post"))
    assert (held.oldest, held.newest) == (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 3, tzinfo=UTC))
    assert held.subjects == ("Tomas Ferrin",)
    by_post = corpus.inventory.take("en", ("Post",))
    assert (by_post.articles, by_post.sources, by_post.subjects) == (1, ("Post",), (TITLES[3],))


def test_a_declined_language_shows_titles(make_corpus: Callable[[], Corpus]) -> None:
    corpus = make_corpus()
    corpus.add(dated(1, "The council praised Tomas Ferrin. Nobody voted against it."))
    corpus.add(dated(2, "Совет похвалил Томаса Феррина за план нового трамвая. Никто не был против.", language="ru"))
    assert corpus.inventory.take("ru").subjects == (TITLES[2],)
    assert corpus.inventory.take("de").subjects == (TITLES[2], TITLES[1])  # in none that is read: all


def test_it_is_reckoned_anew_when_an_article_comes(make_corpus: Callable[[], Corpus]) -> None:
    corpus = make_corpus()
    corpus.add(dated(1, "The council met. Nobody voted against it."))
    before = corpus.inventory.take("en")
    assert corpus.inventory.take("en") is before
    corpus.add(dated(2, "The zoo showed two otters. They eat four kilos a day."))
    assert corpus.inventory.take("en").articles == 2
