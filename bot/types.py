"""The words the people's side speaks: who writes, what is said back, what is to be delivered and how that went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

TERMINAL_CHAT = 0  # Telegram gives this number to nobody; the terminal shows its alerts by itself


@dataclass(frozen=True, slots=True)
class Chat:
    """A place where people talk to the bot."""

    id: int
    language: str  # of the interface: "en", "ru"
    kind: Literal["private", "group", "channel"] = "private"
    active: bool = True  # False: blocked or kicked; subscriptions are kept


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that a person sent. `fault` tells why its bytes are not here: "too large", "unreadable"."""

    name: str
    content: bytes = b""
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing a person said or pressed, freed of Telegram. `text` of a command keeps its slash: "/follow https://..."."""

    chat: Chat
    user_id: int
    text: str
    replied: str | None = None  # text of the message that this one replies to, links included
    thread_id: int | None = None  # forum topic
    file: SentFile | None = None


class MarkKind(StrEnum):
    """How a stretch of text is shown. QUOTE is an expandable quote."""

    BOLD = "bold"
    ITALIC = "italic"
    CODE = "code"
    LINK = "link"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a message's text, in characters (the sender converts to UTF-16 units)."""

    start: int
    end: int
    kind: MarkKind
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message. `data` is at most 64 bytes, "verb:argument"."""

    text: str
    data: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message within Telegram's limits."""

    text: str
    marks: tuple[Mark, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said back. Usually one message, more when it would not fit; none when silence is right."""

    messages: tuple[Message, ...]
    refused: bool = False  # the articles do not tell
    failed: bool = False  # something the person asked for could not be done


@dataclass(frozen=True, slots=True)
class Subscription:
    """A chat follows a feed."""

    chat_id: int
    feed: str  # the feed's address
    title: str
    since: datetime
    muted: bool = False


class Lane(StrEnum):
    """Answers are never behind alerts."""

    ANSWER = "answer"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Alert:
    """What an alert is about. It is put into words when it is sent, in the chat's language of that moment."""

    article_id: str
    feed: str


@dataclass(frozen=True, slots=True)
class FeedNews:
    """What became of a feed that is followed: it cannot be had for days, it can again, or it ended."""

    feed: str
    kind: Literal["down", "back", "ended"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one chat, written down before it is sent. `key` is unique: the same thing is never queued
    twice.
    """

    key: str  # "a:<article>:<chat>", "f:<change>:<chat>" or "r:<update>:<n>"
    lane: Lane
    chat_id: int
    content: Message | Alert | FeedNews
    reply_to: int | None = None  # message id
    thread_id: int | None = None
    id: int = 0  # given by the store
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram took it."""

    message_id: int


@dataclass(frozen=True, slots=True)
class Later:
    """It surely was not delivered; try again after `seconds`. `flood`: Telegram asked to wait (429)."""

    seconds: float
    reason: str
    flood: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """It may or may not have been delivered (the reply was lost)."""

    reason: str


@dataclass(frozen=True, slots=True)
class Gone:
    """Nobody is there: blocked, kicked, deactivated, no such chat."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The group became a supergroup with another id."""

    chat_id: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """Telegram will never take this message."""

    reason: str


Outcome = Sent | Later | Unclear | Gone | Moved | Rejected
