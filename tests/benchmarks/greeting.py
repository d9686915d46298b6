"""How long somebody waits for /start, the first time at a state of the log and after that, and what it offers.

python -m tests.benchmarks.greeting [ARTICLES]    # a folder of articles; without one, the starter articles

Each round adds an article, so that the log goes on and the example is looked for anew. A greeting is counted as whole
when it has its three buttons, and its example as true when pressing it answers.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from bot.desk import Desk
from bot.outgoing.outbox import utc_now
from bot.store import open_store
from bot.texts import load_texts
from bot.types import Chat, Heard
from retrieval import Article, Corpus, CorpusSettings, open_corpus
from retrieval.measures import percentile

SEEDS = Path(__file__).parents[2] / "seeds" / "articles"
ROUNDS = 10


def measured(desk: Desk, corpus: Corpus, language: str) -> tuple[list[float], list[float], int, int]:
    """Seconds of the first and of the second greeting of each round; how many were whole, and how many true."""
    first, second, whole, true = list[float](), list[float](), 0, 0
    chat = Chat(7 if language == "en" else 8, language)
    for number in range(ROUNDS):
        corpus.add(
            Article(
                f"{language}-{number}", f"Note {number}", f"Nothing was seen from pier {language} {number} today.", "de"
            )
        )
        for seconds in (first, second):
            began = perf_counter()
            greeting = desk.hear(Heard(chat, chat.id, "/start"))
            seconds.append(perf_counter() - began)
        rows = greeting.messages[0].buttons
        whole += len(rows) == 3
        true += desk.press(Heard(chat, chat.id, rows[0][0].data)).outcome in ("answered", "topic")
    return first, second, whole, true


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.greeting", description=__doc__)
    parser.add_argument("articles", type=Path, nargs="?", default=SEEDS)
    folder = parser.parse_args().articles
    with TemporaryDirectory() as place:
        models = Path(__file__).parents[2] / "data" / "models"
        corpus, store = open_corpus(CorpusSettings(Path(place), models=models)), open_store(Path(place))
        list(corpus.add_files([folder], root=folder))
        desk = Desk(corpus, store, load_texts(), admins=frozenset(), clock=utc_now)
        for warm in ("Who?", "Кто?"):  # the models are loaded before anybody waits
            corpus.ask(warm)
        for language in ("en", "ru"):
            first, second, whole, true = measured(desk, corpus, language)
            times = [f"{percentile(each, share) * 1000:.0f}" for each in (first, second) for share in (0.5, 0.95)]
            print(f"{language}: first p50/p95 {times[0]}/{times[1]} ms, again {times[2]}/{times[3]} ms, ", end="")
            print(f"whole {whole} of {ROUNDS}, true {true} of {ROUNDS}")
        store.close()
        corpus.close()


if __name__ == "__main__":
    main()
