"""An event of Telegram's -> the desk -> deliveries in the outbox, and the update finished, in one transaction. Sync."""

from __future__ import annotations

import logging

from bot.desk import Desk
from bot.store import BotStore
from bot.texts import Texts
from bot.types import Chat, Delivery, Heard, Lane, Message, Reply, SentFile
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
                self._chat(place)
                self._store.set_active(place.chat_id, active)
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
            case Pressed(_, user_id, data, _, _, thread_id):
                return self._desk.press(Heard(chat, user_id, data, thread_id=thread_id))
            case Said(_, user_id, text, _, _, thread_id, file=SentFile() as file):
                return self._desk.hear(Heard(chat, user_id, text or "", None, thread_id, file))
            case Said(_, user_id, str(text), replied, _, thread_id):
                return self._desk.hear(Heard(chat, user_id, text, replied, thread_id))
            case Said():
                return Reply((Message(self._texts.say(chat.language, "hint.text_only")),))

    def _chat(self, place: Place) -> Chat:
        """The chat as we know it. Whoever writes to us can be written to."""
        chat = self._store.chat(place.chat_id, language=self._texts.known(place.language), kind=place.kind)
        if not chat.active:
            self._store.set_active(chat.id, True)
        return chat


def deliveries_of(update_id: int, event: Said | Pressed, reply: Reply) -> list[Delivery]:
    """One for each message. In groups the first replies to what was said, so that people see whom it answers."""
    in_group = event.place.kind != "private"
    return [
        Delivery(
            key=f"r:{update_id}:{number}",
            lane=Lane.ANSWER,
            chat_id=event.place.chat_id,
            content=message,
            reply_to=event.message_id if in_group and number == 0 else None,
            thread_id=event.thread_id,
        )
        for number, message in enumerate(reply.messages)
    ]
