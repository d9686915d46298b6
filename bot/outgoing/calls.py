"""Every call of the Bot API -> a request over HTTP, and a word on what came of it to whoever counts them.

Told are the method, the kind of outcome and the time: never an address, which holds the token, nor what was said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from time import perf_counter
from typing import Any, Literal

from telegram.error import TelegramError, TimedOut

from bot.outgoing.client import TelegramClient

Result = Literal["ok", "flood", "refused", "server error", "timeout", "network"]
_METHOD = re.compile(r"[A-Za-z]{2,40}")


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `wait`: the seconds that a flood asks for."""

    method: str
    result: Result
    seconds: float
    wait: float = 0.0


class CountedRequest(TelegramClient):
    """A client whose every call is told to `observe`."""

    def __init__(self, observe: Callable[[Call], None], *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._observe = observe

    async def do_request(self, url: str, *arguments: Any, **options: Any) -> tuple[int, bytes]:
        """As the client's."""
        began, method = perf_counter(), _method(url)
        try:
            status, body = await super().do_request(url, *arguments, **options)
        except TelegramError as error:
            result: Result = "timeout" if isinstance(error, TimedOut) else "network"
            self._observe(Call(method, result, perf_counter() - began))
            raise
        wait = _wait(body) if status == HTTPStatus.TOO_MANY_REQUESTS else 0.0
        self._observe(Call(method, _result(status), perf_counter() - began, wait))
        return status, body


def _method(url: str) -> str:
    """ "…/bot<token>/sendMessage" -> "sendMessage"; whatever is no method is the fetching of a file."""
    name = url.rpartition("/")[2].partition("?")[0]
    return name if "/file/bot" not in url and _METHOD.fullmatch(name) else "file"


def _result(status: int) -> Result:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "flood"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "server error"
    return "ok" if status < HTTPStatus.MULTIPLE_CHOICES else "refused"


def _wait(body: bytes) -> float:
    try:
        return float(json.loads(body)["parameters"]["retry_after"])
    except (ValueError, KeyError, TypeError):  # somebody else's 429, a proxy's
        return 0.0
