"""The buttons Sources, Shorter, Longer and Related under an answer."""

from __future__ import annotations

from collections.abc import Mapping

from bot.office import Handle, Office, Verb


class Elaborating:
    """The buttons Sources, Shorter, Longer and Related under an answer."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def commands(self) -> Mapping[str, Handle]:
        return {}

    def verbs(self) -> Mapping[str, Verb]:
        return {}
