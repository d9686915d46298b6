"""No bot token leaves through the log, whatever is logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from bot.logs import Redacting, configure
from tests.botapi import TOKEN


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    root.handlers[:], root.level = handlers, level


def record(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    trace = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("name", logging.INFO, "file.py", 1, message, arguments, trace)


@pytest.mark.parametrize(
    "told",
    [
        record(f"POST https://api.telegram.org/bot{TOKEN}/getMe"),
        record("bot %s of %r", TOKEN, {"token": TOKEN}),
        record("failed", error=ValueError(f"no bot {TOKEN}")),
    ],
)
def test_a_token_is_blotted_out_wherever_it_stands(told: logging.LogRecord) -> None:
    line = Redacting("%(message)s").format(told)
    assert "<token>" in line
    assert TOKEN.partition(":")[2] not in line


def test_talkative_libraries_say_only_what_is_wrong(root: logging.Logger) -> None:
    configure("DEBUG")
    assert root.level == logging.DEBUG
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert not logging.getLogger("telegram.ext.ExtBot").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("telegram.request.BaseRequest").isEnabledFor(logging.ERROR)
    assert isinstance(root.handlers[0].formatter, Redacting)
