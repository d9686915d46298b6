"""What was sent lately, and what is on its way -> how many messages may go now, and to whom. Pure, with a memory."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass

from bot.outgoing.steps import Room


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast we go. Telegram documents 30 messages a second, 1 a second to one person, 20 a minute to one group; we
    stay below.
    """

    overall: int = 25  # a second
    reserved: int = 5  # of these, which only answers take: else an answer would wait for the second's end
    window: int = 8  # messages in flight; as many may be sent twice after a crash
    kept: int = 2  # places in the window that alerts leave free
    paid: bool = False  # alerts beyond the free rate, at Telegram's price


FREE = Rates()
# Telegram takes 1000 a second of those who pay; a window of 32 lets some 250 through, and one process does no more.
PAID = Rates(overall=900, reserved=50, window=32, kept=4, paid=True)
CHAT_SECONDS = 1.0  # between two alerts
GROUP_PER_MINUTE = 18
FLOODED = 3  # chats that were told to wait at the same time: then it is not about them, and alerts wait altogether
KEPT_FOR_A_GROUPS_ANSWERS = 4  # of these, so that a question need not wait for a minute behind many alerts


class Pace:
    """Times are seconds of one clock."""

    def __init__(self, rates: Rates = FREE) -> None:
        self._rates = rates
        self._overall: deque[float] = deque()
        self._alerts: deque[float] = deque()  # of these, what were no answers
        self._recent: dict[int, deque[float]] = defaultdict(deque)
        self._paused: dict[int, float] = {}

    def note(self, chat_id: int, now: float, *, is_answer: bool = True) -> None:
        """A message goes to the chat now."""
        self._overall.append(now)
        if not is_answer:
            self._alerts.append(now)
        self._recent[chat_id].append(now)

    def pause(self, chat_id: int, until: float) -> None:
        """The chat takes nothing before that time."""
        self._paused[chat_id] = max(until, self._paused.get(chat_id, until))

    def room(self, in_flight: Iterable[int], now: float) -> Room:
        """Places for new messages, given the chats that messages are on their way to."""
        self._forget(now)
        flying, rates = frozenset(in_flight), self._rates
        left = rates.overall - len(self._overall)
        limit = max(0, min(rates.window - len(flying), left))
        alerts = max(0, min(limit - rates.kept, rates.overall - rates.reserved - len(self._alerts)))
        if len(self._paused) >= FLOODED:
            alerts = 0
        groups = {chat_id: len(times) for chat_id, times in self._recent.items() if chat_id < 0}
        full = {chat_id for chat_id, sent in groups.items() if sent >= GROUP_PER_MINUTE}
        nearly = {chat_id for chat_id, sent in groups.items() if sent >= GROUP_PER_MINUTE - KEPT_FOR_A_GROUPS_ANSWERS}
        resting = nearly | {chat_id for chat_id, times in self._recent.items() if times[-1] > now - CHAT_SECONDS}
        return Room(limit, alerts, flying | full | self._paused.keys(), frozenset(resting))

    def wait(self, now: float) -> float:
        """Seconds until there may be more room than now; infinite when nothing holds anything back."""
        self._forget(now)
        lifted = [*self._paused.values(), *(times[0] + _span(chat_id) for chat_id, times in self._recent.items())]
        lifted += [rested for times in self._recent.values() if (rested := times[-1] + CHAT_SECONDS) > now]
        limits = (self._overall, self._rates.overall), (self._alerts, self._rates.overall - self._rates.reserved)
        lifted += [sent[0] + 1.0 for sent, most in limits if len(sent) >= most]
        return max(0.0, min(lifted, default=math.inf) - now)

    def _forget(self, now: float) -> None:
        for sent in (self._overall, self._alerts):
            while sent and sent[0] <= now - 1.0:
                sent.popleft()
        for chat_id, times in list(self._recent.items()):
            while times and times[0] <= now - _span(chat_id):
                times.popleft()
            if not times:
                del self._recent[chat_id]
        self._paused = {chat_id: until for chat_id, until in self._paused.items() if until > now}


def _span(chat_id: int) -> float:
    return 60.0 if chat_id < 0 else CHAT_SECONDS
