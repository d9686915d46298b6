"""What is new, out: the stories of the newest days that have any, in the sources that the chat hears of."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.answering.summarising import Summarising
from bot.office import Office
from bot.types import Heard, Reply

NEWEST, ENOUGH = 50, 5  # articles looked at, and how many make a few days of news
SPANS = (timedelta(0), timedelta(days=2), timedelta(days=6))  # before the newest article's day: the first with enough


class Newest:
    """Sync, safe to call from several threads."""

    def __init__(self, office: Office, summarising: Summarising) -> None:
        self._office, self._summarising = office, summarising

    def tell(self, heard: Heard, _: str = "") -> Reply:
        """Where nothing has a day, the stories that matter most."""
        say, since = self._office.texts.say, self.since(heard)
        if since is None:
            return self._summarising.topic(heard, self._office.say(heard, "greeting.news"))
        day = self._office.texts.date(heard.chat.language, since)
        return self._summarising.topic(heard, say(heard.chat.language, "date.since", day=day))

    def since(self, heard: Heard) -> datetime | None:
        """The first of these days; None where nothing has a day."""
        newest = self._office.corpus.articles(limit=NEWEST)
        theirs = [a for a in newest if heard.chat.hears_of(a.source)]
        now = self._office.clock()
        dated = sorted((a.published for a in theirs if a.published and a.published <= now), reverse=True)
        if not dated:
            return None
        day = dated[0].replace(hour=0, minute=0, second=0, microsecond=0)
        reaching = (day - span for span in SPANS if sum(each >= day - span for each in dated) >= ENOUGH)
        return next(reaching, day - SPANS[-1])
