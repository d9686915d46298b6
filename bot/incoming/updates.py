"""One of Telegram's updates -> what it means to us: something said, pressed, a chat that comes, goes or moves. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from telegram import Chat as TelegramChat
from telegram import Message as TelegramMessage
from telegram import (
    MessageEntity,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
    Update,
    User,
)
from telegram.constants import ChatMemberStatus, ChatType

from bot.types import Forwarded, SentFile, Wordless

# The kinds of updates that `understand` knows.
ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member", "inline_query", "guest_message")
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
    replied_id: int | None = None  # the message that it replies to, if it is one of ours
    replied_user: int | None = None  # who wrote the message that it replies to, or the one forwarded in it
    quoted: str | None = None  # the part of it that is quoted
    forwarded: Forwarded | None = None
    wordless: Wordless | None = None  # what came instead of words
    edited: bool = False  # said before, and said differently now


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
class Searched:
    """Somebody types our name and some words in whatever chat, and wants cards to choose from."""

    query_id: str
    user_id: int
    language: str
    text: str
    offset: str


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody mentions us where we are no member, and gets one message in return."""

    query_id: str
    user_id: int
    chat_id: int
    language: str
    text: str


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


Event = Said | Pressed | Searched | Guest | Reached | Upgraded


def understand(update: Update, me: User) -> Event | None:
    """None for what is not meant for us: in groups anything but a mention, a reply to us, or a command."""
    if update.my_chat_member is not None:
        change = update.my_chat_member
        place = _place(change.chat, change.from_user)
        return Reached(place, change.new_chat_member.status not in OUTSIDE)
    if update.callback_query is not None:
        return _pressed(update)
    if update.inline_query is not None:
        query, person = update.inline_query, update.inline_query.from_user
        return Searched(query.id, person.id, person.language_code or "en", query.query.strip(), query.offset)
    if update.guest_message is not None:
        return _guest(update.guest_message, me)
    if update.edited_message is not None:
        said = _said(update.edited_message, me)
        return None if said is None else replace(said, edited=True)
    message = update.message
    if message is None:
        return None
    if message.migrate_to_chat_id is not None:
        return Upgraded(message.chat.id, message.migrate_to_chat_id)
    return _said(message, me)


def _guest(message: TelegramMessage, me: User) -> Guest | None:
    """In a chat that we are no member of: whoever names us there wants an answer."""
    sender, text = message.from_user, message.text or message.caption
    if sender is None or sender.is_bot or text is None or message.guest_query_id is None:
        return None
    asked = _addressed(message, text, me, ours=True) or ""
    return Guest(message.guest_query_id, sender.id, message.chat.id, sender.language_code or "en", asked)


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
    ours = original is not None and original.from_user is not None and original.from_user.id == me.id
    if message.chat.type != ChatType.PRIVATE:
        if text is None:
            return None
        text = _addressed(message, text, me, ours=ours)
        if text is None:
            return None
    elif text is None and message.effective_attachment is None:
        return None  # a service message: a pinned message, a changed picture
    replied = None if original is None else _with_links(original)
    place, document = _place(message.chat, sender), _document(message)
    # A hidden administrator writes as the group itself, and may decide for it and for no other.
    speaker = sender.id if message.sender_chat is None else message.sender_chat.id
    return Said(
        place, speaker, text, replied, message.message_id, _topic(message), document,
        replied_id=original.message_id if original is not None and ours else None,
        replied_user=None if original is None else _author(original),
        quoted=message.quote.text if message.quote is not None else None,
        forwarded=_forwarded(message),
        wordless=_wordless(message),
    )  # fmt: skip


def _forwarded(message: TelegramMessage) -> Forwarded | None:
    """Whoever wrote it first, as far as Telegram tells."""
    match message.forward_origin:
        case None:
            return None
        case MessageOriginChannel(chat=chat, message_id=number):
            return Forwarded(chat.title or "", f"https://t.me/{chat.username}/{number}" if chat.username else None)
        case MessageOriginUser(sender_user=person):
            return Forwarded(person.full_name)
        case MessageOriginHiddenUser(sender_user_name=name):
            return Forwarded(name)
        case MessageOriginChat(sender_chat=chat):
            return Forwarded(chat.title or "")
    return Forwarded()


def _author(message: TelegramMessage) -> int | None:
    """Whoever wrote it first; None where Telegram does not tell, and of what a bot wrote."""
    match message.forward_origin:
        case None:
            person = message.from_user
        case MessageOriginUser(sender_user=person):
            pass
        case _:
            return None
    return None if person is None or person.is_bot else person.id


_WORDLESS: tuple[tuple[str, Wordless], ...] = (
    ("sticker", "sticker"), ("voice", "voice"), ("audio", "voice"), ("photo", "photo"), ("video", "video"),
    ("animation", "video"), ("video_note", "video"), ("location", "place"), ("venue", "place"),
    ("contact", "contact"), ("poll", "poll"),
)  # fmt: skip


def _wordless(message: TelegramMessage) -> Wordless | None:
    """What it holds beside words; a document is handled as a file."""
    found = next((kind for name, kind in _WORDLESS if getattr(message, name)), None)
    return found or ("other" if message.text is None and _document(message) is None else None)


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
