"""A message -> Telegram's sendMessage -> what became of it. Never raises for Telegram's reasons.

The library's errors do not say whether a message may have been delivered; the cause behind them does. What surely was
not sent may be sent again at once, what may have been sent may not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)
from telegram.constants import MessageEntityType
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.logs import blotted
from bot.outgoing.client import Severed, Unsent
from bot.outgoing.types import Gone, Later, Letter, Moved, Outcome, Rejected, Sent, Unclear
from bot.types import Attachment, Mark, MarkKind, Message

RETRY_SECONDS = 0.2  # the first wait after a failure of the network; the outbox doubles it
TOKEN_SECONDS = 60.0  # a revoked token is the operator's to mend
READ_SECONDS = 15.0  # Telegram answers within one; a lost reply costs a duplicate, so patience is cheap
CONNECT_SECONDS = 5.0
UPLOAD_SECONDS = 60.0  # of a file

ENTITIES = {
    MarkKind.BOLD: MessageEntityType.BOLD,
    MarkKind.ITALIC: MessageEntityType.ITALIC,
    MarkKind.CODE: MessageEntityType.CODE,
    MarkKind.LINK: MessageEntityType.TEXT_LINK,
    MarkKind.QUOTE: MessageEntityType.EXPANDABLE_BLOCKQUOTE,
}

# What Telegram says (compared in lower case) when nobody is there, or we may not write to them.
GONE = (
    "chat not found",
    "user is deactivated",
    "user not found",
    "peer_id_invalid",
    "group chat was deactivated",
    "bot was kicked",
    "bot is not a member",
    "chat_write_forbidden",
    "channel_private",
    "not enough rights",
    "have no rights",
    "need administrator rights",
)
TOPIC_CLOSED = ("topic_closed", "topic_deleted", "message thread not found")
UNCHANGED = "message is not modified"
UNCHANGEABLE = ("message to edit not found", "message can't be edited", "message_id_invalid")


class TelegramSender:
    """Sends by a bot that has been initialised."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def send(self, letter: Letter) -> Outcome:
        """Tries once more, in a plainer form, what Telegram refuses for its markup or its closed topic."""
        thread = letter.manner.thread_id
        attempt: Letter | None = letter
        outcome: Outcome = Rejected("not tried")
        while attempt is not None:
            try:
                number = await (self._post(attempt) if attempt.manner.edits is None else self._change(attempt))
                return Sent(number, strayed=thread is not None and attempt.manner.thread_id is None)
            except TelegramError as error:
                if UNCHANGED in str(error).lower() and attempt.manner.edits is not None:
                    return Sent(attempt.manner.edits)
                outcome, attempt = outcome_of(error), plainer(attempt, error)
        return outcome

    async def _post(self, letter: Letter) -> int:
        message, manner = letter.message, letter.manner
        reply = None if manner.reply_to is None else ReplyParameters(manner.reply_to, allow_sending_without_reply=True)
        options: dict[str, Any] = {
            "reply_markup": _keyboard(message),
            "reply_parameters": reply,
            "message_thread_id": manner.thread_id,
            "disable_notification": manner.silent or None,
            "allow_paid_broadcast": manner.paid or None,
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": READ_SECONDS,
        }
        marks = entities_of(message.text, message.marks)
        if message.attachment is not None:
            return await self._post_file(letter, message.attachment, caption_entities=marks, **options)
        preview = LinkPreviewOptions(is_disabled=True)
        sent = await self._bot.send_message(
            letter.chat_id, message.text, entities=marks, link_preview_options=preview, **options
        )
        return sent.message_id

    async def _post_file(self, letter: Letter, file: Attachment, **options: Any) -> int:
        options |= {"caption": letter.message.text or None, "filename": file.name, "write_timeout": UPLOAD_SECONDS}
        if file.kind == "photo":
            sent = await self._bot.send_photo(letter.chat_id, file.content, **options)
        else:
            sent = await self._bot.send_document(letter.chat_id, file.content, **options)
        return sent.message_id

    async def _change(self, letter: Letter) -> int:
        message, edits = letter.message, letter.manner.edits
        waits: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "read_timeout": READ_SECONDS}
        if not message.text:
            await self._bot.edit_message_reply_markup(letter.chat_id, edits, reply_markup=_keyboard(message), **waits)
            return edits or 0
        await self._bot.edit_message_text(
            message.text,
            letter.chat_id,
            edits,
            entities=entities_of(message.text, message.marks),
            reply_markup=_keyboard(message),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            **waits,
        )
        return edits or 0


def entities_of(text: str, marks: tuple[Mark, ...]) -> list[MessageEntity]:
    """Marks (characters) -> entities (UTF-16 units)."""
    entities = [MessageEntity(ENTITIES[m.kind], m.start, m.end - m.start, url=m.url) for m in marks]
    return list(MessageEntity.adjust_message_entities_to_utf_16(text, entities))


def plainer(letter: Letter, error: TelegramError) -> Letter | None:
    """The letter without what Telegram refused; None when that is not the matter, or nothing is left to leave out."""
    said = str(error).lower()
    if not isinstance(error, BadRequest):
        return None
    manner = letter.manner
    if manner.thread_id is not None and any(phrase in said for phrase in TOPIC_CLOSED):
        # A reply stands in the topic of what it replies to.
        return replace(letter, manner=replace(manner, thread_id=None, reply_to=None))
    if manner.edits is not None and letter.message.text and any(phrase in said for phrase in UNCHANGEABLE):
        return replace(letter, manner=replace(manner, edits=None, silent=True))
    if letter.message.marks and "entit" in said:
        return replace(letter, message=replace(letter.message, marks=()))
    return None


def outcome_of(error: TelegramError) -> Outcome:
    """What an error means for the message. BadRequest and TimedOut are NetworkErrors to the library: order matters."""
    match error:
        case RetryAfter():
            wait = error.retry_after
            return Later(wait.total_seconds() if isinstance(wait, timedelta) else wait, "flood", flood=True)
        case ChatMigrated():
            return Moved(error.new_chat_id)
        case Forbidden():
            return Gone(blotted(str(error)))
        case InvalidToken():
            return Later(TOKEN_SECONDS, "token refused")
        case BadRequest():
            said = str(error).lower()
            reason = blotted(str(error))  # it is written down, and shown; a proxy in between may say anything
            return Gone(reason) if any(phrase in said for phrase in GONE) else Rejected(reason)
        case _:
            return _network_outcome(error)


def _network_outcome(error: TelegramError) -> Outcome:
    match error.__cause__:
        case Unsent() as cause:
            return Later(RETRY_SECONDS, str(cause))
        case Severed() as cause:
            return Unclear(str(cause))
    name = type(error.__cause__ or error).__name__
    if isinstance(error, TimedOut):
        return Unclear(name)
    return Later(RETRY_SECONDS, name)  # Telegram itself answered with a server's error: it took nothing


def _keyboard(message: Message) -> InlineKeyboardMarkup | None:
    if not message.buttons:
        return None
    rows = [[InlineKeyboardButton(button.text, callback_data=button.data) for button in row] for row in message.buttons]
    return InlineKeyboardMarkup(rows)
