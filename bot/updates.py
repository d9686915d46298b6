"""One of Telegram's updates -> what it means to us: something said, pressed, a chat that comes, goes or moves. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from telegram import Chat as TelegramChat
from telegram import Message as TelegramMessage
from telegram import MessageEntity, Update, User
from telegram.constants import ChatMemberStatus, ChatType

from bot.types import SentFile

ALLOWED = ("message", "callback_query", "my_chat_member")  # the kinds of updates that `understand` knows
OUTSIDE = (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
Kind = Literal["private", "group", "channel"]
_COMMAND = re.compile(r"/\w")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something happens. `language` is what the person's own Telegram speaks, as far as it says."""

    chat_id: int
    kind: Kind
    language: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file that lies with Telegram."""

    file_id: str
    name: str
    size: int  # bytes, as Telegram says


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wants something of us. `text` is None when there are no words (a picture, a voice message)."""

    place: Place
    user_id: int
    text: str | None
    replied: str | None
    message_id: int
    thread_id: int | None
    document: Document | None = None
    file: SentFile | None = None  # the document, once it was fetched or declined


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed a button under one of our messages."""

    place: Place
    user_id: int
    data: str
    query_id: str
    message_id: int
    thread_id: int | None


@dataclass(frozen=True, slots=True)
class Reached:
    """From now on messages reach the chat, or they no longer do."""

    place: Place
    active: bool


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A group became a supergroup."""

    old_id: int
    new_id: int


Event = Said | Pressed | Reached | Upgraded


def understand(update: Update, me: User) -> Event | None:
    """None for what is not meant for us: in groups anything but a mention, a reply to us, or a command."""
    if update.my_chat_member is not None:
        change = update.my_chat_member
        place = _place(change.chat, change.from_user)
        return Reached(place, change.new_chat_member.status not in OUTSIDE)
    if update.callback_query is not None:
        return _pressed(update)
    message = update.message
    if message is None:
        return None
    if message.migrate_to_chat_id is not None:
        return Upgraded(message.chat.id, message.migrate_to_chat_id)
    return _said(message, me)


def _pressed(update: Update) -> Pressed | None:
    query = update.callback_query
    if query is None or query.message is None or query.data is None:
        return None
    thread = _topic(query.message) if isinstance(query.message, TelegramMessage) else None
    place = _place(query.message.chat, query.from_user)
    return Pressed(place, query.from_user.id, query.data, query.id, query.message.message_id, thread)


def _said(message: TelegramMessage, me: User) -> Said | None:
    sender = message.from_user
    bot = sender is not None and sender.is_bot and message.sender_chat is None  # an anonymous admin is no other bot
    if sender is None or bot or message.chat.type == ChatType.CHANNEL:
        return None
    text: str | None = message.text or message.caption
    original = message.reply_to_message
    if message.chat.type != ChatType.PRIVATE:
        if text is None:
            return None
        ours = original is not None and original.from_user is not None and original.from_user.id == me.id
        text = _addressed(message, text, me, ours=ours)
        if text is None:
            return None
    elif text is None and message.effective_attachment is None:
        return None  # a service message: a pinned message, a changed picture
    replied = None if original is None else _with_links(original)
    place, document = _place(message.chat, sender), _document(message)
    # A hidden administrator writes as the group itself, and may decide for it and for no other.
    speaker = sender.id if message.sender_chat is None else message.sender_chat.id
    return Said(place, speaker, text, replied, message.message_id, _topic(message), document)


def _document(message: TelegramMessage) -> Document | None:
    """An animation comes as a document too, and is none to us."""
    sent = message.document if message.animation is None else None
    return None if sent is None else Document(sent.file_id, sent.file_name or "", sent.file_size or 0)


def _addressed(message: TelegramMessage, text: str, me: User, *, ours: bool) -> str | None:
    """The text without our name, if it is meant for us."""
    if _COMMAND.match(text):
        return _command(text, me)
    name = f"@{me.username}".lower()
    kinds: list[str | None] = [MessageEntity.MENTION]
    mentions = {**message.parse_entities(kinds), **message.parse_caption_entities(kinds)}.values()
    ours_named = [mention for mention in mentions if mention.lower() == name]
    for mention in ours_named:
        text = text.replace(mention, " ")
    return " ".join(text.split()) if ours_named or ours else None


def _command(text: str, me: User) -> str | None:
    """A command as it was given, our name behind it or none; None for another bot's."""
    name = text.split(maxsplit=1)[0].partition("@")[2]
    return text if name.lower() in ("", str(me.username).lower()) else None


def _topic(message: TelegramMessage) -> int | None:
    """The forum topic. A chain of replies has a thread's number too, which Telegram takes for no topic's."""
    return message.message_thread_id if message.is_topic_message else None


def _with_links(message: TelegramMessage) -> str | None:
    """A message's words, and below them the addresses behind its links."""
    text = message.text or message.caption
    if text is None:
        return None
    entities = message.entities or message.caption_entities
    return "\n".join([text, *dict.fromkeys(entity.url for entity in entities if entity.url)])


def _place(chat: TelegramChat, person: User) -> Place:
    kinds: dict[str, Kind] = {ChatType.PRIVATE: "private", ChatType.CHANNEL: "channel"}
    return Place(chat.id, kinds.get(chat.type, "group"), person.language_code or "en")
