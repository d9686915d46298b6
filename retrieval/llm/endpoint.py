"""Messages -> what the model at an OpenAI-compatible address wrote, within a deadline that holds.

The client's own timeouts begin anew with every byte, so a server that drips could keep a question waiting for ever.
Each request therefore has a thread, which is left behind when its time is up and ends with its connection.
"""

from __future__ import annotations

import json
import logging
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from retrieval.llm.settings import LlmSettings

CONNECT_SECONDS = 2.0
RETRY_SECONDS = 0.5  # before the one retry, which has to fit into the deadline
MOST_BYTES = 1_000_000  # of a reply
MOST_TOKENS = 700  # five sentences with their ids, twice over
AT_ONCE = 8  # requests, those left behind included

_TALKATIVE = ("openai", "httpx2", "httpcore2")  # at DEBUG they log whole requests: the question, and the articles


@dataclass(frozen=True, slots=True)
class Written:
    """What came back, and what it cost."""

    text: str
    prompt_tokens: int = 0
    completion_tokens: int = 0


class EndpointFailed(Exception):
    """No usable reply. `reason` is a short code; it never holds what was sent or came back."""

    def __init__(self, reason: str, *, passing: bool = False, options: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing  # it may be otherwise in a moment
        self.options = options  # the server may not know what was asked for beside the messages


class Endpoint:
    """One model. Safe to call from several threads."""

    def __init__(self, settings: LlmSettings) -> None:
        import openai

        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
        self._errors: Any = openai
        self._client = openai.OpenAI(base_url=settings.url, api_key=settings.key or "none", max_retries=0)
        self._model = settings.model
        self._options: Mapping[str, Any] = {"temperature": 0, "max_tokens": MOST_TOKENS}
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def write(self, messages: Sequence[Mapping[str, str]], deadline: float) -> Written:
        """`deadline` on the monotonic clock. Tries twice where that may help. Raises EndpointFailed."""
        try:
            return self._try(messages, deadline)
        except EndpointFailed as failure:
            if failure.options and self._options:
                self._options = {}  # some models refuse a temperature, or a limit by this name
            elif not failure.passing or time.monotonic() + RETRY_SECONDS >= deadline:
                raise
            else:
                time.sleep(RETRY_SECONDS)
        return self._try(messages, deadline)

    def _try(self, messages: Sequence[Mapping[str, str]], deadline: float) -> Written:
        left = deadline - time.monotonic()
        if left <= 0 or not self._places.acquire(blocking=False):
            raise EndpointFailed("no time left" if left <= 0 else "too many requests at once")
        results: queue.SimpleQueue[Written | EndpointFailed] = queue.SimpleQueue()
        errand = threading.Thread(target=self._run, args=(messages, deadline, results), name="llm", daemon=True)
        errand.start()
        try:
            result = results.get(timeout=left)
        except queue.Empty:
            raise EndpointFailed("timeout") from None
        if isinstance(result, EndpointFailed):
            raise result
        return result

    def _run(
        self,
        messages: Sequence[Mapping[str, str]],
        deadline: float,
        results: queue.SimpleQueue[Written | EndpointFailed],
    ) -> None:
        try:
            results.put(_understood(self._fetch(messages, deadline)))
        except EndpointFailed as failure:
            results.put(failure)
        except self._errors.APIStatusError as error:
            status = error.status_code
            passing = status in (408, 409, 429) or status >= 500
            results.put(EndpointFailed(f"status {status}", passing=passing, options=status in (400, 422)))
        except Exception as error:  # the edge of a thread: the client's, the transport's and the parser's zoo
            results.put(EndpointFailed(type(error).__name__, passing=True))
        finally:
            self._places.release()

    def _fetch(self, messages: Sequence[Mapping[str, str]], deadline: float) -> bytes:
        left = max(0.1, deadline - time.monotonic())
        timeout = self._errors.Timeout(left, connect=min(left, CONNECT_SECONDS))
        create = self._client.with_options(timeout=timeout).chat.completions.with_streaming_response.create
        asked: Any = list(messages)
        received = bytearray()
        with create(model=self._model, messages=asked, **self._options) as response:
            for piece in response.iter_bytes():
                received += piece
                if len(received) > MOST_BYTES or time.monotonic() > deadline:
                    raise EndpointFailed("reply too long or too slow")
        return bytes(received)


def _understood(body: bytes) -> Written:
    """Only the text counts: a call of a tool, which was never offered, is not looked at."""
    try:
        reply = json.loads(body)
        message = reply["choices"][0]["message"]
        used = reply.get("usage") or {}
        text = message.get("content") or ""
        if not isinstance(text, str):
            raise TypeError
        return Written(text, int(used.get("prompt_tokens") or 0), int(used.get("completion_tokens") or 0))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise EndpointFailed("not a completion", passing=True) from error
