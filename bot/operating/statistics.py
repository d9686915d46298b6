"""/stats, /status, /unanswered: what whoever runs the bot wants to know."""

from __future__ import annotations

from collections.abc import Mapping

from bot.office import Handle, Office, Verb
from bot.operating.stats import Stats
from bot.operating.status import Status
from bot.operating.unanswered import Unanswered


class Statistics:
    """Three rooms behind one door."""

    def __init__(self, office: Office) -> None:
        self._stats, self._status, self._unanswered = Stats(office), Status(office), Unanswered(office)

    def commands(self) -> Mapping[str, Handle]:
        return {"stats": self._stats.show, "status": self._status.show, "unanswered": self._unanswered.show}

    def verbs(self) -> Mapping[str, Verb]:
        return {"una": Verb(self._unanswered.turn, plain=True, operator=True)}
