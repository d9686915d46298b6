"""Datasets of questions -> lessons.jsonl: a question, a passage, what it tells, and passages that look right.

    python -m retrieval.training.pairs DATA SEEDS WORK      # DATA: squad2, newsqa_train; SEEDS: the starter articles

SQuAD's answerable and unanswerable questions; news questions with the sentence that answers them; dated news articles
whose passages hold the answer (distant supervision); articles and questions written for this purpose, near misses among
them; the starter articles' questions. The passages that look right and do not tell (hard negatives) are what the
product's own search finds. WORK keeps the searched corpora between runs.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from retrieval.build import CorpusSettings, open_corpus
from retrieval.corpus import Corpus
from retrieval.evaluation import AskedQuestion, fill, read_questions
from retrieval.types import Evidence, Span

DEV_PART = 6  # one SQuAD title in six is kept for measuring
DEV_STORIES = 3  # and one story in three of the starter articles
FOUND = 12  # passages searched for, as candidates for the wrong ones
GOLD_SEARCHED = 40  # and for the right ones among real news
KEPT = {"news": 2, "seeds": 2, "own": 1}  # of these: in our own articles one passage tells, elsewhere several may
UNTOLD = 6  # passages tried for a question that no article answers
OWN = Path(__file__).parent / "lessons"
LESSONS = "lessons.jsonl"


@dataclass(frozen=True, slots=True)
class Text:
    """A passage and its article's title."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """`answers` are the accepted strings that the passage holds; none: it does not tell. `near`: passages that the
    search finds for the question and that do not tell either.
    """

    origin: str  # "squad", "evidence", "news", "own", "seeds"
    question: str
    passage: Text
    answers: tuple[str, ...]
    near: tuple[Text, ...]

    @property
    def spans(self) -> list[Span]:
        """Every place where an accepted answer stands: which of them is meant, nobody said."""
        return places(self.passage.text, self.answers)


def is_dev(title: str) -> bool:
    """Whether the SQuAD title is kept for measuring. Always the same ones."""
    return _bucket(title, DEV_PART) == 0


def is_dev_story(story: str) -> bool:
    """Whether the starter articles' story is kept for measuring. Always the same ones."""
    return _bucket(story, DEV_STORIES) == 0


def squad_lessons(folder: Path, *, dev: bool) -> list[Lesson]:
    """Each question with its own paragraph, of the titles kept for measuring or of the others."""
    paragraphs = {row["id"]: Text(row["title"], row["text"]) for row in rows(folder / "articles.jsonl.gz")}
    return [
        Lesson("squad", row["question"], paragraphs[row["articles"][0]],
               tuple(row["answers"]) if row["answerable"] else (), ())
        for row in rows(folder / "questions.jsonl.gz")
        if is_dev(row["articles"][0].split("#")[0]) == dev
    ]  # fmt: skip


def places(text: str, answers: Sequence[str]) -> list[Span]:
    """Where an answer stands as whole words, each place once."""
    found = {
        Span(*match.span())
        for answer in answers
        for match in re.finditer(rf"(?<!\w){re.escape(answer)}(?!\w)", text, re.IGNORECASE)
    }
    return sorted(found)


def read_lessons(file: Path) -> list[Lesson]:
    """What `main` wrote."""
    with file.open(encoding="utf-8") as lines:
        return [_lesson(json.loads(line)) for line in lines]


def as_line(lesson: Lesson) -> str:
    """As `read_lessons` reads it."""
    return json.dumps(asdict(lesson), ensure_ascii=False) + "\n"


def seed_rows(seeds: Path) -> dict[str, dict[str, Any]]:
    """The starter articles' questions by id, with what only training needs: language and story."""
    lines = (seeds / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _lesson(row: dict[str, Any]) -> Lesson:
    near = tuple(Text(**text) for text in row["near"])
    return Lesson(row["origin"], row["question"], Text(**row["passage"]), tuple(row["answers"]), near)


def _squad(data: Path, work: Path) -> Iterator[Lesson]:
    corpus = _corpus(data / "squad2", work / "squad2")
    for lesson in squad_lessons(data / "squad2", dev=False):
        if not lesson.answers:
            yield lesson
        elif lesson.spans:
            found = [hit for hit in corpus.search(lesson.question, limit=FOUND) if not is_dev(_title(hit))]
            wrong = [text for text in map(_text, found) if text.text not in lesson.passage.text]
            yield Lesson("squad", lesson.question, lesson.passage, lesson.answers, _without(wrong, lesson.answers)[:5])
    corpus.close()


def _evidence(data: Path) -> Iterator[Lesson]:
    for row in rows(data / "newsqa_train" / "evidence.jsonl.gz"):
        if places(row["evidence"], [row["answer"]]):
            yield Lesson("evidence", row["question"], Text("", row["evidence"]), (row["answer"],), ())


def _news(data: Path, work: Path, year: str) -> Iterator[Lesson]:
    """Passages of the articles that hold the answer, and the others that match the question at its date."""
    corpus = _corpus(data / "newsqa_train" / year, work / f"news-{year}")
    for question in read_questions(data / "newsqa_train" / year):
        if question.answers:
            yield from _told("news", question, corpus.search(question.text, limit=GOLD_SEARCHED, now=question.asked))
    corpus.close()


def _own(work: Path) -> Iterator[Lesson]:
    corpus = _corpus(OWN, work / "own")
    for question in read_questions(OWN):
        if not any(map(is_dev, question.articles)):
            yield from _asked("own", question, corpus)
    corpus.close()


def _seeds(seeds: Path, work: Path) -> Iterator[Lesson]:
    corpus = _corpus(seeds, work / "seeds")
    told_apart = seed_rows(seeds)
    for question in read_questions(seeds):
        row = told_apart[question.id]
        if row["language"] == "en" and not question.previous and not is_dev_story(row["story"]):
            yield from _asked("seeds", question, corpus)
    corpus.close()


def _asked(origin: str, question: AskedQuestion, corpus: Corpus) -> Iterator[Lesson]:
    hits = corpus.search(question.text, limit=GOLD_SEARCHED, now=question.asked)
    if question.answerable:
        yield from _told(origin, question, hits)
    else:
        theirs = [hit for hit in hits if hit.article.id in question.articles] or hits[:UNTOLD]
        yield Lesson(origin, question.text, _text(theirs[0]), (), tuple(map(_text, theirs[1:])))


def _told(origin: str, question: AskedQuestion, hits: Sequence[Evidence]) -> Iterator[Lesson]:
    """The passages of the right articles that hold the answer; beside them those that match and do not hold it."""
    near = _without(map(_text, hits[:FOUND]), question.answers)
    gold = [hit for hit in hits if hit.article.id in question.articles and places(hit.text, question.answers)]
    for hit in gold[: KEPT[origin]]:
        yield Lesson(origin, question.text, _text(hit), question.answers, near)


def _corpus(dataset: Path, work: Path) -> Corpus:
    corpus = open_corpus(CorpusSettings(work, models=work.parent / "models", reader="none"))
    fill(dataset, corpus)
    return corpus


def _title(hit: Evidence) -> str:
    return hit.article.id.split("#")[0]


def _text(hit: Evidence) -> Text:
    return Text(hit.article.title, hit.text)


def _without(texts: Iterator[Text] | Sequence[Text], answers: Sequence[str]) -> tuple[Text, ...]:
    return tuple(text for text in texts if not any(answer.lower() in text.text.lower() for answer in answers))


def _bucket(name: str, parts: int) -> int:
    return int(hashlib.md5(name.encode()).hexdigest(), 16) // 4 % parts  # noqa: S324 a split, no secret


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("seeds", type=Path)
    parser.add_argument("work", type=Path)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    made = {
        "squad": _squad(options.data, options.work),
        "evidence": _evidence(options.data),
        "2023": _news(options.data, options.work, "2023"),
        "2025": _news(options.data, options.work, "2025"),
        "own": _own(options.work),
        "seeds": _seeds(options.seeds, options.work),
    }
    with (options.work / LESSONS).open("w", encoding="utf-8") as file:
        for name, lessons in made.items():
            told = untold = 0
            for lesson in lessons:
                file.write(as_line(lesson))
                told, untold = told + bool(lesson.answers), untold + (not lesson.answers)
            print(f"{name}: {told} told, {untold} not", flush=True)


if __name__ == "__main__":
    main()
