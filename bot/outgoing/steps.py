"""What became of a message that was sent -> what becomes of its row in the outbox. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.outgoing.types import Aside, Gone, Held, Lane, Later, Moved, Outcome, Rejected, Sent, Unclear

LANES = (Lane.ANSWER, Lane.ALERT, Lane.DIGEST)  # in the order of urgency; a row holds the place in this tuple
MAX_TRIES = 300  # with waits of at most BACKOFF_CAP that is a day, as long as Telegram itself keeps an update for us
BACKOFF_CAP = 300.0  # seconds
AWAY = "away"  # why alerts of a chat that is away or paused are laid aside: the reason begins so
UNCLEAR_WAIT = 2.0  # seconds before the one resend after a lost reply

State = Literal["ready", "done", "dead", "unknown"]


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a row. A ready one may be sent again after `wait` seconds, or from `until` on."""

    state: State
    reason: str | None = None
    wait: float = 0.0
    tries: int = 0
    unclear: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """How much may be claimed: at most `limit` rows, `alerts` of them alerts or digests."""

    limit: int
    alerts: int
    busy: frozenset[int] = frozenset()  # chats that take nothing now
    resting: frozenset[int] = frozenset()  # chats that take answers now, but no alerts


def next_step(outcome: Outcome, tries: int, unclear: int) -> Step:
    """Decides; `tries` and `unclear` are what the row had before this outcome."""
    match outcome:
        case Sent():
            return Step("done", None, 0.0, tries + 1, unclear)
        case Held(until):
            return Step("ready", "held", 0.0, tries, unclear, until)
        case Aside():
            return Step("dead", AWAY, 0.0, tries, unclear)
        case Later(seconds, reason, flood=True):  # Telegram's own wish, however often: not the message's fault
            return Step("ready", reason, seconds, tries, unclear)
        case Later(seconds, reason):
            if tries + 1 >= MAX_TRIES:
                return Step("dead", reason, 0.0, tries + 1, unclear)
            return Step("ready", reason, min(BACKOFF_CAP, seconds * 2 ** min(tries, 20)), tries + 1, unclear)
        case Unclear(reason):
            state: State = "unknown" if unclear else "ready"
            return Step(state, reason, UNCLEAR_WAIT, tries + 1, unclear + 1)
        case Moved():
            return Step("ready", None, 0.0, tries, unclear)
        case Gone(reason) | Rejected(reason):
            return Step("dead", reason, 0.0, tries + 1, unclear)
