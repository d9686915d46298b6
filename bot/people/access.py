"""Somebody in, whether the bot is for them out; invites and bans."""

from __future__ import annotations

from collections.abc import Mapping

from bot.office import Handle, Office, Verb
from bot.types import Heard, Reply


class Door:
    """Asked before anything else."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def commands(self) -> Mapping[str, Handle]:
        return {}

    def verbs(self) -> Mapping[str, Verb]:
        return {}

    def refusal(self, heard: Heard) -> Reply | None:
        """What is said to somebody whom the bot is not for; silence is a reply too. None: come in."""
        return None
