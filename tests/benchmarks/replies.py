"""How well a question is answered that replies to an article: to its own, and to another by mistake.

python -m tests.benchmarks.replies SEEDS    # folder with articles/ and questions.jsonl; [--every 4] takes each fourth

Right is an answer whose sentences hold one of the question's answers and cite one of its articles. "Led astray" is an
answer from the article that was pointed at, where that is none of the question's.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from retrieval import Answer, Closest, Corpus, CorpusSettings, Refusal, Turn, open_corpus


@dataclass(frozen=True, slots=True)
class Row:
    question: str
    language: str
    answers: tuple[str, ...]
    articles: tuple[str, ...]


def read_rows(file: Path, every: int) -> list[Row]:
    rows = [row for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()) if row["answerable"]]
    rows = [row for row in rows if row["answers"] and not row.get("previous")]
    return [Row(r["question"], r["language"], tuple(r["answers"]), tuple(r["articles"])) for r in rows[::every]]


def is_right(said: Answer | Closest | Refusal, row: Row) -> bool:
    if not isinstance(said, Answer):
        return False
    cited = {citation.article_id for sentence in said.sentences for citation in sentence.citations}
    words = " ".join(sentence.text for sentence in said.sentences).casefold()
    return bool(cited & set(row.articles)) and any(answer.casefold() in words for answer in row.answers)


def is_astray(said: Answer | Closest | Refusal, turn: Turn) -> bool:
    cited = () if not isinstance(said, Answer) else said.sentences[0].citations
    return any(citation.article_id in turn.articles for citation in cited)


def tell(corpus: Corpus, rows: list[Row], now: datetime, chance: random.Random) -> Iterator[tuple[str, Counter[str]]]:
    titles = {article.id: article.title for article in corpus.articles(limit=10_000)}
    for language in sorted({row.language for row in rows}):
        told: Counter[str] = Counter()
        for row in (row for row in rows if row.language == language):
            own = Turn(titles[row.articles[0]], row.articles[:1], pointed=True)
            other = chance.choice([article for article in titles if article not in row.articles])
            astray = Turn(titles[other], (other,), pointed=True)
            told["asked"] += 1
            told["alone"] += is_right(corpus.ask(row.question, now=now), row)
            told["own"] += is_right(corpus.ask(row.question, previous=(own,), now=now), row)
            said = corpus.ask(row.question, previous=(astray,), now=now)
            told["other"] += is_right(said, row)
            told["astray"] += is_astray(said, astray)
        yield language, told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seeds", type=Path)
    parser.add_argument("--every", type=int, default=1)
    chosen = parser.parse_args()
    rows = read_rows(chosen.seeds / "questions.jsonl", chosen.every)
    with tempfile.TemporaryDirectory() as folder, closing(open_corpus(CorpusSettings(Path(folder)))) as corpus:
        list(corpus.add_files([chosen.seeds / "articles"], root=chosen.seeds / "articles"))
        for language, told in tell(corpus, rows, datetime(2026, 5, 31, 12, tzinfo=UTC), random.Random(1)):
            share = {name: f"{count / told['asked']:.0%}" for name, count in told.items()}
            print(
                f"{language}: {told['asked']} questions; right alone {share['alone']}, in reply to their own article "
                f"{share['own']}, to another {share['other']} (led astray {share.get('astray', '0%')})"
            )


if __name__ == "__main__":
    main()
