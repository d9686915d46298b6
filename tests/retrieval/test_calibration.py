from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from retrieval import Answer, Article, BadDataset, Closest, Corpus, CorpusSettings, calibrate, open_corpus
from retrieval.answer.confidence import load_confidence, load_fitted
from retrieval.calibration import FALSE, FEWEST
from retrieval.ports import Embedder
from tests.retrieval.disk import full_disk

NOW = datetime(2026, 5, 31, tzinfo=UTC)
NAMES = ("Ada", "Bo", "Cleo", "Dag", "Eva", "Finn", "Greta", "Hugo", "Ida", "Jon", "Kaia", "Leo", "Mina", "Nils",
         "Ola", "Pia", "Rolf", "Siri", "Tor", "Una")  # fmt: skip
TOWNS = ("Millrace", "Otter Bay", "Vellmar", "Brennock", "Saltgate", "Ash Hill", "Gull Point", "Tern Island", "Lindow",
         "Marsh End", "Kelby", "Norby", "Fenwick", "Hollin", "Ravensea", "Thorpe", "Eastmoor", "Wick", "Corran",
         "Dunmere")  # fmt: skip
BOUGHT = [
    Article(
        f"bought{at}",
        f"The inn of {town} is sold",
        f"{name} Lund bought the inn of {town} for {1200 + 70 * at} crowns. It had stood empty for years.",
        published=datetime(2026, 5, 1 + at, tzinfo=UTC),
    )
    for at, (name, town) in enumerate(zip(NAMES, TOWNS, strict=True))
]
FOUND = [
    Article(
        f"found{at}",
        f"A find near {town}",
        f"Divers found the wreck of the barge {name} in the bay of {town}. She went down with {at + 3} casks of oil.",
        published=datetime(2026, 4, 1 + at, tzinfo=UTC),
    )
    for at, (name, town) in enumerate(zip(NAMES, TOWNS, strict=True))
]
QUESTIONS: list[dict[str, Any]] = [
    *(
        {"id": a.id, "question": f"Who bought the inn of {town}?", "answers": [name], "articles": [a.id]}
        for a, name, town in zip(BOUGHT, NAMES, TOWNS, strict=True)
    ),
    *(
        {"id": a.id, "question": f"What was in the wreck of the barge {name}?", "answers": ["oil"], "articles": [a.id]}
        for a, name in zip(FOUND, NAMES, strict=True)
    ),
    {"id": "untold", "question": "Who won the chess championship in Buenos Aires?", "answers": []},
]


def write(place: Path, *rows: dict[str, Any]) -> Path:
    place.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> CorpusSettings:
    return CorpusSettings(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def own(settings: CorpusSettings, embedder: Embedder) -> Iterator[Corpus]:
    """Somebody's own articles, two of each town."""
    corpus = open_corpus(settings, embedder)
    for article in (*BOUGHT, *FOUND):
        corpus.add(article)
    yield corpus
    corpus.close()


def test_a_confidence_of_ones_own_is_written_and_in_force_from_the_next_start(
    own: Corpus, settings: CorpusSettings, embedder: Embedder, tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    questions = write(tmp_path / "mine.jsonl", *QUESTIONS)
    (way,) = calibrate(questions, own, settings.confidence, on_progress=lambda *at: seen.append(at))
    assert way.way == "read"
    assert 2 * FEWEST < way.questions <= 2 * len(QUESTIONS)
    assert way.error_after <= way.error_before
    assert way.answered > 0.5
    assert way.false <= FALSE
    assert seen == [(done, len(QUESTIONS)) for done in range(1, len(QUESTIONS) + 1)]
    written, shipped = load_confidence(settings.confidence), load_confidence()
    assert written.read != shipped.read
    assert (written.meaning, written.words) == (shipped.meaning, shipped.words)
    again = open_corpus(settings, embedder)
    try:
        before, after = (corpus.ask(QUESTIONS[0]["question"], now=NOW) for corpus in (own, again))
    finally:
        again.close()
    assert before.trace.figures == after.trace.figures
    assert before.confidence == pytest.approx(shipped.read.probability(before.trace.figures))
    assert after.confidence == pytest.approx(written.read.probability(after.trace.figures))
    assert before.confidence != after.confidence
    assert isinstance(after, (Answer, Closest))
    assert list(settings.data.glob("confidence.json*")) == [settings.confidence]


def test_the_weights_are_scaled_together_and_the_thresholds_lie_in_order(own: Corpus, tmp_path: Path) -> None:
    calibrate(write(tmp_path / "mine.jsonl", *QUESTIONS), own, tmp_path / "fit.json")
    written, shipped = load_confidence(tmp_path / "fit.json").read, load_confidence().read
    scales = {written.weights[name] / weight for name, weight in shipped.weights.items() if weight}
    assert max(scales) == pytest.approx(min(scales))
    assert min(scales) > 0
    assert 0 <= written.closest <= written.threshold <= 1


def test_too_few_questions_are_told_and_nothing_is_written(own: Corpus, tmp_path: Path) -> None:
    few = write(tmp_path / "few.jsonl", *QUESTIONS[: FEWEST - 1])
    with pytest.raises(BadDataset, match=f"fewer than {FEWEST} questions"):
        calibrate(few, own, tmp_path / "fit.json")
    assert not (tmp_path / "fit.json").exists()


@pytest.mark.parametrize("articles", [["gone"], []])
def test_questions_whose_articles_are_not_here_tell_nothing(own: Corpus, tmp_path: Path, articles: list[str]) -> None:
    foreign = [{**row, "articles": articles} for row in QUESTIONS]
    with pytest.raises(BadDataset, match="whose articles are here"):
        calibrate(write(tmp_path / "foreign.jsonl", *foreign), own, tmp_path / "fit.json")


def test_a_missing_file_is_named(own: Corpus, tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match="no questions"):
        calibrate(tmp_path / "nowhere.jsonl", own, tmp_path / "fit.json")


def test_a_full_disk_leaves_the_one_before_in_force(own: Corpus, tmp_path: Path) -> None:
    target = tmp_path / "fit.json"
    target.write_text("as it was", encoding="utf-8")
    questions = write(tmp_path / "mine.jsonl", *QUESTIONS)
    with full_disk(), pytest.raises(OSError, match="File too large"):
        calibrate(questions, own, target)
    assert target.read_text(encoding="utf-8") == "as it was"


def test_being_interrupted_leaves_the_one_before_in_force(own: Corpus, tmp_path: Path) -> None:
    target = tmp_path / "fit.json"
    target.write_text("as it was", encoding="utf-8")

    def stop(done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calibrate(write(tmp_path / "mine.jsonl", *QUESTIONS), own, target, on_progress=stop)
    assert target.read_text(encoding="utf-8") == "as it was"
    assert not list(tmp_path.glob("fit.json.*"))


@pytest.mark.parametrize("content", ["", "{", '{"of": "another", "read": {}}', "[]"])
def test_a_calibration_that_cannot_be_used_gives_way_to_the_shipped_one(
    content: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "confidence.json"
    file.write_text(content, encoding="utf-8")
    assert load_fitted(file) == load_confidence()
    assert "calibrate again" in caplog.text
