"""Arguments, settings and words in, what a command works with out: a corpus, a progress bar, a way to complain."""

from __future__ import annotations

import argparse
import sys
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path

from bot.config import Settings, corpus_settings
from bot.progress import Report, progress
from bot.texts import Texts
from retrieval import Corpus, FootnoteError, SourceError, open_corpus


@dataclass(frozen=True, slots=True)
class Errand:
    """One command of the command line."""

    arguments: argparse.Namespace
    settings: Settings
    texts: Texts
    language: str

    @property
    def command(self) -> str:
        bare = "run" if self.settings.telegram_bot_token else "chat"
        return self.arguments.command or bare

    @property
    def log_level(self) -> str:
        """A single command's log would only get between its lines, unless the operator wants it."""
        chosen = "log_level" in self.settings.model_fields_set
        return self.settings.log_level if chosen or self.command == "run" else "WARNING"

    def say(self, key: str, **values: object) -> str:
        return self.texts.say(self.language, key, **values)

    def corpus(self, data: Path | None = None) -> AbstractContextManager[Corpus]:
        """Opened; closed at the end. Raises ModelFailed, StoreFailed."""
        return closing(open_corpus(corpus_settings(self.settings, data)))

    def progress(self, key: str) -> AbstractContextManager[Report]:
        what = self.say(key)
        return progress(what, lambda done, total: self.say("terminal.progress", what=what, done=done, total=total))

    def complain(self, fault: str | FootnoteError) -> None:
        """One sentence on stderr."""
        message = self.texts.error(self.language, fault) if isinstance(fault, FootnoteError) else fault
        sys.stderr.write(self.say("cli.error", message=message) + "\n")

    def plant(self, corpus: Corpus) -> None:
        """Puts the starter articles into an empty corpus."""
        folder = self.arguments.seeds or default_seeds()
        if folder is None or corpus.stats().articles:
            return
        with self.progress("terminal.seeding") as report:
            for result in corpus.add_files([folder], root=folder, on_progress=report):
                if isinstance(result, SourceError):
                    self.complain(result)


def default_seeds() -> Path | None:
    """The starter articles: beside the source code, or in the current folder."""
    candidates = (base / "seeds" / "articles" for base in (Path(__file__).parents[1], Path.cwd()))
    return next(filter(Path.is_dir, candidates), None)
