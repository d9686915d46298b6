"""A broadcast that was begun -> its messages in the outbox, page by page, and a word to whoever sent it at the end.

`step` does one transaction, and begins where the last one ended, whichever process that was in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bot.hours import held_until
from bot.keeping.broadcasts import Broadcast, Circle, Listener, broadcast_key
from bot.outgoing.types import Delivery, Lane
from bot.rules import Access, Rules
from bot.store import BotStore
from bot.texts import FALLBACK, Texts
from bot.types import TERMINAL_CHAT, Message

SPREAD_SECONDS = 1.0  # between looks at whether there is anything to do
PAGE = 500  # messages queued in one transaction: an answer waits no longer for its turn to write


def circle_of(rules: Rules, admins: frozenset[int]) -> Circle | None:
    """Whom the bot answers, as far as it is not everybody."""
    if rules.access is Access.OPEN:
        return None
    named = admins if rules.access is Access.CLOSED else admins | rules.allowed
    return Circle(named, invited=rules.access is Access.INVITE)


@dataclass(slots=True)
class Spreading:
    """Call `step` from one thread at a time, again and again."""

    store: BotStore
    texts: Texts
    clock: Callable[[], datetime]
    circle: Circle | None = None
    page: int = PAGE
    _awaited: dict[int, int] = field(default_factory=dict)  # broadcast -> a row that was not settled the last time

    def step(self) -> bool:
        """The next piece of the oldest broadcast that has one; False when there is none now."""
        return any(self._advance(broadcast) for broadcast in self.store.broadcasts.open())

    def _advance(self, broadcast: Broadcast) -> bool:
        match broadcast.state:
            case "spreading" | "catching":
                return self._spread(broadcast)
            case "stopping" if self.store.broadcasts.withdraw(broadcast.id, self.page, self.clock()):
                return True
            case "spread" | "stopping":
                return self._tell(broadcast)
            case "told":
                if not self.store.broadcasts.sweep(broadcast.id, self.page):
                    self.store.broadcasts.advance(broadcast, "over")
                return True
        return False

    def _spread(self, broadcast: Broadcast) -> bool:
        """Along the chats' numbers first; then those that got another number meanwhile."""
        rows, now = self.store.broadcasts, self.clock()
        page = rows.listeners(broadcast, self.page, now, self.circle)
        if page:
            rows.queue(broadcast, [_delivery(broadcast, listener, now) for listener in page], now)
        else:
            rows.advance(broadcast, "catching" if broadcast.state == "spreading" else "spread")
        return True

    def _tell(self, broadcast: Broadcast) -> bool:
        """Not before each of its messages has come to something."""
        rows = self.store.broadcasts
        if (row := rows.unsettled(broadcast.id, self._awaited.pop(broadcast.id, None))) is not None:
            self._awaited[broadcast.id] = row
            return False
        counts = rows.counts(broadcast.id)
        rows.tell(broadcast, counts, self._report(broadcast, *counts), self.clock())
        return True

    def _report(self, broadcast: Broadcast, planned: int, reached: int) -> Iterator[Delivery]:
        """In the private chat, which has the person's number. The terminal's asks by itself."""
        if broadcast.by == TERMINAL_CHAT:
            return
        chat = self.store.known_chat(broadcast.by)
        language = chat.language if chat else FALLBACK
        key = "stopped" if broadcast.state == "stopping" else "done"
        said = self.texts.say(language, f"broadcast.{key}", count=planned, reached=reached)
        yield Delivery(f"bt:{broadcast.id}", Lane.ANSWER, broadcast.by, Message(said))


def _delivery(broadcast: Broadcast, listener: Listener, now: datetime) -> Delivery:
    """Quiet hours are waited for, as with alerts."""
    due = held_until(listener.hours, now)
    key = broadcast_key(broadcast.id, listener.chat_id)
    return Delivery(key, Lane.DIGEST, listener.chat_id, Message(broadcast.text), due=due)
