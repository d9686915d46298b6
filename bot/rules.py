"""Who may use the bot and how much: what the operator decided, as the use cases need it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Access(StrEnum):
    """Whom the bot answers. Administrators are always answered."""

    OPEN = "open"  # everybody
    ALLOWLIST = "allowlist"  # the people and groups that the operator names
    INVITE = "invite"  # these, and whoever came by an invite link
    CLOSED = "closed"  # nobody else


class Budget(StrEnum):
    """What a person may have only so much of."""

    QUESTION = "question"
    LINK = "link"
    FEED = "feed"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of 0 are none. They hold for one person, in whatever chats."""

    access: Access = Access.OPEN
    allowed: frozenset[int] = frozenset()  # people and groups, by number
    questions_per_minute: int = 20
    questions_per_day: int = 300
    links_per_day: int = 30
    feeds_per_day: int = 50
    files_per_day: int = 20
    keep_days: int = 30  # how long questions are kept, at most
    language_model: bool = False  # gets questions and passages, and words answers
