"""A message that was said before and says something else now -> its answer anew, in the place of the old one.

    is it a question that was answered, and other than before? | answered as any | the old answer becomes the new one

A command with effects is not done twice, and what was never for us is not for us now.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot.answering.contexts import Contexts
from bot.answering.shortening import shortened
from bot.keeping.turns import Asked
from bot.office import Office
from bot.types import Heard, Reply

ANSWERED = ("ask", "summary")  # commands that only tell something

_COMMAND = re.compile(r"/(\w+)(?:@\w+)?\s*")


class Revising:
    """Sync, safe to call from several threads."""

    def __init__(self, office: Office, contexts: Contexts) -> None:
        self._turns, self._contexts = office.store.turns, contexts

    def answer(self, heard: Heard, answer: Callable[[Heard], Reply]) -> Reply:
        """What `answer` says, for an edit too; silence where an edit asks for nothing."""
        if not heard.edited:
            return answer(heard)
        was = self._contexts.revised(heard)
        if not asks_anew(heard, was):
            return Reply(())
        reply = answer(heard)
        if was is None or reply.failed or reply.outcome == "busy":
            return reply
        return self._in_place(heard, was, reply)

    def _in_place(self, heard: Heard, was: Asked, reply: Reply) -> Reply:
        """The old answer, if it arrived, becomes the new one."""
        shown = self._turns.answers_to(heard.chat.id, was.message_id or 0)
        if heard.update_id is not None:
            self._turns.supersede(was, heard.update_id)
        return replace(reply, edits=shown[0]) if shown else reply


def asks_anew(heard: Heard, was: Asked | None) -> bool:
    """`was`: what the message asked before, if it was answered. In a group what was not answered was not for us."""
    command = _COMMAND.match(heard.text)
    if heard.file is not None or (command is not None and command[1].lower() not in ANSWERED):
        return False
    if was is None:
        return heard.chat.kind == "private"
    return shortened(_COMMAND.sub("", heard.text, count=1).strip()) != was.question
