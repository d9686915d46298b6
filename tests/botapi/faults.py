"""What goes wrong: refusals, lost replies, silence; blocked and moved chats; Telegram's own rates."""

from __future__ import annotations

import collections
import random
import time
from dataclasses import dataclass, field

from tests.botapi.state import Json

EVERY = "*"  # a fault for every method
OVERALL = (30, 1.0)  # Telegram's rates: (messages, seconds)
PRIVATE = (1, 1.0)
GROUP = (20, 60.0)


class Refused(Exception):
    """Telegram says no: a status, its description, and its parameters."""

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass(slots=True)
class Fault:
    """Happens `times` times: with `refusal` the call is refused, else its reply comes after `seconds` or is cut off."""

    times: int = 1
    refusal: Refused | None = None
    seconds: float = 0.0
    done: bool = True  # whether the call takes effect although the bot hears nothing
    chat_id: int | None = None


@dataclass(slots=True)
class Faults:
    """All that is planned to go wrong. Faults of one method happen in the order they were planned."""

    blocked: set[int] = field(default_factory=set)
    kicked: set[int] = field(default_factory=set)
    deactivated: set[int] = field(default_factory=set)
    migrated: dict[int, int] = field(default_factory=dict)
    closed_topics: set[tuple[int, int]] = field(default_factory=set)
    rates: bool = False  # enforce Telegram's rates
    round_trip: float = 0.0  # seconds that every reply takes
    dice: random.Random = field(default_factory=lambda: random.Random(0))
    _by_chance: list[tuple[str, float, Fault]] = field(default_factory=list)
    _planned: dict[str, list[Fault]] = field(default_factory=lambda: collections.defaultdict(list))
    _sent_at: dict[object, collections.deque[float]] = field(
        default_factory=lambda: collections.defaultdict(collections.deque)
    )

    def refuse(self, method: str, code: int, description: str, parameters: Json | None = None, times: int = 1) -> None:
        """The next `times` calls of the method are refused so."""
        self._planned[method].append(Fault(times, Refused(code, description, parameters)))

    def flood(self, method: str, seconds: int, chat_id: int | None = None) -> None:
        """The next call (to that chat) is told to wait."""
        refusal = Refused(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
        self._planned[method].append(Fault(1, refusal, chat_id=chat_id))

    def lose_reply(self, method: str, times: int = 1) -> None:
        """The call takes effect, and the connection breaks before the bot hears of it."""
        self._planned[method].append(Fault(times))

    def drop(self, method: str, times: int = 1) -> None:
        """The connection breaks, and the call takes no effect."""
        self._planned[method].append(Fault(times, done=False))

    def hang(self, method: str, seconds: float, times: int = 1) -> None:
        """The call takes effect, and the reply comes that late."""
        self._planned[method].append(Fault(times, seconds=seconds))

    def sometimes(self, method: str, share: float, fault: Fault) -> None:
        """From now on each call of the method meets the fault with that probability, unless one was planned for it."""
        self._by_chance.append((method, share, fault))

    def take(self, method: str, parameters: Json) -> Fault | None:
        """The fault that this call meets, if any."""
        for fault in [*self._planned[method], *self._planned[EVERY]]:
            if fault.times > 0 and fault.chat_id in (None, parameters.get("chat_id")):
                fault.times -= 1
                return fault
        met = (fault for one, share, fault in self._by_chance if one == method and self.dice.random() < share)
        return next(met, None)

    def check_chat(self, chat_id: int) -> None:
        """Refuses a chat that cannot be written to."""
        if chat_id in self.migrated:
            told = {"migrate_to_chat_id": self.migrated[chat_id]}
            raise Refused(400, "Bad Request: group chat was upgraded to a supergroup chat", told)
        if chat_id in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        if chat_id in self.deactivated:
            raise Refused(403, "Forbidden: user is deactivated")
        if chat_id in self.kicked:
            raise Refused(403, "Forbidden: bot was kicked from the supergroup chat")

    def check_rate(self, chat_id: int) -> None:
        """Refuses what goes beyond Telegram's rates, if they are enforced."""
        if not self.rates:
            return
        now = time.monotonic()
        for key, (count, seconds) in (("all", OVERALL), (chat_id, GROUP if chat_id < 0 else PRIVATE)):
            recent = self._sent_at[key]
            while recent and now - recent[0] > seconds:
                recent.popleft()
            if len(recent) >= count:
                wait = max(1, round(seconds - (now - recent[0])))
                raise Refused(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
        self._sent_at["all"].append(now)
        self._sent_at[chat_id].append(now)
