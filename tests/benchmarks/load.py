"""Questions at a rate -> how soon they are answered, by the real bot over the starter articles, on all of the cores.

    python -m tests.benchmarks.load --rate 20 --seconds 300
    python -m tests.benchmarks.load --rate 100 --seconds 300 --paid
    python -m tests.benchmarks.load --rate 20 --seconds 60 --repeat 0.5

The bot, the Bot API server and this generator are processes of their own, and all count. Questions come at random
(Poisson), from many people, and no two are alike unless a share is to be repeated. A question's time runs from its
being there to be fetched until the call that answers it. Exit status 1 when a bar is missed: an answer within half a
second at p95, nobody unanswered or told later than two seconds that we are busy, loop lag at most 20 ms at p95, memory
not a tenth more at the end than in the middle.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from bot.texts import load_texts
from retrieval import open_corpus
from retrieval.build import CorpusSettings
from retrieval.evaluation import fill, read_questions
from tests.askers import asked

SEEDS = Path("seeds")
FIRST_PERSON = 10_000_000
WARMING = 3.0  # seconds of the same load before the count begins
PATIENCE = 60.0  # seconds after the last question
SAMPLES = 20  # of memory
LIMIT, BUSY_LIMIT, LAG_LIMIT, GROWTH = 0.5, 2.0, 0.02, 0.1


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked, by how many people, and for how long."""

    rate: float
    seconds: float
    people: int
    repeated: float
    seed: int


@dataclass(slots=True)
class Watched:
    """A process: seconds of the processors and bytes of memory that it took."""

    name: str
    pid: int
    began: float = 0.0
    spent: float = 0.0
    memory: list[int] = field(default_factory=list)

    def look(self) -> None:
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        spent = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        if not self.memory:
            self.began = spent
        self.spent = spent - self.began
        self.memory.append(int(fields[21]) * os.sysconf("SC_PAGE_SIZE"))


class Questions:
    """Asks at the server, at random moments."""

    def __init__(self, root: str, load: Load) -> None:
        self._server = http.client.HTTPConnection(urlsplit(root).netloc)
        self._load = load
        self._dice = random.Random(load.seed)
        self._people = cycle(range(FIRST_PERSON, FIRST_PERSON + load.people))
        self._texts = asked([each.text for each in read_questions(SEEDS)], load.repeated, load.seed)
        self.count = 0

    def ask(self, seconds: float, watched: Sequence[Watched] = ()) -> None:
        """Looks at the processes now and then meanwhile."""
        moment = time.monotonic()
        end, look = moment + seconds, moment
        while (moment := moment + self._dice.expovariate(self._load.rate)) < end:
            time.sleep(max(0.0, moment - time.monotonic()))
            self._call("POST", "/load/ask", [[next(self._people), next(self._texts)]])
            self.count += 1
            if watched and moment >= look:
                look += seconds / SAMPLES
                for process in watched:
                    process.look()

    def told(self) -> dict[str, Any]:
        """What the server's ledger tells, once all are answered or patience ends."""
        end = time.monotonic() + PATIENCE
        while (told := self._call("GET", "/load/told"))["open"] and time.monotonic() < end:
            time.sleep(0.5)
        return told

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        self._server.request(method, path, json.dumps(body) if body else None)
        said = self._server.getresponse().read()
        return json.loads(said) if said else None


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """One of tests.loaded's sides, and what it says when it is ready."""
    command = [sys.executable, "-m", "tests.loaded", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        yield process, process.stdout.readline().strip() if process.stdout else ""
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def measure(data: Path, load: Load, *, paid: bool) -> bool:
    """Whether all bars are met."""
    with running("server") as (server, root):
        with running("bot", str(data), root, *(["--paid"] if paid else [])) as (bot, _):
            watched = [Watched("bot", bot.pid), Watched("Bot API server", server.pid), Watched("askers", os.getpid())]
            questions = Questions(root, load)
            questions.ask(WARMING)
            earlier = len(questions.told()["answers"])
            questions.count = 0
            questions.ask(load.seconds, watched)
            for process in watched:
                process.look()
            told = questions.told()
            bot.send_signal(signal.SIGTERM)
            lags = json.loads((bot.stdout.read() if bot.stdout else "") or "[]")
        return _report(told | {"answers": told["answers"][earlier:]}, lags, watched, questions.count, load)


def _report(told: dict[str, Any], lags: list[float], watched: Sequence[Watched], asked: int, load: Load) -> bool:
    texts = load_texts()
    sorry = {texts.say(language, "crowded.sorry") for language in texts.languages()}
    answers = np.array([seconds for seconds, said in told["answers"] if said not in sorry] or [np.inf])
    busy = np.array([seconds for seconds, said in told["answers"] if said in sorry] or [0.0])
    refused = sum(said in sorry for _, said in told["answers"])
    p50, p95, p99 = np.percentile(answers, (50, 95, 99))
    print(f"asked {asked} in {load.seconds:.0f} s; unanswered {told['open']}; busy {refused / max(1, asked):.1%}")
    print(f"answers: p50 {p50:.3f}  p95 {p95:.3f}  p99 {p99:.3f}  most {answers.max():.3f} s")
    print(f"busy: p95 {np.percentile(busy, 95):.3f}  most {busy.max():.3f} s")
    lag = np.percentile(np.array(lags or [0.0]), (50, 95, 99, 100))
    print("loop lag: p50 {:.1f}  p95 {:.1f}  p99 {:.1f}  most {:.1f} ms".format(*(1000 * lag)))
    for process in watched:
        first, middle, last = (process.memory[at] / 2**20 for at in (0, len(process.memory) // 2, -1))
        cost = 1000 * process.spent / max(1, asked)
        print(f"{process.name}: {cost:.1f} ms a question; memory {first:.0f} -> {middle:.0f} -> {last:.0f} MiB")
    print("calls:", dict(sorted(told["calls"].items())))
    memory = watched[0].memory
    in_time = p95 <= LIMIT or refused > 0
    flat = memory[-1] <= (1 + GROWTH) * memory[len(memory) // 2]
    return bool(in_time and not told["open"] and busy.max() <= BUSY_LIMIT and lag[1] <= LAG_LIMIT and flat)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.load")
    parser.add_argument("--rate", type=float, default=20.0, help="questions a second")
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--repeat", type=float, default=0.0, help="share of questions that were asked before")
    parser.add_argument("--paid", action="store_true", help="send at the paid rate")
    parser.add_argument("--data", type=Path, help="a folder to keep the bot's data in, so that it is made once")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    load = Load(arguments.rate, arguments.seconds, arguments.people, arguments.repeat, arguments.seed)
    with tempfile.TemporaryDirectory() as scratch:
        data = arguments.data or Path(scratch)
        corpus = open_corpus(CorpusSettings(data))
        if not corpus.articles(limit=1):
            fill(SEEDS, corpus)
        corpus.close()
        for kept in data.glob("bot.db*"):  # a new server counts its updates anew
            kept.unlink()
        return 0 if measure(data, load, paid=arguments.paid) else 1


if __name__ == "__main__":
    raise SystemExit(main())
