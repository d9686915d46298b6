"""What a person says or presses in, what is said back out: every use case as one call. No Telegram in it.

    Heard -> command or question -> Corpus, BotStore -> render -> Reply

What a person may cause (a dead link, a stale button, a number that is not in the list) becomes a friendly sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import render
from bot.following import Following
from bot.store import BotStore
from bot.suggestions import Suggestion
from bot.texts import Texts
from bot.types import Alert, Button, Chat, Heard, Message, Reply
from retrieval import Answer, Article, Corpus, FootnoteError, Refusal, UnknownArticle

CONVERSATION = timedelta(minutes=15)  # a follow-up refers to nothing older

_COMMAND = re.compile(r"/(\w+)(@\w+)?(?:\s+(.*))?", re.DOTALL)
_LINK = re.compile(r"https?://[^\s<>\"»”]+", re.IGNORECASE)


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
        self._admins = admins
        self._clock = clock
        self._following = Following(corpus, store, texts, clock, suggestions)
        self._commands: dict[str, Callable[[Heard, str], Reply]] = {
            "start": lambda heard, _: self._say(heard, "start"),
            "help": lambda heard, _: self._say(heard, "help"),
            "ask": self._ask,
            "summary": self._summary,
            "add": self._add,
            "follow": self._following.follow,
            "following": self._following.following,
            "unfollow": self._following.unfollow,
            "language": self._language,
        }
        self._verbs: dict[str, Callable[[Heard, str], Reply]] = {
            "sum": self._summarise,
            "mute": self._following.mute,
            "unmute": self._following.unmute,
            "unfollow": self._following.leave,
            "follow": self._following.follow,
        }

    def hear(self, heard: Heard) -> Reply:
        """A command or a question -> what is said back. Never raises for what a person may cause."""
        command = _COMMAND.fullmatch(heard.text.strip())
        if command is None:
            return self._guarded(self._ask, heard, heard.text.strip())
        handle = self._commands.get(command[1].lower())
        if handle is None and heard.chat.kind != "private" and command[2] is None:
            return Reply(())  # in a group it may be meant for another bot
        if handle is None:
            return self._say(heard, "command.unknown", failed=True, command=render.clipped(command[1], 40))
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

    def alert(self, chat: Chat, alert: Alert) -> Message | None:
        """A new article in the chat's language; None when the article is gone."""
        try:
            told = self._corpus.summarise(alert.article_id)
        except UnknownArticle:
            return None
        say, language = self._texts.say, chat.language
        row = (
            Button(say(language, "button.summary"), f"sum:{self._store.handle(alert.article_id)}"),
            Button(say(language, "button.mute"), f"mute:{self._store.handle(alert.feed)}"),
        )
        return render.alert(told, (row,), self._texts, language)

    def _guarded(self, handle: Callable[[Heard, str], Reply], heard: Heard, argument: str) -> Reply:
        try:
            return handle(heard, argument)
        except FootnoteError as fault:
            return Reply(render.plain(self._texts.error(heard.chat.language, fault)), failed=True)

    def _say(self, heard: Heard, key: str, *, failed: bool = False, **values: object) -> Reply:
        return Reply(render.plain(self._texts.say(heard.chat.language, key, **values)), failed=failed)

    def _ask(self, heard: Heard, question: str) -> Reply:
        if not question:
            return self._say(heard, "ask.usage", failed=True)
        chat, now = heard.chat, self._clock()
        self._store.forget_old(now - CONVERSATION)
        previous = self._store.previous(chat.id, now - CONVERSATION)
        match self._corpus.ask(question, previous=previous, now=now):
            case Answer() as found:
                self._store.remember(chat.id, question, now)
                return render.answer(found, self._texts, chat.language)
            case Refusal() as refused:
                if refused.reason == "not told":  # "and when?" may still refer to it
                    self._store.remember(chat.id, question, now)
                return render.refusal(refused, self._texts, chat.language)

    def _summary(self, heard: Heard, reference: str) -> Reply:
        meant = reference or heard.replied or ""
        if not meant.strip():
            return self._say(heard, "summary.usage", failed=True)
        article, links = self._referred(meant), _links(meant)
        if article is None and links and heard.user_id in self._admins:
            article = self._corpus.add_page(links[0]).article
        if article is None:
            key = "summary.unknown_link" if links else "summary.unknown"
            return self._say(heard, key, failed=True)
        return self._summarise(heard, article.id)

    def _referred(self, text: str) -> Article | None:
        """The article that a link, a title or a whole message refers to; links first, then the first line, then all."""
        candidates = [*_links(text), *([] if _LINK.fullmatch(text) else [text.split("\n", 1)[0], text])]
        found = (self._corpus.find(candidate) for candidate in dict.fromkeys(candidates) if candidate.strip())
        return next((article for article in found if article is not None), None)

    def _summarise(self, heard: Heard, article_id: str) -> Reply:
        return render.summary(self._corpus.summarise(article_id), self._texts, heard.chat.language)

    def _add(self, heard: Heard, text: str) -> Reply:
        if heard.user_id not in self._admins:
            return self._say(heard, "add.forbidden", failed=True, user=heard.user_id)
        links = _links(text)
        if not links:
            return self._say(heard, "add.usage", failed=True)
        added = self._corpus.add_page(links[0])
        language = heard.chat.language
        title = render.clipped(added.article.title) or self._texts.say(language, "untitled")
        said = self._texts.say(language, f"add.{added.judgement}", title=title)
        button = Button(self._texts.say(language, "button.summary"), f"sum:{self._store.handle(added.article.id)}")
        return Reply(render.plain(said, ((button,),)))

    def _language(self, heard: Heard, code: str) -> Reply:
        code = code.lower()
        if code not in self._texts.languages():
            say = self._texts.say
            row = tuple(Button(say(known, "language.name"), f"lang:{known}") for known in self._texts.languages())
            said = say(heard.chat.language, "language.unknown" if code else "language.choose")
            return Reply(render.plain(said, (row,)), failed=bool(code))
        self._store.set_language(heard.chat.id, code)
        return Reply(render.plain(self._texts.say(code, "language.changed")))


def _links(text: str) -> list[str]:
    """The web addresses in a text, without our own text fragments and without the punctuation that follows them."""
    return [_trimmed(link.partition(":~:")[0].rstrip("#")) for link in _LINK.findall(text)]


def _trimmed(link: str) -> str:
    link = link.rstrip(".,;:!?']")
    return link[:-1] if link.endswith(")") and link.count("(") < link.count(")") else link
