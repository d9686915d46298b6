"""What whoever runs the bot does, from one end to the other: a broadcast, figures, gaps; and that nobody else can."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.store import open_store
from retrieval import Article, Corpus
from tests.botapi import BotApi, Json
from tests.fakes import until
from tests.journey import TEXTS, api, buttons, pressed, running

__all__ = ["api"]  # a fixture

MakeCorpus = Callable[[], Corpus]
OPERATOR = 9
ADMINS = frozenset((OPERATOR,))
COMMANDS = ("/stats", "/status", "/unanswered", "/broadcast Hello.", "/broadcast stop")
FERRY = Article(
    "ferry", "The ferry sails again", "The ferry to Tern Island sails again on Monday. Tickets cost 4 crowns."
)


def english(key: str, **values: object) -> str:
    return TEXTS.say("en", key, **values)


async def said(api: BotApi, chat_id: int, text: str, **who: object) -> list[Json]:
    """What is said back to it, as messages of words."""
    before = len(api.sent(chat_id))
    api.people.write(text, chat_id, **who)  # type: ignore[arg-type]
    return await api.wait(lambda: api.sent(chat_id)[before:], 30)


async def drafted(api: BotApi, text: str) -> tuple[Json, Json]:
    """The message as it will look, and the question below it."""
    before = len(api.sent(OPERATOR))
    api.people.write(f"/broadcast {text}", OPERATOR)
    await api.wait(lambda: len(api.sent(OPERATOR)) == before + 2, 30)
    shown, question = api.sent(OPERATOR)[before:]
    return shown, question


async def test_a_broadcast_reaches_everybody_once_and_the_operator_hears_how_many(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root, news = api.start(), "I rest on Sunday.\nSee you on Monday!"
    async with running(root, make_corpus(), tmp_path, ADMINS):
        for chat_id in (1, 2, 3, -4):
            await said(api, chat_id, "/help")
        api.people.block(3)
        await until(lambda: not api.state.updates)
        api.faults.blocked.add(2)  # without a word: the bot learns it when it writes
        shown, question = await drafted(api, news)
        assert shown["text"] == news
        assert english("broadcast.reach", people=3, groups=1) in question["text"]
        begun = await pressed(api, question, english("broadcast.to_everybody"))
        assert begun["text"] == english("broadcast.begun")
        assert not buttons(begun)
        told = english("broadcast.done", count=4, reached=3)
        await api.wait(lambda: api.sent(OPERATOR)[-1]["text"] == told, 30)
    arrived = [message["chat"]["id"] for message in api.sent() if message["text"] == news]
    assert sorted(arrived) == [-4, 1, OPERATOR, OPERATOR]  # the draft, and the message itself
    assert sum(message["text"] == told for message in api.sent()) == 1


async def test_a_broadcast_is_taken_up_after_a_restart(api: BotApi, make_corpus: MakeCorpus, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for chat_id in (1, 2, OPERATOR):
        store.chat(chat_id, language="ru", kind="private")
        api.state.chat(chat_id)
    number = store.broadcasts.draft("Hello.", OPERATOR, store._clock())
    assert store.broadcasts.begin(number, "people", store._clock().replace(year=2000))
    store.close()
    async with running(api.start(), make_corpus(), tmp_path, ADMINS):
        told = TEXTS.say("ru", "broadcast.done", count=3, reached=3)
        await api.wait(lambda: any(message["text"] == told for message in api.sent(OPERATOR)), 30)
    assert sorted(message["chat"]["id"] for message in api.sent() if message["text"] == "Hello.") == [1, 2, OPERATOR]


async def test_questions_are_counted_and_shown_in_a_picture_and_gaps_are_told(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    root, corpus = api.start(), make_corpus()
    corpus.add(FERRY)
    async with running(root, corpus, tmp_path, ADMINS):
        await said(api, 1, "What do tickets for the ferry cost?")
        for chat_id, question in ((1, "How many moons does Jupiter have?"), (2, "how many moons has Jupiter")):
            await said(api, chat_id, question)
        [gaps] = await said(api, OPERATOR, "/unanswered")
        assert "1. how many moons has Jupiter\n2 people, 2 times" in gaps["text"]
        [status] = await said(api, OPERATOR, "/status")
        assert english("status.index", articles=1, passages=1, behind=0) in status["text"]
    async with running(root, corpus, tmp_path, ADMINS):  # what was counted was written down at the end
        api.people.write("/stats", OPERATOR)
        sent = await api.wait(lambda: [call for call in api.calls if call.method == "sendPhoto" and call.result], 30)
        caption = sent[0].result["caption"]
        assert english("usage.questions", count=3) in caption
        assert english("usage.held", articles=1, feeds=0) in caption
        [picture] = sent[0].result["photo"]
        assert api.state.files[picture["file_id"]].startswith(b"\x89PNG")


async def test_to_anybody_else_all_of_it_is_unknown_and_does_nothing(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    async with running(api.start(), make_corpus(), tmp_path, ADMINS):
        _, question = await drafted(api, "Hello.")
        for command in COMMANDS:
            [reply] = await said(api, 1, command)
            assert reply["text"] == english("command.unknown", command=command.split()[0].removeprefix("/"))
        stolen = [*buttons(question).values(), "una:0"]
        assert len(stolen) == 3
        for data in stolen:
            before = len(api.sent(1))
            api.people.press(reply, data)
            [stale] = await api.wait(lambda before=before: api.sent(1)[before:], 30)
            assert stale["text"] == english("button.stale")
        [unchanged] = [message for message in api.sent(OPERATOR) if buttons(message)]
        assert buttons(unchanged) == buttons(question)
    store = open_store(tmp_path)
    [draft] = [store.broadcasts.find(number) for number in range(1, 9) if store.broadcasts.find(number)]
    store.close()
    assert draft is not None
    assert (draft.by, draft.state) == (OPERATOR, "drafted")
    assert not any(message["text"] == "Hello." for message in api.sent(1))


@pytest.mark.parametrize("command", ["/unanswered", "/broadcast Hello."])
async def test_in_a_group_an_operator_is_asked_into_private(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path, command: str
) -> None:
    async with running(api.start(), make_corpus(), tmp_path, ADMINS):
        [reply] = await said(api, -4, command, user_id=OPERATOR)
    assert reply["text"] == english(f"{command[1:].split()[0]}.private")
