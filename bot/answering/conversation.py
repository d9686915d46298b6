"""A question, a yes, a no or thanks in a chat -> what is said back. Each question is kept with what was said to it.

    text | courtesy or question | Corpus, with what it may refer to | render, with buttons -> Reply

What a question may refer to is found in `contexts.py`; one that is said again, differently, is met in `revising.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.answering import render
from bot.answering.buttons import keyboard
from bot.answering.contexts import Contexts, talk_of
from bot.answering.courtesies import courtesy, wants_news
from bot.answering.newest import Newest
from bot.answering.pasted import unpack_awaited
from bot.answering.refusing import Refusing, is_asked
from bot.answering.revising import Revising
from bot.answering.shortening import headed, shortened
from bot.answering.summarising import Summarising
from bot.keeping.answers import pack_answer, place_of
from bot.keeping.turns import Asked, Outcome
from bot.office import Handle, Office, Verb
from bot.sheet import clipped, spoken
from bot.types import Heard, Reply
from retrieval import Answer, Closest, Refusal, Sentence, Turn

Said = Answer | Closest | Refusal


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question on its way: as it is asked, what it may refer to, and whether it is to be limited by its own words."""

    question: str
    previous: tuple[Turn, ...]
    unscoped: bool = False


class Conversation:
    """Questions of chats. `summarising` takes up offers to sum up, and tells what happened in a time."""

    def __init__(self, office: Office, summarising: Summarising) -> None:
        self._office = office
        self._corpus, self._store, self._texts, self._clock = office.corpus, office.store, office.texts, office.clock
        self._say = partial(spoken, office.texts)
        self._summarising, self._newest = summarising, Newest(office, summarising)
        self._contexts = Contexts(office)
        self._revising, self._refusing = Revising(office, self._contexts), Refusing(office)

    def commands(self) -> Mapping[str, Handle]:
        return {"new": self.begin_anew}

    def verbs(self) -> Mapping[str, Verb]:
        return {"all": Verb(self.ask_everywhere)}

    def revise(self, heard: Heard, answer: Callable[[Heard], Reply]) -> Reply:
        """What `answer` says; to a message that was edited in place of what was said before, where that is wanted."""
        return self._revising.answer(heard, answer)

    def hear(self, heard: Heard, text: str) -> Reply:
        """What is no command. "Yes" takes up the last offer; without one it is a question like any other."""
        meant = courtesy(text)
        if meant == "thanks":
            return self._say(heard, "courtesy.thanks")
        offered = self._store.offered(heard.chat.id, self._clock()) if meant else None
        if offered is None or unpack_awaited(offered):  # a text that another person of this chat asks about
            return self.ask(heard, text)
        reply = self._summarising.article(heard, offered) if meant == "yes" else self._say(heard, "courtesy.no")
        self._store.withdraw_offer(heard.chat.id)
        return reply

    def begin_anew(self, heard: Heard, _: str = "") -> Reply:
        """/new: what was asked so far is referred to no more, and nothing is offered."""
        self._store.turns.forget_talk(talk_of(heard))
        self._store.withdraw_offer(heard.chat.id)
        return self._say(heard, "conversation.new")

    def ask(self, heard: Heard, question: str) -> Reply:
        """Looks where the question says. What happened in a time is told by stories."""
        asked = shortened(question)
        inquiry = Inquiry(asked, self._contexts.of(heard, self._clock()))
        told = None if _is_pointed(heard, inquiry) else self._news(heard, inquiry)
        reply = told or self._ask(heard, inquiry)
        return reply if asked == question else headed(reply, self._shortened_line(heard, asked))

    def ask_everywhere(self, heard: Heard, question: str) -> Reply:
        """The same question again, whatever days or sources it names."""
        was, heard = self._contexts.pressed(heard), replace(heard, message_id=None)
        if was is not None and was.question == question and was.turn.question != question:  # it leant on another
            return self._ask(heard, Inquiry(was.standalone, (), unscoped=True))
        previous = self._contexts.of(heard, self._clock())  # what it leans on is older than its first asking
        others = tuple(turn for turn in previous if turn.question != question)
        return self._ask(heard, Inquiry(question, others, unscoped=True))

    def _news(self, heard: Heard, inquiry: Inquiry) -> Reply | None:
        """What is new, or what happened in a time, if that is what is asked."""
        if wants_news(inquiry.question):
            told = self._newest.tell(heard)
        elif self._corpus.asks_for_news(inquiry.question, self._clock(), previous=inquiry.previous):
            told = self._summarising.topic(heard, inquiry.question)
        else:
            return None
        return replace(told, outcome="refused" if told.refused else "topic")

    def _ask(self, heard: Heard, inquiry: Inquiry) -> Reply:
        if not inquiry.question:
            return self._say(heard, "ask.usage", failed=True)
        now = self._clock()
        self._store.withdraw_offer(heard.chat.id)
        said = self._corpus.ask(
            inquiry.question,
            previous=inquiry.previous,
            now=now,
            unscoped=inquiry.unscoped,
            sources=heard.chat.sources,
        )
        asked = _asked(heard, inquiry.question, said, now)
        if not isinstance(said, Refusal) or is_asked(said):
            asked = replace(asked, id=self._store.turns.remember(asked))
        return self._reply(heard, asked, said)

    def _reply(self, heard: Heard, asked: Asked, said: Said) -> Reply:
        language = heard.chat.language
        match said:
            case Answer():
                return render.answer(said, self._texts, language, keyboard(self._office, heard, asked, "answer"))
            case Closest():
                return render.closest(said, self._texts, language, keyboard(self._office, heard, asked, "answer"))
            case Refusal():
                return self._refusing.reply(heard, asked, said)

    def _shortened_line(self, heard: Heard, asked: str) -> str:
        return self._office.say(heard, "conversation.shortened", question=clipped(asked))


def _is_pointed(heard: Heard, inquiry: Inquiry) -> bool:
    """Whether it is a reply to something that articles are known of."""
    is_reply = heard.replied is not None or heard.quoted is not None
    return is_reply and any(turn.pointed and turn.articles for turn in inquiry.previous)


def _asked(heard: Heard, question: str, said: Said, now: datetime) -> Asked:
    """What is kept of it."""
    kinds: dict[type, Outcome] = {Answer: "answered", Closest: "closest", Refusal: "refused"}
    sentences = () if isinstance(said, Refusal) else said.sentences
    trace = said.trace
    kept = {
        "confidence": said.confidence,
        "milliseconds": dict(trace.milliseconds),
        "figures": dict(trace.figures),
        "hits": list(trace.hits),
    }
    return Asked(
        heard.chat.id, heard.user_id, question, said.question or question, kinds[type(said)],
        tuple(place_of(citation) for sentence in sentences for citation in sentence.citations),
        _articles(said), kept, now, heard.update_id, heard.message_id,
        told={} if isinstance(said, Refusal) else pack_answer(said),
        thread_id=heard.thread_id,
    )  # fmt: skip


def _articles(said: Said) -> tuple[str, ...]:
    """The articles that were cited, in the order of the footnotes, each once."""
    match said:
        case Answer(sentences=sentences, values=values):
            return _cited((*sentences, *values))
        case Closest(sentences=sentences):
            return _cited(sentences)
        case Refusal():
            return ()


def _cited(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(citation.article_id for said in sentences for citation in said.citations))
