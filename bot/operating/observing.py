"""What happens in the bot, told to whoever counts it: nothing about anybody, only kinds, outcomes and times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Observer(Protocol):
    """Called from several threads; takes no time, and never raises."""

    def update(self, kind: str) -> None:
        """Something came in: "said", "pressed", "searched", "guest", "other"."""

    def question(self, outcome: str, seconds: float) -> None:
        """A question was served: "answered", "closest", "refused", "topic", "busy", "failed"; from its arrival on."""

    def sent(self, lane: str, result: str) -> None:
        """A message left the outbox: "answer", "alert", "digest"; "sent", "later", "gone", "rejected", ..."""


class Observers:
    """Tells each of several."""

    def __init__(self, observers: Sequence[Observer] = ()) -> None:
        self._observers = observers

    def update(self, kind: str) -> None:
        for observer in self._observers:
            observer.update(kind)

    def question(self, outcome: str, seconds: float) -> None:
        for observer in self._observers:
            observer.question(outcome, seconds)

    def sent(self, lane: str, result: str) -> None:
        for observer in self._observers:
            observer.sent(lane, result)
