from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

import pytest

from retrieval import Article, Corpus, FetchFailed, Interests, NotAFeed
from retrieval.entries import newest_first, rate_of
from retrieval.ingest import Ingest
from retrieval.ports import Embedder
from retrieval.sources.types import Entry
from retrieval.store import Store, append
from retrieval.text.phrases import Words
from tests.feedserver import FeedServer
from tests.retrieval.articles import BAKERY, FERRY_RU, LIGHTHOUSE
from tests.retrieval.summary.test_stories import FIRST, MONDAY, SECOND
from tests.retrieval.test_grouping import COPY, THIRD

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def corpus(make_corpus: Callable[..., Corpus]) -> Corpus:
    return make_corpus()


@pytest.fixture
def elsewhere(corpus: Corpus, tmp_path: Path) -> Iterator[Store]:
    """The corpus' store as another process has it open."""
    store = Store(f"sqlite:///{tmp_path / 'corpus' / 'corpus.db'}")
    yield store
    store.close()


@pytest.fixture
def site() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


def add(corpus: Corpus, *articles: Article) -> None:
    for article in articles:
        corpus.add(article)


def told(corpus: Corpus, after: int = 0) -> list[tuple[str, str | None, bool, str | None]]:
    """(kind, article, whether it founds its story, what it copies) of every entry."""
    news = corpus.wire.news(after)
    return [(one.change.kind, one.article and one.article.id, one.founds, one.copy_of) for one in news]


def serve(site: FeedServer, *items: tuple[str, datetime | None]) -> str:
    """A feed of entries with these titles and dates."""
    listed = "".join(
        f"<item><guid>{at}</guid><title>{escape(title)}</title>"
        + (f"<pubDate>{date:%a, %d %b %Y %H:%M:%S} +0000</pubDate>" if date else "")
        + "</item>"
        for at, (title, date) in enumerate(items)
    )
    rss = f'<rss version="2.0"><channel><title>Quay News</title>{listed}</channel></rss>'
    return site.serve("/quay.xml", rss.encode(), "application/rss+xml")


# --- the log


def test_an_empty_log_has_no_news(corpus: Corpus) -> None:
    assert corpus.wire.news(0) == []
    assert corpus.wire.log_end() == 0


def test_every_entry_is_news_once_and_in_order(corpus: Corpus) -> None:
    add(corpus, FIRST, BAKERY, SECOND)
    news = corpus.wire.news(0)
    assert [one.change for one in news] == corpus.changes(0)
    assert corpus.wire.news(0, limit=2) + corpus.wire.news(2) == news
    assert corpus.wire.log_end() == 3
    assert corpus.wire.news(3) == []


def test_news_tells_who_founds_a_story_who_joins_it_and_who_copies(corpus: Corpus) -> None:
    add(corpus, FIRST, SECOND, COPY, BAKERY)
    assert told(corpus) == [
        ("added", "first", True, None),
        ("added", "second", False, None),
        ("added", "copy", False, "second"),
        ("added", "bakery", True, None),
    ]
    assert [one.story for one in corpus.wire.news(0)] == [1, 1, 1, 4]


def test_an_article_is_told_as_it_is_now(corpus: Corpus) -> None:
    add(corpus, BAKERY, replace(BAKERY, title="Bakery saved"))
    first, second = corpus.wire.news(0)
    assert (first.change.kind, first.change.revision, second.change.kind, second.change.revision) == (
        "added", 1, "updated", 2,
    )  # fmt: skip
    assert first.article == second.article == corpus.article("bakery")
    assert first.founds
    assert second.founds


def test_an_article_that_is_gone_is_news_of_nothing(corpus: Corpus) -> None:
    add(corpus, BAKERY)
    corpus.remove("bakery")
    assert told(corpus) == [("added", None, False, None), ("removed", None, False, None)]
    assert [one.story for one in corpus.wire.news(0)] == [0, 0]


def test_an_article_that_comes_back_is_news_again_but_not_by_its_removal(corpus: Corpus) -> None:
    add(corpus, BAKERY)
    corpus.remove("bakery")
    add(corpus, BAKERY)
    assert [one[:2] for one in told(corpus)] == [("added", "bakery"), ("removed", None), ("added", "bakery")]


def test_entries_about_a_feed_are_news_without_an_article(corpus: Corpus, elsewhere: Store) -> None:
    add(corpus, BAKERY)
    with elsewhere.engine.begin() as tx:
        append(tx, "listed", "bakery", 1, "https://coast.example/feed")
        append(tx, "down", "", 0, "https://coast.example/feed")
    corpus.catch_up()
    assert told(corpus, 1) == [("listed", "bakery", True, None), ("down", None, False, None)]


def test_nothing_is_news_before_it_is_grouped(corpus: Corpus, elsewhere: Store, embedder: Embedder) -> None:
    add(corpus, FIRST)
    Ingest(elsewhere, embedder).add(SECOND)
    assert corpus.last_change() == 2
    assert corpus.wire.log_end() == 1
    assert len(corpus.wire.news(0)) == 1
    corpus.catch_up()
    assert corpus.wire.log_end() == 2
    assert told(corpus, 1) == [("added", "second", False, None)]


def test_an_article_that_came_back_counts_as_gone_until_it_is_grouped(
    corpus: Corpus, elsewhere: Store, embedder: Embedder
) -> None:
    add(corpus, BAKERY)
    corpus.remove("bakery")
    Ingest(elsewhere, embedder).add(BAKERY)
    assert told(corpus) == [("added", None, False, None), ("removed", None, False, None)]


# --- words


def test_words_are_held_one_after_the_other_whatever_their_form(corpus: Corpus) -> None:
    add(corpus, BAKERY, FERRY_RU)
    words = corpus.wire.words("bakery")
    assert words.holds("mill street")
    assert words.holds("Loaf") is False  # another word than "loaves" to the stemmer
    assert words.holds("oven")
    assert words.holds("fire BRIGADES")
    assert not words.holds("street mill")
    assert not words.holds("mill brigade")
    ferry = corpus.wire.words("parom")
    assert ferry.holds("остров лисий")
    assert ferry.holds("шторм")
    assert ferry.holds("туристы")
    assert not ferry.holds("наводнение")


def test_what_has_no_words_is_never_held(corpus: Corpus) -> None:
    add(corpus, BAKERY)
    for phrase in ("", " ", "...", "—"):
        assert not corpus.wire.words("bakery").holds(phrase)
        assert not corpus.wire.words("nowhere").holds(phrase)
    assert not corpus.wire.words("nowhere").holds("bakery")


def test_a_phrase_is_not_begun_in_the_title_and_ended_in_the_text() -> None:
    words = Words(("Taxes rise in Quill", "Street lamps go out."), "en")
    assert words.holds("tax rises")
    assert words.holds("street lamp")
    assert not words.holds("Quill street")
    assert not words.holds("axes")


def test_names_and_numbers_are_held_in_any_script_and_spelling() -> None:
    words = Words(("", "COVID-19 cases rose to 12,000, and the U.S. sent help to Nato."), "en")
    for phrase in ("covid-19", "COVID", "12000", "12,000 and", "us", "U.S.", "NATO"):
        assert words.holds(phrase), phrase
    assert Words(("", "Apple показала новые айфоны"), "ru").holds("apple")


# --- answers


def test_an_article_that_tells_answers_with_its_own_sentences(corpus: Corpus) -> None:
    add(corpus, BAKERY, LIGHTHOUSE, FIRST)
    answer = corpus.wire.answers("How long did Marta Ellings keep the lighthouse?", "lighthouse", NOW)
    assert answer is not None
    cited = [citation for sentence in answer.sentences for citation in sentence.citations]
    assert {citation.article_id for citation in cited} == {"lighthouse"}
    for citation in cited:
        assert LIGHTHOUSE.text[citation.start : citation.end] == citation.quote
    assert "41 years" in answer.sentences[0].text


def test_an_article_that_does_not_tell_answers_nothing(corpus: Corpus) -> None:
    add(corpus, BAKERY, LIGHTHOUSE, FIRST)
    for article_id in ("bakery", "first", "nowhere"):
        assert corpus.wire.answers("How long did Marta Ellings keep the lighthouse?", article_id, NOW) is None
    assert corpus.wire.answers("Who won the regatta of Otter Bay?", "lighthouse", NOW) is None
    assert corpus.wire.answers("?!", "lighthouse", NOW) is None


def test_others_that_tell_more_do_not_answer_for_the_article(corpus: Corpus) -> None:
    add(corpus, FIRST, SECOND)
    asked = "How much will the repairs of the Oster bridge cost?"
    answer = corpus.wire.answers(asked, "second", NOW)
    assert answer is not None
    assert "$4 million" in answer.sentences[0].text
    assert corpus.wire.answers(asked, "first", NOW) is None


def test_an_article_outside_of_the_days_that_are_asked_about_answers_nothing(corpus: Corpus) -> None:
    add(corpus, BAKERY, LIGHTHOUSE)
    asked = "How long did Marta Ellings keep the lighthouse, according to articles since May 10, 2026?"
    assert corpus.wire.answers(asked, "lighthouse", NOW) is None


def test_a_question_in_a_language_that_no_model_knows_is_answered_by_words(corpus: Corpus) -> None:
    add(corpus, FERRY_RU, BAKERY)
    answer = corpus.wire.answers("Сколько туристов осталось на острове Лисий?", "parom", NOW)
    assert answer is not None
    assert "140" in answer.sentences[0].text
    assert corpus.wire.answers("Сколько туристов осталось на острове Лисий?", "bakery", NOW) is None


# --- interests


def test_interests_are_matched_through_the_wire(corpus: Corpus) -> None:
    add(corpus, BAKERY, LIGHTHOUSE, FERRY_RU)
    wire = corpus.wire
    wanted = Interests()
    wanted.put([wire.interest("bakery fire", 1), wire.interest("lighthouse keepers", 2), wire.interest("шторм", 3)])
    assert [match.key for match in wire.match(wanted, "bakery")] == [1]
    assert [match.key for match in wire.match(wanted, "lighthouse")] == [2]
    assert [match.key for match in wire.match(wanted, "parom")] == [3]
    assert wire.match(wanted, "nowhere") == []
    assert wire.is_current(wire.interest("bakery fire"))
    assert not wire.is_current(replace(wire.interest("bakery fire"), fingerprint="another"))


def test_a_reason_is_a_slice_and_a_sample_is_of_the_corpus(corpus: Corpus) -> None:
    add(corpus, BAKERY, LIGHTHOUSE)
    reason = corpus.wire.reason("bakery fire", "bakery")
    assert reason is not None
    assert BAKERY.text[reason.start : reason.end] == reason.quote
    assert corpus.wire.reason("bakery fire", "nowhere") is None
    sample = corpus.wire.sample("bakery fire", NOW)
    assert [each.article.article_id for each in sample.found] == ["bakery"]
    assert sample.stories == 1


# --- what an article tells


def test_an_update_weighs_what_it_changed(corpus: Corpus) -> None:
    add(corpus, BAKERY)
    assert corpus.wire.weight("bakery", 1) == "nothing"
    typo = replace(BAKERY, text=BAKERY.text.replace("brigade", "brigde"))
    toll = replace(BAKERY, text=BAKERY.text.replace("Nobody was hurt.", "Two people were hurt."))
    add(corpus, typo)
    assert corpus.wire.weight("bakery", 1) == "wording"
    add(corpus, toll)
    assert [corpus.wire.weight("bakery", since) for since in (1, 2, 3)] == ["news", "news", "nothing"]
    add(corpus, BAKERY)
    assert corpus.wire.weight("bakery", 1) == "nothing"  # as it was in the beginning


def test_another_date_alone_weighs_nothing(corpus: Corpus) -> None:
    add(corpus, BAKERY, replace(BAKERY, published=NOW))
    assert corpus.article("bakery").revision == 2
    assert corpus.wire.weight("bakery", 1) == "nothing"


def test_what_cannot_be_compared_is_news_and_what_is_gone_is_nothing(corpus: Corpus) -> None:
    add(corpus, BAKERY)
    corpus.remove("bakery")
    assert corpus.wire.weight("bakery", 1) == "nothing"
    assert corpus.wire.weight("nowhere", 1) == "nothing"
    add(corpus, BAKERY)
    assert corpus.wire.weight("bakery", 1) == "news"


def test_the_lead_tells_the_article_in_a_sentence_of_its_own(corpus: Corpus) -> None:
    add(corpus, LIGHTHOUSE)
    lead = corpus.wire.lead("lighthouse")
    assert lead is not None
    (citation,) = lead.citations
    assert LIGHTHOUSE.text[citation.start : citation.end] == citation.quote == lead.text
    assert corpus.wire.lead("nowhere") is None


def test_the_sources_of_a_story_are_named_once_and_the_oldest_first(corpus: Corpus) -> None:
    later = replace(THIRD, id="fourth", title=f"{THIRD.title} again", published=MONDAY + timedelta(days=3))
    add(corpus, THIRD, later, SECOND, FIRST, BAKERY)
    (story,) = {one.story for one in corpus.wire.news(0) if one.article and one.article.id != "bakery"}
    assert [near.article_id for near in corpus.wire.sources(story)] == ["first", "second", "third"]
    corpus.remove("first")
    assert [near.source for near in corpus.wire.sources(story)] == ["Quill Post", "Valley Wire"]
    assert corpus.wire.sources(0) == corpus.wire.sources(999) == ()


# --- what a source writes


def test_the_rate_counts_stories_and_shows_the_newest_three(corpus: Corpus) -> None:
    barge = [replace(each, published=NOW - timedelta(days=age)) for each, age in ((FIRST, 3), (SECOND, 2), (THIRD, 1))]
    add(corpus, *barge, BAKERY, LIGHTHOUSE, FERRY_RU)
    stories, newest = corpus.wire.rate(None, NOW)
    assert stories == 4
    assert [article.id for article in newest] == ["third", "parom", "bakery"]
    stories, newest = corpus.wire.rate("Coast Herald", NOW)
    assert (stories, [article.id for article in newest]) == (3, ["first", "bakery", "lighthouse"])
    assert corpus.wire.rate("Nobody", NOW) == (0, ())


def test_the_days_of_a_rate_end_with_the_newest_article_or_now(corpus: Corpus) -> None:
    assert corpus.wire.rate(None, NOW) == (0, ())
    add(corpus, BAKERY, LIGHTHOUSE, FERRY_RU)
    years_later = NOW + timedelta(days=2_000)
    assert corpus.wire.rate(None, years_later, days=9)[0] == 2  # the ferry's day and the bakery's, eight before it
    assert corpus.wire.rate(None, years_later, days=7)[0] == 1
    before_the_ferry = datetime(2026, 5, 13, tzinfo=UTC)
    assert [article.id for article in corpus.wire.rate(None, before_the_ferry)[1]] == ["bakery", "lighthouse"]


def test_a_feed_is_looked_at_and_nothing_begins(corpus: Corpus, site: FeedServer) -> None:
    today = datetime.now(UTC).replace(microsecond=0)
    days = [(f"Day {day}", today - timedelta(days=day)) for day in range(14)]
    sample = corpus.wire.peek(serve(site, *reversed(days)))
    assert sample.title == "Quay News"
    assert [entry.title for entry in sample.entries] == ["Day 0", "Day 1", "Day 2", "Day 3", "Day 4"]
    assert sample.per_week == pytest.approx(14 / 13 * 7, rel=0.01)
    assert corpus.feeds() == []
    assert corpus.wire.log_end() == 0


def test_a_feed_without_dates_keeps_its_order_and_has_no_rate(corpus: Corpus, site: FeedServer) -> None:
    sample = corpus.wire.peek(serve(site, ("Last", None), ("First", None)))
    assert [entry.title for entry in sample.entries] == ["Last", "First"]
    assert sample.per_week is None
    assert corpus.wire.peek(serve(site)).entries == ()


def test_a_watched_feed_is_looked_at_under_the_address_by_which_it_is_known(corpus: Corpus, site: FeedServer) -> None:
    site.publish("Old news", "The ferry ran aground off Heron Rock.")
    corpus.watch(site.feed_url)
    moved = site.serve("/old.xml", b"", status=301, Location=site.feed_url)
    assert corpus.wire.peek(moved).url == site.feed_url
    assert corpus.wire.peek(site.feed_url).url == site.feed_url


def test_what_is_no_feed_is_named_as_when_it_is_watched(corpus: Corpus, site: FeedServer) -> None:
    page = site.publish("Ferry aground", "The ferry ran aground off Heron Rock on Friday with 61 people aboard.")
    with pytest.raises(NotAFeed) as watched:
        corpus.watch(page)
    with pytest.raises(NotAFeed) as peeked:
        corpus.wire.peek(page)
    assert peeked.value.reason == watched.value.reason
    with pytest.raises(FetchFailed):
        corpus.wire.peek(f"{site.root}/nowhere.xml")


def test_the_rate_of_a_feed_is_that_of_its_latest_entries_until_now() -> None:
    def entries(*ages: float) -> list[Entry]:
        return [Entry(str(age), "Title", None, NOW - timedelta(days=age), "") for age in ages]

    assert rate_of([], NOW) is None
    assert rate_of(entries(14), NOW) == pytest.approx(0.5)  # one in two weeks
    assert rate_of(entries(700, 693), NOW) == pytest.approx(0.02)  # it fell asleep
    assert rate_of(entries(0, 0.01), NOW) == pytest.approx(14)  # no more than so many a day
    assert rate_of([*entries(*range(20)), *entries(4_000)], NOW) == pytest.approx(20 / 19 * 7)


def test_entries_without_a_date_come_after_those_with_one() -> None:
    dated = Entry("dated", "Title", None, NOW, "")
    undated = Entry("undated", "Title", None, None, "")
    assert newest_first([undated, dated]) == (dated, undated)
