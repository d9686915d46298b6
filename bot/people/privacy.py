"""/privacy, /mydata, /forget: what is kept of a person, and its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from bot.office import Handle, Office, Verb
from bot.outgoing.types import Delivery, Lane
from bot.sheet import Buttons, plain
from bot.types import Attachment, Button, Heard, Message, Reply
from retrieval import UnknownFeed

OFFERED_DAYS = (0, 1, 7)  # that questions may be kept, 0 for as long as a talk only; beside what the operator says
FILE_NAME = "footnote-mydata.json"
SURE_MINUTES = 60  # a question whether one is sure that is older is asked again


class Privacy:
    """Each person's own. In groups only the group's retention is decided, by its administrators."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def commands(self) -> Mapping[str, Handle]:
        return {"privacy": self.about, "mydata": self.show, "forget": self.ask}

    def verbs(self) -> Mapping[str, Verb]:
        return {
            "retain": Verb(self.retain, plain=True, governed=True),
            "mydata": Verb(self.show, plain=True),
            "forget": Verb(self.answer, plain=True),
        }

    def about(self, heard: Heard, _: str = "") -> Reply:
        """What is kept, how long, who can read it; with buttons that change it."""
        office, chat = self._office, heard.chat
        known = office.store.known_chat(chat.id) or chat
        key = "privacy.about" if chat.kind == "private" else "privacy.about_group"
        told = [office.say(heard, key, kept=self._span(heard, self._days(known.keep_days)))]
        told += [office.say(heard, "privacy.model")] if office.rules.language_model else []
        told.append(office.say(heard, "privacy.choose"))
        return Reply(plain("\n\n".join(told), self._buttons(heard, known.keep_days)))

    def retain(self, heard: Heard, days: str) -> Reply:
        """ "0", "1", "7", "most": the same message as it is then."""
        offered = {str(each): each for each in self._offered()} | {"most": None}
        if days not in offered:
            return Reply(plain(self._office.say(heard, "button.stale")), failed=True)
        self._office.store.retention.choose(heard.chat.id, offered[days], self._office.clock())
        return replace(self.about(heard), replaces=True)

    def show(self, heard: Heard, _: str = "") -> Reply:
        """All of it as a file: in private, wherever it was asked for."""
        office, person = self._office, heard.user_id
        if _is_alone(heard):
            return Reply((self._file(heard, heard.chat.language),))
        private = office.store.known_chat(person)
        if person <= 0 or private is None or not private.active or heard.update_id is None:
            return Reply(plain(office.say(heard, "privacy.alone", command="/mydata")))
        file = Delivery(f"r:{heard.update_id}:private", Lane.ANSWER, person, self._file(heard, private.language))
        office.store.enqueue([file], {})
        return Reply(plain(office.say(heard, "mydata.sent")))

    def ask(self, heard: Heard, _: str = "") -> Reply:
        """What would be deleted, and whether that is meant."""
        office = self._office
        if not _is_alone(heard):
            return Reply(plain(office.say(heard, "privacy.alone", command="/forget")))
        counts = office.store.belongings.count(heard.user_id)
        stays = "forget.stays" if counts["access"] else "forget.stays_groups"
        told = [office.say(heard, "forget.ask"), *self._told(heard, counts), "", office.say(heard, stays)]
        minute = int(office.clock().timestamp()) // 60
        yes = Button(office.say(heard, "forget.yes"), f"forget:{minute}")
        return Reply(plain("\n".join(told), ((yes, Button(office.say(heard, "forget.no"), "forget:no")),)))

    def answer(self, heard: Heard, meant: str) -> Reply:
        """ "ask", "no", or the minute in which it was asked."""
        if meant == "no":
            return Reply(plain(self._office.say(heard, "forget.kept")), replaces=True)
        asked = int(meant) if meant.isascii() and meant.isdecimal() and len(meant) < 10 else None
        now = int(self._office.clock().timestamp()) // 60
        if asked is None or not _is_alone(heard) or not 0 <= now - asked <= SURE_MINUTES:
            return self.ask(heard)
        return self._forget(heard)

    def _forget(self, heard: Heard) -> Reply:
        office, person = self._office, heard.user_id
        feeds = office.store.belongings.feeds_only_theirs(person)
        gone = office.store.belongings.forget(person)
        for feed in feeds:
            with suppress(UnknownFeed):  # it is watched no more: that is what we want
                office.corpus.unwatch(feed)
        told = [office.say(heard, "forget.done"), *self._told(heard, gone), "", office.say(heard, "forget.farewell")]
        return Reply(plain("\n".join(told)), replaces=True)

    def _told(self, heard: Heard, counts: Mapping[str, int]) -> Iterator[str]:
        for name in ("questions", "ratings", "subscriptions"):
            if counts[name]:
                yield self._office.say(heard, f"forget.{name}", count=counts[name])
        yield self._office.say(heard, "forget.rest")

    def _file(self, heard: Heard, language: str) -> Message:
        kept = self._office.store.belongings.show(heard.user_id)
        return Message(self._office.texts.say(language, "mydata.file"), attachment=Attachment(FILE_NAME, kept.encode()))

    def _buttons(self, heard: Heard, chosen: int | None) -> Buttons:
        most = self._office.rules.keep_days
        choices = [(each, str(each)) for each in self._offered()] + [(None, "most")]
        row = [
            Button(_ticked(self._span(heard, most if days is None else days), days == chosen), f"retain:{data}")
            for days, data in choices
        ]
        rows: Buttons = (tuple(row),)
        if heard.chat.kind != "private":
            return rows
        mydata = Button(self._office.say(heard, "privacy.button_mydata"), "mydata:-")
        forget = Button(self._office.say(heard, "privacy.button_forget"), "forget:ask")
        return (*rows, (mydata, forget))

    def _offered(self) -> tuple[int, ...]:
        """Without what is longer than the operator allows, or as long."""
        return tuple(days for days in OFFERED_DAYS if days < self._office.rules.keep_days)

    def _days(self, chosen: int | None) -> int:
        most = self._office.rules.keep_days
        return most if chosen is None else min(chosen, most)

    def _span(self, heard: Heard, days: int) -> str:
        if days == 0:
            return self._office.say(heard, "privacy.talk")
        return self._office.say(heard, "privacy.days", count=days)


def _is_alone(heard: Heard) -> bool:
    """With us, so that nobody else reads it. A private chat has its person's number, the terminal has none."""
    return heard.chat.kind == "private" and heard.chat.id == heard.user_id


def _ticked(text: str, is_chosen: bool) -> str:
    return f"✓ {text}" if is_chosen else text
