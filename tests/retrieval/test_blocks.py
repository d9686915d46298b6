"""What is learned to be furniture because a source repeats it, and what is not although it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from retrieval.blocks import AT_EDGE, MOST_AGAIN, WITHIN, Blocks
from retrieval.store import Store
from retrieval.types import Article, Span

_NEWS = (
    "The harbour master counted {0} boats on day {0}.",
    "Fog number {0} of the year came in from the north.",
    "Captain {0} told nobody why.",
    "School {0} stayed closed for a day.",
    "The {0}th ferry was late by an hour.",
    "Mill Street {0} has a new baker.",
    "Lamp {0} at Gull Point went out.",
    "Bus {0} runs again.",
    "Farm {0} sold its last cow.",
    "Storm {0} is not expected before May.",
)
APPEAL = "Tell us what you think of this and write to our desk at Gull Point."


@pytest.fixture
def blocks() -> Iterator[Blocks]:
    store = Store("sqlite://")
    yield Blocks(store.engine)
    store.close()


def _article(
    number: int, *, first: str = "", middle: str = "", last: str = "", source: str = "Coast Herald"
) -> Article:
    news = [line.format(number) for line in _NEWS]
    lines = [first, *news[:5], middle, *news[5:], last]
    return Article(f"a{number}", f"Day {number}", "\n\n".join(filter(None, lines)), source=source)


def _learned(blocks: Blocks, article: Article) -> list[str]:
    return [article.text[start:end] for start, end in blocks.find(article, [])]


@pytest.mark.parametrize(
    "line",
    [
        APPEAL,
        "CNTRL — The Coast Newsroom",
        "More from the harbour",
        "Расскажите нам, что вы думаете, и мы вам ответим.",
        "Читайте также на нашем острове",
        "Наш канал о море и рыбе",
    ],
)
def test_what_speaks_to_the_reader_or_is_no_sentence_is_learned_at_the_third_time(blocks: Blocks, line: str) -> None:
    articles = [_article(number, last=line) for number in range(3)]

    assert blocks.note(articles[0], []) == blocks.note(articles[1], []) == []
    assert _learned(blocks, articles[1]) == []
    assert blocks.note(articles[2], []) == ["a0", "a1"]
    assert [_learned(blocks, article) for article in articles] == [[line]] * 3
    assert _learned(blocks, _article(9, first=line.upper() + " ")) == [line.upper() + " "]


@pytest.mark.parametrize(
    "line",
    [
        "The war on the island began in 2021, when the old treaty ended.",
        "Война на острове началась в 2021 году, когда кончился старый договор.",
        "“We will not give up our island,” the mayor said again.",
        "«Мы не отдадим наш остров», — сказал мэр.",
        "Our verdict: false",
        "Score: 3-2",
        "Курс кроны: 90,5",
    ],
)
def test_background_that_news_repeats_stays_searched(blocks: Blocks, line: str) -> None:
    articles = [_article(number, last=line) for number in range(12)]

    assert all(blocks.note(article, []) == [] for article in articles)
    assert all(_learned(blocks, article) == [] for article in articles)


def test_lines_that_differ_in_figures_are_different_lines(blocks: Blocks) -> None:
    for number in range(8):
        blocks.note(_article(number, last=f"Water at our pier {number} degrees"), [])

    assert _learned(blocks, _article(9, last="Water at our pier 3 degrees")) == []


def test_what_stands_in_the_middle_must_stand_in_many_more_articles(blocks: Blocks) -> None:
    articles = [_article(number, middle=APPEAL) for number in range(WITHIN.articles)]
    for article in articles[:-1]:
        assert blocks.note(article, []) == []
    assert _learned(blocks, articles[0]) == []

    assert blocks.note(articles[-1], []) == [article.id for article in articles[:-1]]
    assert _learned(blocks, articles[0]) == [APPEAL]
    assert _learned(blocks, _article(30, middle="The latest")) == []


def test_even_a_telling_line_is_furniture_when_every_article_of_many_has_it(blocks: Blocks) -> None:
    line = "The Coast Herald belongs to the Holm family and was founded in 1887."
    articles = [_article(number, last=line) for number in range(20)]
    for article in articles[:-1]:
        blocks.note(article, [])
    assert _learned(blocks, articles[0]) == []

    assert len(blocks.note(articles[-1], [])) == 19
    assert _learned(blocks, articles[0]) == [line]


def test_a_line_that_is_rare_in_its_source_is_not_learned(blocks: Blocks) -> None:
    rarely = int(2 / AT_EDGE.share) + 22
    for number in range(rarely):
        blocks.note(_article(number), [])
    for number in range(rarely, rarely + 3):
        assert blocks.note(_article(number, last=APPEAL), []) == []

    assert _learned(blocks, _article(rarely, last=APPEAL)) == []


def test_each_source_is_learned_by_itself_and_a_host_is_one(blocks: Blocks) -> None:
    for number in range(3):
        page = replace(_article(number, last=APPEAL), source=None, url=f"https://coast.example/{number}")
        blocks.note(page, [])

    assert _learned(blocks, page) == [APPEAL]
    assert _learned(blocks, _article(0, last=APPEAL)) == []
    assert _learned(blocks, replace(page, url="https://other.example/1")) == []
    assert _learned(blocks, replace(page, url=None)) == []


def test_what_has_no_source_is_not_noted(blocks: Blocks) -> None:
    for number in range(5):
        assert blocks.note(_article(number, last=APPEAL, source=""), []) == []


def test_copies_count_once_and_are_cut_again_all_the_same(blocks: Blocks) -> None:
    first = _article(0, last=APPEAL)
    for number in range(4):
        assert blocks.note(replace(first, id=f"copy{number}"), []) == []
    assert _learned(blocks, first) == []

    blocks.note(_article(1, last=APPEAL), [])
    assert blocks.note(_article(2, last=APPEAL), []) == ["a1", "copy0", "copy1", "copy2", "copy3"]


def test_an_article_offered_again_counts_once_and_for_what_it_says_now(blocks: Blocks) -> None:
    for _ in range(4):
        blocks.note(_article(0, last=APPEAL), [])
    blocks.note(_article(1, last=APPEAL), [])
    assert _learned(blocks, _article(0, last=APPEAL)) == []

    blocks.note(_article(0), [])
    blocks.note(_article(2, last=APPEAL), [])
    assert _learned(blocks, _article(2, last=APPEAL)) == []


def test_only_so_many_articles_are_cut_again_at_once(blocks: Blocks) -> None:
    line = "The Coast Herald belongs to the Holm family."
    for number in range(120):
        blocks.note(_article(number), [])
    found = [blocks.note(_article(number, last=line), []) for number in range(120, 241)]

    assert {len(others) for others in found} == {0, MOST_AGAIN}


def test_what_is_known_for_furniture_is_not_counted(blocks: Blocks) -> None:
    for number in range(4):
        article = _article(number, last=APPEAL)
        known = [Span(article.text.index(APPEAL), len(article.text))]
        assert blocks.note(article, known) == []

    assert blocks.find(article, known) == []
