"""This machine, the settings, the data and whoever must answer, in; findings out: each with what was seen, and what to
do about it.
"""

from __future__ import annotations

import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from xml.parsers import expat

from bot.config import Endpoint, Settings, corpus_settings, masked
from bot.logs import blotted
from bot.operating.finding import Finding, State, worst
from bot.store import open_store
from bot.texts import Texts
from retrieval import Corpus, Feed, FootnoteError, ModelFailed, open_corpus

__all__ = ["Finding", "examine", "worst"]
LIBRARIES = (
    "aiohttp", "faiss-cpu", "matplotlib", "onnxruntime", "prometheus-client", "prompt_toolkit", "pydantic-settings",
    "pypdf", "python-telegram-bot", "rich", "sentence-transformers", "SQLAlchemy", "tantivy", "tokenizers", "torch",
    "trafilatura",
)  # fmt: skip
OLDEST_PYTHON, FIRST_UNKNOWN_PYTHON = (3, 11), (3, 14)
OLDEST_SQLITE = (3, 35)
SAFE_EXPAT = (2, 6)  # older ones take quadratic time over some feeds: the children that parse them are killed then
LITTLE_SPACE, TOO_LITTLE_SPACE = 1_000_000_000, 100_000_000  # bytes


def examine(settings: Settings, texts: Texts, language: str) -> Iterator[Finding]:
    """Looks at one thing after the other; slow ones (the model, the index) last."""
    examination = _Examination(settings, texts, language)
    yield examination.python()
    yield examination.sqlite()
    yield examination.expat(expat.version_info)
    yield examination.libraries()
    yield examination.settings()
    data = examination.data()
    yield data
    if data.state == "ok":
        yield examination.disk(shutil.disk_usage(settings.data).free)
        yield examination.store()
    yield from _outside(settings, texts, language)
    if data.state == "ok":
        yield from examination.corpus()


def _outside(settings: Settings, texts: Texts, language: str) -> Iterator[Finding]:
    from bot.operating.outside import Outside  # the Telegram library is heavy, and other commands do without
    from bot.operating.reaching import reach

    return Outside(settings, texts, language, datetime.now(UTC)).findings(reach(settings))


class _Examination:
    def __init__(self, settings: Settings, texts: Texts, language: str) -> None:
        self._settings = settings
        self._texts = texts
        self._language = language

    def _say(self, key: str, **values: object) -> str:
        return self._texts.say(self._language, f"doctor.{key}", **values)

    def python(self) -> Finding:
        known = OLDEST_PYTHON <= sys.version_info[:2] < FIRST_UNKNOWN_PYTHON
        seen = platform.python_version()
        return (
            Finding("python", "ok", seen) if known else Finding("python", "warn", self._say("python_old", version=seen))
        )

    def sqlite(self) -> Finding:
        seen = sqlite3.sqlite_version
        if sqlite3.sqlite_version_info >= OLDEST_SQLITE:
            return Finding("sqlite", "ok", seen)
        return Finding("sqlite", "fail", self._say("sqlite_old", version=seen))

    def expat(self, seen: Sequence[int]) -> Finding:
        """What parses feeds."""
        named = ".".join(map(str, seen))
        if tuple(seen[:2]) >= SAFE_EXPAT:
            return Finding("expat", "ok", named)
        return Finding("expat", "warn", self._say("expat_old", version=named))

    def libraries(self) -> Finding:
        found, missing = [], []
        for name in LIBRARIES:
            try:
                found.append(f"{name} {version(name)}")
            except PackageNotFoundError:
                missing.append(name)
        if missing:
            return Finding("libraries", "fail", self._say("missing", names=", ".join(missing)))
        return Finding("libraries", "ok", ", ".join(found))

    def settings(self) -> Finding:
        """Every setting by its variable's name, what is secret masked."""
        shown = []
        for name, field in Settings.model_fields.items():
            value = getattr(self._settings, name)
            value = masked(value) if name == "telegram_bot_token" else value
            if isinstance(value, Endpoint):
                value = f"{value.host}:{value.port}"
            elif isinstance(value, tuple | frozenset):
                value = ",".join(map(str, sorted(value, key=str)))
            shown.append(f"{field.validation_alias}={'' if value is None else value}")
        return Finding("settings", "ok", blotted(" ".join(shown)))

    def data(self) -> Finding:
        folder = self._settings.data
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return Finding("data", "ok", self._say("writable", folder=folder))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return Finding("data", "fail", self._say("not_writable", folder=folder, reason=reason))

    def disk(self, free: int) -> Finding:
        """The room that is left for the data."""
        state: State = "fail" if free < TOO_LITTLE_SPACE else "warn" if free < LITTLE_SPACE else "ok"
        shown = f"{free / 1e9:.1f} GB" if free >= LITTLE_SPACE else f"{free / 1e6:.0f} MB"
        key = "disk_enough" if state == "ok" else "disk_little"
        return Finding("disk", state, self._say(key, free=shown, folder=self._settings.data))

    def store(self) -> Finding:
        try:
            open_store(self._settings.data).close()
        except FootnoteError as fault:
            return Finding("store", "fail", self._texts.error(self._language, fault))
        return Finding("store", "ok", self._say("store_ready"))

    def corpus(self) -> Iterator[Finding]:
        try:
            corpus = open_corpus(corpus_settings(self._settings))
        except FootnoteError as fault:
            name = "model" if isinstance(fault, ModelFailed) else "index"
            yield Finding(name, "fail", self._texts.error(self._language, fault))
            return
        try:
            yield self._model(corpus)
            yield self._reader(corpus)
            yield self._index(corpus)
            yield self.feeds(corpus.feeds())
        finally:
            corpus.close()

    def _model(self, corpus: Corpus) -> Finding:
        name = self._settings.model or "all-MiniLM-L6-v2"
        known = self._known(corpus, corpus.knows)
        return Finding("model", "ok", self._say("languages", model=name, languages=known))

    def _reader(self, corpus: Corpus) -> Finding:
        name = self._settings.reader or self._say("own_reader")
        if name == "none":
            return Finding("reader", "ok", self._say("reads_none"))
        known = self._known(corpus, corpus.reads)
        return Finding("reader", "ok", self._say("reads", model=name, languages=known))

    def _known(self, corpus: Corpus, knows: Callable[[str], bool]) -> str:
        """Of the languages of the articles and of the bot, those that a model knows."""
        held = sorted({*self._texts.languages(), *corpus.stats().languages})
        return ", ".join(filter(knows, held)) or "–"

    def _index(self, corpus: Corpus) -> Finding:
        stats = corpus.stats()
        if not stats.articles:
            return Finding("index", "warn", self._say("index_empty"))
        if stale := corpus.stale():
            return Finding("index", "warn", self._say("index_stale", count=stale))
        ready = self._say("index_ready", articles=stats.articles, passages=stats.passages, change=stats.log)
        return Finding("index", "ok", ready)

    def feeds(self, feeds: Sequence[Feed]) -> Finding:
        """How many do not answer, and which of them for longest."""
        down = sorted((feed.down_since, feed.url) for feed in feeds if feed.down_since is not None and not feed.ended)
        ended = [feed.url for feed in feeds if feed.ended]
        if not down and not ended:
            return Finding("feeds", "ok", self._say("feeds_well", total=len(feeds)))
        told = []
        if down:
            since, url = down[0]
            told.append(self._say("feeds_down", down=len(down), total=len(feeds), since=f"{since:%Y-%m-%d}", url=url))
        if ended:
            told.append(self._say("feeds_ended", ended=len(ended), url=ended[0]))
        return Finding("feeds", "warn", " ".join(told))
