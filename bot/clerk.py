"""An event of Telegram's -> the desk -> deliveries in the outbox, and the update finished, in one transaction. Sync."""

from __future__ import annotations

import logging

from bot.desk import Desk
from bot.store import BotStore
from bot.texts import Texts
from bot.types import Chat, Delivery, Heard, Lane, Manner, Message, Reply, SentFile
from bot.updates import Event, Place, Pressed, Reached, Said, Upgraded

logger = logging.getLogger(__name__)


class Clerk:
    """May be called from several threads, for one chat from one at a time. Raises only what the database raises."""

    def __init__(self, desk: Desk, store: BotStore, texts: Texts) -> None:
        self._desk = desk
        self._store = store
        self._texts = texts

    def serve(self, update_id: int, event: Event | None) -> None:
        """Does what the event asks for, and finishes the update. What goes wrong is apologised for."""
        match event:
            case Said() | Pressed():
                self._store.finish(update_id, self._answer(update_id, event))
                return
            case Reached(place, active):
                self._store.finish(update_id, self._reached(update_id, place, active=active))
                return
            case Upgraded(old_id, new_id):
                self._store.move(old_id, new_id)
        self._store.finish(update_id, ())

    def wants(self, event: Said) -> bool:
        """Whether the document of what was said is to be fetched before it is served."""
        sent = event.document
        return sent is not None and self._desk.wants(event.user_id, sent.name, sent.size)

    def _answer(self, update_id: int, event: Said | Pressed) -> list[Delivery]:
        chat = self._chat(event.place)
        try:
            reply = self._reply(chat, event)
        except Exception:
            logger.exception("update %d could not be answered", update_id)
            reply = Reply((Message(self._texts.say(chat.language, "error.unexpected")),), failed=True)
        return deliveries_of(update_id, event, reply)

    def _reply(self, chat: Chat, event: Said | Pressed) -> Reply:
        match event:
            case Pressed(_, user_id, data, _, message_id, thread_id):
                return self._desk.press(Heard(chat, user_id, data, thread_id=thread_id, message_id=message_id))
            case Said(_, user_id, text, _, _, thread_id, file=SentFile() as file):
                return self._desk.hear(Heard(chat, user_id, text or "", None, thread_id, file))
            case Said(_, user_id, str(text), replied, _, thread_id):
                return self._desk.hear(Heard(chat, user_id, text, replied, thread_id))
            case Said():
                return Reply((Message(self._texts.say(chat.language, "hint.text_only")),))

    def _reached(self, update_id: int, place: Place, *, active: bool) -> list[Delivery]:
        """A chat that comes back is asked whether it wants what it missed; not a channel, where nobody could answer."""
        chat = self._chat(place)
        self._store.set_active(chat.id, active)
        if active and chat.kind == "channel":
            self._store.skip(chat.id)
            self._store.set_paused(chat.id, False, None)
            return []
        welcome = self._desk.welcome(chat) if active and chat.away_from is not None else None
        return [] if welcome is None else [Delivery(f"r:{update_id}:0", Lane.ANSWER, chat.id, welcome)]

    def _chat(self, place: Place) -> Chat:
        """The chat as we know it. Whoever writes to us can be written to."""
        chat = self._store.chat(place.chat_id, language=self._texts.known(place.language), kind=place.kind)
        if not chat.active:
            self._store.set_active(chat.id, True)
        return chat


def deliveries_of(update_id: int, event: Said | Pressed, reply: Reply) -> list[Delivery]:
    """One for each message."""
    return [
        Delivery(
            key=f"r:{update_id}:{number}",
            lane=Lane.ANSWER,
            chat_id=event.place.chat_id,
            content=message,
            manner=_manner(event, reply, number),
        )
        for number, message in enumerate(reply.messages)
    ]


def _manner(event: Said | Pressed, reply: Reply, number: int) -> Manner:
    """A reply may take the place of the message whose button was pressed. In groups the first replies to what was said,
    so that people see whom it answers.
    """
    if reply.replaces and number == 0 and isinstance(event, Pressed):
        return Manner(thread_id=event.thread_id, edits=event.message_id)
    answers = event.place.kind != "private" and number == 0
    return Manner(reply_to=event.message_id if answers else None, thread_id=event.thread_id)
