"""/stats, /status, /unanswered: what whoever runs the bot wants to know."""

from __future__ import annotations

from collections.abc import Mapping

from bot.office import Handle, Office, Verb


class Statistics:
    """/stats, /status, /unanswered: what whoever runs the bot wants to know."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def commands(self) -> Mapping[str, Handle]:
        return {}

    def verbs(self) -> Mapping[str, Verb]:
        return {}
