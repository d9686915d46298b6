"""/status: what is out of order, the gravest first; then how the bot, its articles and its messages stand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from bot.office import Office
from bot.operating.hourly import FLUSHED
from bot.sheet import plain
from bot.types import Heard, Reply
from bot.zones import local

MEGABYTE = 1_000_000


class Status:
    """Up since it was made."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._since = office.clock()

    def show(self, heard: Heard, _: str = "") -> Reply:
        sections = (self._condition(heard), self._itself(heard), self._articles(heard), self._messages(heard))
        return Reply(plain("\n\n".join("\n".join(section) for section in sections)))

    def _condition(self, heard: Heard) -> Iterator[str]:
        wrong = self._office.condition()
        yield self._say(heard, "wrong" if wrong else "well")
        for name, seen in wrong.items():
            yield f"• {self._office.say(heard, f'condition.{name}', seen=seen)}"

    def _itself(self, heard: Heard) -> Iterator[str]:
        up = self._duration(heard, self._since)
        yield self._say(heard, "up", version=_version(), duration=up)
        file = self._office.store.figures.file
        if file is not None:
            free, size = shutil.disk_usage(file.parent).free // MEGABYTE, file.stat().st_size // MEGABYTE
            yield self._say(heard, "disk", free=free, size=size)
        if flushed := self._office.store.places().get(FLUSHED):
            yield self._say(heard, "flushed", duration=self._duration(heard, datetime.fromtimestamp(flushed, UTC)))

    def _articles(self, heard: Heard) -> Iterator[str]:
        corpus, store = self._office.corpus, self._office.store
        stats, feeds = corpus.stats(), corpus.feeds()
        yield self._say(heard, "index", articles=stats.articles, passages=stats.passages, behind=corpus.behind())
        if (rewords := corpus.rewords()) is not None:
            yield self._say(heard, "reworded" if rewords else "not_reworded")
        unplanned = max(0, corpus.wire.log_end() - store.cursor())
        yield self._say(heard, "unplanned", changes=unplanned)
        down = sum(feed.down_since is not None and not feed.ended for feed in feeds)
        yield self._say(heard, "feeds", feeds=len(feeds), down=down, ended=sum(feed.ended for feed in feeds))
        late = min((feed.due for feed in feeds if not feed.ended), default=self._office.clock())
        if late < self._office.clock():
            yield self._say(heard, "overdue", duration=self._duration(heard, late))

    def _messages(self, heard: Heard) -> Iterator[str]:
        figures = self._office.store.figures
        count, oldest = figures.pending()
        yield self._say(heard, "inbox", updates=count, since=self._since_words(heard, oldest))
        queued = figures.queued()
        yield self._say(heard, "outbox" if queued else "outbox_empty")
        for state, lane, messages, moment in queued:
            kind = self._say(heard, f"lane_{lane.value}")
            words = self._moment(heard, moment) if state == "waiting" else self._duration(heard, moment)
            yield self._say(heard, f"queued_{state}", kind=kind, messages=messages, moment=words)

    def _since_words(self, heard: Heard, moment: datetime | None) -> str:
        return self._say(heard, "oldest", duration=self._duration(heard, moment)) if moment else ""

    def _moment(self, heard: Heard, moment: datetime) -> str:
        there = local(moment, heard.chat.hours.zone)
        return f"{self._office.texts.date(heard.chat.language, there)}, {there:%H:%M}"

    def _duration(self, heard: Heard, since: datetime) -> str:
        """From then until now."""
        seconds = max(0, int((self._office.clock() - since).total_seconds()))
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        days, hours = divmod(hours, 24)
        if days:
            return self._say(heard, "days", days=days, hours=hours)
        if hours:
            return self._say(heard, "hours", hours=hours, minutes=minutes)
        return self._say(heard, "minutes", minutes=minutes) if minutes else self._say(heard, "seconds", seconds=seconds)

    def _say(self, heard: Heard, key: str, **values: object) -> str:
        return self._office.say(heard, f"status.{key}", **values)


def _version() -> str:
    try:
        return version("footnote")
    except PackageNotFoundError:  # run from its sources
        return "–"
