"""What one person who asks without end costs everybody else, with limits and without.

python -m tests.benchmarks.flood [--seconds 10]

Over the starter articles with the real model, straight at the desk. The flooder asks in one thread as fast as he is
answered, as a chat's turn lets him; other people ask in another thread, one question each. Prints how long they waited,
how often the flooder was answered, and what it cost to refuse him.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.desk import Desk
from bot.outgoing.outbox import utc_now
from bot.rules import Rules
from bot.store import BotStore, open_store
from bot.texts import load_texts
from bot.types import Heard, Reply
from retrieval import Corpus, CorpusSettings, open_corpus
from retrieval.measures import percentile

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds" / "articles"
MODELS = ROOT / "data" / "models"
FLOODER, PAUSE = 7, 0.02  # fifty times a second, more than Telegram lets anybody write
QUESTIONS = (
    "Why was Saltgate Bridge closed?",
    "What did the deputy mayor say about the repair?",
    "When does the new ferry begin to run?",
    "How much will the repair cost?",
)
LIMITED = Rules(questions_per_minute=5)  # few, so that a short run comes to refusals
UNLIMITED = Rules(questions_per_minute=0, questions_per_day=0)


@dataclass(frozen=True, slots=True)
class Seen:
    """Milliseconds that others waited; questions of the flooder's that were answered, refused; a refusal's CPU ms."""

    waits: list[float]
    answered: int
    refused: int
    refusal: float


def corpus_in(folder: Path) -> Corpus:
    corpus = open_corpus(CorpusSettings(folder, models=MODELS))
    list(corpus.add_files([SEEDS], root=SEEDS))
    return corpus


def say(desk: Desk, store: BotStore, person: int, words: str) -> tuple[Reply, float]:
    chat = store.chat(person, language="en", kind="private")
    began = time.perf_counter()
    reply = desk.hear(Heard(chat, person, words))
    return reply, (time.perf_counter() - began) * 1000


@contextmanager
def flooding(desk: Desk, store: BotStore, told: list[tuple[bool, float]]) -> Iterator[None]:
    """For as long as it lasts. `told`: whether each of his questions was answered, and what it cost this thread."""
    ended = threading.Event()

    def flood() -> None:
        while not ended.is_set():
            began = time.thread_time()
            reply, _ = say(desk, store, FLOODER, QUESTIONS[0])
            told.append((bool(reply.outcome), (time.thread_time() - began) * 1000))
            time.sleep(PAUSE)

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def others(desk: Desk, store: BotStore, seconds: float, first: int) -> list[float]:
    """One question each, twenty a second at most."""
    waits: list[float] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        person = first + len(waits)
        waits.append(say(desk, store, person, QUESTIONS[person % len(QUESTIONS)])[1])
        time.sleep(0.05)
    return waits


def measure(corpus: Corpus, rules: Rules | None, seconds: float) -> Seen:
    """`rules`: None for nobody who floods."""
    with tempfile.TemporaryDirectory() as folder, closing(open_store(Path(folder))) as store:
        desk = Desk(corpus, store, load_texts(), admins=frozenset(), clock=utc_now, rules=rules or LIMITED)
        others(desk, store, 1.0, 10_000)
        told: list[tuple[bool, float]] = []
        if rules is None:
            return Seen(others(desk, store, seconds, 1000), 0, 0, 0.0)
        with flooding(desk, store, told):
            waits = others(desk, store, seconds, 1000)
    refusals = [took for answered, took in told if not answered]
    return Seen(waits, len(told) - len(refusals), len(refusals), percentile(refusals, 0.5) if refusals else 0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each of the three rounds")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder, closing(corpus_in(Path(folder))) as corpus:
        for name, rules in (("nobody floods", None), ("with limits", LIMITED), ("without", UNLIMITED)):
            seen = measure(corpus, rules, seconds)
            waits = f"{percentile(seen.waits, 0.5):.0f} ms, 95 % {percentile(seen.waits, 0.95):.0f} ms"
            print(f"{name}: others wait {waits} ({len(seen.waits)} questions); the flooder is answered "
                  f"{seen.answered} times, refused {seen.refused} times, {seen.refusal:.2f} CPU ms each")  # fmt: skip


if __name__ == "__main__":
    main()
