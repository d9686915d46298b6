"""/stats: how the bot is used, today and in the last days, in words and as a picture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from bot.office import Office
from bot.operating.charts import BLUE, GREY, ORANGE, Chart, Charts, Series
from bot.operating.usage import Usage, midnight, together, usage_by_day
from bot.pages import units
from bot.sheet import plain
from bot.types import Attachment, Heard, Message, Reply
from bot.zones import local

DAYS, MOST_DAYS = 7, 90
CAPTION_UNITS = 1024  # of a picture's caption
HALF, NEARLY_ALL = 0.5, 0.95

_DAYS = re.compile(r"[0-9]{1,4}")
_charts = lru_cache(Charts)  # one, made when the first picture is asked for


class Stats:
    """In the days of the clock of whoever asks."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def show(self, heard: Heard, text: str) -> Reply:
        """/stats, /stats 30."""
        if text and not _DAYS.fullmatch(text):
            return Reply(plain(self._say(heard, "usage")), failed=True)
        days = self._days(heard, min(MOST_DAYS, max(2, int(text or DAYS))))
        words = "\n\n".join(filter(None, (*self._sections(heard, days), self._now(heard))))
        picture = Attachment("stats.png", self._picture(heard, days), "photo")
        if units(words) <= CAPTION_UNITS:
            return Reply((Message(words, attachment=picture),))
        return Reply((*plain(words), Message("", attachment=picture)))

    def _days(self, heard: Heard, count: int) -> dict[date, Usage]:
        figures, now, zone = self._office.store.figures, self._office.clock(), heard.chat.hours.zone
        today = local(now, zone).date()
        since = midnight(date.fromordinal(today.toordinal() - count + 1), zone, now)
        return usage_by_day([*figures.since(since), *figures.subscribed(since)], zone, today, count)

    # -- words

    def _sections(self, heard: Heard, days: Mapping[date, Usage]) -> Iterator[str]:
        every = list(days.values())
        yield self._section(heard, self._say(heard, "today"), every[-1])
        verdicts = self._verdicts(heard, min(days))
        yield "\n".join(
            filter(None, (self._section(heard, self._say(heard, "days", count=len(every)), together(every)), verdicts))
        )

    def _section(self, heard: Heard, head: str, usage: Usage) -> str:
        lines = [head, self._say(heard, "questions", count=usage.served)]
        if usage.served:
            shares = {
                name: _percent(usage.questions.get(name, 0), usage.served)
                for name in ("answered", "closest", "refused")
            }
            lines.append(self._say(heard, "shares", **shares))
        half, nearly_all = usage.within(HALF), usage.within(NEARLY_ALL)
        if half is not None and nearly_all is not None:
            lines.append(
                self._say(heard, "times", half=self._seconds(heard, half), most=self._seconds(heard, nearly_all))
            )
        troubles = usage.questions.get("failed", 0), usage.questions.get("busy", 0)
        lines += [self._say(heard, "troubles", failed=troubles[0], busy=troubles[1])] if any(troubles) else []
        lines.append(self._say(heard, "fresh", articles=usage.articles, subscriptions=usage.subscriptions))
        return "\n".join(lines)

    def _verdicts(self, heard: Heard, first: date) -> str:
        since = midnight(first, heard.chat.hours.zone, self._office.clock())
        verdicts = self._office.store.figures.verdicts(since)
        total = sum(verdicts.values())
        share = _percent(verdicts.get("helpful", 0), total) if total else 0
        return self._say(heard, "helpful", count=total, share=share) if total else ""

    def _now(self, heard: Heard) -> str:
        figures, corpus = self._office.store.figures, self._office.corpus.stats()
        chats = figures.chats()
        lines = [self._say(heard, "now"), self._say(heard, "held", articles=corpus.articles, feeds=corpus.feeds)]
        lines.append(self._say(heard, "subscribed", count=figures.subscriptions()))
        lines.append(self._say(heard, "chats", **chats._asdict()))
        return "\n".join(lines)

    def _seconds(self, heard: Heard, seconds: float) -> str:
        return f"{seconds:.2f}".replace(".", self._say(heard, "point"))

    # -- the picture

    def _picture(self, heard: Heard, days: Mapping[date, Usage]) -> bytes:
        every = list(days.values())
        charts = (self._questions(heard, every), self._times(heard, every), *self._counts(heard, every))
        return _charts().picture(
            [self._say(heard, "day", day=day.day, month=f"{day.month:02}") for day in days], charts
        )

    def _questions(self, heard: Heard, days: Sequence[Usage]) -> Chart:
        colours = {"answered": BLUE, "closest": ORANGE, "refused": GREY}
        shown = (
            Series(self._say(heard, name), [day.questions.get(name, 0) for day in days], colour)
            for name, colour in colours.items()
        )
        return Chart(self._say(heard, "chart_questions"), tuple(shown))

    def _times(self, heard: Heard, days: Sequence[Usage]) -> Chart:
        return Chart(self._say(heard, "chart_times"), (Series("", [day.within(NEARLY_ALL) for day in days]),), "line")

    def _counts(self, heard: Heard, days: Sequence[Usage]) -> Iterator[Chart]:
        yield Chart(self._say(heard, "chart_articles"), (Series("", [day.articles for day in days]),))
        yield Chart(self._say(heard, "chart_subscriptions"), (Series("", [day.subscriptions for day in days]),))

    def _say(self, heard: Heard, key: str, **values: object) -> str:
        return self._office.say(heard, f"usage.{key}", **values)


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole)
