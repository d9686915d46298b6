"""Hands and scripts over HTTP -> people's deeds and faults: the /control/ side of the server when it runs alone.

POST /control/write    {"text": "who?", "chat_id": 7}       -> the update
POST /control/press    {"chat_id": 7, "message_id": 3, "data": "sum:..."}
POST /control/fault    {"kind": "flood", "method": "sendMessage", "seconds": 2}
POST /control/block | /control/unblock | /control/upgrade    {"chat_id": 7, ...}
GET  /control/sent?chat_id=7                                -> the bot's messages
GET  /control/stats                                         -> counts
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tornado.web import RequestHandler

from tests.botapi.server import BotApi
from tests.botapi.state import Json

FAULTS = ("refuse", "flood", "lose_reply", "drop", "hang")


def routes(api: BotApi) -> list[Any]:
    """Tornado's routes for /control/."""
    return [(r"/control/(\w+)", _Control, {"control": Control(api)})]


class Control:
    """One method for each address."""

    def __init__(self, api: BotApi) -> None:
        self._api = api
        self.deeds: dict[str, Callable[[Json], Any]] = {
            "write": lambda told: api.people.write(**told),
            "press": self._press,
            "fault": self._fault,
            "block": lambda told: api.people.block(**told),
            "unblock": lambda told: api.people.unblock(**told),
            "upgrade": lambda told: api.people.upgrade(**told),
            "sent": lambda told: api.sent(int(told["chat_id"]) if "chat_id" in told else None),
            "stats": self._stats,
        }

    def _press(self, told: Json) -> Json:
        return self._api.people.press(self._api.state.messages[told["chat_id"], told["message_id"]], told["data"])

    def _fault(self, told: Json) -> None:
        kind = told.pop("kind")
        if kind not in FAULTS:
            raise ValueError(f"no fault of the kind {kind}")
        getattr(self._api.faults, kind)(**told)

    def _stats(self, _: Json) -> Json:
        api = self._api
        pending, chats = len(api.state.updates), len(api.state.chats)
        return {"pending": pending, "chats": chats, "calls": len(api.calls), "polls": api.polls}


class _Control(RequestHandler):
    def initialize(self, control: Control) -> None:
        self._control = control

    def post(self, name: str) -> None:
        if name not in self._control.deeds:
            self.send_error(404)
            return
        told = json.loads(self.request.body) if self.request.body else {}
        told |= {key: values[-1].decode() for key, values in self.request.arguments.items()}
        try:
            self.finish(json.dumps(self._control.deeds[name](told)))
        except (KeyError, TypeError, ValueError) as fault:
            self.set_status(400)
            self.finish(json.dumps({"error": repr(fault)}))

    get = post
