"""What is to be delivered, in which manner, and how that went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from bot.types import Message


class Lane(StrEnum):
    """Answers are never behind alerts, alerts never behind digests."""

    ANSWER = "answer"
    ALERT = "alert"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Alert:
    """What an alert is about. It is put into words when it is sent, in the chat's language of that moment."""

    article_id: str
    story: int
    subscription: int  # why it came
    change: int = 0  # the log's number
    revision: int = 1  # of the article
    score: float = 0.0  # how near it is to what is followed, 0..1
    update: Literal["", "edit", "reply"] = ""  # of an alert that was sent before: changed in place, or replied to


@dataclass(frozen=True, slots=True)
class Digest:
    """Alerts that are sent as one message."""

    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class FeedNews:
    """What became of a feed that is followed: it cannot be had for days, it can again, or it ended."""

    feed: str
    kind: Literal["down", "back", "ended"]


@dataclass(frozen=True, slots=True)
class Stray:
    """For whoever asked for it: a group's forum topic is closed, and its alerts go to the general one."""

    chat_id: int


Content = Alert | Digest | FeedNews | Stray


@dataclass(frozen=True, slots=True)
class Manner:
    """How a message is sent. `reply_to` and `edits` are message numbers, `thread_id` a forum topic's."""

    reply_to: int | None = None
    thread_id: int | None = None
    edits: int | None = None  # the message that becomes this one
    silent: bool = False  # no sound
    paid: bool = False  # beyond Telegram's free rate


@dataclass(frozen=True, slots=True)
class Letter:
    """All that one call to Telegram says."""

    chat_id: int
    message: Message
    manner: Manner = Manner()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one chat, written down before it is sent. Of an alert whose key waits the sooner one stays."""

    key: str  # "s:<story>:<chat>" and its like (alerts.py), or "r:<update>:<n>"; the same is never queued twice
    lane: Lane
    chat_id: int
    content: Message | Content
    manner: Manner = Manner()
    due: datetime | None = None  # not before then; None: at once
    rows: tuple[int, ...] = ()  # given by the store: several for a digest
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an alert that was planned before: `open` as long as it has not been sent."""

    article_id: str
    revision: int
    state: Literal["open", "sent", "dead"]
    message_id: int | None = None  # None also when it was part of a digest


@dataclass(frozen=True, slots=True)
class Sent:
    """Telegram took it. `strayed`: not in its forum topic, which is closed, but in the general one."""

    message_id: int
    strayed: bool = False


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


@dataclass(frozen=True, slots=True)
class Held:
    """Not sent: the chat may not be written to before then (quiet hours, a mute)."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Aside:
    """Not sent: the chat is away or paused. It may want it when it is back."""


Outcome = Sent | Later | Unclear | Gone | Moved | Rejected | Held | Aside
