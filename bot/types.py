"""The words the people's side speaks: who writes, what is said back, what is to be delivered and how that went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

TERMINAL_CHAT = 0  # Telegram gives this number to nobody; the terminal shows its alerts by itself
Wordless = Literal["sticker", "voice", "photo", "video", "place", "contact", "poll", "other"]


class Rhythm(StrEnum):
    """How often a subscription sends: each article at once, or what has come together."""

    INSTANT = "instant"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


class Matching(StrEnum):
    """How near an article must be to a topic."""

    STRICT = "strict"
    BALANCED = "balanced"
    WIDE = "wide"


class Kind(StrEnum):
    """What is followed; its subject is the feed's address, the source's name, the words, the story's number, or ""."""

    FEED = "feed"
    SOURCE = "source"
    TOPIC = "topic"
    STORY = "story"
    QUESTION = "question"
    EVERYTHING = "everything"


WORDED = (Kind.TOPIC, Kind.QUESTION)  # their subjects are a person's own words, matched by meaning and by words


@dataclass(frozen=True, slots=True)
class Wishes:
    """How one subscription wants to be told."""

    rhythm: Rhythm = Rhythm.INSTANT
    minute: int = 480  # of the day, local time: when a daily or weekly digest comes
    weekday: int = 0  # 0 is Monday
    silent: bool = False
    matching: Matching = Matching.BALANCED
    must: tuple[str, ...] = ()  # words that must appear
    must_not: tuple[str, ...] = ()  # words that must not
    shift: float = 0.0  # what feedback added to the least score


@dataclass(frozen=True, slots=True)
class Hours:
    """When one chat may be written to without being asked."""

    zone: str = "UTC"  # IANA name
    quiet: tuple[int, int] | None = None  # local minutes of the day: from, to (may wrap midnight)
    muted_until: datetime | None = None

    @property
    def zone_chosen(self) -> bool:
        """Whoever chooses UTC gets it by another name: "UTC" is what nobody has chosen."""
        return self.zone != "UTC"


@dataclass(frozen=True, slots=True)
class Chat:
    """A place where people talk to the bot."""

    id: int
    language: str  # of the interface: "en", "ru"
    kind: Literal["private", "group", "channel"] = "private"
    active: bool = True  # False: blocked or kicked; subscriptions are kept
    hours: Hours = Hours()
    paused: bool = False  # nothing is planned for it until it says so
    away_from: int | None = None  # the log's number from which on nothing was planned for it: blocked, or paused
    askers: Literal["everyone", "admins"] = "everyone"  # of a group: who is answered
    sources: tuple[str, ...] = ()  # whose articles it is answered from; none named: all
    keep_days: int | None = None  # how long its questions are kept; None: as long as the operator says, 0: not at all


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that a person sent. `fault` tells why its bytes are not here: "too large", "unreadable"."""

    name: str
    content: bytes = b""
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Forwarded:
    """Where a forwarded message is from: whoever wrote it, and its address if it is a public channel's post."""

    name: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing a person said or pressed, freed of Telegram. `text` of a command keeps its slash: "/follow https://..."."""

    chat: Chat
    user_id: int
    text: str
    replied: str | None = None  # text of the message that this one replies to, links included
    thread_id: int | None = None  # forum topic
    file: SentFile | None = None
    message_id: int | None = None  # of what was said; of the message whose button was pressed
    update_id: int | None = None
    replied_id: int | None = None  # the message that this one replies to, if it is one of ours
    replied_user: int | None = None  # who wrote the message that this one replies to, or the one forwarded in it
    quoted: str | None = None  # the part of it that the person quotes
    forwarded: Forwarded | None = None
    wordless: Wordless | None = None  # what came instead of words; `text` is its caption
    edited: bool = False  # said before, and said differently now


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
class Attachment:
    """A file that a message carries."""

    name: str
    content: bytes
    kind: Literal["document", "photo"] = "document"


@dataclass(frozen=True, slots=True)
class Message:
    """One message within Telegram's limits. An attachment's text is the caption; without a text only buttons change."""

    text: str
    marks: tuple[Mark, ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said back. Usually one message, more when it would not fit; none when silence is right."""

    messages: tuple[Message, ...]
    refused: bool = False  # the articles do not tell
    failed: bool = False  # something the person asked for could not be done
    replaces: bool = False  # the message whose button was pressed becomes this one
    edits: int | None = None  # an earlier message of ours that becomes this one: a question was edited
    outcome: Literal["", "answered", "closest", "refused", "topic", "busy"] = ""  # of a question


@dataclass(frozen=True, slots=True)
class Subscription:
    """Somebody follows something, and is told in this chat."""

    chat_id: int
    kind: Kind
    subject: str
    title: str  # what it is called in lists
    since: datetime
    after: int = 0  # the log's number at that time: nothing older is told
    wishes: Wishes = Wishes()
    muted: bool = False
    thread_id: int | None = None  # forum topic
    by: int = 0  # the person who asked for it
    id: int = 0  # given by the store


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
