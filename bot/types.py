"""The words the people's side speaks: who writes, what is wanted, what is said back."""

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

    def hears_of(self, source: str | None) -> bool:
        """Whether it is told what this source wrote."""
        return not self.sources or source in self.sources


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
