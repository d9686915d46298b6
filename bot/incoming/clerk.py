"""An event of Telegram's -> the desk -> deliveries in the outbox, and the update finished, in one transaction. Sync."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from time import perf_counter

from bot.desk import Desk
from bot.incoming.updates import Event, Place, Pressed, Reached, Said, Upgraded
from bot.operating.observing import Observer, Observers
from bot.outgoing.types import Delivery, Lane, Manner
from bot.store import BotStore
from bot.texts import Texts
from bot.types import Chat, Heard, Message, Reply

logger = logging.getLogger(__name__)


class Clerk:
    """May be called from several threads, for one chat from one at a time. Raises only what the database raises."""

    def __init__(self, desk: Desk, store: BotStore, texts: Texts, observer: Observer | None = None) -> None:
        self._observer = observer or Observers()
        self._desk = desk
        self._store = store
        self._texts = texts

    def serve(self, update_id: int, event: Event | None) -> None:
        """Does what the event asks for, and finishes the update. What goes wrong is apologised for."""
        self._observer.update(_kind(event))
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

    def decline_all(self, updates: Sequence[tuple[int, Said | Pressed]]) -> None:
        """The same of several, in one transaction."""
        with self._store.together():
            for update_id, event in updates:
                self.decline(update_id, event)

    def decline(self, update_id: int, event: Said | Pressed) -> None:
        """Finishes the update with a word that too many ask now, and the way to ask again."""
        self._observer.update(_kind(event))
        reply = self._desk.sorry(_heard_of(self._chat(event.place), update_id, event))
        if reply.outcome:
            self._observer.question(reply.outcome, 0.0)
        self._store.finish(update_id, deliveries_of(update_id, event, reply))

    def waiting(self, event: Said | Pressed, number: int) -> str:
        """What is shown to whoever waits, first (0) and later on."""
        chat = self._store.known_chat(event.place.chat_id)
        fetches = isinstance(event, Said) and event.text is not None and "://" in event.text
        key = "waiting.long" if number else "waiting.fetch" if fetches else "waiting.search"
        return self._texts.say(chat.language if chat else self._texts.known(event.place.language), key)

    def wants(self, event: Said) -> bool:
        """Whether the document of what was said is to be fetched before it is served."""
        sent = event.document
        return sent is not None and self._desk.wants(event.user_id, sent.name, sent.size)

    def _answer(self, update_id: int, event: Said | Pressed) -> list[Delivery]:
        chat, began = self._chat(event.place), perf_counter()
        try:
            reply = self._reply(update_id, chat, event)
        except Exception:
            logger.exception("update %d could not be answered", update_id)
            self._observer.question("failed", perf_counter() - began)
            reply = Reply((Message(self._texts.say(chat.language, "error.unexpected")),), failed=True)
        if reply.outcome:
            self._observer.question(reply.outcome, perf_counter() - began)
        return deliveries_of(update_id, event, reply)

    def _reply(self, update_id: int, chat: Chat, event: Said | Pressed) -> Reply:
        heard = _heard_of(chat, update_id, event)
        return self._desk.press(heard) if isinstance(event, Pressed) else self._desk.hear(heard)

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


def _kind(event: Event | None) -> str:
    return "said" if isinstance(event, Said) else "pressed" if isinstance(event, Pressed) else "other"


def _heard_of(chat: Chat, update_id: int, event: Said | Pressed) -> Heard:
    match event:
        case Pressed(_, user_id, data, _, message_id, thread_id):
            return Heard(chat, user_id, data, thread_id=thread_id, message_id=message_id, update_id=update_id)
        case Said():
            return _heard(chat, update_id, event)


def _heard(chat: Chat, update_id: int, said: Said) -> Heard:
    return Heard(
        chat, said.user_id, said.text or "", said.replied, said.thread_id, said.file,
        message_id=said.message_id,
        update_id=update_id,
        replied_id=said.replied_id,
        replied_user=said.replied_user,
        quoted=said.quoted,
        forwarded=said.forwarded,
        wordless=said.wordless,
        edited=said.edited,
    )  # fmt: skip


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
    if reply.edits is not None and number == 0:
        return Manner(thread_id=event.thread_id, edits=reply.edits)
    answers = event.place.kind != "private" and number == 0
    return Manner(reply_to=event.message_id if answers else None, thread_id=event.thread_id)
