"""What a person says or presses in, what is said back out: every use case as one call. No Telegram in it.

    Heard -> is it for him? -> command, question, file, button or oddment -> may he, has he any left? -> a room -> Reply

What a person may cause (a dead link, a stale button, a number that is not in the list) becomes a friendly sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from bot import costs
from bot.alerting.heralding import Herald
from bot.answering.cards import Cards, Offer
from bot.answering.conversation import Conversation
from bot.answering.crowded import Crowded
from bot.answering.elaborating import Elaborating
from bot.answering.greeting import Greeting
from bot.answering.oddments import Oddments
from bot.answering.plain_words import meant_command
from bot.answering.rating import Rating
from bot.answering.showing import Filing, Showing
from bot.answering.summarising import Summarising
from bot.following.feedback import Feedback
from bot.following.follow import Following
from bot.following.listing import Listing
from bot.following.offering import Offering
from bot.following.presence import Presence
from bot.following.proposing import Proposing
from bot.following.subscribing import Subscribing
from bot.following.tuning import Tuning
from bot.menu import COMMANDS, Command
from bot.office import Handle, Office, Verb
from bot.operating.broadcasting import Broadcasting
from bot.operating.statistics import Statistics
from bot.outgoing.types import Aside, Delivery, Held, Letter
from bot.people.access import Door
from bot.people.banning import Banning
from bot.people.budgets import Budgets
from bot.people.groups import GroupSettings
from bot.people.inviting import Inviting
from bot.people.privacy import Privacy
from bot.receiving import Receiving
from bot.rights import OwnPlace, Rights, RightsUnknown, may_change_here
from bot.rules import Budget, Rules
from bot.sheet import clipped, plain, spoken
from bot.store import BotStore
from bot.suggestions import Suggestion
from bot.texts import Texts
from bot.types import Button, Chat, Heard, Message, Reply
from retrieval import Corpus, FootnoteError

_COMMAND = re.compile(r"/(\w+)(@\w+)?(?:\s+(.*))?", re.DOTALL)
_KNOWN: Mapping[str, Command] = {command.name: command for command in COMMANDS}


class Desk:
    """Sync, and may be called from several threads; `add` and `follow` take up to 20 seconds."""

    def __init__(  # noqa: PLR0913 what a desk is wired to, named by the two rooms that wire one
        self,
        corpus: Corpus,
        store: BotStore,
        texts: Texts,
        *,
        admins: frozenset[int],
        clock: Callable[[], datetime],
        suggestions: Sequence[Suggestion] = (),
        rights: Rights | None = None,
        replay: Callable[[Chat], int] = lambda _: 0,
        replan: Callable[[int, int], None] = lambda *_: None,
        rules: Rules | None = None,
        username: Callable[[], str] = lambda: "",
        condition: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        rights = rights or OwnPlace()
        office = Office(corpus, store, texts, clock, rights, admins, rules or Rules(), username, condition)
        self._office, self._store, self._texts = office, store, texts
        self._say = partial(spoken, texts)
        self._cards = Cards(office)
        self._door, self._budgets = Door(office), Budgets(office)
        self._herald = Herald(corpus, store, texts, clock)
        self._summarising = Summarising(corpus, store, texts, clock, admins)
        self._conversation = Conversation(office, self._summarising)
        self._wire_following(suggestions, replay, replan)
        filing = Filing(self._receiving.add, self._receiving.file_text)
        showing = Showing(office, self._conversation.ask, self._budgets, filing)
        self._oddments = Oddments(office, self._summarising, showing)
        self._crowded = Crowded(office, self._heard)
        rooms = (
            Greeting(office, self._ask, self._summarising, self._proposing), self._oddments, self._conversation,
            Elaborating(office), Rating(office), Inviting(office), Banning(office, self._presence.welcome),
            Privacy(office), GroupSettings(office), Statistics(office), Broadcasting(office),
            self._crowded,
        )  # fmt: skip
        self._commands = self._own_commands()
        self._verbs = {**self._reading_verbs(), **self._following_verbs(), **self._presence_verbs()}
        for room in rooms:
            self._commands |= room.commands()
            self._verbs |= room.verbs()
        self._charge()

    def _charge(self) -> None:
        """What costs a person something is done once it is paid for."""
        for name, cost in costs.of_commands(self._office.corpus).items():
            self._commands[name] = self._budgets.charged(cost, self._commands[name])
        for name, cost in costs.of_verbs().items():
            if (verb := self._verbs.get(name)) is not None:
                self._verbs[name] = verb._replace(do=self._budgets.charged(cost, verb.do))

    def _wire_following(
        self, suggestions: Sequence[Suggestion], replay: Callable[[Chat], int], replan: Callable[[int, int], None]
    ) -> None:
        office = self._office
        corpus, store, texts, clock, rights = office.corpus, office.store, office.texts, office.clock, office.rights
        subscribing = Subscribing(corpus, store, clock, replan)
        self._proposing = Proposing(corpus, store, texts, clock, rights=rights, subscribing=subscribing)
        self._offering = Offering(corpus, store, texts, clock, self._proposing)
        self._following = Following(
            corpus, store, texts, clock, rights=rights, subscribing=subscribing, proposing=self._proposing,
            offering=self._offering, suggestions=suggestions,
        )  # fmt: skip
        self._listing = Listing(corpus, store, texts, rights)
        self._tuning = Tuning(store, texts, clock, rights=rights, subscribing=subscribing, listing=self._listing)
        self._feedback = Feedback(corpus, store, texts, clock, rights)
        self._presence = Presence(store, texts, clock, log_end=corpus.wire.log_end, replay=replay)
        self._receiving = Receiving(corpus, store, texts, self._following, office.admins)

    def _own_commands(self) -> dict[str, Handle]:
        return {
            "help": self._help,
            "ask": self._ask,
            "summary": self._summarising.command,
            "add": self._receiving.add,
            "follow": self._following.follow,
            "following": self._listing.following,
            "unfollow": self._tuning.unfollow,
            "tune": self._tuning.tune,
            "settings": self._presence.settings,
            "timezone": self._presence.timezone,
            "quiet": self._presence.quiet,
            "mute": self._presence.mute,
            "pause": self._presence.pause,
            "resume": self._presence.resume,
            "language": self._language,
        }

    def _reading_verbs(self) -> dict[str, Verb]:
        summarising = {name: Verb(do) for name, do in self._summarising.verbs().items()}
        return {
            **summarising,
            "talk": Verb(self._feedback.talk),
            "pg": Verb(self._page, plain=True),
            "lang": Verb(self._language, plain=True, governed=True),
        }

    def _following_verbs(self) -> dict[str, Verb]:
        by_feed = Verb(self._tuning.open_feed, governed=True)  # under alerts that were sent long ago
        return {
            "follow": Verb(self._following.begin, governed=True),
            "try": Verb(self._proposing.retry, plain=True, governed=True),
            "yes": Verb(self._proposing.confirm, plain=True, governed=True),
            "fol": Verb(self._offering.article, governed=True),
            "folq": Verb(self._offering.answer, plain=True, governed=True),
            "ftop": Verb(self._offering.topic, governed=True),
            "await": Verb(self._offering.question, governed=True),
            "list": Verb(self._listing.back, plain=True),
            "sub": Verb(self._tuning.open, plain=True, governed=True),
            "card": Verb(self._tuning.open_here, plain=True, governed=True),
            "tune": Verb(self._tuning.press, plain=True, governed=True),
            "out": Verb(self._tuning.leave, plain=True, governed=True),
            "back": Verb(self._tuning.restore, governed=True),
            "more": Verb(self._feedback.more, plain=True, governed=True),
            "less": Verb(self._feedback.less, plain=True, governed=True),
            "hush": Verb(self._feedback.hush, plain=True, governed=True),
            **dict.fromkeys(("mute", "unmute", "unfollow"), by_feed),
        }

    def _presence_verbs(self) -> dict[str, Verb]:
        return {
            "set": Verb(self._presence.press, plain=True, governed=True),
            "catchup": Verb(self._presence.catch_up, plain=True, governed=True),
            "skip": Verb(self._presence.skip, plain=True, governed=True),
        }

    def sorry(self, heard: Heard) -> Reply:
        """What is said back at once where there is no time to hear somebody out."""
        return self._guarded(lambda heard, _: self._door.refusal(heard) or self._sorry(heard), heard, "")

    def hear(self, heard: Heard) -> Reply:
        """A command or a question -> what is said back. Never raises for what a person may cause."""
        return self._guarded(lambda heard, _: self._door.refusal(heard) or self._revised(heard), heard, "")

    def _sorry(self, heard: Heard) -> Reply:
        return self._conversation.revise(heard, self._crowded.sorry)

    def _revised(self, heard: Heard) -> Reply:
        """What was said before and is said differently now is answered where the old answer stands, if at all."""
        return self._conversation.revise(heard, self._heard)

    def _heard(self, heard: Heard) -> Reply:
        if (file := heard.file) is not None:
            return self._budgets.refusal(heard, Budget.FILE) or self._receiving.receive(heard, file)
        meant = "" if heard.forwarded else meant_command(heard.text, is_reply=heard.replied is not None) or ""
        if not meant.startswith("/follow ") and (odd := self._oddments.reply(heard)) is not None:  # it may name a link
            return odd
        command = _COMMAND.fullmatch(meant or heard.text.strip())
        if command is None:
            return self._ask_freely(heard)
        name = command[1].lower()
        known, handle = _KNOWN.get(name), self._commands.get(name)
        if known is not None and known.operator and heard.user_id not in self._office.admins:
            known = None
        if known is None or handle is None:
            is_ours = heard.chat.kind == "private" or command[2] is not None  # in a group it may be another bot's
            said = self._say(heard, "command.unknown", failed=True, command=clipped(command[1], 40))
            return said if is_ours else Reply(())
        return self._guarded(handle, heard, (command[3] or "").strip(), governed=known.governed)

    def follow(self, heard: Heard, text: str) -> Reply:
        """As /follow, without asking first."""
        return self._guarded(self._following.begin, heard, text)

    def press(self, heard: Heard) -> Reply:
        """A button's data -> what is said back. Unknown or stale data gets a sentence too."""
        return self._guarded(lambda heard, _: self._door.refusal(heard) or self._pressed(heard), heard, "")

    def _pressed(self, heard: Heard) -> Reply:
        name, _, argument = heard.text.partition(":")
        verb = self._verbs.get(name)
        if verb is not None and verb.operator and heard.user_id not in self._office.admins:
            verb = None
        value = argument if verb is not None and verb.plain else self._store.resolve(argument, heard.chat.id)
        if verb is None or value is None:
            return self._say(heard, "button.stale", failed=True)
        return self._guarded(verb.do, heard, value, governed=verb.governed)

    def welcome(self, chat: Chat) -> Message | None:
        """For a chat that comes back: what it missed, to be sent or let go. None where nothing is followed."""
        return self._presence.welcome(chat) if self._door.admits(chat.id, chat.id) else None

    def wants(self, user_id: int, name: str, size: int) -> bool:
        """Whether a file that a person sends is to be handed in with its bytes; they are not needed to decline it."""
        return self._receiving.wants(user_id, name, size) and self._door.admits(user_id, user_id)

    def offer(self, user_id: int, language: str, text: str) -> Offer:
        """What somebody may post who types our name and these words in whatever chat; nothing for a stranger."""
        if not self.admits(user_id, user_id):
            return Offer(self._texts.known(language), (), "in")
        return self._cards.offer(user_id, language, text)

    def admits(self, user_id: int, chat_id: int) -> bool:
        """Whether somebody is answered in a chat; of a private one that is his own number. Nothing is said or kept."""
        return self._door.admits(user_id, chat_id)

    def letter(self, delivery: Delivery) -> Letter | Held | Aside | None:
        """What lies in the outbox, put into words now: see Herald. Aside: also for whoever is no longer let in."""
        is_alert = not isinstance(delivery.content, Message)
        return Aside() if is_alert and self._door.keeps_out(delivery.chat_id) else self._herald.letter(delivery)

    def _ask(self, heard: Heard, question: str) -> Reply:
        return self._budgets.refusal(heard, Budget.QUESTION) or self._conversation.ask(heard, question)

    def _ask_freely(self, heard: Heard) -> Reply:
        return self._budgets.refusal(heard, Budget.QUESTION) or self._conversation.hear(heard, heard.text.strip())

    def _guarded(self, handle: Handle, heard: Heard, argument: str, *, governed: bool = False) -> Reply:
        try:
            if governed and not may_change_here(self._office.rights, heard):
                return self._say(heard, "rights.denied", failed=True)
            return handle(heard, argument)
        except FootnoteError as fault:
            return Reply(plain(self._texts.error(heard.chat.language, fault)), failed=True)
        except RightsUnknown:
            return self._say(heard, "rights.unknown", failed=True)

    def _help(self, heard: Heard, _: str) -> Reply:
        keys = ("help", "help_operator") if heard.user_id in self._office.admins else ("help",)
        return Reply(plain("\n\n".join(self._office.say(heard, key).strip() for key in keys)))

    def _page(self, heard: Heard, place: str) -> Reply:
        key, _, number = place.partition(":")
        return self._herald.page(heard, key, int(number) if number.isdecimal() else 0)

    def _language(self, heard: Heard, code: str) -> Reply:
        code = code.lower()
        if code not in self._texts.languages():
            say = self._texts.say
            row = tuple(Button(say(known, "language.name"), f"lang:{known}") for known in self._texts.languages())
            said = say(heard.chat.language, "language.unknown" if code else "language.choose")
            return Reply(plain(said, (row,)), failed=bool(code))
        self._store.set_language(heard.chat.id, code)
        return Reply(plain(self._texts.say(code, "language.changed")))
