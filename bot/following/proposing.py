"""A subscription that nobody has yet -> what it would have sent and buttons that change or begin it; a press -> begun.

proposal | sample | [Follow] [Strict ...] [At once ...] -> Reply,  a press | rights | Subscribing -> Reply
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.following.proposals import pack_proposal, unpack_proposal
from bot.following.samples import DAYS, Samples
from bot.following.subscribing import Begun, Subscribing, most_of
from bot.following.wishes import TIMED, changed, in_brackets, kept_words, marked, rhythm_words
from bot.rights import Rights, may_change_there
from bot.sheet import Buttons, Sheet, clipped, plain, spoken, web_link
from bot.store import BotStore
from bot.texts import Texts
from bot.types import Button, Heard, Kind, MarkKind, Matching, Reply, Rhythm, Subscription, Wishes
from retrieval import Answer, Corpus, Feed

KEEP = timedelta(days=7)  # a proposal holds a person's words: its buttons work so long
_DONE = {Kind.QUESTION: "follow.done_question", Kind.STORY: "follow.done_story"}


class Proposing:
    """Shows before it begins. Raises SourceError for a feed that cannot be had, RightsUnknown."""

    def __init__(  # noqa: PLR0913 what it is wired to, named by the one room that wires it
        self,
        corpus: Corpus,
        store: BotStore,
        texts: Texts,
        clock: Callable[[], datetime],
        *,
        rights: Rights,
        subscribing: Subscribing,
    ) -> None:
        self._corpus = corpus
        self._store = store
        self._texts = texts
        self._say = partial(spoken, texts)
        self._clock = clock
        self._rights = rights
        self._subscribing = subscribing

    def show(self, heard: Heard, proposal: Subscription) -> Reply:
        """What it would have sent, and how often. What is followed already is told."""
        if (refusal := self._refusal(heard, proposal)) is not None:
            return refusal
        sheet, language = Sheet(), heard.chat.language
        if proposal.kind is Kind.FEED:
            proposal = self._write_feed(sheet, language, proposal)
        else:
            self._write_head(sheet, language, proposal)
            self._write_sample(sheet, language, proposal)
        if words := kept_words(proposal.wishes):
            sheet.write("\n" + self._texts.say(language, "propose.narrowed", words=words))
        if proposal.chat_id != heard.chat.id:
            sheet.write("\n" + self._texts.say(language, "propose.sent_to", name=self._name_of(proposal.chat_id)))
        return Reply(sheet.messages(self._buttons(language, proposal, self.key(heard, proposal))))

    def retry(self, heard: Heard, data: str) -> Reply:
        """ "key" or "key:change": the same message with another matching or rhythm."""
        key, _, change = data.partition(":")
        proposal = self._load(heard, key)
        if proposal is not None and (wishes := changed(proposal.wishes, change)) is not None:
            proposal = replace(proposal, wishes=wishes)
        if proposal is None:
            return self._say(heard, "button.stale", failed=True)
        return _in_place(self.show(heard, proposal))

    def confirm(self, heard: Heard, key: str) -> Reply:
        """Follow was pressed."""
        proposal = self._load(heard, key)
        if proposal is None:
            return self._say(heard, "button.stale", failed=True)
        return _in_place(self.accept(heard, proposal))

    def accept(self, heard: Heard, proposal: Subscription) -> Reply:
        """Follows at once."""
        if (refusal := self._refusal(heard, proposal)) is not None:
            return refusal
        begun = self._subscribing.begin(replace(proposal, by=heard.user_id))
        return self._already(heard, proposal) if begun is None else self._done(heard, begun)

    def key(self, heard: Heard, proposal: Subscription) -> str:
        """What a button says instead of the proposal: "yes:<key>", "try:<key>"."""
        return self._store.handle(
            pack_proposal(proposal), owner=heard.chat.id, by=heard.user_id, until=self._clock() + KEEP
        )

    def _load(self, heard: Heard, key: str) -> Subscription | None:
        packed = self._store.resolve(key, heard.chat.id)
        return None if packed is None else unpack_proposal(packed)

    def _refusal(self, heard: Heard, proposal: Subscription) -> Reply | None:
        if not may_change_there(self._rights, heard, proposal.chat_id):
            return self._say(heard, "rights.denied", failed=True)
        if self._subscribing.find_same(proposal) is not None:
            return self._already(heard, proposal)
        if self._subscribing.is_full(proposal.chat_id):
            return self._say(heard, "follow.limit", failed=True, count=most_of(proposal.chat_id))
        return None

    def _already(self, heard: Heard, proposal: Subscription) -> Reply:
        same, say, language = self._subscribing.find_same(proposal), self._texts.say, heard.chat.language
        rows = ((Button(say(language, "button.settings"), f"sub:{same.id}"),),) if same else ()
        return Reply(plain(say(language, "follow.already", title=clipped((same or proposal).title)), rows))

    def _done(self, heard: Heard, begun: Begun) -> Reply:
        one, language = begun.subscription, heard.chat.language
        elsewhere = one.chat_id != heard.chat.id
        key = "follow.done_there" if elsewhere else _DONE.get(one.kind, "follow.done")
        sheet = Sheet(self._texts.say(language, key, title=clipped(one.title)))
        if one.wishes.rhythm is not Rhythm.INSTANT:
            when = rhythm_words(one.wishes, self._texts, language)
            sheet.write("\n" + self._texts.say(language, "card.rhythm", rhythm=when))
            sheet.write(self._zone_asked(language, one))
        if begun.feed is not None:
            self._write_latest(sheet, language, begun.feed)
        settings = Button(self._texts.say(language, "button.settings"), f"card:{one.id}")
        undo = Button(self._texts.say(language, "button.undo"), f"out:{one.id}")
        return Reply(sheet.messages(((settings, undo),)))

    def _zone_asked(self, language: str, one: Subscription) -> str:
        """A time that was wished for is somebody's local time: whose is asked as long as that is not known."""
        chat = self._store.known_chat(one.chat_id)
        is_known = chat is not None and chat.hours.zone_chosen
        if is_known or one.wishes.rhythm not in TIMED:
            return ""
        return "\n" + self._texts.say(language, "presence.ask_zone")

    def _write_head(self, sheet: Sheet, language: str, proposal: Subscription) -> None:
        sheet.write(clipped(proposal.title), MarkKind.BOLD)
        sheet.write(in_brackets(proposal, self._texts, language) + "\n")

    def _write_feed(self, sheet: Sheet, language: str, proposal: Subscription) -> Subscription:
        feed = self._corpus.wire.peek(proposal.subject)
        proposal = replace(proposal, subject=feed.url, title=clipped(feed.title) or proposal.title)
        self._write_head(sheet, language, proposal)
        Samples(self._texts, language, self._clock()).feed(sheet, feed)
        return proposal

    def _write_sample(self, sheet: Sheet, language: str, proposal: Subscription) -> None:
        now, wire, subject = self._clock(), self._corpus.wire, proposal.subject
        samples = Samples(self._texts, language, now)
        match proposal.kind:
            case Kind.TOPIC:
                sample = wire.sample(subject, now, level=proposal.wishes.matching.value, days=DAYS)
                wanted = tuple(one for one in sample.found if self._has_words(one.article.article_id, proposal.wishes))
                samples.topic(sheet, replace(sample, found=wanted))
            case Kind.SOURCE | Kind.EVERYTHING:
                stories, articles = wire.rate(subject or None, now, days=DAYS)
                _, newest = wire.rate(None, now, days=DAYS) if subject else (stories, articles)
                samples.rate(sheet, stories, articles, next((one.published for one in newest), None))
            case Kind.QUESTION:
                told = self._corpus.ask(subject, now=now)
                samples.answer(sheet, told if isinstance(told, Answer) else None)

    def _has_words(self, article_id: str, wishes: Wishes) -> bool:
        words = self._corpus.wire.words(article_id)
        return all(map(words.holds, wishes.must)) and not any(map(words.holds, wishes.must_not))

    def _write_latest(self, sheet: Sheet, language: str, feed: Feed) -> None:
        if feed.latest is None:
            return
        sheet.write("\n\n" + self._texts.say(language, "follow.latest") + "\n")
        title = clipped(feed.latest.title) or self._texts.say(language, "untitled")
        sheet.link(title, web_link(feed.latest.url))
        if feed.latest.published:
            sheet.write(", " + self._texts.date(language, feed.latest.published))

    def _buttons(self, language: str, proposal: Subscription, key: str) -> Buttons:
        follow = (Button(self._texts.say(language, "button.follow"), f"yes:{key}"),)
        matching = tuple(self._choice(language, each, proposal.wishes.matching, key) for each in Matching)
        rhythm = tuple(self._choice(language, each, proposal.wishes.rhythm, key) for each in Rhythm)
        return (follow, matching, rhythm) if proposal.kind is Kind.TOPIC else (follow, rhythm)

    def _choice(self, language: str, one: Matching | Rhythm, current: Matching | Rhythm, key: str) -> Button:
        text = marked(self._texts.say(language, f"button.{one}"), one is current)
        return Button(text, f"try:{key}:{one}")

    def _name_of(self, chat_id: int) -> str:
        found = self._rights.find_chat(str(chat_id))
        return clipped(found.title) if found else str(chat_id)


def _in_place(reply: Reply) -> Reply:
    """Where it could not be done the buttons are left for another try."""
    return replace(reply, replaces=not reply.failed)
