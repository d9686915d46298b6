"""/start, with what it was opened by: three lines and three buttons, or an article, story or question that is meant."""

from __future__ import annotations

from collections.abc import Mapping

from bot.answering.conversation import Conversation
from bot.answering.summarising import Summarising
from bot.office import Handle, Office, Verb
from bot.sheet import plain
from bot.types import Heard, Reply


class Greeting:
    """The first thing that people see."""

    def __init__(self, office: Office, conversation: Conversation, summarising: Summarising) -> None:
        self._office = office
        self._conversation = conversation
        self._summarising = summarising

    def commands(self) -> Mapping[str, Handle]:
        return {"start": self.start}

    def verbs(self) -> Mapping[str, Verb]:
        return {}

    def start(self, heard: Heard, _: str = "") -> Reply:
        return Reply(plain(self._office.say(heard, "start")))
