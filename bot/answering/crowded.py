"""Too many ask at once: what is said to whoever had better come again, and the button that says it again for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from bot.office import Handle, Office, Verb
from bot.sheet import plain
from bot.types import Button, Heard, Reply

AGAIN = "again:"
KEEP_QUESTION = timedelta(days=1)


class Crowded:
    """`hear` does what was asked for; its answer takes the place of what was said here."""

    def __init__(self, office: Office, hear: Callable[[Heard], Reply]) -> None:
        self._office = office
        self._hear = hear

    def commands(self) -> Mapping[str, Handle]:
        return {}

    def verbs(self) -> Mapping[str, Verb]:
        return {AGAIN.removesuffix(":"): Verb(self.hear_again)}

    def sorry(self, heard: Heard) -> Reply:
        """To what somebody said, or to the button under such a reply, which stays as it is then."""
        is_again = heard.text.startswith(AGAIN)
        row = (Button(self._office.say(heard, "crowded.again"), heard.text if is_again else self._kept(heard)),)
        return Reply(plain(self._office.say(heard, "crowded.sorry"), (row,)), replaces=is_again, outcome="busy")

    def hear_again(self, heard: Heard, text: str) -> Reply:
        """What was said then."""
        return replace(self._hear(replace(heard, text=text, message_id=None)), replaces=True)

    def _kept(self, heard: Heard) -> str:
        until = self._office.clock() + KEEP_QUESTION
        return AGAIN + self._office.store.handle(heard.text, owner=heard.chat.id, by=heard.user_id, until=until)
