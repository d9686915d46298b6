"""From an update to the outbox: what is meant for us, in its order, once, and not lost with the process."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from telegram import Update, User

from bot.desk import Desk
from bot.incoming.clerk import Clerk
from bot.incoming.inbox import Inbox
from bot.incoming.passing import Passing
from bot.incoming.reception import Reception, build_application, build_bot
from bot.incoming.updates import ALLOWED, Pressed, Reached, Said, Upgraded, understand
from bot.outgoing.delivery import Drain
from bot.outgoing.outbox import PLANNED, utc_now
from bot.outgoing.sender import TelegramSender
from bot.store import open_store
from bot.texts import load_texts
from bot.types import Chat, Heard, Message, Reply
from tests.botapi import TOKEN, BotApi, Json
from tests.botapi.state import BOT

ME = User(BOT["id"], "Footnote", True, username=BOT["username"])
NAME = f"@{BOT['username']}"


class EchoDesk:
    """Answers what it hears with the same words. Told to, it is slow or breaks."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.gate = threading.Event()
        self.gate.set()

    def hear(self, heard: Heard) -> Reply:
        self.heard.append(heard)
        if heard.text == "break":
            raise RuntimeError("broken desk")
        self._pass(heard)
        return Reply(
            tuple(Message(f"{heard.text}, part {part}") for part in (1, 2)[: 1 + heard.text.startswith("long")])
        )

    def press(self, heard: Heard) -> Reply:
        self._pass(heard)
        return Reply((Message(f"pressed {heard.text}"),), replaces=heard.text.startswith("pg:"))

    def welcome(self, chat: Chat) -> Message:
        return Message(f"welcome back, you were away from {chat.away_from} on")

    def _pass(self, heard: Heard) -> None:
        if heard.text.startswith(("slow", "/follow", "follow:")) and not self.gate.wait(10):
            raise TimeoutError


class House:
    """The people's side of a bot, wired to a server, without corpus and jobs."""

    def __init__(self, api: BotApi, root: str, data: Path) -> None:
        self.api = api
        self.desk = EchoDesk()
        self.store = open_store(data)
        self.texts = load_texts()
        self._root = root
        self._data = data

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """A process's life, from its start to an orderly stop."""
        inbox = Inbox(self.store)
        bot = build_bot(inbox, TOKEN, self._root)
        drain = Drain(self.store, TelegramSender(bot), lambda *_: None, utc_now)
        desk = cast("Desk", self.desk)
        clerk, passing = Clerk(desk, self.store, self.texts), Passing(bot, desk, self.texts)
        reception = Reception(bot, inbox, clerk, passing, drain.wake)
        application = build_application(bot, reception.handle)
        async with application:
            await application.start()
            for update in await inbox.unfinished(bot):
                await application.update_queue.put(update)
            assert application.updater is not None
            await application.updater.start_polling(timeout=5, allowed_updates=ALLOWED)
            draining = asyncio.create_task(drain.run())
            yield
            await application.updater.stop()
            reception.close()
            await application.stop()
            await drain.close(5.0)
            await draining
            await reception.release()

    def texts_to(self, chat_id: int) -> list[str]:
        return [message["text"] for message in self.api.sent(chat_id)]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    api = BotApi()
    house = House(api, api.start(), tmp_path)
    yield house
    house.store.close()
    await api.stop()


# -- what an update means


@pytest.fixture
def updates() -> Iterator[Callable[[], Update]]:
    """People whose updates are caught before anybody fetches them."""
    api = BotApi()

    def last() -> Update:
        return Update.de_json(json.loads(json.dumps(api.state.updates[-1])), None)

    last.people = api.people  # type: ignore[attr-defined]
    return last


def said(updates: Any, text: str, chat_id: int = 7, **more: object) -> Any:
    updates.people.write(text, chat_id, **more)
    return understand(updates(), ME)


def test_in_private_every_text_is_meant_for_us(updates: Callable[[], Update]) -> None:
    event = said(updates, "who paid?", language="ru")
    assert isinstance(event, Said)
    assert (event.text, event.place.kind, event.place.language, event.thread_id) == ("who paid?", "private", "ru", None)
    assert said(updates, f"/ask{NAME} who paid?").text == f"/ask{NAME} who paid?"


def test_in_a_group_only_what_is_addressed_to_us(updates: Callable[[], Update]) -> None:
    mention = [{"type": "mention", "offset": 8, "length": len(NAME)}]
    ours = {"message_id": 1, "date": 1, "chat": {"id": -7, "type": "supergroup"}, "from": BOT, "text": "the answer"}
    assert said(updates, "who paid?", -7) is None
    assert said(updates, f"so, who {NAME} paid?", -7, entities=mention).text == "so, who paid?"
    assert said(updates, "so, who @somebody paid?", -7, entities=[{**mention[0], "length": 9}]) is None
    assert said(updates, "and why?", -7, reply_to_message=ours).text == "and why?"
    assert said(updates, f"/ask{NAME.upper()} who?", -7).text == f"/ask{NAME.upper()} who?"
    assert said(updates, "/ask who?", -7).text == "/ask who?"
    assert said(updates, "/ask@other_bot who?", -7) is None
    assert said(updates, "// a slash alone is no command", -7) is None


def test_a_caption_may_name_us_too(updates: Any) -> None:
    photo = [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]
    mention = [{"type": "mention", "offset": 0, "length": len(NAME)}]
    caption = {"text": None, "photo": photo, "caption": f"{NAME} what is this?", "caption_entities": mention}
    updates.people.write("x", -7)
    update = updates()
    told = {**update.message.to_dict(), **caption}
    del told["text"]
    event = understand(Update.de_json({"update_id": 1, "message": told}, None), ME)
    assert isinstance(event, Said)
    assert event.text == "what is this?"


def test_an_anonymous_admin_is_heard_and_another_bot_is_not(updates: Any) -> None:
    group, bot = {"id": -7, "type": "supergroup"}, {"id": 9, "is_bot": True, "first_name": "Group"}
    message = {"message_id": 1, "date": 1, "chat": group, "from": bot, "text": "/ask who?"}
    other = Update.de_json({"update_id": 1, "message": message}, None)
    admin = Update.de_json({"update_id": 2, "message": {**message, "sender_chat": group}}, None)
    assert understand(other, ME) is None
    event = understand(admin, ME)
    assert isinstance(event, Said)
    assert event.user_id == -7  # the group's own: he governs it, and nothing else


def test_a_button_below_a_reply_is_in_no_topic(updates: Any) -> None:
    updates.people.write("/ask who?", -7)
    answer = {"message_id": 5, "date": 1, "chat": {"id": -7, "type": "supergroup"}, "from": BOT, "text": "they did"}
    updates.people.press({**answer, "message_thread_id": 4}, "mute:1")
    chain = understand(updates(), ME)
    updates.people.press({**answer, "message_thread_id": 4, "is_topic_message": True}, "mute:1")
    topic = understand(updates(), ME)
    assert isinstance(chain, Pressed)
    assert isinstance(topic, Pressed)
    assert (chain.thread_id, topic.thread_id) == (None, 4)


def test_what_is_replied_to_comes_along_with_its_links(updates: Callable[[], Update]) -> None:
    link = {"type": "text_link", "offset": 0, "length": 3, "url": "https://a.example/1"}
    original = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "from": BOT, "text": "The ferry"}
    event = said(updates, "/summary", reply_to_message={**original, "entities": [link]})
    assert event.replied == "The ferry\nhttps://a.example/1"


def test_topics_wordless_messages_and_changes_are_understood(updates: Any) -> None:
    assert said(updates, "/ask who?", -7, message_thread_id=3, is_topic_message=True).thread_id == 3
    updates.people.send_sticker(7)
    sticker = understand(updates(), ME)
    assert isinstance(sticker, Said)
    assert sticker.text is None
    updates.people.block(7)
    assert understand(updates(), ME) == Reached(sticker.place, active=False)
    updates.people.unblock(7)
    assert understand(updates(), ME) == Reached(sticker.place, active=True)
    updates.people.upgrade(-7, -1007)
    assert understand(updates(), ME) == Upgraded(-7, -1007)


# -- over HTTP


async def test_what_is_said_is_answered(house: House) -> None:
    async with house.open():
        house.api.people.write("hello", 7, language="ru-RU")
        await house.api.wait(lambda: house.texts_to(7) == ["hello, part 1"])
    assert house.desk.heard[0].chat.language == "ru"
    assert house.store.unfinished() == []


async def test_in_a_group_the_first_message_replies_to_the_question(house: House) -> None:
    async with house.open():
        question = house.api.people.write("/ask", -7)
        house.api.people.write("long", 8)
        await house.api.wait(lambda: len(house.texts_to(8)) == 2)
        await house.api.wait(lambda: house.api.sent(-7))
    [answer] = house.api.sent(-7)
    assert answer["reply_to_message"]["message_id"] == question["message"]["message_id"]
    assert house.texts_to(8) == ["long, part 1", "long, part 2"]
    assert all("reply_to_message" not in message for message in house.api.sent(8))


async def test_a_pressed_button_stops_spinning_and_is_answered(house: House) -> None:
    async with house.open():
        house.api.people.write("hello", 7)
        message = (await house.api.wait(lambda: house.api.sent(7)))[0]
        house.api.people.press(message, "mute:1")
        await house.api.wait(lambda: "pressed mute:1" in house.texts_to(7))
        await house.api.wait(lambda: all(house.api.state.queries.values()))


async def test_a_pressed_button_may_change_its_message(house: House) -> None:
    async with house.open():
        house.api.people.write("hello", 7)
        message = (await house.api.wait(lambda: house.api.sent(7)))[0]
        house.api.people.press(message, "pg:abc:2")
        place = (7, message["message_id"])
        await house.api.wait(lambda: house.api.state.messages[place]["text"] == "pressed pg:abc:2")
    assert len(house.texts_to(7)) == 1


async def test_a_chat_that_comes_back_is_asked_whether_it_wants_what_it_missed(house: House) -> None:
    async with house.open():
        house.api.people.write("hello", 7)
        await house.api.wait(lambda: house.api.sent(7))
        house.store.enqueue((), {PLANNED: 12})
        house.api.people.block(7)
        await house.api.wait(lambda: not house.store.chat(7, language="en", kind="private").active)
        house.api.people.unblock(7)
        await house.api.wait(lambda: "welcome back, you were away from 12 on" in house.texts_to(7))
    assert house.store.chat(7, language="en", kind="private").active


async def test_a_desk_that_breaks_is_apologised_for_and_said_nothing_of(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with house.open():
        house.api.people.write("break", 7)
        house.api.people.write("hello", 7)
        await house.api.wait(lambda: len(house.texts_to(7)) == 2)
    assert house.texts_to(7) == [house.texts.say("en", "error.unexpected"), "hello, part 1"]
    assert "could not be answered" in caplog.text
    assert house.store.unfinished() == []


async def test_one_slow_answer_delays_no_other_chat_and_keeps_its_own_in_order(house: House) -> None:
    house.desk.gate.clear()
    async with house.open():
        house.api.people.write("slow", 7)
        house.api.people.write("quick", 7)
        house.api.people.write("quick", 8)
        await house.api.wait(lambda: house.texts_to(8) == ["quick, part 1"])
        assert house.texts_to(7) == []
        house.desk.gate.set()
        await house.api.wait(lambda: house.texts_to(7) == ["slow, part 1", "quick, part 1"])


async def test_errands_do_not_take_the_questions_threads(house: House) -> None:
    house.desk.gate.clear()
    async with house.open():
        for chat_id in range(1, 9):
            house.api.people.write("/follow https://slow.example/", chat_id)
        house.api.people.write("hello", 99)
        await house.api.wait(lambda: house.texts_to(99) == ["hello, part 1"])
        house.desk.gate.set()
        await house.api.wait(lambda: all(house.texts_to(chat_id) for chat_id in range(1, 9)))


async def test_neither_do_pressed_ones(house: House) -> None:
    async with house.open():
        for chat_id in range(1, 9):
            house.api.people.write("hello", chat_id)
        await house.api.wait(lambda: len(house.api.sent()) == 8)
        house.desk.gate.clear()
        for message in house.api.sent():
            house.api.people.press(message, "follow:1")
        house.api.people.write("hello", 99)
        await house.api.wait(lambda: house.texts_to(99) == ["hello, part 1"])
        house.desk.gate.set()
        await house.api.wait(lambda: len(house.api.sent()) == 17)


async def test_a_button_stops_spinning_before_its_turn_comes(house: House) -> None:
    async with house.open():
        house.api.people.write("hello", 7)
        [message] = await house.api.wait(lambda: house.api.sent(7))
        house.desk.gate.clear()
        house.api.people.write("slow", 7)
        house.api.people.press(message, "mute:1")
        await house.api.wait(lambda: house.api.state.queries and all(house.api.state.queries.values()))
        assert house.texts_to(7) == ["hello, part 1"]
        house.desk.gate.set()
        await house.api.wait(lambda: len(house.texts_to(7)) == 3)


async def test_blocking_and_coming_back(house: House) -> None:
    def active() -> bool:
        chat = house.store.known_chat(7)
        return chat is not None and chat.active

    async with house.open():
        house.api.people.write("hello", 7)
        await house.api.wait(active)
        house.api.people.block(7)
        await house.api.wait(lambda: not active())
        house.api.people.unblock(7)
        await house.api.wait(active)


async def test_an_upgraded_group_keeps_talking(house: House) -> None:
    async with house.open():
        house.api.people.write("/ask", -7)
        await house.api.wait(lambda: house.api.sent(-7))
        house.api.people.upgrade(-7, -1007)
        await house.api.wait(lambda: house.store.known_chat(-1007))
        house.api.people.write("/ask", -1007)
        await house.api.wait(lambda: house.api.sent(-1007))
    assert house.store.known_chat(-7) is None


async def test_an_answer_survives_the_upgrade_of_its_group(house: House) -> None:
    house.desk.gate.clear()
    async with house.open():
        house.api.people.write("/follow x", -7)
        await house.api.wait(lambda: house.desk.heard)
        house.api.people.upgrade(-7, -1007, tell=False)
        house.desk.gate.set()
        await house.api.wait(lambda: house.texts_to(-1007) == ["/follow x, part 1"])


async def test_nothing_is_acknowledged_that_cannot_be_written_down(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    async with house.open():
        with house.store._engine.begin() as tx:
            tx.exec_driver_sql("ALTER TABLE inbox RENAME TO away")
        house.api.people.write("hello", 7)
        await house.api.wait(lambda: "could not be written down" in caplog.text)
        assert len(house.api.state.updates) == 1
        with house.store._engine.begin() as tx:
            tx.exec_driver_sql("ALTER TABLE away RENAME TO inbox")
        await house.api.wait(lambda: house.texts_to(7) == ["hello, part 1"])


async def test_an_update_that_comes_again_is_not_answered_again(house: House) -> None:
    house.api.people.write("hello", 7)
    again = [dict(update) for update in house.api.state.updates]
    async with house.open():
        await house.api.wait(lambda: house.texts_to(7))
    house.api.state.updates[:] = cast("list[Json]", again)
    async with house.open():
        house.api.people.write("next", 7)
        await house.api.wait(lambda: "next, part 1" in house.texts_to(7))
    assert house.texts_to(7) == ["hello, part 1", "next, part 1"]


async def test_what_was_left_unfinished_is_answered_at_the_next_start(house: House) -> None:
    update = house.api.people.write("hello", 7)
    house.api.state.updates.clear()  # Telegram has been told that we have it
    house.store.journal([(update["update_id"], json.dumps(update))])
    async with house.open():
        await house.api.wait(lambda: house.texts_to(7) == ["hello, part 1"])
    assert house.store.unfinished() == []


async def test_an_update_that_cannot_be_read_again_keeps_nobody_waiting(house: House) -> None:
    update = house.api.people.write("hello", 7)
    house.api.state.updates.clear()
    house.store.journal([(update["update_id"] - 1, "{"), (update["update_id"], json.dumps(update))])
    async with house.open():
        await house.api.wait(lambda: house.texts_to(7) == ["hello, part 1"])
    assert [body for _, body in house.store.unfinished()] == ["{"]


async def test_polling_goes_on_when_telegram_fails_for_a_while(house: House) -> None:
    async with house.open():
        house.api.faults.refuse("getUpdates", 502, "Bad Gateway")
        house.api.faults.refuse("getUpdates", 401, "Unauthorized")
        house.api.faults.lose_reply("getUpdates")
        for text in ("one", "two", "three"):
            house.api.people.write(text, 7)
        await house.api.wait(lambda: len(house.texts_to(7)) == 3, 20)
    assert house.texts_to(7) == ["one, part 1", "two, part 1", "three, part 1"]
