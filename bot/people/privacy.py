"""/privacy, /mydata, /forget: what is kept of a person, and its end."""

from __future__ import annotations

from collections.abc import Mapping

from bot.office import Handle, Office, Verb


class Privacy:
    """/privacy, /mydata, /forget: what is kept of a person, and its end."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def commands(self) -> Mapping[str, Handle]:
        return {}

    def verbs(self) -> Mapping[str, Verb]:
        return {}
