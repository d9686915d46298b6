"""What the tests of one private chat begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import BotStore
from tests.blank import blank_store
from tests.bot.cli import footnote, here
from tests.fake_corpus import HandClock

__all__ = ["footnote", "here"]  # fixtures

CHAT_ID = 100


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    opened = blank_store(tmp_path)
    opened.chat(CHAT_ID, language="en", kind="private")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()
