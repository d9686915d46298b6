"""What Telegram says about a message -> what became of it, over HTTP and with the unchanged library."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError, TimedOut

from bot.outgoing.client import Severed, TelegramClient, Unsent
from bot.outgoing.sender import TelegramSender, entities_of, outcome_of
from bot.outgoing.types import Gone, Later, Letter, Manner, Moved, Outcome, Rejected, Sent, Unclear
from bot.types import Button, Mark, MarkKind, Message
from tests.botapi import TOKEN, BotApi

HELLO = Message("hello")


@dataclass
class Line:
    """A sender and the server at the other end."""

    api: BotApi
    sender: TelegramSender

    async def send(self, message: Message = HELLO, chat_id: int = 7, thread_id: int | None = None) -> Outcome:
        return await self.sender.send(Letter(chat_id, message, Manner(thread_id=thread_id)))


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    api = BotApi()
    bot = Bot(TOKEN, base_url=api.start() + "/bot", request=TelegramClient(8, read_timeout=1))
    for chat_id in (7, -5):
        api.people.write("/start", chat_id)
    async with bot:
        yield Line(api, TelegramSender(bot))
    await api.stop()


async def test_a_message_arrives_with_its_marks_and_buttons(line: Line) -> None:
    text = "🚢 Ferry [1]\nThe ferry was late."
    marks = (
        Mark(2, 7, MarkKind.BOLD),
        Mark(9, 10, MarkKind.LINK, "https://a.example/#x"),
        Mark(12, 31, MarkKind.QUOTE),
    )
    assert isinstance(await line.send(Message(text, marks, ((Button("Summary", "sum:1"),),))), Sent)
    [message] = line.api.sent(7)
    assert [(e["type"], e["offset"], e["length"]) for e in message["entities"]] == [
        ("bold", 3, 5),
        ("text_link", 10, 1),
        ("expandable_blockquote", 13, 19),
    ]
    assert message["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "sum:1"
    assert line.api.calls[-1].parameters["link_preview_options"] == {"is_disabled": True}


async def test_a_reply_to_a_deleted_message_still_arrives(line: Line) -> None:
    assert isinstance(await line.sender.send(Letter(7, HELLO, Manner(reply_to=999))), Sent)


async def test_a_sound_is_left_out_and_a_price_is_paid_only_when_wanted(line: Line) -> None:
    await line.send()
    assert not {"disable_notification", "allow_paid_broadcast"} & line.api.calls[-1].parameters.keys()
    await line.sender.send(Letter(7, HELLO, Manner(silent=True, paid=True)))
    asked = line.api.calls[-1].parameters
    assert (asked["disable_notification"], asked["allow_paid_broadcast"]) == (True, True)


async def test_a_message_is_changed_in_place(line: Line) -> None:
    first = await line.send()
    assert isinstance(first, Sent)
    change = Letter(7, Message("good day", (), ((Button("Next", "pg:1:2"),),)), Manner(edits=first.message_id))
    assert await line.sender.send(change) == Sent(first.message_id)
    assert line.api.state.messages[7, first.message_id]["text"] == "good day"
    assert await line.sender.send(change) == Sent(first.message_id)  # it says so already
    assert len(line.api.sent(7)) == 1


async def test_what_cannot_be_changed_any_more_comes_as_a_new_message_without_a_sound(line: Line) -> None:
    assert isinstance(await line.sender.send(Letter(7, HELLO, Manner(edits=9999))), Sent)
    [message] = line.api.sent(7)
    assert message["text"] == "hello"
    assert line.api.calls[-1].parameters["disable_notification"] is True


async def test_a_message_without_a_text_changes_the_buttons_of_another_and_nothing_else(line: Line) -> None:
    first = await line.send(Message("hello", (Mark(0, 5, MarkKind.BOLD),), ((Button("Yes", "rate:1"),),)))
    assert isinstance(first, Sent)
    change = Letter(7, Message("", (), ((Button("✓ Yes", "rate:1"),),)), Manner(edits=first.message_id))
    assert await line.sender.send(change) == await line.sender.send(change) == Sent(first.message_id)
    changed = line.api.state.messages[7, first.message_id]
    assert (changed["text"], len(changed["entities"])) == ("hello", 1)
    assert changed["reply_markup"]["inline_keyboard"][0][0]["text"] == "✓ Yes"


async def test_buttons_of_what_is_gone_change_nothing_and_say_nothing(line: Line) -> None:
    change = Letter(7, Message("", (), ((Button("✓ Yes", "rate:1"),),)), Manner(edits=9999))
    assert isinstance(await line.sender.send(change), Rejected)
    assert line.api.sent(7) == []


async def test_too_many_requests_means_later(line: Line) -> None:
    line.api.faults.flood("sendMessage", 3)
    assert await line.send() == Later(3.0, "flood", flood=True)
    assert line.api.sent() == []


async def test_a_blocked_or_unknown_chat_is_gone(line: Line) -> None:
    line.api.people.block(7)
    assert isinstance(await line.send(), Gone)
    assert isinstance(await line.send(chat_id=12345), Gone)


async def test_a_moved_chat_tells_its_new_number(line: Line) -> None:
    line.api.people.upgrade(-5, -1005)
    assert await line.send(chat_id=-5) == Moved(-1005)


async def test_a_closed_topic_falls_back_to_the_general_one(line: Line) -> None:
    line.api.faults.closed_topics.add((-5, 3))
    question = line.api.people.write("/ask", -5, message_thread_id=3, is_topic_message=True)["message"]["message_id"]
    outcome = await line.sender.send(Letter(-5, HELLO, Manner(reply_to=question, thread_id=3)))
    assert isinstance(outcome, Sent)
    assert outcome.strayed
    assert "message_thread_id" not in line.api.sent(-5)[0]


async def test_a_topic_that_is_none_does_not_keep_a_message_back(line: Line) -> None:
    assert isinstance(await line.send(chat_id=-5, thread_id=77), Sent)
    assert "message_thread_id" not in line.api.sent(-5)[0]


async def test_an_answer_goes_into_the_topic_of_its_question(line: Line) -> None:
    line.api.people.write("/ask", -5, message_thread_id=3, is_topic_message=True)
    assert isinstance(await line.send(chat_id=-5, thread_id=3), Sent)
    assert line.api.sent(-5)[0]["message_thread_id"] == 3


async def test_markup_that_is_refused_goes_as_plain_text(line: Line) -> None:
    line.api.faults.refuse("sendMessage", 400, "Bad Request: can't parse entities: unexpected end")
    assert isinstance(await line.send(Message("hello", (Mark(0, 2, MarkKind.BOLD),))), Sent)
    assert "entities" not in line.api.sent(7)[0]


async def test_a_message_that_is_refused_for_itself_is_rejected(line: Line) -> None:
    assert isinstance(await line.send(Message("x" * 5000)), Rejected)
    line.api.faults.refuse("sendMessage", 400, "Bad Request: can't parse entities: again", times=9)
    assert isinstance(await line.send(Message("hello", (Mark(0, 2, MarkKind.BOLD),))), Rejected)


async def test_a_servers_error_means_later(line: Line) -> None:
    for code in (500, 502):
        line.api.faults.refuse("sendMessage", code, "Internal Server Error")
        assert isinstance(await line.send(), Later)
    assert line.api.sent() == []


async def test_a_lost_reply_is_unclear(line: Line) -> None:
    line.api.faults.lose_reply("sendMessage")
    assert isinstance(await line.send(), Unclear)
    assert len(line.api.sent(7)) == 1


async def test_a_server_that_is_not_there_means_later(line: Line) -> None:
    await line.api.stop()
    outcome = await line.send()
    assert isinstance(outcome, Later)
    assert not outcome.flood


@pytest.mark.parametrize(
    ("error", "cause", "outcome"),
    [
        (TimedOut(), Unsent("x"), Later),
        (TimedOut(), Severed("x"), Unclear),
        (TimedOut(), None, Unclear),
        (NetworkError("x"), Unsent("x"), Later),
        (NetworkError("x"), Severed("x"), Unclear),
        (NetworkError("x"), None, Later),
        (InvalidToken(), None, Later),
        (BadRequest("Chat_write_forbidden"), None, Gone),
        (BadRequest("User is deactivated"), None, Gone),
        (BadRequest("Message is too long"), None, Rejected),
    ],
)
def test_each_cause_has_its_outcome(error: TelegramError, cause: Exception | None, outcome: type) -> None:
    error.__cause__ = cause
    assert isinstance(outcome_of(error), outcome)


@given(st.text(min_size=1, max_size=60), st.data())
def test_marks_keep_to_their_characters(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    [entity] = entities_of(text, (Mark(start, end, MarkKind.BOLD),))
    units = text.encode("utf-16-le", "surrogatepass")
    marked = units[entity.offset * 2 : (entity.offset + entity.length) * 2]
    assert marked.decode("utf-16-le", "surrogatepass") == text[start:end]
