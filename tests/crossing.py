"""Many people who each say words of their own, and press each other's buttons -> whose words reached whom.

Everybody asks, rates, follows, sums up, in private and in groups, and presses every button that comes. Then somebody
else presses the same buttons from his own chat, and tries every command with the other's numbers.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from bot.desk import Desk
from bot.menu import COMMANDS
from bot.outgoing.types import Alert, Delivery, Digest, Lane, Letter
from bot.rules import Rules
from bot.store import BotStore, open_store
from bot.texts import load_texts
from bot.types import Chat, Heard, Message, Reply
from retrieval import Article, Corpus, TopicSummary
from tests.bot.wiring import FakeRights
from tests.fake_corpus import NOON, FakeCorpus, HandClock

MARKER = re.compile(r"zq[0-9]+x[0-9]+z")
FEED = "https://feeds.example/extraordinary"
UNLIMITED = Rules(questions_per_minute=0, questions_per_day=0, links_per_day=0, feeds_per_day=0, files_per_day=0)
SAID = (  # the longest word is what FakeCorpus answers by
    "extraordinary {0}?", "When was the extraordinary {0}?", "perhaps extraordinary {0}?", "{0}-{0}-{0}-{0}?",
    "extraordinary yesterday {0}?", "/summary extraordinary {0}", "/follow extraordinary {0}", "/follow {0} daily 8:30",
    "extraordinary {0}? and why?", "/follow has the extraordinary {0} begun?",
)  # fmt: skip
ENDING = (
    "forget:",
    "retain:",
    "out:",
    "set:",
    "rate:",
)  # buttons that lead to no others, or to the end of what there is
ALERTS = 12  # of one digest: more than a page
OLDER = NOON - timedelta(days=90)


class MarkedCorpus(FakeCorpus):
    """Finds what is asked without the words that only mark who asks, and repeats them in what it says."""

    def summarise_topic(self, text: str, *arguments: Any, **options: Any) -> TopicSummary:
        told = super().summarise_topic(MARKER.sub("", text).strip(), *arguments, **options)
        return replace(told, topic=text)


def articles() -> list[Article]:
    """One of yesterday, others older; each is a story."""
    texts = [
        f"The extraordinary meeting number {number} began. It ended at {number}. Nobody knows why."
        for number in range(ALERTS)
    ]
    return [
        Article(f"a{number}", f"Meeting {number}", text, url=f"https://news.example/{number}", source="The Example",
                published=NOON - timedelta(days=1, hours=2) if number else OLDER)
        for number, text in enumerate(texts)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody in a chat: his own, or a group's."""

    chat_id: int
    user_id: int

    @property
    def chat(self) -> Chat:
        return Chat(self.chat_id, "en", "private" if self.chat_id > 0 else "group")


@dataclass(slots=True)
class Crossing:
    """What it came to: how often somebody tried, whose words he got, and what of another's he changed."""

    tried: int = 0
    read: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"cross-reads {len(self.read)} of {self.tried}; belongings that others changed {len(self.changed)}"


class Crowd:
    """`people` of them, each alone with us, and in a group of ten. Close it."""

    def __init__(self, folder: Path, people: int, seed: int = 0) -> None:
        self.store: BotStore = open_store(folder, HandClock())
        self.corpus = MarkedCorpus(*articles())
        self.corpus.carried[FEED] = articles()
        self._rights = FakeRights()
        self.desk = Desk(
            cast("Corpus", self.corpus), self.store, load_texts(),
            admins=frozenset(), clock=HandClock(), rights=self._rights, rules=UNLIMITED,
        )  # fmt: skip
        self._dice = random.Random(seed)
        alone = [Place(number, number) for number in range(101, 101 + people)]
        groups = [Place(-1000 - number // 10, 101 + number) for number in range(0, people, 5)]
        for group in groups:
            self._rights.admins.setdefault(group.chat_id, set()).add(group.user_id)
        self.places = [*alone, *groups]
        self.pressed: dict[Place, dict[str, None]] = {place: {} for place in self.places}  # the data of its buttons
        self._updates = 0
        for place in self.places:
            self.store.chat(place.chat_id, language="en", kind=place.chat.kind)

    def close(self) -> None:
        self.store.close()

    def buttons(self) -> int:
        return sum(map(len, self.pressed.values()))

    # -- everybody by himself

    def talk(self, questions: int) -> None:
        """Each says so many things of his own, and presses what comes of it."""
        for number in range(questions):
            for place in self.places:
                words = SAID[number % len(SAID)].format(f"zq{place.user_id}x{number}z")
                if place.chat_id < 0 and not words.startswith("/"):
                    words = f"/ask {words}"
                self._press_all(place, self.say(place, words))
        for place in self.places:
            self._press_all(place, self.say(place, f"/follow {FEED}"))
            for command in ("/following", "/tune 1", "/unfollow 1", "/privacy", "/settings", "/start"):
                self._collect(place, self.say(place, command))
            self._alert(place)

    def say(self, place: Place, words: str) -> Reply:
        self._updates += 1
        return self.desk.hear(self._heard(place, words))

    def press(self, place: Place, data: str) -> Reply:
        self._updates += 1
        return self.desk.press(self._heard(place, data))

    def _heard(self, place: Place, words: str) -> Heard:
        chat = self.store.known_chat(place.chat_id) or place.chat
        return Heard(chat, place.user_id, words, update_id=self._updates, message_id=self._updates)

    def _press_all(self, place: Place, reply: Reply) -> None:
        """Two levels deep, but for what ends something."""
        for data in self._collect(place, reply):
            if not data.startswith(ENDING):
                self._collect(place, self.press(place, data))

    def _collect(self, place: Place, reply: Reply) -> list[str]:
        fresh = [data for message in reply.messages for data in _data(message) if data not in self.pressed[place]]
        self.pressed[place] |= dict.fromkeys(fresh)
        return fresh

    def _alert(self, place: Place) -> None:
        """An alert, and a digest of several pages, of what it follows first."""
        followed = self.store.subscriptions(place.chat_id)
        if not followed:
            return
        alerts = [Alert(f"a{number}", number + 1, followed[0].id) for number in range(ALERTS)]
        for content in (alerts[0], Digest(tuple(alerts))):
            letter = self.desk.letter(Delivery("key", Lane.ALERT, place.chat_id, content))
            if isinstance(letter, Letter):
                self.pressed[place] |= dict.fromkeys(_data(letter.message))

    # -- everybody with what is another's

    def cross(self) -> Crossing:
        """Every button is pressed by one other, and every command tried by one other with each of its numbers."""
        found = Crossing()
        for owner in self.places:
            before = self._owned(owner)
            for words in (*self.pressed[owner], *self._commands(owner)):
                other = self._other(owner)
                reply = self.say(other, words) if words.startswith("/") else self.press(other, words)
                found.tried += 1
                self._judge(found, owner, other, words, reply)
            if self._owned(owner) != before:
                found.changed.append(f"{owner} was changed by others")
        return found

    def sample(self, every: int) -> Iterator[tuple[Place, Place, str]]:
        """(owner, other, data) of one button in so many."""
        buttons = [(owner, data) for owner in self.places for data in self.pressed[owner]]
        for owner, data in buttons[::every]:
            yield owner, self._other(owner), data

    def _other(self, owner: Place) -> Place:
        """In another chat, and no administrator of the owner's group."""
        known = {owner.user_id, *self._rights.admins.get(owner.chat_id, ())}
        return self._dice.choice([p for p in self.places if p.chat_id != owner.chat_id and p.user_id not in known])

    def _commands(self, owner: Place) -> Iterator[str]:
        """Every command with the other's numbers: of the chat, of what it follows, and its buttons' keys."""
        followed = [str(one.id) for one in self.store.subscriptions(owner.chat_id)]
        keys = [data.split(":")[1] for data in self.pressed[owner] if re.search(r":[0-9a-f]{16}", data)]
        numbers = [str(owner.chat_id), str(owner.user_id), *followed[:2], *self._dice.sample(keys, min(2, len(keys)))]
        for command in COMMANDS:
            for number in numbers:
                yield f"/{command.name} {number}"
        for key in keys[:20]:
            yield from (f"/start {kind}_{key}" for kind in "aqs")
        yield f"/follow extraordinary to {owner.chat_id}"

    def _owned(self, owner: Place) -> str:
        """But for keys of buttons: they are the same for everybody."""
        kept = json.loads(self.store.belongings.show(owner.chat_id))
        return json.dumps([kept[name] for name in ("questions", "subscriptions", "ratings", "settings", "messages")])

    def _judge(self, found: Crossing, owner: Place, other: Place, words: str, reply: Reply) -> None:
        for message in reply.messages:
            said = MARKER.findall(_all_of(message))
            strange = [word for word in said if not word.startswith(f"zq{other.user_id}x") and word not in words]
            if strange:
                found.read.append(f"{other} read {strange[0]} of {owner} by {words}")


def run(folder: Path, people: int, questions: int) -> Crossing:
    with closing(Crowd(folder, people)) as crowd:
        crowd.talk(questions)
        return crowd.cross()


def foreign(message: dict[str, Any], own: int) -> Sequence[str]:
    """Words in a message of the Bot API's that are not this person's."""
    return [word for word in MARKER.findall(json.dumps(message)) if not word.startswith(f"zq{own}x")]


def _data(message: Message) -> list[str]:
    return [button.data for row in message.buttons for button in row]


def _all_of(message: Message) -> str:
    """Whatever of it can be read."""
    links = [mark.url or "" for mark in message.marks]
    shown = [button.text for row in message.buttons for button in row]
    file = message.attachment.content.decode() if message.attachment else ""
    return "\n".join((message.text, *links, *shown, file))
