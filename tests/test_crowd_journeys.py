"""More ask at once than can be answered: those who came first are answered, the others are told at once."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Any, cast

from bot.incoming.admission import Admission
from bot.incoming.reception import QUESTION_THREADS
from retrieval import Answer, Article, Closest, Corpus, Refusal
from tests.botapi import BotApi
from tests.fake_corpus import FakeCorpus
from tests.journey import TEXTS, api, buttons, pressed, running

__all__ = ["api"]  # fixtures
LATE = range(1000, 1004)  # people
SORRY, AGAIN = (TEXTS.say("en", f"crowded.{key}") for key in ("sorry", "again"))
BRIDGE = Article("bridge", "Saltgate Bridge closed", "Saltgate Bridge was closed on Tuesday. Inspectors found cracks.")


def let_in() -> int:
    """How many may wait before anything was done."""
    admission, size = Admission(QUESTION_THREADS), 0
    with contextlib.ExitStack() as inside:
        while admission.is_open():
            inside.enter_context(admission.within())
            size += 1
    return size


LET_IN = let_in()


class GatedCorpus(FakeCorpus):
    """Answers nobody before the gate is open."""

    def __init__(self) -> None:
        super().__init__(BRIDGE)
        self.gate = threading.Event()

    def ask(self, text: str, **limits: Any) -> Answer | Closest | Refusal:
        if not self.gate.wait(10):
            raise TimeoutError
        return super().ask(text, **limits)


async def test_whoever_would_wait_too_long_is_told_at_once_and_may_ask_again_by_a_button(
    api: BotApi, tmp_path: Path
) -> None:
    corpus = GatedCorpus()
    async with running(api.start(), cast("Corpus", corpus), tmp_path, paid_broadcast=True):
        for person in (*range(1, LET_IN + 1), *LATE):
            api.people.write("/ask Why was Saltgate Bridge closed?", person)
        await api.wait(lambda: all(api.sent(person) for person in LATE))
        assert {message["text"] for message in api.sent()} == {SORRY}
        assert {message["chat"]["id"] for message in api.sent()} == set(LATE)
        [sorry] = api.sent(LATE[0])
        api.people.press(sorry, buttons(sorry)[AGAIN])  # too soon: it stays as it is
        await api.wait(lambda: any(call.method == "editMessageText" for call in api.calls))
        assert AGAIN in buttons(sorry)
        api.people.write("/help", LATE[1])  # what is quickly done is not turned away
        corpus.gate.set()
        await api.wait(lambda: len(api.sent(LATE[1])) == 2)
        await api.wait(lambda: api.sent(LET_IN), 20)
        answer = await pressed(api, sorry, AGAIN)
        assert "Inspectors" in answer["text"] or "Saltgate" in answer["text"]
        assert answer["message_id"] == sorry["message_id"]
        assert SORRY not in answer["text"]


async def test_one_person_who_asks_without_end_makes_nobody_else_come_again(api: BotApi, tmp_path: Path) -> None:
    corpus = GatedCorpus()
    async with running(api.start(), cast("Corpus", corpus), tmp_path, paid_broadcast=True):
        for number in range(3 * LET_IN):
            api.people.write(f"Why was bridge {number} closed?", 7)
        api.people.write("Why was Saltgate Bridge closed?", 8)
        corpus.gate.set()
        [answer] = await api.wait(lambda: api.sent(8))
        assert answer["text"] != SORRY
        assert SORRY not in {message["text"] for message in api.sent(7)}
