"""No question and no command in: a sticker, a voice message, a forwarded post, a link with text; what is said."""

from __future__ import annotations

from collections.abc import Mapping

from bot.answering.courtesies import courtesy
from bot.answering.pasted import read_shown
from bot.answering.showing import Showing
from bot.answering.summarising import Summarising
from bot.office import Handle, Office, Verb
from bot.references import find_referred
from bot.sheet import spoken
from bot.types import Heard, Reply, Wordless

FIRST_SYMBOL = "\u2190"  # arrows, symbols and pictures come from there on; punctuation, as a rule, before
_SAID: Mapping[Wordless, str] = {"sticker": "hint.text_only", "other": "hint.text_only"}  # else its own words


class Oddments:
    """Gives each the sensible thing."""

    def __init__(self, office: Office, summarising: Summarising, showing: Showing) -> None:
        self._office = office
        self._summarising = summarising
        self._showing = showing

    def commands(self) -> Mapping[str, Handle]:
        return {}

    def verbs(self) -> Mapping[str, Verb]:
        return self._showing.verbs()

    def reply(self, heard: Heard) -> Reply | None:
        """None for what is a question or a command after all."""
        text = heard.text.strip()
        if not text:
            return self._wordless(heard)
        if heard.edited or text.startswith("/"):
            return None
        if not any(map(str.isalnum, text)):
            return self._signs(heard, text)
        if (shown := read_shown(heard)) is None:
            return self._showing.question(heard, text)
        known = shown.url and shown.is_page and find_referred(self._office.corpus, shown.url, heard.chat.sources)
        return self._summarising.opened(heard, known.id) if known else self._showing.choice(heard, shown)

    def _wordless(self, heard: Heard) -> Reply:
        if heard.edited:
            return Reply(())
        if heard.wordless is None:
            return spoken(self._office.texts, heard, "refusal.empty_question")
        return spoken(self._office.texts, heard, _SAID.get(heard.wordless, f"oddments.{heard.wordless}"))

    def _signs(self, heard: Heard, text: str) -> Reply | None:
        """Thanks, and a yes to what was offered, are understood elsewhere."""
        meant, now = courtesy(text), self._office.clock()
        if meant == "thanks" or (meant and self._office.store.offered(heard.chat.id, now)):
            return None
        key = "oddments.emoji" if max(text) >= FIRST_SYMBOL else "refusal.empty_question"
        return spoken(self._office.texts, heard, key)
