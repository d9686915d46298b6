"""What happens is counted in its hour, about nobody, and survives a table that cannot be written for a while."""

from __future__ import annotations

import threading
from collections import Counter
from typing import cast

import pytest
from sqlalchemy.exc import OperationalError

from bot.keeping.figures import Figure
from bot.operating.hourly import KEPT, HourlyCounts
from bot.store import BotStore
from retrieval import Change, Corpus
from tests.fake_corpus import FERRY, NOON, FakeCorpus, HandClock


@pytest.fixture
def corpus() -> FakeCorpus:
    return FakeCorpus(FERRY)


@pytest.fixture
def counts(store: BotStore, corpus: FakeCorpus, clock: HandClock) -> HourlyCounts:
    return HourlyCounts(store, cast("Corpus", corpus), clock)


def named(store: BotStore) -> dict[str, int]:
    total: Counter[str] = Counter()
    for figure in store.figures.since(NOON - KEPT):
        total[figure.name] += figure.value
    return dict(total)


def log(corpus: FakeCorpus, kind: str = "added", number: int = 1) -> None:
    for _ in range(number):
        corpus.log.append(Change(len(corpus.log) + 1, kind, "ferry", 1))  # type: ignore[arg-type]


def test_nothing_is_written_before_it_is_flushed(counts: HourlyCounts, store: BotStore) -> None:
    counts.update("said")
    assert named(store) == {}
    assert counts.flush() is False
    assert named(store) == {"update.said": 1}
    counts.flush()
    assert named(store) == {"update.said": 1}


def test_questions_are_counted_by_outcome_and_time(counts: HourlyCounts, store: BotStore) -> None:
    counts.question("answered", 0.2)
    counts.question("answered", 0.21)
    counts.question("refused", 0.004)
    counts.question("failed", 9.0)
    counts.question("busy", 0.0)
    counts.flush()
    told = named(store)
    assert told["question.answered"] == 2
    assert told["question.failed"] == told["question.busy"] == 1
    timed = {name: count for name, count in told.items() if name.startswith("seconds.")}
    assert sum(timed.values()) == 3  # the failed and the busy ones would tell nothing
    assert timed["seconds.0"] == 1


def test_messages_are_counted_by_lane_and_result(counts: HourlyCounts, store: BotStore) -> None:
    counts.sent("alert", "sent")
    counts.sent("alert", "gone")
    counts.flush()
    assert named(store) == {"sent.alert.sent": 1, "sent.alert.gone": 1}


def test_each_hour_has_its_own(counts: HourlyCounts, store: BotStore, clock: HandClock) -> None:
    counts.update("said")
    clock.advance(3600)
    counts.update("said")
    counts.flush()
    assert store.figures.since(NOON) == [
        Figure(NOON, "update.said", 1), Figure(clock().replace(minute=0), "update.said", 1),
    ]  # fmt: skip


def test_articles_are_counted_as_they_come_in_from_wherever(
    counts: HourlyCounts, store: BotStore, corpus: FakeCorpus
) -> None:
    log(corpus, number=5)
    counts.flush()  # these were there when counting began
    assert named(store) == {}
    log(corpus, number=1300)
    log(corpus, "listed")
    log(corpus, "updated")
    counts.flush()
    counts.flush()
    assert named(store) == {"articles": 1300}


def test_a_log_that_was_begun_anew_is_followed_from_its_end(
    counts: HourlyCounts, store: BotStore, corpus: FakeCorpus
) -> None:
    log(corpus, number=9)
    counts.flush()
    del corpus.log[2:]
    counts.flush()
    log(corpus)
    counts.flush()
    assert named(store) == {"articles": 1}


def test_another_process_goes_on_counting(store: BotStore, corpus: FakeCorpus, clock: HandClock) -> None:
    HourlyCounts(store, cast("Corpus", corpus), clock).flush()
    log(corpus)
    HourlyCounts(store, cast("Corpus", corpus), clock).flush()
    assert named(store) == {"articles": 1}


def test_when_nothing_can_be_written_nothing_is_lost(counts: HourlyCounts, store: BotStore) -> None:
    counts.update("said")
    with store._engine.begin() as tx:
        tx.exec_driver_sql("ALTER TABLE figures RENAME TO elsewhere")
    with pytest.raises(OperationalError):
        counts.flush()
    counts.update("said")
    with store._engine.begin() as tx:
        tx.exec_driver_sql("ALTER TABLE elsewhere RENAME TO figures")
    counts.flush()
    assert named(store) == {"update.said": 2}


def test_many_threads_lose_no_count(counts: HourlyCounts, store: BotStore) -> None:
    def count() -> None:
        for _ in range(500):
            counts.update("said")
            counts.question("answered", 0.1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        counts.flush()
    for thread in threads:
        thread.join()
    counts.close()
    assert named(store)["update.said"] == named(store)["question.answered"] == 2000


def test_what_is_very_old_is_let_go(counts: HourlyCounts, store: BotStore, clock: HandClock) -> None:
    counts.update("said")
    counts.flush()
    clock.advance(KEPT.total_seconds() + 3600)
    counts.update("pressed")
    counts.flush()
    assert [figure.name for figure in store.figures.since(NOON)] == ["update.pressed"]


def test_a_last_minute_that_cannot_be_written_keeps_nobody_from_stopping(
    counts: HourlyCounts, store: BotStore, caplog: pytest.LogCaptureFixture
) -> None:
    counts.update("said")
    with store._engine.begin() as tx:
        tx.exec_driver_sql("DROP TABLE figures")
    counts.close()
    assert "the last minute is not counted" in caplog.text
