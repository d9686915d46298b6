"""An hour without Telegram, storms of 429, and all faults together -> what becomes of each message, and how soon.

python -m tests.benchmarks.outage [--alerts 1000]

The real outbox and pace on a simulated clock; Telegram is simulated. Alerts wait when the trouble begins, and somebody
asks a question every ten seconds all the while.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bot.outgoing.types import Alert, Delivery, Lane
from bot.store import BotStore, open_store
from bot.tables import outbox
from bot.types import Message
from tests.fakes import NOON
from tests.simulated import SimulatedDrain, SimulatedTelegram, Spell

HOUR, MINUTE = 3_600.0, 60.0
BETWEEN_QUESTIONS = 10.0
GROUPS = 10  # one in so many chats is a group


@dataclass(frozen=True, slots=True)
class Aftermath:
    """`states`: (state, reason) -> rows. `stuck`: rows that are not finished. Seconds count from the trouble's end."""

    states: dict[tuple[str, str], int]
    stuck: int
    unreasoned: int  # dead or unknown rows that do not say why
    missing: int  # that should have arrived, and never did
    twice: int  # arrived twice though no reply was lost
    last: float  # until the last row was done that had waited while it lasted
    first_tries: Sequence[float]  # from each question after the end until its answer was begun first


class Ordeal:
    """One run over a real database in a folder."""

    def __init__(self, folder: Path, telegram: SimulatedTelegram) -> None:
        self.telegram = telegram
        self.store: BotStore = open_store(folder, lambda: self.drain())
        self.drain = SimulatedDrain(self.store, telegram)
        self.asked: dict[str, float] = {}

    def queue(self, alerts: int) -> None:
        """Each to a chat of its own."""
        rows = []
        for n in range(1, alerts + 1):
            chat_id = -n if n % GROUPS == 0 else n
            self.store.chat(chat_id, language="en", kind="group" if chat_id < 0 else "private")
            rows.append(Delivery(f"s:1:{chat_id}", Lane.ALERT, chat_id, Alert("ferry", 1, n)))
        self.store.enqueue(rows, {})

    def ask(self, until: float) -> None:
        """A question's answer is queued every ten seconds, each in a chat of its own."""
        number = len(self.asked)
        self.asked[f"answer {number}"] = self.drain.seconds
        chat_id = 1_000_000 + number
        self.store.enqueue([Delivery(f"r:{number}:0", Lane.ANSWER, chat_id, Message(f"answer {number}"))], {})
        if self.drain.seconds + BETWEEN_QUESTIONS <= until:
            self.drain.plan(self.drain.seconds + BETWEEN_QUESTIONS, lambda: self.ask(until))

    def aftermath(self, end: float) -> Aftermath:
        """`end` of the trouble."""
        columns = (outbox.c.key, outbox.c.state, outbox.c.reason, outbox.c.finished_at)
        with self.store._engine.connect() as tx:
            rows = tx.execute(sa.select(*columns)).all()
        states: dict[tuple[str, str], int] = {}
        for row in rows:
            key = (row.state, row.reason or "")
            states[key] = states.get(key, 0) + 1
        late = {f"r:{number}:0" for number, at in enumerate(self.asked.values()) if at > end}
        ended = [(row.finished_at - NOON).total_seconds() for row in rows if row.finished_at and row.key not in late]
        return Aftermath(
            states,
            sum(row.finished_at is None for row in rows),
            sum(row.state in ("dead", "unknown") and not row.reason for row in rows),
            self._missing(),
            self._twice(),
            max(ended) - end,
            [self.telegram.tried[about] - at for about, at in self.asked.items() if at > end],
        )

    def _missing(self) -> int:
        arrived = {(each.chat_id, each.about) for each in self.telegram.arrived}
        chats = self._chats()
        alerts = sum((chat_id, "ferry") not in arrived for chat_id in chats - self.telegram.blocked)
        return alerts + len(self.asked.keys() - {about for _, about in arrived})

    def _chats(self) -> set[int]:
        was = {new: old for old, new in self.telegram.moves.items()}
        with self.store._engine.connect() as tx:
            known = tx.execute(sa.text("SELECT chat_id FROM chats")).scalars()
            return {was.get(chat_id, chat_id) for chat_id in known}

    def _twice(self) -> int:
        once, again = set(), 0
        for each in self.telegram.arrived:
            about = (each.chat_id, each.about)
            again += about in once and about not in self.telegram.unheard
            once.add(about)
        return again


def undergo(
    folder: Path, spells: Sequence[Spell], alerts: int, *, unsteady: float = 0.0, hostile: bool = False
) -> Aftermath:
    """`hostile`: two chats in a hundred block the bot, one of the groups in ten moves."""
    telegram = SimulatedTelegram(1, spells, unsteady)
    if hostile:
        telegram.blocked = {n for n in range(1, alerts + 1) if n % 50 == 1}
        telegram.moves = {-n: -1_000_000_000_000 - n for n in range(GROUPS, alerts + 1, GROUPS * 10)}
    ordeal, end = Ordeal(folder, telegram), max(spell.end for spell in spells)
    ordeal.queue(alerts)
    ordeal.drain.plan(1.0, lambda: ordeal.ask(until=end + 5 * MINUTE))
    ordeal.drain.run()
    found = ordeal.aftermath(end)
    ordeal.store.close()
    return found


def told(name: str, found: Aftermath) -> Iterable[str]:
    states = ", ".join(f"{n:,} {state}{f' ({why})' if why else ''}" for (state, why), n in sorted(found.states.items()))
    yield f"{name}: {states}"
    yield f"  not finished {found.stuck}, dead or unknown for no reason {found.unreasoned}, missing {found.missing}"
    yield f"  the last row was done {found.last:.0f} s after the end; twice though every reply was heard: {found.twice}"
    yield f"  an answer to a question after the end is first tried after at most {max(found.first_tries):.2f} s"


TRIALS = {
    "an hour of server's errors": ((Spell(60, HOUR + 60, "errors"),), {}),
    "an hour without a connection": ((Spell(60, HOUR + 60, "silence"),), {}),
    "20 minutes of 429": ((Spell(60, 21 * MINUTE, "floods"),), {}),
    "10 minutes of each, blocked and moved chats, 6 % of other calls failing": (
        (Spell(60, 660, "errors"), Spell(660, 1260, "silence"), Spell(1260, 1860, "floods"), Spell(1860, 1890, "lost")),
        {"unsteady": 0.06, "hostile": True},
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.outage")
    parser.add_argument("--alerts", type=int, default=1_000)
    alerts = parser.parse_args().alerts
    for name, (spells, faults) in TRIALS.items():
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            for line in told(name, undergo(Path(folder), spells, alerts, **faults)):
                print(line)
        print(f"  {time.monotonic() - begun:.0f} s of real time", flush=True)


if __name__ == "__main__":
    main()
