"""HTTP requests of a bot -> JSON replies, on the running event loop, as api.telegram.org would."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from tests.botapi.faults import Fault, Faults, Refused
from tests.botapi.methods import Methods, Result
from tests.botapi.people import People
from tests.botapi.state import Json, State
from tests.botapi.webhooks import Webhooks

LONGEST_POLL = 50.0  # seconds, Telegram's own cap
T = TypeVar("T")


@dataclass(slots=True)
class Call:
    """One request of the bot. `result` is what it was told, or would have been but for a `lost` reply; `error` what was
    refused.
    """

    method: str
    parameters: Json
    at: float  # time.monotonic()
    token: str
    result: Any = None
    error: str | None = None
    lost: bool = False

    @property
    def chat_id(self) -> int | None:
        """None also where a chat was called by its name."""
        chat_id = self.parameters.get("chat_id")
        return chat_id if isinstance(chat_id, int) else None

    @property
    def text(self) -> str:
        return str(self.parameters.get("text", ""))


class BotApi:
    """The server, what was asked of it, and the people on the other side."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State()
        self.faults = Faults()
        self.people = People(self.state, self.faults, self._push)
        self.calls: list[Call] = []  # all but getUpdates
        self.polls = 0
        self.webhooks = Webhooks(self.state, self._allow)
        self._methods = Methods(self.state, self.faults, self.webhooks)
        self._news = asyncio.Event()
        self._polling = False
        self._allowed: list[str] | None = None
        self._http: HTTPServer | None = None

    # -- for tests

    def start(self, port: int = 0, routes: list[Any] | None = None) -> str:
        """Listens on 127.0.0.1 and returns the address, "http://127.0.0.1:<port>"."""
        bot = (r"/bot([^/]+)/(\w+)/?", _Handler, {"api": self})
        file = (r"/file/bot[^/]+/documents/(.+)", _FileHandler, {"api": self})
        sockets = bind_sockets(port, "127.0.0.1")
        self._http = HTTPServer(Application([bot, file, *(routes or [])]))
        self._http.add_sockets(sockets)
        return f"http://127.0.0.1:{sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Lets go of the port, and of all connections."""
        await self.webhooks.stop()
        if self._http is not None:
            self._http.stop()
            await self._http.close_all_connections()

    def sent(self, chat_id: int | None = None) -> list[Json]:
        """The messages of the bot that Telegram took, in their order."""
        done = (call for call in self.calls if call.method == "sendMessage" and call.result)
        return [call.result for call in done if chat_id in (None, call.chat_id)]

    async def wait(self, condition: Callable[[], T], seconds: float = 10.0) -> T:
        """Waits until the condition holds, and returns what it gave. AssertionError, with the last calls, otherwise."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := condition():
                return found
            await asyncio.sleep(0.01)
        last = [(call.method, call.chat_id, call.text[:60], call.error) for call in self.calls[-8:]]
        raise AssertionError(f"waited {seconds} s in vain; pending {len(self.state.updates)}; last calls {last}")

    # -- for the bot

    async def serve(self, call: Call) -> tuple[Result, Fault | None]:
        """What the call comes to, and the fault that befalls its reply."""
        if call.method != "getUpdates":
            self.calls.append(call)
        fault = self.faults.take(call.method, call.parameters)
        if fault and fault.refusal:
            raise fault.refusal
        if fault and not fault.done:
            return True, fault
        if call.method == "getUpdates":
            return await self._get_updates(call.parameters), fault
        call.result = self._methods.call(call.method, call.parameters)
        return call.result, fault

    def _push(self, kind: str, content: Json) -> Json:
        update = {"update_id": self.state.number(), kind: content}
        if self._allowed is None or kind in self._allowed:
            self.state.updates.append(update)
            self._news.set()
            self.webhooks.wake()
        return update

    async def _get_updates(self, parameters: Json) -> list[Json]:
        if self.webhooks.is_set:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
        if self._polling:
            raise Refused(
                409, "Conflict: terminated by other getUpdates request; make sure that only one bot is running"
            )
        self.polls += 1
        if isinstance(parameters.get("allowed_updates"), list):
            self._allow(parameters["allowed_updates"])
        offset = int(parameters.get("offset") or 0)
        if offset > 0:  # this is the acknowledgement: what lies before is forgotten
            self.state.updates[:] = [update for update in self.state.updates if update["update_id"] >= offset]
        await self._wait_for_news(min(float(parameters.get("timeout") or 0), LONGEST_POLL))
        return self.state.updates[: int(parameters.get("limit") or 100)]

    def _allow(self, kinds: list[str] | None) -> None:
        """What is kept for the bot from now on; None: as before, and none: all."""
        if kinds is not None:
            self._allowed = kinds or None

    async def _wait_for_news(self, seconds: float) -> None:
        if self.state.updates or not seconds:
            return
        self._polling = True
        self._news.clear()
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            pass
        finally:
            self._polling = False

    def hang_up(self) -> None:
        """The bot's end of a long poll is gone: the next one is no conflict."""
        self._polling = False
        self._news.set()


class _Handler(RequestHandler):
    def initialize(self, api: BotApi) -> None:
        self._api = api

    def on_connection_close(self) -> None:
        if self.request.path.endswith("/getUpdates"):
            self._api.hang_up()

    async def post(self, token: str, method: str) -> None:
        call = Call(method, _parameters(self.request), time.monotonic(), token)
        try:
            result, fault = await self._api.serve(call)
        except Refused as refusal:
            call.error = refusal.description
            self._refuse(refusal)
            return
        call.lost = fault is not None and fault.done and not fault.seconds
        await asyncio.sleep(self._api.faults.round_trip + (fault.seconds if fault else 0.0))
        if fault and not fault.seconds:
            self.detach().close()
            return
        self._reply(200, {"ok": True, "result": result})

    get = post

    def _refuse(self, refusal: Refused) -> None:
        body: Json = {"ok": False, "error_code": refusal.code, "description": refusal.description}
        if refusal.parameters:
            body["parameters"] = refusal.parameters
        self._reply(refusal.code, body)

    def _reply(self, status: int, body: Json) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        try:
            self.finish(json.dumps(body))
        except StreamClosedError:
            return


class _FileHandler(RequestHandler):
    def initialize(self, api: BotApi) -> None:
        self._files = api.state.files

    def get(self, file_id: str) -> None:
        if file_id not in self._files:
            self.send_error(404)
            return
        self.finish(self._files[file_id])


def _parameters(request: HTTPServerRequest) -> Json:
    """Form fields -> values: what is JSON is read as JSON, except a message's text."""
    parameters: Json = {name: values[-1].decode() for name, values in request.arguments.items()}
    if request.headers.get("Content-Type", "").startswith("application/json"):
        parameters |= json.loads(request.body or b"{}")
    for name, value in parameters.items():
        if name not in ("text", "caption") and isinstance(value, str):
            parameters[name] = _json_or_text(value)
    if request.files:
        parameters["uploads"] = {name: (few[0].filename, few[0].body) for name, few in request.files.items()}
    return parameters


def _json_or_text(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value
