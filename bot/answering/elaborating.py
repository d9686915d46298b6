"""The buttons Sources, Shorter, Longer and Related under an answer.

turn | what was cited, as the articles have it | passages, with buttons -> Reply
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import islice

from bot.answering import passages, render
from bot.answering.buttons import Form, find_turn, form_of, keyboard, summary_of
from bot.answering.passages import Source
from bot.answering.recalling import recall
from bot.following.proposals import read_number
from bot.keeping.answers import place_of, places_in
from bot.keeping.turns import Asked, Place
from bot.office import Handle, Office, Verb
from bot.sheet import Buttons, page_buttons, spoken
from bot.types import Heard, Message, Reply
from retrieval import LEVELS, Answer, Article, Closest, Interests, Nearest, Surroundings, UnknownArticle

AROUND = 2  # sentences on both sides of what was cited, on a page of sources
BESIDE = 1  # in a longer answer
RELATED = 5  # articles: a screen of them with their buttons
LOOKED_AT = 30  # passages near the first article's title: those of a dozen articles


class Elaborating:
    """What may be read beyond an answer. Each button says which turn it is about."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._corpus, self._texts = office.corpus, office.texts
        self._stale = partial(spoken, office.texts, key="button.stale", failed=True)

    def commands(self) -> Mapping[str, Handle]:
        return {}

    def verbs(self) -> Mapping[str, Verb]:
        return {
            "src": Verb(self.sources, plain=True),
            "form": Verb(self.form, plain=True),
            "rel": Verb(self.related, plain=True),
        }

    # -- sources

    def sources(self, heard: Heard, page: str) -> Reply:
        """ "12": the first page for turn 12, as a message of its own; "12:2": that page in place of the one shown."""
        number, _, turned = page.partition(":")
        asked, place = find_turn(self._office, heard, number), read_number(turned or "1")
        if asked is None or place is None:
            return self._stale(heard)
        found = passages.pages(self._cited(asked), self._texts, heard.chat.language)
        place = min(max(place, 1), len(found))  # fewer than there were: an article is gone
        message = replace(found[place - 1], buttons=page_buttons(f"src:{asked.id}", place, len(found)))
        return Reply((message,), replaces=bool(turned))

    def _cited(self, asked: Asked) -> list[Source]:
        """By article, in the order of the footnotes."""
        by_text: dict[tuple[str, int], list[Place]] = {}
        for place in places_in(asked.told):
            by_text.setdefault((place.article_id, place.revision), []).append(place)
        return [
            Source(number, tuple(found for place in places if (found := self._around(place, AROUND)) is not None))
            for number, places in enumerate(by_text.values(), start=1)
        ]

    def _around(self, place: Place, around: int) -> Surroundings | None:
        return self._corpus.wire.surroundings(*place, around=around)

    # -- shorter, longer, and as it was

    def form(self, heard: Heard, wanted: str) -> Reply:
        """ "12:s": the answer of turn 12 in that form, in place of the one shown."""
        number, _, letter = wanted.partition(":")
        asked, form = find_turn(self._office, heard, number), form_of(letter)
        if asked is None or form is None:
            return self._stale(heard)
        found = recall(self._office, asked)
        if found is None:
            return spoken(self._texts, heard, "elaborating.all_gone", failed=True)
        buttons, language = keyboard(self._office, heard, asked, form), heard.chat.language
        messages = self._formed(found, form, language, buttons)
        whole = self._formed(found, "answer", language, ())
        is_one = len(messages) == len(whole) == 1  # else a part of the other form would be left above it
        return Reply(messages, replaces=is_one)

    def _formed(self, found: Answer | Closest, form: Form, language: str, buttons: Buttons) -> tuple[Message, ...]:
        if form == "longer":
            around = {
                citation: known
                for said in found.sentences
                for citation in said.citations
                if (known := self._around(place_of(citation), BESIDE)) is not None
            }
            return passages.longer(found, around, self._texts, language).messages(buttons)
        shown = _shortened(found) if form == "shorter" else found
        if isinstance(shown, Closest):
            return render.closest(shown, self._texts, language, buttons).messages
        return render.answer(shown, self._texts, language, buttons).messages

    # -- related

    def related(self, heard: Heard, number: str) -> Reply:
        """The other articles of the same story, then those that are about the first one's title."""
        asked = find_turn(self._office, heard, number)
        if asked is None:
            return self._stale(heard)
        near = tuple(map(Nearest.to, islice(self._near(heard, asked), RELATED)))
        rows = tuple((summary_of(self._office, heard, one),) for one in near)
        return passages.related(near, self._texts, heard.chat.language, rows)

    def _near(self, heard: Heard, asked: Asked) -> Iterator[Article]:
        """Best first, each once, none that was cited, and no copy of such."""
        passed = set(asked.articles)
        for article in self._candidates(heard, asked):
            originals = self._copies(article.id)
            is_copy = originals.get(article.id) in passed or any(originals.get(one) == article.id for one in passed)
            if article.id not in passed and not is_copy and heard.chat.hears_of(article.source):
                passed.add(article.id)
                yield article

    def _candidates(self, heard: Heard, asked: Asked) -> Iterator[Article]:
        title = ""
        for cited in asked.articles:
            with suppress(UnknownArticle):
                title = title or self._corpus.article(cited).title
                yield from reversed(self._corpus.story(cited).articles)
        yield from self._about(heard, title or asked.standalone)

    def _about(self, heard: Heard, topic: str) -> list[Article]:
        """Found by it, and near enough that who follows it would be told of them, best first."""
        sources, now, wire = heard.chat.sources, self._office.clock(), self._corpus.wire
        found = self._corpus.search(topic, limit=LOOKED_AT, now=now, sources=sources)
        articles = {evidence.article.id: evidence.article for evidence in found}
        wanted = Interests()
        wanted.put([wire.interest(topic)])
        scores = {key: match.score for key in articles for match in wire.match(wanted, key)}
        near = [key for key, score in scores.items() if score >= LEVELS["wide"]]
        return [articles[key] for key in sorted(near, key=lambda key: -scores[key])]

    def _copies(self, article_id: str) -> Mapping[str, str]:
        with suppress(UnknownArticle):
            return self._corpus.story(article_id).copies
        return {}


def _shortened(found: Answer | Closest) -> Answer | Closest:
    """The first sentence alone."""
    if isinstance(found, Closest):
        return replace(found, sentences=found.sentences[:1])
    return replace(found, sentences=found.sentences[:1], values=(), also=())
