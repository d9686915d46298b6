"""Figures by the hour -> days as their reader's clock has them, and what several of them come to. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.keeping.figures import Figure
from bot.operating.durations import quantile
from bot.operating.hourly import SERVED
from bot.zones import local

TOLD = ("answered", "closest", "refused", "topic")  # outcomes of questions, in the order in which they are told


@dataclass(frozen=True, slots=True)
class Usage:
    """Of a day, or of several. `questions` counts by outcome, `buckets` by how long they took."""

    questions: Mapping[str, int] = field(default_factory=dict)
    buckets: Mapping[int, int] = field(default_factory=dict)
    articles: int = 0
    subscriptions: int = 0

    @property
    def served(self) -> int:
        return sum(self.questions.get(outcome, 0) for outcome in SERVED)

    def within(self, share: float) -> float | None:
        """The seconds in which that share of the questions was served."""
        return quantile(self.buckets, share)


def usage_by_day(figures: Iterable[Figure], zone: str, last: date, days: int) -> dict[date, Usage]:
    """The days up to the last, oldest first, those without any figures too. An hour belongs to the day it begins in."""
    counts: dict[date, Counter[str]] = {last - timedelta(back): Counter() for back in range(days - 1, -1, -1)}
    for figure in figures:
        if (day := local(figure.hour, zone).date()) in counts:
            counts[day][figure.name] += figure.value
    return {day: _usage(counted) for day, counted in counts.items()}


def together(days: Iterable[Usage]) -> Usage:
    """What they come to in all."""
    questions, buckets = Counter[str](), Counter[int]()
    articles = subscriptions = 0
    for day in days:
        questions.update(day.questions)
        buckets.update(day.buckets)
        articles += day.articles
        subscriptions += day.subscriptions
    return Usage(questions, buckets, articles, subscriptions)


def midnight(day: date, zone: str, now: datetime) -> datetime:
    """When the day begins on the zone's clock."""
    return datetime.combine(day, time.min, local(now, zone).tzinfo)


def _usage(counted: Mapping[str, int]) -> Usage:
    questions = {name.partition(".")[2]: count for name, count in counted.items() if name.startswith("question.")}
    buckets = {int(name.partition(".")[2]): count for name, count in counted.items() if name.startswith("seconds.")}
    return Usage(questions, buckets, counted.get("articles", 0), counted.get("subscriptions", 0))
