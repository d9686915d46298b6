"""What somebody would have been sent lately -> words and links on a sheet, before anybody follows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.sheet import Sheet, after_title, clean, clipped, place_link, title_of, web_link
from bot.texts import Texts
from retrieval import Answer, Article, Citation, Entry, FeedSample, Nearest, Sample

DAYS = 30  # that a sample looks back
SHOWN = 3  # articles of a sample: what a phone shows at once
ANSWERED = 2  # sentences of what the articles tell already
QUOTE_CHARACTERS = 300
LATELY = timedelta(days=2)  # days that end so long ago may be called the last ones


class Samples:
    """Writes in one language. `now`: what "the last days" are measured from."""

    def __init__(self, texts: Texts, language: str, now: datetime) -> None:
        self._texts = texts
        self._language = language
        self._now = now

    def topic(self, sheet: Sheet, sample: Sample) -> None:
        """How many stories, how often, and the newest of them with the sentence that matches."""
        if sample.until is None or sample.days < 1:
            sheet.write(self._say("propose.untried"))
            return
        days = self._days(sample.days, sample.until)
        if not sample.stories:
            sheet.write(self._say("propose.nothing", days=days))
            return
        sheet.write(self._say("propose.topic", days=days, **self._often(sample.stories, sample.days)))
        if sample.found:
            sheet.write(" " + self._say("propose.latest"))
        for each in sample.found[:SHOWN]:
            self._article(sheet, each.article)
            if each.reason is not None:
                self._quote(sheet, each.reason)

    def rate(self, sheet: Sheet, stories: int, articles: Sequence[Article], until: datetime | None) -> None:
        """How much a source, or everybody, wrote in the DAYS to `until`, and the newest of it."""
        if until is None:
            sheet.write(self._say("propose.untried"))
            return
        days = self._days(DAYS, until)
        if not stories:
            sheet.write(self._say("propose.nothing", days=days))
            return
        sheet.write(self._say("propose.had", days=days, **self._often(stories, DAYS)))
        if articles:
            sheet.write(" " + self._say("propose.latest"))
        for article in articles[:SHOWN]:
            self._article(sheet, Nearest.to(article))

    def feed(self, sheet: Sheet, feed: FeedSample) -> None:
        """How often it publishes, and its newest entries."""
        if feed.per_week:
            sheet.write(self._say("propose.publishes", pace=self._pace(feed.per_week / 7)) + "\n")
        if feed.entries:
            sheet.write(self._say("follow.latest"))
        for entry in feed.entries[:SHOWN]:
            self._entry(sheet, entry)

    def answer(self, sheet: Sheet, answer: Answer | None) -> None:
        """What the articles tell already, if they do."""
        sheet.write(self._say("propose.told" if answer else "propose.untold"))
        for sentence in answer.sentences[:ANSWERED] if answer else ():
            sheet.write("\n• ")
            sheet.cite(sentence)

    def _often(self, stories: int, days: int) -> dict[str, str]:
        counted = self._say("topic.stories", count=stories)
        return {"stories": counted, "pace": self._pace(stories / days)}

    def _pace(self, a_day: float) -> str:
        """ "about 3 a week": by the shortest of day, week and month that has a whole number."""
        if a_day >= 1:
            return self._say("pace.day", count=round(a_day))
        if 7 * a_day >= 1:
            return self._say("pace.week", count=round(7 * a_day))
        return self._say("pace.month", count=max(1, round(30 * a_day)))

    def _days(self, days: int, until: datetime) -> str:
        if self._now - until <= LATELY:
            return self._say("propose.days", count=days)
        return self._say("propose.days_to", count=days, date=self._texts.date(self._language, until))

    def _article(self, sheet: Sheet, article: Nearest) -> None:
        sheet.write("\n• ")
        sheet.link(clipped(title_of(article, self._texts, self._language)), web_link(article.url))
        sheet.write(after_title(article, self._texts, self._language))

    def _quote(self, sheet: Sheet, reason: Citation) -> None:
        quote = clean(reason.quote)
        if quote:
            sheet.write("\n   ")
            said = self._say("answer.quote", quote=clipped(quote, QUOTE_CHARACTERS))
            sheet.link(said, place_link(reason.url, reason.quote))

    def _entry(self, sheet: Sheet, entry: Entry) -> None:
        sheet.write("\n• ")
        sheet.link(clipped(entry.title) or self._say("untitled"), web_link(entry.url))
        if entry.published:
            sheet.write(", " + self._texts.date(self._language, entry.published))

    def _say(self, key: str, **values: object) -> str:
        return self._texts.say(self._language, key, **values)
