"""What every use case works with, in one piece."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from bot.rights import Rights
from bot.rules import Rules
from bot.store import BotStore
from bot.texts import Texts
from bot.types import Heard, Reply
from retrieval import Corpus

Handle = Callable[[Heard, str], Reply]
"""Whoever was heard, and what stands behind the command or in the button."""


class Verb(NamedTuple):
    """What a button does. `plain`: its data says it all; else it is the key of what the store keeps.

    `governed`: in groups it is for administrators. `operator`: it is for whoever runs the bot.
    """

    do: Handle
    plain: bool = False
    governed: bool = False
    operator: bool = False


@dataclass(frozen=True, slots=True)
class Office:
    """The engine, what is remembered, the words, the time, and who may do what.

    `username` is the bot's own, "" where it has none. `condition` says what is out of order now: a part's name, in the
    catalogue under "condition.", and what was seen of it.
    """

    corpus: Corpus
    store: BotStore
    texts: Texts
    clock: Callable[[], datetime]
    rights: Rights
    admins: frozenset[int]
    rules: Rules = field(default_factory=Rules)
    username: Callable[[], str] = lambda: ""
    condition: Callable[[], Mapping[str, str]] = dict

    def say(self, heard: Heard, key: str, **values: object) -> str:
        """What the catalogue has under `key`, in the language of whoever was heard."""
        return self.texts.say(heard.chat.language, key, **values)
