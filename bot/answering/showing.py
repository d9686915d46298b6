"""A text or a page that somebody shows in, what is to be done with it asked, and done.

    [Summarise]       | its own sentences that tell it
    [Ask about this]  | the next questions go to it first; what it does not say the articles are asked, and that is said
    [Add]             | it becomes an article, where whoever presses may add some

It is no article meanwhile: it is kept for a quarter of an hour, for this chat alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from bot.answering import render, summaries
from bot.answering.contexts import Contexts
from bot.answering.courtesies import courtesy
from bot.answering.pasted import Shown, pack_awaited, pack_shown, unpack_awaited, unpack_shown
from bot.office import Handle, Office, Verb
from bot.people.budgets import Budgets
from bot.rules import Budget
from bot.sheet import Buttons, clipped, plain, spoken
from bot.types import Button, Heard, Reply
from retrieval import Answer, Article, Closest

KEPT = timedelta(minutes=15)


class Filing(NamedTuple):
    """How an address, and a text, become articles, for whom that is allowed."""

    page: Handle
    text: Callable[[Heard, Article], Reply]


class Showing:
    """Texts and pages that are shown. `ask` answers a question from the articles. Raises SourceError."""

    def __init__(self, office: Office, ask: Handle, budgets: Budgets, filing: Filing) -> None:
        self._office, self._texts, self._store = office, office.texts, office.store
        self._ask, self._budgets, self._filing = ask, budgets, filing
        self._contexts = Contexts(office)

    def verbs(self) -> Mapping[str, Verb]:
        return {"psum": Verb(self.summarise), "pask": Verb(self.await_question), "padd": Verb(self.add)}

    def choice(self, heard: Heard, shown: Shown) -> Reply:
        """What may be done with it."""
        key = self._key(heard, shown)
        summary = (Button(self._office.say(heard, "button.summarise"), f"psum:{key}"),)
        return Reply(plain(self._office.say(heard, "oddments.shown"), (summary, *self._ways_on(heard, key))))

    def summarise(self, heard: Heard, packed: str) -> Reply:
        """In a few of its own sentences."""
        if (read := self._read(heard, packed)) is None:
            return self._stale(heard)
        key, article = read
        told = self._office.corpus.unfiled.summarise(article)
        return summaries.summary(told, self._texts, heard.chat.language, self._ways_on(heard, key))

    def await_question(self, heard: Heard, packed: str) -> Reply:
        """The next questions of this person's here go to it."""
        if (read := self._read(heard, packed)) is None:
            return self._stale(heard)
        key, article = read
        self._store.offer(heard.chat.id, pack_awaited(key, heard.user_id), self._office.clock() + KEPT)
        return spoken(self._texts, heard, "oddments.ask", title=self._titled(heard, article))

    def add(self, heard: Heard, packed: str) -> Reply:
        """Makes it an article."""
        shown = unpack_shown(packed)
        if shown is None:
            return self._stale(heard)
        if shown.is_page and shown.url:
            return self._filing.page(heard, shown.url)
        return self._filing.text(heard, self._unfiled(shown))

    def question(self, heard: Heard, text: str) -> Reply | None:
        """None where nothing that was shown waits for this person's question."""
        if (packed := self._awaited(heard)) is None:
            return None
        match courtesy(text):
            case "no" | "thanks":
                self._store.withdraw_offer(heard.chat.id)
                return spoken(self._texts, heard, "courtesy.no")
            case "yes":
                return self.summarise(heard, packed)
        return self._answer(heard, text, packed)

    # --- steps

    def _awaited(self, heard: Heard) -> str | None:
        """What waits for this person's question; a reply to an answer or an alert is about that."""
        now = self._office.clock()
        awaited = unpack_awaited(self._store.offered(heard.chat.id, now) or "")
        if awaited is None or awaited[1] != heard.user_id or self._contexts.points(heard, now):
            return None
        return self._store.resolve(awaited[0], heard.chat.id)

    def _answer(self, heard: Heard, text: str, packed: str) -> Reply | None:
        """From the text as long as it tells; then the talk goes back to the articles."""
        if (read := self._read(heard, packed)) is None:
            return None
        if (refused := self._budgets.refusal(heard, Budget.QUESTION)) is not None:
            return refused
        key, article = read
        told = self._office.corpus.unfiled.ask(text, article, self._office.clock())
        if told is None:
            self._store.withdraw_offer(heard.chat.id)
            said = self._office.say(heard, "oddments.elsewhere", title=self._titled(heard, article))
            reply = self._ask(heard, text)
            return replace(reply, messages=(*plain(said), *reply.messages))
        return self._rendered(heard, told, key)

    def _rendered(self, heard: Heard, told: Answer | Closest, key: str) -> Reply:
        language, rows = heard.chat.language, self._ways_on(heard, key)
        if isinstance(told, Answer):
            return render.answer(told, self._texts, language, rows)
        return render.closest(told, self._texts, language, rows)

    def _ways_on(self, heard: Heard, key: str) -> Buttons:
        ask = Button(self._office.say(heard, "button.ask"), f"pask:{key}")
        add = Button(self._office.say(heard, "button.add"), f"padd:{key}")
        return ((ask, add) if heard.user_id in self._office.admins else (ask,),)

    def _read(self, heard: Heard, packed: str) -> tuple[str, Article] | None:
        """The key of what was shown, now with its text, and what it would be as an article. A page is fetched once."""
        shown = unpack_shown(packed)
        if shown is not None and not shown.text and shown.url:
            page = self._office.corpus.unfiled.page(shown.url)
            shown = Shown(page.text, page.title or shown.title, page.url or shown.url, page.source, is_page=True)
        return None if shown is None else (self._key(heard, shown), self._unfiled(shown))

    def _unfiled(self, shown: Shown) -> Article:
        return self._office.corpus.unfiled.article(shown.text, shown.title, url=shown.url, source=shown.source)

    def _key(self, heard: Heard, shown: Shown) -> str:
        until = self._office.clock() + KEPT
        return self._store.handle(pack_shown(shown), owner=heard.chat.id, by=heard.user_id, until=until)

    def _titled(self, heard: Heard, article: Article) -> str:
        return clipped(article.title) or self._office.say(heard, "untitled")

    def _stale(self, heard: Heard) -> Reply:
        return spoken(self._texts, heard, "button.stale", failed=True)
