"""What a person says or presses in, what is said back out: every use case as one call. No Telegram in it.

    Heard -> command, question, file or button -> conversation | summarising | following | receiving -> Reply

What a person may cause (a dead link, a stale button, a number that is not in the list) becomes a friendly sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import summaries
from bot.conversation import Conversation
from bot.following import Following
from bot.receiving import Receiving
from bot.sheet import clipped, plain
from bot.store import BotStore
from bot.suggestions import Suggestion
from bot.summarising import Summarising
from bot.texts import Texts
from bot.types import Alert, Button, Chat, FeedNews, Heard, Message, Reply
from retrieval import Corpus, FootnoteError, UnknownArticle

_COMMAND = re.compile(r"/(\w+)(@\w+)?(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """A command people may send. `in_menu`: it stands in Telegram's list. The text "command.<name>" tells."""

    name: str
    in_menu: bool = True


COMMANDS = (
    Command("ask"),
    Command("summary"),
    Command("follow"),
    Command("following"),
    Command("unfollow"),
    Command("add"),
    Command("language"),
    Command("help"),
    Command("start", in_menu=False),
)


class Desk:
    """Sync, and may be called from several threads; `add` and `follow` take up to 20 seconds."""

    def __init__(  # noqa: PLR0913 what a desk is wired to, named by the two rooms that wire one
        self,
        corpus: Corpus,
        store: BotStore,
        texts: Texts,
        *,
        admins: frozenset[int],
        clock: Callable[[], datetime],
        suggestions: Sequence[Suggestion] = (),
    ) -> None:
        self._corpus = corpus
        self._store = store
        self._texts = texts
        self._summarising = Summarising(corpus, store, texts, clock, admins)
        self._conversation = Conversation(corpus, store, texts, clock, self._summarising)
        self._following = Following(corpus, store, texts, clock, suggestions)
        self._receiving = Receiving(corpus, store, texts, self._following, admins)
        self._commands: dict[str, Callable[[Heard, str], Reply]] = {
            "start": lambda heard, _: self._say(heard, "start"),
            "help": lambda heard, _: self._say(heard, "help"),
            "ask": self._conversation.ask,
            "summary": self._summarising.command,
            "add": self._receiving.add,
            "follow": self._following.follow,
            "following": self._following.following,
            "unfollow": self._following.unfollow,
            "language": self._language,
        }
        self._verbs: dict[str, Callable[[Heard, str], Reply]] = {
            **self._summarising.verbs(),
            "all": self._conversation.ask_everywhere,
            "mute": self._following.mute,
            "unmute": self._following.unmute,
            "unfollow": self._following.leave,
            "follow": self._following.follow,
        }

    def hear(self, heard: Heard) -> Reply:
        """A command or a question -> what is said back. Never raises for what a person may cause."""
        if (file := heard.file) is not None:
            return self._guarded(lambda heard, _: self._receiving.receive(heard, file), heard, "")
        command = _COMMAND.fullmatch(heard.text.strip())
        if command is None:
            return self._guarded(self._conversation.hear, heard, heard.text.strip())
        handle = self._commands.get(command[1].lower())
        if handle is None and heard.chat.kind != "private" and command[2] is None:
            return Reply(())  # in a group it may be meant for another bot
        if handle is None:
            return self._say(heard, "command.unknown", failed=True, command=clipped(command[1], 40))
        return self._guarded(handle, heard, (command[3] or "").strip())

    def press(self, heard: Heard) -> Reply:
        """A button's data -> what is said back. Unknown or stale data gets a sentence too."""
        verb, _, argument = heard.text.partition(":")
        if verb == "lang":
            return self._language(heard, argument)
        handle, value = self._verbs.get(verb), self._store.resolve(argument)
        if handle is None or value is None:
            return self._say(heard, "button.stale", failed=True)
        return self._guarded(handle, heard, value)

    def wants(self, user_id: int, name: str, size: int) -> bool:
        """Whether a file that a person sends is to be handed in with its bytes; they are not needed to decline it."""
        return self._receiving.wants(user_id, name, size)

    def alert(self, chat: Chat, alert: Alert | FeedNews) -> Message | None:
        """A new article, or what became of a feed, in the chat's language; None when the article is gone."""
        if isinstance(alert, FeedNews):
            titles = {one.feed: one.title for one in self._store.subscriptions(chat.id)}
            return self._following.news(chat.language, alert, titles.get(alert.feed, ""))
        try:
            told = self._corpus.summarise(alert.article_id)
        except UnknownArticle:
            return None
        say, language = self._texts.say, chat.language
        row = (
            Button(say(language, "button.summary"), f"sum:{self._store.handle(alert.article_id)}"),
            Button(say(language, "button.mute"), f"mute:{self._store.handle(alert.feed)}"),
        )
        return summaries.alert(told, (row,), self._texts, language)

    def _guarded(self, handle: Callable[[Heard, str], Reply], heard: Heard, argument: str) -> Reply:
        try:
            return handle(heard, argument)
        except FootnoteError as fault:
            return Reply(plain(self._texts.error(heard.chat.language, fault)), failed=True)

    def _say(self, heard: Heard, key: str, *, failed: bool = False, **values: object) -> Reply:
        return Reply(plain(self._texts.say(heard.chat.language, key, **values)), failed=failed)

    def _language(self, heard: Heard, code: str) -> Reply:
        code = code.lower()
        if code not in self._texts.languages():
            say = self._texts.say
            row = tuple(Button(say(known, "language.name"), f"lang:{known}") for known in self._texts.languages())
            said = say(heard.chat.language, "language.unknown" if code else "language.choose")
            return Reply(plain(said, (row,)), failed=bool(code))
        self._store.set_language(heard.chat.id, code)
        return Reply(plain(self._texts.say(code, "language.changed")))
