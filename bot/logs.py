"""Log records -> lines on standard error, with every secret blotted out, wherever it stands and whoever writes it.

    record | cleaned as it is made, for whatever handlers there are | formatted | cleaned once more -> a line

Warnings, and errors that nobody caught, come as such lines too.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from base64 import b64encode
from collections.abc import Iterable, Iterator
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from sys import UnraisableHookArgs
    from threading import ExceptHookArgs

_TOKEN = re.compile(r"\d{6,}(?::|%(?:25)?3a)[\w-]{30,}", re.ASCII | re.IGNORECASE)
_TALKATIVE = (
    "httpx",
    "httpcore",
    "httpx2",
    "httpcore2",
    "openai",
    "telegram",
    "alembic",
    "aiohttp.access",
)  # they log whole addresses, and what people write

_REPEATING = "telegram.request"  # logs an answer that is no JSON with its traceback, and raises what we log as well
_SHORTEST = 8  # characters of a secret's half that are worth blotting: a shorter one may be any word
_known: list[str] = []  # this process' secrets in all the forms that they may come in, longest first

logger = logging.getLogger(__name__)


def blotted(text: str) -> str:
    """Without bot tokens, whosever they are, and without what `configure` was told is secret."""
    text = _TOKEN.sub("<token>", text)
    for form in _known:
        text = text.replace(form, "<secret>")
    return text


class Record(logging.LogRecord):
    """Made clean: a handler of some library's own would write what it finds."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        try:
            told = self.getMessage()
        except (TypeError, ValueError, KeyError):  # its arguments do not fit; logging would print them as they are
            told = f"{self.msg} {self.args!r}"
            self.msg, self.args = blotted(told), ()
        if (clean := blotted(told)) != told:
            self.msg, self.args = clean, ()
        if self.exc_info and self.exc_info[0] is not None:
            self.exc_text = blotted(_FORMATTER.formatException(self.exc_info))  # handlers take it, once it is there


class Redacting(logging.Formatter):
    """Works on the finished line, so that tracebacks and arguments are covered too."""

    def format(self, record: logging.LogRecord) -> str:
        return blotted(super().format(record))


_FORMATTER = logging.Formatter()


def configure(level: str, secrets: Iterable[str] = ()) -> None:
    """For the whole process; libraries that would tell too much say only what is wrong."""
    _known[:] = sorted(set(chain.from_iterable(map(_forms, secrets))), key=len, reverse=True)
    logging.setLogRecordFactory(Record)
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(_REPEATING).setLevel(logging.CRITICAL)
    sys.excepthook, threading.excepthook, sys.unraisablehook = _died, _thread_died, _unraisable


def _forms(secret: str) -> Iterator[str]:
    """As it is, in an address, and in base64; of a token its second half as well."""
    for text in {secret, secret.rpartition(":")[2]}:
        if len(text) >= _SHORTEST:
            yield from (text, quote(text, safe=""))
            # In base64 it looks one of three ways, by where it stands; its ends depend on what is around it
            yield from (b64encode(b" " * at + text.encode()).decode()[4 if at else 0 :][:-4] for at in range(3))


def _died(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logger.critical("nobody caught this", exc_info=(kind, error, trace))


def _thread_died(died: ExceptHookArgs) -> None:
    if died.exc_value is not None and died.exc_type is not SystemExit:
        name = died.thread.name if died.thread else "?"
        logger.critical("thread %s died", name, exc_info=(died.exc_type, died.exc_value, died.exc_traceback))


def _unraisable(met: UnraisableHookArgs) -> None:
    if met.exc_value is not None:
        logger.error("an error that nobody could catch", exc_info=(met.exc_type, met.exc_value, met.exc_traceback))
