"""No secret leaves through the log, whatever is logged, by whomever, through whatever handler."""

from __future__ import annotations

import gc
import io
import logging
import sys
import threading
import warnings
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from bot.logs import Redacting, blotted, configure
from tests.botapi import TOKEN

SECRET = "webhook-secret-of-some-length"  # noqa: S105 - it opens nothing
HALF = TOKEN.partition(":")[2]


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, and all that is changed for the whole process, put back as it was."""
    root = logging.getLogger()
    handlers, level, factory = root.handlers[:], root.level, logging.getLogRecordFactory()
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield root
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)
    configure("WARNING")  # forgets the secrets
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)
    logging.setLogRecordFactory(factory)
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


@pytest.fixture
def foreign(root: logging.Logger) -> io.StringIO:
    """What a handler writes that some library put up."""
    configure("DEBUG", (TOKEN, SECRET))
    told = io.StringIO()
    root.addHandler(logging.StreamHandler(told))
    return told


def record(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    trace = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("name", logging.INFO, "file.py", 1, message, arguments, trace)


def is_clean(text: str) -> bool:
    """Not even a stretch of it."""
    halves = (HALF, quote(HALF), b64encode(TOKEN.encode()).decode()[20:40], SECRET)
    return not any(half in text for half in halves)


@pytest.mark.parametrize(
    "told",
    [
        record(f"POST https://api.telegram.org/bot{TOKEN}/getMe"),
        record("bot %s of %r", TOKEN, {"token": TOKEN}),
        record("failed", error=ValueError(f"no bot {TOKEN}")),
        record(f"https%3A%2F%2Fapi.telegram.org%2Fbot{quote(TOKEN)}%2FgetMe"),
        record(f"https%253A%252F%252Fapi.telegram.org%252Fbot{quote(quote(TOKEN))}"),
    ],
)
def test_a_token_is_blotted_out_wherever_it_stands(told: logging.LogRecord) -> None:
    line = Redacting("%(message)s").format(told)
    assert "<token>" in line
    assert HALF not in line


@pytest.mark.parametrize("before", ["", "a", "ab", "user:"])
def test_what_is_known_to_be_secret_is_blotted_out_in_any_form(root: logging.Logger, before: str) -> None:
    configure("INFO", (TOKEN, SECRET))
    for secret in (TOKEN, HALF, SECRET):
        for form in (secret, quote(secret), b64encode(f"{before}{secret}!".encode()).decode()):
            assert "<" in blotted(form)
            assert is_clean(blotted(form))
    assert blotted("Ships sail at 12:30, says https://observer.example/2026/05/04.") == (
        "Ships sail at 12:30, says https://observer.example/2026/05/04."
    )


def test_a_handler_of_anybodys_gets_nothing_secret(foreign: io.StringIO) -> None:
    library = logging.getLogger("some.library")
    library.warning("POST /bot%s/getMe", TOKEN)
    library.warning("half of it: %s", HALF)
    library.warning("%(a)s", {"a": SECRET})
    library.warning("does not fit: %d %d", TOKEN)
    try:
        raise ValueError(f"no bot {TOKEN}")
    except ValueError:
        library.exception("failed")
    told = foreign.getvalue()
    assert told.count("<") >= 5
    assert "ValueError: no bot <token>" in told
    assert is_clean(told)


def test_warnings_and_errors_that_nobody_caught_come_as_clean_lines(
    foreign: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)  # `catch_warnings` has put back what showed them
        logging.captureWarnings(True)
        warnings.warn(f"old way to call bot {TOKEN}", stacklevel=1)
    error = RuntimeError(f"no bot {TOKEN}")
    sys.excepthook(RuntimeError, error, None)
    thread = threading.Thread(target=lambda: int(TOKEN), name="some thread")
    thread.start()
    thread.join()
    told = foreign.getvalue()
    assert told.count("<token>") == 3
    assert "thread some thread died" in told
    assert is_clean(told + capsys.readouterr().err)


def test_an_error_in_a_destructor_is_told_clean(foreign: io.StringIO) -> None:
    class Broken:
        def __del__(self) -> None:
            raise ValueError(TOKEN)

    Broken()
    gc.collect()
    assert "<token>" in foreign.getvalue()
    assert is_clean(foreign.getvalue())


def test_talkative_libraries_say_only_what_is_wrong(root: logging.Logger) -> None:
    configure("DEBUG")
    assert root.level == logging.DEBUG
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
    assert not logging.getLogger("telegram.ext.ExtBot").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("telegram.request.BaseRequest").isEnabledFor(logging.ERROR)
    assert not logging.getLogger("aiohttp.access").isEnabledFor(logging.INFO)
    assert isinstance(root.handlers[0].formatter, Redacting)
