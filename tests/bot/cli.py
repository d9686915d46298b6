"""The command line as a test runs it: arguments in, exit code and what was said out, in a folder of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.config import Settings
from retrieval.ports import Embedder
from tests.conftest import EXPORTED

FERRY = """Title: Ferry to Tern Island sails again
Source: The Example
Date: 2026-03-05
URL: https://news.example/ferry

The ferry to Tern Island sails again on Monday after a winter in the dock. It carries ninety people and two carts.

Captain Orla Venn said that the repair of the engine had cost forty thousand crowns. Tickets will cost four crowns.
"""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document that standard output holds."""
        return json.loads(self.out)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder) -> Path:
    """A folder to work in, with a data folder whose model is exported already, and none of this machine's settings."""
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "models").symlink_to(EXPORTED)
    monkeypatch.setenv("FOOTNOTE_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ferry.txt").write_text(FERRY, encoding="utf-8")
    return tmp_path


@pytest.fixture
def footnote(here: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    def run(*arguments: str) -> Ran:
        try:
            code = main(arguments)
        except SystemExit as exit_:  # argparse
            code = int(str(exit_.code))
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run
