"""What a person did in the last minute and today in, whether it is enough out.

The minute is counted in memory: it is over before a process is back. The day is counted in the database, by UTC.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from bot.office import Handle, Office
from bot.rules import Budget
from bot.sheet import plain
from bot.types import TERMINAL_CHAT, Heard, Reply
from bot.zones import local, zone_words

MINUTE = 60
SAID = 3  # refusals a minute that are put into words for one person; more would only be what he asks for
SILENCE = Reply(())


class Pace:
    """How often each person did something in the last seconds. Safe to call from several threads."""

    def __init__(self, most: int, seconds: int = MINUTE, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._changing = Lock()
        self._done: OrderedDict[int, deque[float]] = OrderedDict()  # by person, who did something last at the end

    def wait(self, user_id: int) -> int:
        """Counts one: 0. When there is no room for it: how many seconds until there is."""
        with self._changing:
            now = self._clock()
            self._let_go(now - self._seconds)
            done = self._done.setdefault(user_id, deque())
            while done and done[0] <= now - self._seconds:
                done.popleft()
            if len(done) >= self._most:
                return max(1, math.ceil(done[0] + self._seconds - now))
            done.append(now)
            self._done.move_to_end(user_id)
        return 0

    def people(self) -> int:
        """How many are counted: those who did something lately, and nobody else."""
        return len(self._done)

    def _let_go(self, before: float) -> None:
        """Of those who did nothing since."""
        while self._done and next(iter(self._done.values()))[-1] <= before:
            self._done.popitem(last=False)


class Budgets:
    """Of each person, in whatever chats. Administrators have none, nor has whoever sits at the terminal."""

    def __init__(self, office: Office) -> None:
        self._office = office
        rules = office.rules
        self._daily = {
            Budget.QUESTION: rules.questions_per_day,
            Budget.LINK: rules.links_per_day,
            Budget.FEED: rules.feeds_per_day,
            Budget.FILE: rules.files_per_day,
        }
        self._asking = Pace(rules.questions_per_minute) if rules.questions_per_minute else None
        self._refusing = Pace(SAID)

    def refusal(self, heard: Heard, budget: Budget) -> Reply | None:
        """Spends one. A polite word when there is nothing left, or silence when that was said just now; None: go on."""
        user_id = heard.user_id
        if user_id == TERMINAL_CHAT or user_id in self._office.admins:
            return None
        if budget is Budget.QUESTION and self._asking and (seconds := self._asking.wait(user_id)):
            return self._said(heard, self._office.say(heard, "budgets.wait", count=seconds))
        most, now = self._daily[budget], self._office.clock()
        if not most or self._office.store.people.spend(user_id, budget, now.date(), most):
            return None
        return self._said(heard, self._tomorrow(heard, budget, most, now))

    def charged(self, cost: Callable[[str], Budget | None], do: Handle) -> Handle:
        """`do`, for whoever can afford what the words behind the command or in the button cost."""

        def charging(heard: Heard, argument: str) -> Reply:
            budget = cost(argument)
            refused = self.refusal(heard, budget) if budget is not None else None
            return refused or do(heard, argument)

        return charging

    def _tomorrow(self, heard: Heard, budget: Budget, most: int, now: datetime) -> str:
        zone = heard.chat.hours.zone
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        when = f"{local(midnight, zone):%H:%M}"
        return self._office.say(heard, f"budgets.{budget}", count=most, time=when, zone=zone_words(zone, now))

    def _said(self, heard: Heard, words: str) -> Reply:
        return SILENCE if self._refusing.wait(heard.user_id) else Reply(plain(words), failed=True)
