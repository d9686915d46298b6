"""/ban and /unban, for whoever runs the bot: a person or a group in, silence and no alerts out, until they are back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.office import Handle, Office, Verb
from bot.outgoing.types import Delivery, Lane
from bot.sheet import plain, spoken
from bot.types import Button, Chat, Heard, Message, Reply

MOST_SHOWN = 50
_NUMBER = re.compile(r"-?[0-9]{1,15}")


class Banning:
    """What a banned chat follows is kept. `welcome`: what it is asked when it is back, if it follows anything."""

    def __init__(self, office: Office, welcome: Callable[[Chat], Message | None]) -> None:
        self._office = office
        self._store = office.store
        self._welcome = welcome

    def commands(self) -> Mapping[str, Handle]:
        return {"ban": self.ban, "unban": self.unban}

    def verbs(self) -> Mapping[str, Verb]:
        return {
            "unban": Verb(self.unban, plain=True, operator=True),
            "bans": Verb(self.unban_listed, plain=True, operator=True),
        }

    def ban(self, heard: Heard, text: str) -> Reply:
        """/ban <number>, or in reply to somebody; with neither: who is shut out."""
        number = _meant(heard, text)
        if number is None:
            return self._usage_or_list(heard, text)
        if number in self._office.admins or number == heard.user_id:
            return self._said(heard, "banning.administrator", failed=True)
        if not self._store.people.ban(number, heard.user_id, self._office.clock()):
            return self._said(heard, "banning.already", number=number)
        self._store.set_active(number, False)
        button = Button(self._office.say(heard, "button.unban"), f"unban:{number}")
        return Reply(plain(self._office.say(heard, "banning.banned", number=number), ((button,),)))

    def unban(self, heard: Heard, text: str) -> Reply:
        """/unban <number>, or in reply to somebody; with neither: who is shut out."""
        number = _meant(heard, text)
        if number is None:
            return self._usage_or_list(heard, text)
        if not self._store.people.unban(number):
            return self._said(heard, "banning.not_banned", failed=True, number=number)
        self._let_back(number)
        return self._said(heard, "banning.unbanned", number=number)

    def unban_listed(self, heard: Heard, text: str) -> Reply:
        """A button in the list: it shows who is left."""
        if (number := _meant(heard, text)) is not None and self._store.people.unban(number):
            self._let_back(number)
        return replace(self._list(heard), replaces=True)

    def _let_back(self, number: int) -> None:
        """Alerts come again, and what was missed is offered."""
        chat = self._store.known_chat(number)
        if chat is None:
            return
        self._store.set_active(number, True)
        is_away = chat.away_from is not None and not chat.paused
        if is_away and (message := self._welcome(chat)) is not None:
            key = f"back:{number}:{self._office.clock().timestamp():.0f}"
            self._store.enqueue([Delivery(key, Lane.ALERT, number, message)], {})

    def _usage_or_list(self, heard: Heard, text: str) -> Reply:
        return self._said(heard, "banning.usage", failed=True) if text else self._list(heard)

    def _list(self, heard: Heard) -> Reply:
        banned = self._store.people.banned()
        if not banned:
            return self._said(heard, "banning.nobody")
        texts, language = self._office.texts, heard.chat.language
        lines = [self._office.say(heard, "banning.head", count=len(banned))]
        lines += [f"{person.user_id} — {texts.date(language, person.since)}" for person in banned[:MOST_SHOWN]]
        buttons = [
            Button(self._office.say(heard, "button.unban_number", number=person.user_id), f"bans:{person.user_id}")
            for person in banned[:MOST_SHOWN]
        ]
        rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
        return Reply(plain("\n".join(lines), rows))

    def _said(self, heard: Heard, key: str, *, failed: bool = False, **values: object) -> Reply:
        return spoken(self._office.texts, heard, key, failed=failed, **values)


def _meant(heard: Heard, text: str) -> int | None:
    """The number that was written, else whoever wrote the message that this one replies to."""
    if text:
        return int(text) if _NUMBER.fullmatch(text) else None
    return heard.replied_user
