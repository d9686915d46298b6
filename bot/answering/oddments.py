"""No question and no command in: a sticker, a voice message, a forwarded post, a link with text; what is said."""

from __future__ import annotations

from collections.abc import Mapping

from bot.answering.conversation import Conversation
from bot.answering.summarising import Summarising
from bot.office import Handle, Office, Verb
from bot.sheet import plain
from bot.types import Heard, Reply


class Oddments:
    """Gives each the sensible thing."""

    def __init__(self, office: Office, conversation: Conversation, summarising: Summarising) -> None:
        self._office = office
        self._conversation = conversation
        self._summarising = summarising

    def commands(self) -> Mapping[str, Handle]:
        return {}

    def verbs(self) -> Mapping[str, Verb]:
        return {}

    def reply(self, heard: Heard) -> Reply | None:
        """None for what is a question or a command after all."""
        if heard.wordless is not None and not heard.text.strip():
            return Reply(plain(self._office.say(heard, "hint.text_only")))
        return None
