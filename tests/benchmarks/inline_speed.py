"""Words that people type after the bot's name in any chat -> how long their cards take, over HTTP.

python -m tests.benchmarks.inline_speed [--data FOLDER] [--queries 500] [--per-second 5]

Without FOLDER (a bot's data folder, copied before it is used) the corpus is the starter articles. A query is a
question of theirs as far as it is typed: three letters or more. The time runs from the update's being there to
answerInlineQuery; the server and the people run in this process too. "again" repeats what was searched before.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import tempfile
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from retrieval import CorpusSettings, open_corpus
from tests.botapi import BotApi
from tests.journey import running

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
FEWEST_LETTERS = 3
PEOPLE = 50
PATIENCE = 30.0


def typed(count: int, dice: random.Random) -> list[str]:
    """Beginnings of questions, each different."""
    lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in lines]
    found: set[str] = set()
    while len(found) < count:
        question = dice.choice(asked)
        found.add(question[: dice.randint(FEWEST_LETTERS, len(question))])
    return dice.sample(sorted(found), count)


async def measure(api: BotApi, queries: list[str], per_second: float) -> list[float]:
    """Seconds that each took."""
    asked: dict[str, float] = {}
    for number, query in enumerate(queries):
        asked[api.people.search(query, 1000 + number % PEOPLE)] = time.monotonic()
        await asyncio.sleep(1 / per_second)
    await api.wait(lambda: all(api.state.queries[query] is not None for query in asked), PATIENCE)
    answered = {c.parameters["inline_query_id"]: c.at for c in api.calls if c.method == "answerInlineQuery"}
    return [answered[query] - began for query, began in asked.items()]


async def play(data: Path | None, count: int, per_second: float) -> None:
    api, dice = BotApi(), random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "data"
        if data is not None:
            shutil.copytree(data, home)
        with closing(open_corpus(CorpusSettings(data=home))) as corpus:
            if data is None:
                list(corpus.add_files([SEEDS / "articles"], root=SEEDS / "articles"))
            print(f"{corpus.stats().articles} articles, {count} queries, {per_second:g} a second")
            async with running(api.start(), corpus, home):
                queries = typed(count, dice)
                for name in ("first", "again"):
                    seconds = np.array(await measure(api, queries, per_second)) * 1000
                    half, most, all_ = np.percentile(seconds, (50, 95, 99))
                    print(f"{name:<6} p50 {half:5.0f} ms   p95 {most:5.0f} ms   p99 {all_:5.0f} ms")
    await api.stop()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.inline_speed")
    parser.add_argument("--data", type=Path, metavar="FOLDER")
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--per-second", type=float, default=5.0)
    arguments = parser.parse_args()
    asyncio.run(play(arguments.data, arguments.queries, arguments.per_second))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
