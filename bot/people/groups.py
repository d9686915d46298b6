"""What a group's administrators decide: who is answered, from which sources, in which language."""

from __future__ import annotations

from collections.abc import Mapping

from bot.office import Handle, Office, Verb


class GroupSettings:
    """What a group's administrators decide: who is answered, from which sources, in which language."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def commands(self) -> Mapping[str, Handle]:
        return {}

    def verbs(self) -> Mapping[str, Verb]:
        return {}
