"""What happens, and how things stand -> a page in Prometheus' words. About nobody: no label tells of a person or chat.

Every label has few values: the whole page stays below 500 lines of figures, whatever is sent to the bot.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.keeping.figures import Queued
from bot.operating.health import Line, Vitals
from bot.operating.stock import Stock
from bot.outgoing.calls import Call

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
ANSWER_BUCKETS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 30)  # seconds
CALL_BUCKETS = (0.1, 0.5, 2, 10, 50)
LAG_BUCKETS = (0.005, 0.02, 0.05, 0.1, 0.5, 1, 5)
MOST_METHODS = 24  # of the Bot API that are told apart; we use about fifteen
OTHER = "other"

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second line for each, which nobody asks for


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand at the moment somebody asks. `vitals` is None before anybody looked."""

    ready: bool
    line: Line
    vitals: Vitals | None = None
    stock: Stock = field(default_factory=Stock)


class Metrics:
    """An observer of everything that is counted. Safe to call from several threads."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        count, lasts = self._counter, self._histogram
        self._updates = count("updates", "Updates from Telegram.", "kind")
        self._questions = count("questions", "Questions, and what became of them.", "outcome")
        self._answering = lasts("question_seconds", "From a question's arrival to its answer.", ANSWER_BUCKETS)
        self._sent = count("sent", "Messages that left the outbox, and what became of them.", "lane", "result")
        self._calls = count("api_requests", "Calls of the Bot API.", "method", "result")
        self._calling = lasts("api_seconds", "What a call of the Bot API takes.", CALL_BUCKETS, "method")
        self._waits = count("api_retry_after_seconds", "Seconds that Telegram told us to wait.")
        self._lag = lasts("event_loop_lag_seconds", "How late the event loop was.", LAG_BUCKETS)
        self._methods: set[str] = set()
        self._make_gauges()

    # -- what happens

    def update(self, kind: str) -> None:
        self._updates.labels(kind).inc()

    def question(self, outcome: str, seconds: float) -> None:
        self._questions.labels(outcome).inc()
        self._answering.observe(seconds)

    def sent(self, lane: str, result: str) -> None:
        self._sent.labels(lane, result).inc()

    def called(self, call: Call) -> None:
        """The Bot API was called."""
        method = self._known(call.method)
        self._calls.labels(method, call.result).inc()
        self._calling.labels(method).observe(call.seconds)
        self._waits.inc(call.wait)

    def lagged(self, seconds: float) -> None:
        """The event loop was so late."""
        self._lag.observe(seconds)

    # -- how things stand

    def page(self, standing: Standing) -> bytes:
        """Everything, in the text format of Prometheus."""
        line, vitals, stock = standing.line, standing.vitals, standing.stock
        self._ready.set(standing.ready)
        self._contact.set(time.time() - line.silence if line.silence < math.inf else 0)
        self._pending.set(line.pending)
        if vitals is not None:
            self._behind.set(vitals.behind)
            self._commit.set(-1 if vitals.commit is None else vitals.commit)
            self._free.set(vitals.free)
        self._inbox.set(stock.inbox)
        self._passages.set(stock.passages)
        _fill(self._chats, stock.chats)
        _fill(self._feeds, stock.feeds)
        self._queue(stock.queued)
        return generate_latest(self._registry)

    def _queue(self, queued: Iterable[Queued]) -> None:
        self._rows.clear()
        self._oldest.clear()
        for state, lane, count, oldest in queued:
            self._rows.labels(lane, state).set(count)
            if state == "ready":
                self._oldest.labels(lane).set(max(0.0, time.time() - oldest.timestamp()))

    def _known(self, method: str) -> str:
        if method not in self._methods and len(self._methods) >= MOST_METHODS:
            return OTHER
        self._methods.add(method)
        return method

    # -- making them

    def _make_gauges(self) -> None:
        gauge = self._gauge
        self._ready = gauge("ready", "Whether all is well (1), as /readyz says.")
        self._contact = gauge("last_contact_timestamp_seconds", "When Telegram was last heard of; 0: never.")
        self._inbox = gauge("inbox_pending", "Updates that are written down and not finished.")
        self._rows = gauge("outbox_messages", "Messages that are not settled.", "lane", "state")
        self._oldest = gauge("outbox_oldest_seconds", "How long the oldest message has been ready.", "lane")
        self._chats = gauge("chats", "Places that messages go to, or do not.", "state")
        self._feeds = gauge("feeds", "Feeds that are watched.", "state")
        self._passages = gauge("passages", "Passages that are searched.")
        self._behind = gauge("index_behind", "Changes that the index has not applied.")
        self._commit = gauge("db_commit_seconds", "What the last trial transaction took; -1: it failed.")
        self._free = gauge("disk_free_bytes", "On the disk of the data folder.")
        self._pending = gauge("webhook_pending", "Updates that wait with Telegram for our webhook.")

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(name, told, labels, namespace="footnote", registry=self._registry)

    def _gauge(self, name: str, told: str, *labels: str) -> Gauge:
        return Gauge(name, told, labels, namespace="footnote", registry=self._registry)

    def _histogram(self, name: str, told: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, told, labels, namespace="footnote", buckets=buckets, registry=self._registry)


def _fill(gauge: Gauge, counts: Mapping[str, int]) -> None:
    for state, count in counts.items():
        gauge.labels(state).set(count)
