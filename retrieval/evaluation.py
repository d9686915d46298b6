"""A folder of articles and questions -> how well the corpus finds, answers, cites and refuses, and how fast.

    articles.jsonl[.gz] or articles/ (any files that can be added)      questions.jsonl[.gz]
    {id, question, asked?, answers: [accepted strings], articles: [ids that hold the answer], answerable?, previous?:
    [...], judge?}

No answers, or answerable false: the articles do not tell, and the right reply is a refusal. `asked` is "now" for its
question. With `judge` true nobody has said yet what is right: the row is passed over. Without articles the corpus is
asked as it is.
"""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from retrieval.corpus import Corpus, Progress, silent
from retrieval.errors import BadDataset, SourceError
from retrieval.measures import (
    area_under_roc,
    contains_answer,
    expected_calibration_error,
    percentile,
    rate_above,
    span_scores,
)
from retrieval.types import Answer, Citation, Closest, Refusal, Sentence, Turn

HIT_DEPTHS = (1, 5, 10)
MRR_DEPTH = 10


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One row of the questions' file."""

    id: str
    text: str
    asked: datetime | None
    answers: tuple[str, ...]
    articles: frozenset[str]
    answerable: bool
    previous: tuple[str, ...]

    @property
    def turns(self) -> list[Turn]:
        return [Turn(earlier) for earlier in self.previous]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question."""

    question: AskedQuestion
    reply: Answer | Closest | Refusal
    valid: tuple[bool, ...]  # each citation shown: is it the slice it says it is
    ms: float


@dataclass(slots=True)
class Report:
    """Figures by name; None where the data cannot tell."""

    figures: dict[str, float | int | None] = field(default_factory=dict)

    def as_dict(self) -> dict[str, float | int | None]:
        return dict(self.figures)

    def table(self) -> str:
        width = max(len(name) for name in self.figures)
        return "\n".join(f"{name:<{width}}  {_shown(value)}" for name, value in self.figures.items())


def evaluate(
    directory: Path, corpus: Corpus, *, predictions: Path | None = None, on_progress: Progress = silent
) -> Report:
    """Fills the corpus from the folder, asks every question. Raises BadDataset.

    A corpus that holds the folder's articles already is not filled twice.
    """
    questions = read_questions(directory)
    report = Report({"questions": len(questions), **fill(directory, corpus, on_progress)})
    outcomes = []
    for done, question in enumerate(questions, 1):
        outcomes.append(ask(corpus, question))
        on_progress(done, len(questions))
    if predictions is not None:
        lines = [json.dumps(_prediction(outcome), ensure_ascii=False) for outcome in outcomes]
        predictions.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    report.figures.update(_found(outcomes) | _answered(outcomes) | _refused(outcomes) | _timed(outcomes))
    return report


def fill(directory: Path, corpus: Corpus, on_progress: Progress = silent) -> dict[str, float | int | None]:
    """Adds the folder's articles, if it has any; how many there are, and how fast they went in. Raises BadDataset for a
    folder without articles where the corpus has none either.
    """
    started, before = time.perf_counter(), corpus.stats().passages
    place = _find_place(directory, "articles") if before else place_of(directory, "articles")
    root = place if place is not None and place.is_dir() else None
    results = corpus.add_files([place], root=root, on_progress=on_progress) if place else ()
    broken = [result for result in results if isinstance(result, SourceError)]
    stats, seconds = corpus.stats(), time.perf_counter() - started
    rate = (stats.passages - before) / seconds if stats.passages > before else None
    return {"articles": stats.articles, "broken files": len(broken), "passages": stats.passages, "passages/s": rate}


def read_questions(place: Path) -> list[AskedQuestion]:
    """Of a folder, or a file of questions alone; of those that somebody has judged. Raises BadDataset, naming the file
    and the line.
    """
    file = place if place.is_file() else place_of(place, "questions")
    try:
        lines = list(enumerate(lines_of(file), 1))
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise BadDataset(file.name, f"cannot be read: {error!r}") from error
    read = [_read_question(line, f"{file.name} line {number}") for number, line in lines if line.strip()]
    return [question for question in read if question is not None]


def ask(corpus: Corpus, question: AskedQuestion) -> Outcome:
    """One question, timed, its citations held against the articles."""
    started = time.perf_counter()
    reply = corpus.ask(question.text, previous=question.turns, now=question.asked)
    ms = (time.perf_counter() - started) * 1000
    cited = [citation for sentence in sentences_of(reply) for citation in _cited(sentence)]
    valid = tuple(corpus.article(c.article_id).text[c.start : c.end] == c.quote for c in cited)
    return Outcome(question, reply, valid, ms)


def sentences_of(reply: Answer | Closest | Refusal) -> tuple[Sentence, ...]:
    """What is shown: of an answer, or of the closest passages."""
    return () if isinstance(reply, Refusal) else reply.sentences


def said(reply: Answer | Closest | Refusal, sentences: int | None = None) -> str:
    """The first `sentences` that are shown, as one text; nothing for a refusal."""
    return " ".join(s.text for s in sentences_of(reply)[:sentences])


def _found(outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
    ranks = [_rank(o.reply.trace.hits, o.question.articles) for o in outcomes if o.question.articles]
    figures: dict[str, float | int | None] = {
        f"hit@{depth}": _mean([float(rank is not None and rank <= depth) for rank in ranks]) for depth in HIT_DEPTHS
    }
    reciprocal = [1 / rank if rank is not None and rank <= MRR_DEPTH else 0.0 for rank in ranks]
    return {**figures, f"MRR@{MRR_DEPTH}": _mean(reciprocal)}


def _answered(outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
    told = [o for o in outcomes if o.question.answerable and o.question.answers]
    first = [float(contains_answer(said(o.reply, 1), o.question.answers)) for o in told]
    whole = [float(contains_answer(said(o.reply), o.question.answers)) for o in told]
    spans = [span_scores(_span(o.reply) or "", o.question.answers) for o in told]
    marked = any(_span(o.reply) for o in told)
    citations = [valid for o in outcomes for valid in o.valid]
    return {
        "answer in first sentence": _mean(first),
        "answer in whole reply": _mean(whole),
        "span EM": _mean([exact for exact, _ in spans]) if marked else None,
        "span F1": _mean([overlap for _, overlap in spans]) if marked else None,
        "citations": len(citations),
        "citation validity": _mean([float(valid) for valid in citations]),
    }


def _refused(outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
    told = [o.reply for o in outcomes if o.question.answerable]
    untold = [o.reply for o in outcomes if not o.question.answerable]
    sure, unsure = [r.confidence for r in told], [r.confidence for r in untold]
    return {
        "refusal AUROC": area_under_roc(sure, unsure),
        "answered at 10 % false": rate_above(sure, unsure, 0.1),
        "answer rate": _mean([float(isinstance(r, Answer)) for r in told]),
        "false-answer rate": _mean([float(isinstance(r, Answer)) for r in untold]),
        "closest shown, told": _mean([float(isinstance(r, Closest)) for r in told]),
        "closest shown, not told": _mean([float(isinstance(r, Closest)) for r in untold]),
        "calibration error": expected_calibration_error([*sure, *unsure], [True] * len(sure) + [False] * len(unsure)),
    }


def _timed(outcomes: Sequence[Outcome]) -> dict[str, float | int | None]:
    stages: dict[str, list[float]] = {}
    for outcome in outcomes:
        for stage, ms in outcome.reply.trace.milliseconds.items():
            stages.setdefault(stage, []).append(ms)
    return {
        f"{stage} p{share} ms": percentile(values, share / 100)
        for stage, values in stages.items()
        for share in (50, 95)
    }


def _prediction(outcome: Outcome) -> dict[str, Any]:
    reply = outcome.reply
    return {
        "id": outcome.question.id,
        "state": type(reply).__name__.lower(),
        "refused": not isinstance(reply, Answer),
        "confidence": reply.confidence,
        "span": _span(reply),
        "sentences": [
            {
                "text": s.text,
                "citations": [
                    {"article_id": c.article_id, "start": c.start, "end": c.end, "quote": c.quote} for c in s.citations
                ],
            }
            for s in sentences_of(reply)
        ],
        "hits": list(reply.trace.hits),
        "ms": round(outcome.ms, 2),
    }


def _read_question(line: str, subject: str) -> AskedQuestion | None:
    """None for one that is to be judged."""
    try:
        row = json.loads(line)
        if not isinstance(row, dict):
            raise TypeError("no object")
        return None if row.get("judge") else _question(row)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadDataset(subject, f"not a question: {error!r}") from error


def _question(row: dict[str, Any]) -> AskedQuestion:
    answers = _texts(row.get("answers"))
    asked = row.get("asked")
    return AskedQuestion(
        id=str(row["id"]),
        text=str(row["question"]),
        asked=_day(asked) if asked else None,
        answers=answers,
        articles=frozenset(_texts(row.get("articles"))),
        answerable=bool(answers) and bool(row.get("answerable", True)),
        previous=_texts(row.get("previous")),
    )


def _texts(value: Any) -> tuple[str, ...]:
    """A text alone stands for a list of one."""
    return tuple(str(each) for each in ([value] if isinstance(value, str) and value else value or ()))


def _day(text: str) -> datetime:
    when = datetime.fromisoformat(text)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _rank(hits: Sequence[str], gold: frozenset[str]) -> int | None:
    return next((rank for rank, article in enumerate(hits, 1) if article in gold), None)


def _span(reply: Answer | Closest | Refusal) -> str | None:
    return next((s.text[s.span.start : s.span.end] for s in sentences_of(reply) if s.span is not None), None)


def _cited(sentence: Sentence) -> list[Citation]:
    glossed = [gloss.citation for gloss in sentence.glosses]
    return [*sentence.citations, *([sentence.before] if sentence.before else []), *glossed]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def _find_place(directory: Path, name: str) -> Path | None:
    places = [directory / f"{name}.jsonl", directory / f"{name}.jsonl.gz", directory / name]
    return next((place for place in places if place.exists()), None)


def place_of(directory: Path, name: str) -> Path:
    """Where the rows of that name are. Raises BadDataset."""
    found = _find_place(directory, name)
    if found is None:
        raise BadDataset(str(directory), f"no {name}.jsonl or {name}.jsonl.gz")
    return found


def lines_of(path: Path) -> Iterator[str]:
    """Of a file that may be compressed."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from file
