"""Journeys of people who want to know what is kept of them, and to be forgotten: down to the bytes of the files."""

from __future__ import annotations

import json
import logging
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store import open_store
from tests.botapi import BotApi, Json
from tests.fake_corpus import BAKERY, FERRY, FakeCorpus
from tests.journey import TEXTS, api, buttons, follow, pressed, running
from tests.traces import traces

__all__ = ["api"]  # a fixture
MARKER = "zyxog"
OURS = ("bot.", "retrieval.")  # others are told to say less than this test lets them


async def ask(api: BotApi, text: str, chat_id: int, **who: object) -> Json:
    """Somebody says something; the last message that answers it."""
    said = len(api.sent(chat_id))
    api.people.write(text, chat_id, **who)  # type: ignore[arg-type]
    return (await api.wait(lambda: api.sent(chat_id)[said:]))[-1]


async def test_whoever_is_forgotten_leaves_no_byte_behind(
    api: BotApi, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Asked, answered, rated, followed, offered, in private and in a group; the bot is stopped right after."""
    corpus, root = FakeCorpus(FERRY, BAKERY), api.start()
    with caplog.at_level(logging.DEBUG):
        async with running(root, corpus, tmp_path):  # type: ignore[arg-type]
            answer = await ask(api, f"Who carries ninety people, {MARKER}?", 7)
            await pressed(api, answer, TEXTS.say("en", "rating.helpful"))
            await ask(api, f"{MARKER}?", 7)
            await ask(api, f"/summary {MARKER} ferry", 7)
            await follow(api, f"{MARKER} ferries", 7)
            await ask(api, f"/ask@footnote_test_bot What does the bakery sell, {MARKER}?", -5, user_id=7)
            await ask(api, "What does the bakery sell?", 8)
            with closing(open_store(tmp_path)) as store:
                kept = json.loads(store.belongings.show(7))
                assert all(MARKER in str(kept[name]) for name in ("questions", "ratings", "subscriptions", "buttons"))
            assert traces(tmp_path, MARKER)
            done = await pressed(api, await ask(api, "/forget", 7), TEXTS.say("en", "forget.yes"))
            assert done["text"].startswith(TEXTS.say("en", "forget.done"))
        async with running(root, corpus, tmp_path):  # type: ignore[arg-type]
            with closing(open_store(tmp_path)) as store:
                await api.wait(lambda: not store.erasing.is_wanted())
                assert "bakery" in store.belongings.show(8)
                left = {name: count for name, count in store.belongings.count(7).items() if count}
                assert left == {"messages": 1}  # that it was done
            assert traces(tmp_path, MARKER) == {}
    assert MARKER not in "".join(record.getMessage() for record in caplog.records if record.name.startswith(OURS))


async def test_all_that_is_kept_comes_as_a_file(api: BotApi, tmp_path: Path) -> None:
    corpus = FakeCorpus(FERRY)
    async with running(api.start(), corpus, tmp_path):  # type: ignore[arg-type]
        await ask(api, "When does the ferry sail?", 7)
        api.people.write("/mydata", 7)
        [call] = await api.wait(lambda: [call for call in api.calls if call.method == "sendDocument" and call.result])
    assert call.chat_id == 7
    assert call.result["document"]["file_name"].endswith(".json")


async def test_in_a_group_it_goes_to_whoever_asked(api: BotApi, tmp_path: Path) -> None:
    corpus = FakeCorpus(FERRY)
    async with running(api.start(), corpus, tmp_path):  # type: ignore[arg-type]
        await ask(api, "When does the ferry sail?", 7)
        said = await ask(api, "/mydata@footnote_test_bot", -5, user_id=7)
        [call] = await api.wait(lambda: [call for call in api.calls if call.method == "sendDocument" and call.result])
    assert said["text"] == TEXTS.say("en", "mydata.sent")
    assert call.chat_id == 7


@pytest.mark.parametrize(("chosen", "age"), [("15 minutes", "-16 minutes"), ("30 days", "-31 days")])
async def test_words_whose_time_is_over_go_at_the_next_start(
    api: BotApi, tmp_path: Path, chosen: str, age: str
) -> None:
    corpus, root = FakeCorpus(FERRY), api.start()
    async with running(root, corpus, tmp_path):  # type: ignore[arg-type]
        asked = await ask(api, "/privacy", 7)
        if chosen in buttons(asked):  # the longest is what holds without any choice
            await pressed(api, asked, chosen)
        await ask(api, "When does the ferry sail?", 7)
        with closing(open_store(tmp_path)) as store, store._engine.begin() as tx:
            tx.execute(sa.text("UPDATE turns SET asked_at = datetime(asked_at, :age)"), {"age": age})
    async with running(root, corpus, tmp_path):  # type: ignore[arg-type]
        with closing(open_store(tmp_path)) as store:
            await api.wait(lambda: not json.loads(store.belongings.show(7))["questions"])
