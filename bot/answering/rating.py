"""Helpful or not, and why: what people think of an answer."""

from __future__ import annotations

from collections.abc import Mapping

from bot.office import Handle, Office, Verb


class Rating:
    """Helpful or not, and why: what people think of an answer."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def commands(self) -> Mapping[str, Handle]:
        return {}

    def verbs(self) -> Mapping[str, Verb]:
        return {}
