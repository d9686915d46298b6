"""This machine, the settings and the data in, findings out: each ok, a warning or a failure, with what was seen."""

from __future__ import annotations

import platform
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from bot.config import Settings, corpus_settings, masked
from bot.store import open_store
from bot.texts import Texts
from retrieval import Corpus, FootnoteError, ModelFailed, open_corpus

LIBRARIES = (
    "faiss-cpu", "onnxruntime", "prompt_toolkit", "pydantic-settings", "pypdf", "python-telegram-bot", "rich",
    "sentence-transformers", "SQLAlchemy", "tantivy", "tokenizers", "torch", "trafilatura",
)  # fmt: skip
OLDEST_PYTHON, FIRST_UNKNOWN_PYTHON = (3, 11), (3, 14)
OLDEST_SQLITE = (3, 35)

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `name` is a key below "doctor." in the catalogue."""

    name: str
    state: State
    detail: str


def examine(settings: Settings, texts: Texts, language: str) -> Iterator[Finding]:
    """Looks at one thing after the other; slow ones (the model, the index) last."""
    examination = _Examination(settings, texts, language)
    yield examination.python()
    yield examination.sqlite()
    yield examination.libraries()
    yield examination.settings()
    data = examination.data()
    yield data
    if data.state == "ok":
        yield examination.store()
        yield from examination.corpus()


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
        """Every setting by its variable's name, the token masked."""
        shown = []
        for name, field in Settings.model_fields.items():
            value = getattr(self._settings, name)
            value = masked(value) if name == "telegram_bot_token" else value
            value = ",".join(map(str, sorted(value, key=str))) if isinstance(value, tuple | frozenset) else value
            shown.append(f"{field.validation_alias}={'' if value is None else value}")
        return Finding("settings", "ok", " ".join(shown))

    def data(self) -> Finding:
        folder = self._settings.data
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return Finding("data", "ok", self._say("writable", folder=folder))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            return Finding("data", "fail", self._say("not_writable", folder=folder, reason=reason))

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


def worst(findings: Iterable[Finding]) -> State:
    """What the whole comes to."""
    states = {finding.state for finding in findings}
    return "fail" if "fail" in states else "warn" if "warn" in states else "ok"
