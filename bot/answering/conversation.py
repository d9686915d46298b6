"""A question, a yes, a no or thanks in a chat -> what is said back. It remembers what a follow-up may refer to.

text | courtesy or question | Corpus, with the chat's last turns | render, with buttons -> Reply
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.answering import render
from bot.answering.courtesies import courtesy
from bot.answering.searched import is_limited
from bot.answering.summarising import Summarising
from bot.following.proposals import pack_offer
from bot.keeping.turns import Asked, Outcome, Place
from bot.office import Handle, Office, Verb
from bot.sheet import Buttons, clipped, spoken
from bot.types import Button, Heard, Reply
from retrieval import Answer, Closest, Nearest, Refusal, Searched, Sentence

CONVERSATION = timedelta(minutes=15)  # a follow-up refers to nothing older, and an offer stands as long
KEEP_WORDS = timedelta(days=7)  # a button that holds a person's question works so long
BUTTON_CHARACTERS = 48  # phones show about so much; an ellipsis shows the cut


class Conversation:
    """Questions of chats. `summarising` takes up offers to sum up, and tells what happened in a time."""

    def __init__(self, office: Office, summarising: Summarising) -> None:
        self._corpus, self._store, self._texts, self._clock = office.corpus, office.store, office.texts, office.clock
        self._say = partial(spoken, office.texts)
        self._summarising = summarising

    def commands(self) -> Mapping[str, Handle]:
        return {}

    def verbs(self) -> Mapping[str, Verb]:
        return {"all": Verb(self.ask_everywhere)}

    def hear(self, heard: Heard, text: str) -> Reply:
        """What is no command. "Yes" takes up the last offer; without one it is a question like any other."""
        meant = courtesy(text)
        if meant == "thanks":
            return self._say(heard, "courtesy.thanks")
        offered = self._store.offered(heard.chat.id, self._clock()) if meant else None
        if offered is None:
            return self.ask(heard, text)
        reply = self._summarising.article(heard, offered) if meant == "yes" else self._say(heard, "courtesy.no")
        self._store.withdraw_offer(heard.chat.id)
        return reply

    def ask(self, heard: Heard, question: str) -> Reply:
        """Looks where the question says. What happened in a time is told by stories."""
        if self._corpus.asks_for_news(question, self._clock()):
            return self._summarising.topic(heard, question)
        return self._ask(heard, question, unscoped=False)

    def ask_everywhere(self, heard: Heard, question: str) -> Reply:
        """The same question again, whatever days or sources it names."""
        return self._ask(heard, question, unscoped=True)

    def _ask(self, heard: Heard, question: str, *, unscoped: bool) -> Reply:
        if not question:
            return self._say(heard, "ask.usage", failed=True)
        chat, now = heard.chat, self._clock()
        self._store.withdraw_offer(chat.id)
        previous = self._store.turns.previous(chat.id, now - CONVERSATION)
        if unscoped:  # what it leans on is older than its first asking
            previous = tuple(turn for turn in previous if turn.question != question)
        outcome = self._corpus.ask(question, previous=previous, now=now, unscoped=unscoped)
        if not isinstance(outcome, Refusal) or outcome.reason == "not told":  # "and when?" may still refer to it
            self._store.turns.remember(_asked(heard, question, outcome, now))
        return self._reply(heard, question, outcome, now)

    def _reply(self, heard: Heard, question: str, outcome: Answer | Closest | Refusal, now: datetime) -> Reply:
        language = heard.chat.language
        everywhere = self._everywhere(heard, question, outcome.searched, now)
        match outcome:
            case Answer():
                row = self._about(heard, outcome.question or question, _articles(outcome))
                return replace(
                    render.answer(outcome, self._texts, language, _rows(row, everywhere)), outcome="answered"
                )
            case Closest():
                row = self._about(heard, outcome.question or question, _articles(outcome))
                return replace(
                    render.closest(outcome, self._texts, language, _rows(row, everywhere)), outcome="closest"
                )
            case Refusal(nearest=nearest):
                if nearest:
                    self._store.offer(heard.chat.id, nearest[0].article_id, now + CONVERSATION)
                asked = self._await(heard, outcome)
                rows = _rows(*((self._offer(language, near),) for near in nearest), everywhere, asked)
                return replace(
                    render.refusal(outcome, self._texts, language, rows, offer=bool(nearest)), outcome="refused"
                )

    def _everywhere(self, heard: Heard, question: str, searched: Searched, now: datetime) -> tuple[Button, ...]:
        if not is_limited(searched):
            return ()
        data = f"all:{self._store.handle(question, owner=heard.chat.id, until=now + KEEP_WORDS)}"
        return (Button(self._texts.say(heard.chat.language, "button.everywhere"), data),)

    def _about(self, heard: Heard, question: str, articles: tuple[str, ...]) -> tuple[Button, ...]:
        """A summary of the first article, and what of it and of the question may be followed."""
        if not articles:
            return ()
        summary = Button(
            self._texts.say(heard.chat.language, "button.summary"), f"sum:{self._store.handle(articles[0])}"
        )
        key = self._store.handle(
            pack_offer(articles[0], question), owner=heard.chat.id, until=self._clock() + KEEP_WORDS
        )
        return summary, Button(self._texts.say(heard.chat.language, "button.follow"), f"folq:{key}")

    def _await(self, heard: Heard, refusal: Refusal) -> tuple[Button, ...]:
        """To be told when an article answers; where nothing was asked there is nothing to wait for."""
        if not refusal.question.strip() or refusal.reason == "empty question":
            return ()
        key = self._store.handle(refusal.question, owner=heard.chat.id, until=self._clock() + KEEP_WORDS)
        return (Button(self._texts.say(heard.chat.language, "button.await"), f"await:{key}"),)

    def _offer(self, language: str, near: Nearest) -> Button:
        title = clipped(near.title) or self._texts.say(language, "untitled")
        text = clipped(self._texts.say(language, "button.summary_of", title=title), BUTTON_CHARACTERS)
        return Button(text, f"sum:{self._store.handle(near.article_id)}")


def _asked(heard: Heard, question: str, outcome: Answer | Closest | Refusal, now: datetime) -> Asked:
    """What is kept of it."""
    kinds: dict[type, Outcome] = {Answer: "answered", Closest: "closest", Refusal: "refused"}
    sentences = () if isinstance(outcome, Refusal) else outcome.sentences
    cited = tuple(Place(c.article_id, c.revision, c.start, c.end) for said in sentences for c in said.citations)
    trace = outcome.trace
    kept = {
        "confidence": outcome.confidence,
        "milliseconds": dict(trace.milliseconds),
        "figures": dict(trace.figures),
        "hits": list(trace.hits),
    }
    return Asked(
        heard.chat.id, heard.user_id, question, outcome.question or question, kinds[type(outcome)], cited,
        _articles(outcome), kept, now, heard.update_id, heard.message_id,
    )  # fmt: skip


def _rows(*rows: tuple[Button, ...]) -> Buttons:
    return tuple(row for row in rows if row)


def _articles(outcome: Answer | Closest | Refusal) -> tuple[str, ...]:
    """The articles that were cited, in the order of the footnotes, each once."""
    match outcome:
        case Answer(sentences=sentences, values=values):
            return _cited((*sentences, *values))
        case Closest(sentences=sentences):
            return _cited(sentences)
        case Refusal():
            return ()


def _cited(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(citation.article_id for said in sentences for citation in said.citations))
