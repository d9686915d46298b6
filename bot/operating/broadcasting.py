"""/broadcast: a message of whoever runs the bot to everybody, in two steps."""

from __future__ import annotations

from collections.abc import Mapping

from bot.office import Handle, Office, Verb


class Broadcasting:
    """/broadcast: a message of whoever runs the bot to everybody, in two steps."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def commands(self) -> Mapping[str, Handle]:
        return {}

    def verbs(self) -> Mapping[str, Verb]:
        return {}
