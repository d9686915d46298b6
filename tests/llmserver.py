"""A scripted server on 127.0.0.1 that speaks OpenAI's chat completions: what it is sent in, what a script says out.

with LlmServer(says('{"text": "...", "cites": ["$1"]}')) as server:
    LanguageModel(LlmSettings(server.url, "scripted")).compose(question, sentences, evidence)

A script is called once a request, the last one again and again. In what it says, $1, $2 stand for the ids of the first
and second sentence shown.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

DRAIN_SECONDS = 5
SHOWN = re.compile(r"^\[(S[0-9a-f]+)\] (.*)$", re.MULTILINE)

Request = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back. `drip` sends a byte each so many seconds; `wait` comes before everything."""

    body: bytes
    status: int = 200
    wait: float = 0.0
    drip: float = 0.0


Script = Callable[[Request], Reply]


def shown(request: Request) -> dict[str, str]:
    """Id -> sentence, as the model was shown them."""
    return dict(SHOWN.findall(request["messages"][1]["content"]))


def completion(text: str | None, **more: object) -> Reply:
    message = {"role": "assistant", "content": text, **more}
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    whole = {"id": "c1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}
    return Reply(json.dumps(whole).encode())


def says(*lines: str) -> Script:
    """A model that writes these lines, whatever it is asked."""

    def script(request: Request) -> Reply:
        ids = list(shown(request))
        return completion(re.sub(r"\$(\d)", lambda match: ids[int(match[1]) - 1], "\n".join(lines)))

    return script


def answers(body: bytes, status: int = 200, wait: float = 0.0, drip: float = 0.0) -> Script:
    """A server that answers with these bytes."""
    return lambda request: Reply(body, status, wait, drip)


class LlmServer:
    """Runs while it is entered. `requests` holds what came, `keys` with which authorization."""

    def __init__(self, *scripts: Script) -> None:
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self._scripts = scripts
        self._ended = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="llmserver")
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> LlmServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._server.shutdown()
        self._thread.join(DRAIN_SECONDS)
        self._server.server_close()

    def reply(self, request: dict[str, Any]) -> Reply:
        self.requests.append(request)
        script = self._scripts[min(len(self.requests), len(self._scripts)) - 1]
        return script(request)

    def pause(self, seconds: float) -> bool:
        """Whether the server goes on after so long."""
        return not self._ended.wait(seconds)


def _handler(server: LlmServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = DRAIN_SECONDS

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.keys.append(self.headers.get("Authorization"))
            reply = server.reply(asked) if self.path == "/v1/chat/completions" else Reply(b"{}", 404)
            try:
                self._send(reply)
            except (BrokenPipeError, ConnectionResetError):
                """Whoever asked has left."""

        def _send(self, reply: Reply) -> None:
            if reply.wait and not server.pause(reply.wait):
                return
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if not reply.drip:
                self.wfile.write(reply.body)
                return
            for byte in reply.body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                if not server.pause(reply.drip):
                    return

        def log_message(self, format: str, *args: object) -> None:
            """Tests read `requests`, not a log."""

    return Handler
