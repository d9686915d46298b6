"""What titles and texts made to break messages do to them: nothing is refused, no limit is broken, nothing is lost.

python -m tests.benchmarks.hostile_titles [--articles 20000] [--seed 1]

Each article's title, source, address and sentences are drawn from markup, changes of direction, zero
widths, joined emoji, accents without end, halves of surrogates, controls, addresses and words without a space. Two at a
time go through everything that readers get: answers, closest passages, refusals, summaries, stories, topics, alerts,
developments, digests, pages of sources, longer answers, related articles. The checks are those of the local Bot API
server, and what must be found again is told here by itself: every character but white space, controls (category Cc),
halves of surrogates (Cs), the soft hyphen, zero-width spaces, the byte order mark and the marks that change direction.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.alerting import digests, notices
from bot.alerting.notices import Notice, Voice
from bot.answering import passages, render, summaries
from bot.answering.buttons import summary_of
from bot.answering.passages import Source
from bot.office import Office
from bot.outgoing.sender import entities_of
from bot.outgoing.types import Alert
from bot.pages import LIMITS, units
from bot.rights import OwnPlace
from bot.store import BotStore, open_store
from bot.texts import load_texts
from bot.types import Chat, Heard, Kind, Message, Subscription
from retrieval import (
    Answer,
    Article,
    Citation,
    Closest,
    Development,
    Gloss,
    KeyFacts,
    Nearest,
    Refusal,
    Scope,
    Searched,
    Sentence,
    Span,
    StorySummary,
    Summary,
    Surroundings,
    TopicSummary,
)
from retrieval.answer.citations import cite
from retrieval.surroundings import surroundings
from retrieval.text.sentences import split
from tests.botapi.checks import keyboard_of, text_of
from tests.botapi.faults import Refused
from tests.fake_corpus import FakeCorpus, HandClock

TEXTS = load_texts()
DAY = datetime(2026, 3, 5, tzinfo=UTC)
SILENT = {
    "\u00ad", "\u061c", "\u200b", "\u200e", "\u200f", "\ufeff",
    *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2060, 0x206A)),
}  # fmt: skip

PIECES = (
    "<b>bold</b>", "<script>alert(1)</script>", "&lt;&amp;&#0;", "*_`~||__", "[link](tg://user?id=1)", "```pre```",
    "\u202etxt.exe", "\u2066\u2067\u2068x\u2069", "\u200e\u200f\u061c", "\u200b\u200c\u200d\u2060\ufeff",
    "soft\u00adhyphen", "👍🏽", "👩🏿\u200d🚀", "👨\u200d👩\u200d👧\u200d👦", "🇷🇺🇬🇧", "1\ufe0f\u20e3", "\U0001f9d1",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "שלום עולם", "مرحبا بالعالم", "क्षि", "각",
    "中文標題", "e" + "\u0301" * 40, "Z\u0334\u0353\u033f\u030a", "\ud800", "\udfff", "\udc00\ud800",
    "\x00\x07\x1b[31m", "\r\n\t\v\f\x85\u2028\u2029", "\u00a0\u3000\u2003", "\u3164", "\u2800", "\ufffd", "\uffff",
    "\ue000", "\U0010ffff", "https://evil.example/a?b=c#:~:text=x", "t.me/evil", "@evil", "/start", "#tag", "$EVIL",
    "a@b.example", "+1 555 0100", "[1]", "] [2]", "“”«»", "...!?", "1. a", "• item", "-,&#", "%00%0A", "{count}",
    "{0}", "%s", "\\u0041", "ферри", "Der", "word",
)  # fmt: skip
SENTENCES = (
    "The ferry sails again on Monday.", "Паром снова пойдёт в понедельник.", "It carries ninety people!", "Ends here?",
)  # fmt: skip
ADDRESSES = (
    None, "https://x.example/a", "https://x.example/a#b", "javascript:alert(1)", "https://x.example/" + "ж" * 400,
    "https://bank.example@evil.example/", "http://[", "https://x.example/\u202e", "https://x.example/\ud800",
)  # fmt: skip


@dataclass(slots=True)
class Tally:
    """What became of the messages."""

    messages: int = 0
    refused: int = 0  # by the server's own checks
    broken: int = 0  # over a limit, or to be trimmed
    lost: int = 0  # characters of sentences and titles that no message shows
    failures: list[str] = field(default_factory=list)  # the first few

    def note(self, what: str) -> None:
        self.failures = [*self.failures, what][:5]


class Hostile:
    """Draws what strangers write."""

    def __init__(self, drawn: random.Random) -> None:
        self._drawn = drawn

    def words(self, most: int = 6) -> str:
        """Now and then one without a space, or one that goes on for pages."""
        pieces = self._drawn.choices(PIECES, k=self._drawn.randint(1, most))
        times = self._drawn.choices((1, 40, 400), (60, 3, 1))[0]
        return self._drawn.choice((" ", " ", "")).join(pieces) * times

    def text(self) -> str:
        said = [f"{self.words(4)} {self._drawn.choice(SENTENCES)}" for _ in range(self._drawn.randint(1, 6))]
        return self._drawn.choice((" ", "\n\n")).join(said)

    def article(self, number: int) -> Article:
        """Clean by no means; but its text is as long as its sentences are."""
        source = self.words() if self._drawn.random() < 0.8 else None
        return Article(
            f"hostile-{number}", self.words(), self.text(), self._drawn.choice(("en", "ru")),
            self._drawn.choice(ADDRESSES), source, published=self._drawn.choice((DAY, None)),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Round:
    """Two hostile articles, what is cited of them, and the language in which it is told."""

    articles: tuple[Article, ...]
    sentences: tuple[Sentence, ...]
    around: tuple[Surroundings, ...]
    language: str

    @property
    def near(self) -> tuple[Nearest, ...]:
        return tuple(map(Nearest.to, self.articles))


def drawn_round(hostile: Hostile, drawn: random.Random) -> Round:
    """Each sentence is the article's own, as the engine cuts it."""
    articles = (hostile.article(1), hostile.article(2))
    places = [(article, span) for article in articles for span in split(article.text, article.language)]
    chosen = drawn.sample(places, min(len(places), 4))
    around = [surroundings(article, span, 2) for article, span in chosen]
    sentences = tuple(_sentence(drawn, cite(*place)) for place in chosen)
    found = tuple(one for one in around if one is not None)
    return Round(articles, sentences, found, drawn.choice(TEXTS.languages()))


def _sentence(drawn: random.Random, citation: Citation) -> Sentence:
    size = len(citation.quote)
    start = drawn.randint(0, size - 1)
    span = drawn.choice((None, Span(start, drawn.randint(start, size))))
    glosses = (Gloss(drawn.randint(0, size), citation),) if drawn.random() < 0.2 else ()
    return Sentence(citation.quote, (citation,), span, drawn.choice((None, citation)), glosses)


def shown(given: Round, office: Office) -> Iterator[tuple[str, Sequence[Message], list[str]]]:
    """Name, messages, and what must be found in them, of everything that readers get."""
    yield from _answers(given, office)
    yield from _summaries(given)
    yield from _alerts(given)


def _answers(given: Round, office: Office) -> Iterator[tuple[str, Sequence[Message], list[str]]]:
    said, language = given.sentences, given.language
    quotes = [citation.quote for one in said for citation in one.citations]
    searched = Searched(2, DAY, DAY, Scope(DAY, None, tuple(filter(None, (one.source for one in given.articles)))))
    heard = Heard(Chat(1, language), 1, "")
    rows = tuple((summary_of(office, heard, near),) for near in given.near)
    answer = Answer("?", said, 0.9, searched=searched, values=said[:2], verdict="yes", also=given.near)
    yield "answer", render.answer(answer, TEXTS, language, rows).messages, quotes
    yield "timeline", render.answer(replace(answer, timeline=True), TEXTS, language).messages, quotes
    closest = Closest("?", said, 0.4, searched=replace(searched, widened=True))
    yield "closest", render.closest(closest, TEXTS, language, rows).messages, quotes
    titles = [article.title for article in given.articles]
    refusal = render.refusal(Refusal("?", "not told", given.near, searched=searched), TEXTS, language, rows)
    yield "refusal", refusal.messages, titles
    around = {one.cited: one for one in given.around}
    yield "longer", passages.longer(answer, around, TEXTS, language).messages(rows), quotes
    sources = [Source(number, (one,)) for number, one in enumerate(given.around, start=1)]
    yield "sources", passages.pages(sources, TEXTS, language), quotes
    yield "related", passages.related(given.near, TEXTS, language, rows).messages, []


def _summaries(given: Round) -> Iterator[tuple[str, Sequence[Message], list[str]]]:
    said, language = tuple(replace(one, glosses=()) for one in given.sentences), given.language
    texts = [one.text for one in said]
    facts = KeyFacts(tuple(one.citations[0] for one in said), (), ())
    told = Summary(given.articles[0], said, facts)
    yield "summary", summaries.summary(told, TEXTS, language).messages, [*texts, given.articles[0].title]
    story = StorySummary(given.articles, said[:2], said[2:])
    yield "story", summaries.story(story, TEXTS, language).messages, texts
    stories = tuple(Development(one, given.near) for one in said)
    topic = TopicSummary(given.articles[0].title, stories, Searched(2, DAY, DAY), 2)
    yield "topic", summaries.topic(topic, TEXTS, language).messages, texts


def _alerts(given: Round) -> Iterator[tuple[str, Sequence[Message], list[str]]]:
    """A sentence of an alert that does not fit is left out whole: what is lost is not counted."""
    voice = Voice(TEXTS, Chat(1, given.language), DAY)
    kind = Kind.TOPIC
    followed = Subscription(1, kind, given.articles[0].title, given.articles[0].title, DAY, id=7)
    found = [
        Notice(Alert(article.id, 5, 7), article, followed, given.sentences, given.sentences[0], given.near)
        for article in given.articles
    ]
    buttons = notices.alert_buttons(found[0], voice, "0123456789abcdef")
    yield "alert", (notices.alert(found[0], voice, buttons, updated=True),), []
    yield "development", (notices.development(found[0], voice, buttons),), []
    sending = digests.Sending("daily", len(found), DAY, mixed=True)
    pages = digests.paged(digests.numbered(found), sending, voice)
    yield "digest", [digests.digest(page, sending, voice) for page in pages], []


def check(tally: Tally, name: str, messages: Sequence[Message], wanted: Iterable[str]) -> None:
    """Counts what the server refuses, what breaks a limit, and what cannot be found again."""
    for message in messages:
        tally.messages += 1
        entities = [entity.to_dict() for entity in entities_of(message.text, message.marks)]
        rows = [[{"text": one.text, "callback_data": one.data} for one in row] for row in message.buttons]
        try:
            text_of({"text": message.text, "entities": entities})
            keyboard_of({"reply_markup": {"inline_keyboard": rows}} if rows else {})
        except (Refused, UnicodeError) as refusal:
            tally.refused += 1
            tally.note(f"{name}: {refusal!r}")
        if units(message.text) > LIMITS.units or message.text != message.text.strip():
            tally.broken += 1
            tally.note(f"{name}: {units(message.text)} units, {message.text[:20]!r}")
    whole = "".join(kept(message.text) for message in messages)
    for text in wanted:
        if (must := kept(text)) not in whole:
            tally.lost += len(must)
            tally.note(f"{name}: lost {must[:60]!r}")


def kept(text: str) -> str:
    """What a reader must find again."""
    return "".join(
        char
        for char in text
        if not char.isspace() and char not in SILENT and unicodedata.category(char) not in ("Cc", "Cs")
    )


def run(articles: int, seed: int, store: BotStore) -> Tally:
    """So many articles, two at a time."""
    drawn, tally = random.Random(seed), Tally()
    hostile = Hostile(drawn)
    corpus = FakeCorpus()
    office = Office(corpus, store, TEXTS, HandClock(), OwnPlace(), frozenset())  # type: ignore[arg-type]
    for _ in range(articles // 2):
        for name, messages, wanted in shown(drawn_round(hostile, drawn), office):
            check(tally, name, messages, wanted)
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, closing(open_store(Path(folder))) as store:
        tally = run(options.articles, options.seed, store)
    print(f"{options.articles} articles, {tally.messages} messages")
    print(f"refused {tally.refused}, limits broken {tally.broken}, characters lost {tally.lost}")
    for failure in tally.failures:
        print(f"  {failure}")


if __name__ == "__main__":
    main()
