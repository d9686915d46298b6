"""/add and files that people send in; articles added or feeds followed, and what is said back, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from pathlib import PurePath

from bot.following.follow import Following
from bot.references import links
from bot.sheet import clipped, plain
from bot.store import BotStore
from bot.texts import Texts
from bot.types import Button, Heard, Reply, SentFile
from retrieval import Added, Article, Corpus, SourceError, UnreadableFile

MOST_BYTES = 20_000_000  # what Telegram lets a bot download
LISTS = (".opml", ".xml")
FAULTS_SHOWN = 5
_ADDED = (("new", "cli.added"), ("updated", "cli.updated"), ("same", "cli.known"))  # judgement -> its words


class Receiving:
    """Lists of feeds are for everybody, articles are for administrators."""

    def __init__(
        self, corpus: Corpus, store: BotStore, texts: Texts, following: Following, admins: frozenset[int]
    ) -> None:
        self._corpus = corpus
        self._store = store
        self._texts = texts
        self._following = following
        self._admins = admins

    def wants(self, user_id: int, name: str, size: int) -> bool:
        """Whether the file is worth fetching; `receive` says why not."""
        return size <= MOST_BYTES and (_is_list(name) or user_id in self._admins)

    def receive(self, heard: Heard, file: SentFile) -> Reply:
        """Raises SourceError for a file that cannot be read."""
        if not _is_list(file.name) and heard.user_id not in self._admins:
            return Reply(plain(self._say(heard, "file.forbidden", user=heard.user_id)), failed=True)
        if file.fault is not None:
            raise UnreadableFile(clipped(file.name), file.fault)
        if _is_list(file.name):
            return self._following.follow_list(heard, file.name, file.content)
        results = self._corpus.add_document(file.name, file.content)
        if len(results) == 1:
            return self._one(heard, results[0])
        return Reply(plain(self._tally(heard, results)), failed=all(isinstance(r, SourceError) for r in results))

    def add(self, heard: Heard, text: str) -> Reply:
        """/add and a link. Raises SourceError for a page that cannot be had."""
        if heard.user_id not in self._admins:
            return Reply(plain(self._say(heard, "add.forbidden", user=heard.user_id)), failed=True)
        found = links(text)
        if not found:
            return Reply(plain(self._say(heard, "add.usage")), failed=True)
        return self._one(heard, self._corpus.add_page(found[0]))

    def file_text(self, heard: Heard, article: Article) -> Reply:
        """A text that somebody showed becomes an article, named by its address or its own words. Raises SourceError."""
        if heard.user_id not in self._admins:
            return Reply(plain(self._say(heard, "add.forbidden", user=heard.user_id)), failed=True)
        digest = blake2b(f"{article.title}\n{article.text}".encode(), digest_size=8).hexdigest()
        return self._one(heard, self._corpus.add(replace(article, id=article.url or f"text-{digest}")))

    def _one(self, heard: Heard, result: Added | SourceError) -> Reply:
        if isinstance(result, SourceError):
            raise result
        title = clipped(result.article.title) or self._say(heard, "untitled")
        button = Button(self._say(heard, "button.summary"), f"sum:{self._store.handle(result.article.id)}")
        return Reply(plain(self._say(heard, f"add.{result.judgement}", title=title), ((button,),)))

    def _tally(self, heard: Heard, results: list[Added | SourceError]) -> str:
        faults = [self._texts.error(heard.chat.language, each) for each in results if isinstance(each, SourceError)]
        counts: Counter[str] = Counter(each.judgement for each in results if isinstance(each, Added))
        lines = count_lines(counts, partial(self._say, heard))
        return "\n".join([*lines, *faults[:FAULTS_SHOWN]]) or self._say(heard, "file.nothing")

    def _say(self, heard: Heard, key: str, **values: object) -> str:
        return self._texts.say(heard.chat.language, key, **values)


def count_lines(judged: Mapping[str, int], say: Callable[..., str]) -> list[str]:
    """How many articles were added, updated and known: a line for each of the three that there were."""
    return [say(key, count=judged[judgement]) for judgement, key in _ADDED if judged.get(judgement)]


def _is_list(name: str) -> bool:
    return PurePath(name.lower()).suffix in LISTS
