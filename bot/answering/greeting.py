"""/start, with what it was opened by: three lines and three buttons, or an article, story or question that is meant.

nothing behind it | what the corpus covers | [a question that is answered] [what is new] [what may be followed]
a link's word     | read_payload | the article's summary, the story, the answer; a polite word when it is too old
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.answering.coverage import coverage_line, holdings_for
from bot.answering.examples import Examples
from bot.answering.newest import Newest
from bot.answering.summarising import Summarising, with_row
from bot.deep_links import read_payload
from bot.following.proposals import read_number
from bot.following.proposing import Proposing
from bot.office import Handle, Office, Verb
from bot.sheet import BUTTON_CHARACTERS, Buttons, clipped, plain
from bot.types import Button, Heard, Kind, Reply, Subscription

KEEP_EXAMPLE = timedelta(days=30)  # its button works so long
TOPICS, SOURCES = 3, 2  # offered to follow


class Greeting:
    """The first thing that people see. `ask` answers a question as if it had been written."""

    def __init__(self, office: Office, ask: Handle, summarising: Summarising, proposing: Proposing) -> None:
        self._office = office
        self._ask = ask
        self._summarising, self._newest = summarising, Newest(office, summarising)
        self._proposing = proposing
        self._examples = Examples(office)

    def commands(self) -> Mapping[str, Handle]:
        return {"start": self.start}

    def verbs(self) -> Mapping[str, Verb]:
        return {
            "eg": Verb(self._ask),
            "new": Verb(self._newest.tell, plain=True),
            "pick": Verb(self.topics, plain=True, governed=True),
        }

    def start(self, heard: Heard, payload: str = "") -> Reply:
        """Raises UnknownArticle for a link to one that is gone."""
        meant = read_payload(payload)
        if meant is None or meant[0] == "i":
            return self._greeting(heard)
        opened = self._opened(heard, *meant)
        return self._greeting(heard, "greeting.stale") if opened is None else opened

    def topics(self, heard: Heard, _: str = "") -> Reply:
        """What of this corpus may be followed, and how to name something else."""
        held = holdings_for(self._office, heard)
        offered = [(Kind.TOPIC, subject) for subject in held.subjects[:TOPICS]]
        offered += [(Kind.SOURCE, source) for source in held.sources[:SOURCES]]
        rows = tuple((self._choice(heard, kind, subject),) for kind, subject in offered)
        key = "greeting.follow" if rows else "follow.usage"
        return Reply(plain(self._office.say(heard, key), rows))

    def _greeting(self, heard: Heard, first: str = "greeting.about") -> Reply:
        covered = coverage_line(self._office, heard)
        lines = [self._office.say(heard, first), covered, self._office.say(heard, "greeting.ask")]
        if not covered:
            lines[1:] = [self._office.say(heard, "refusal.empty_corpus"), self._office.say(heard, "greeting.empty")]
        return Reply(plain("\n".join(lines), self._beginnings(heard, has_articles=bool(covered))))

    def _beginnings(self, heard: Heard, *, has_articles: bool) -> Buttons:
        follow = Button(self._office.say(heard, "button.topics"), "pick:")
        if not has_articles:
            return ((follow,),)
        new = Button(self._office.say(heard, "button.new"), "new:")
        example = self._examples.find(heard) or self._sure_question(heard)
        return (*(((self._example(example),),) if example else ()), (new,), (follow,))

    def _example(self, question: str) -> Button:
        """Made of the articles' own words, and so for everybody."""
        key = self._office.store.handle(question, until=self._office.clock() + KEEP_EXAMPLE)
        return Button(clipped(question, BUTTON_CHARACTERS), f"eg:{key}")

    def _sure_question(self, heard: Heard) -> str | None:
        """What is answered by telling the stories of some days; None where nothing has a date."""
        if (since := self._newest.since(heard)) is None:
            return None
        day = self._office.texts.date(heard.chat.language, since)
        question = self._office.say(heard, "greeting.happened", day=day)
        return question if self._office.corpus.asks_for_news(question, self._office.clock()) else None

    def _choice(self, heard: Heard, kind: Kind, subject: str) -> Button:
        title = clipped(subject)
        proposal = Subscription(heard.chat.id, kind, subject, title, self._office.clock(), thread_id=heard.thread_id)
        text = clipped(self._office.say(heard, f"offer.kind.{kind}", title=title), BUTTON_CHARACTERS)
        return Button(text, f"try:{self._proposing.key(heard, proposal)}")

    def _opened(self, heard: Heard, opens: str, key: str) -> Reply | None:
        """None for a key that stands for nothing any more."""
        if opens == "s":
            number = read_number(key)
            tellers = self._office.corpus.wire.sources(number) if number is not None else ()
            told = tellers[0].article_id if tellers else None
            return None if told is None else self._with_ways_on(heard, self._summarising.story(heard, told), told)
        value = self._office.store.resolve(key, heard.chat.id)
        if value is None or opens == "q":
            return None if value is None else self._ask(heard, value)
        return self._summarising.opened(heard, value)

    def _with_ways_on(self, heard: Heard, told: Reply, article_id: str) -> Reply:
        key = self._office.store.handle(article_id)
        follow = Button(self._office.say(heard, "button.follow"), f"fol:{key}")
        return with_row(told, (self._summarising.asks(heard, article_id), follow))
