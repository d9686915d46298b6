"""A strict Bot API server for tests: bots speak to it over HTTP as to api.telegram.org.

    api = BotApi()
    root = api.start()                                  # "http://127.0.0.1:<port>"
    api.people.write("who paid?", chat_id=7)            # what people do
    await api.wait(lambda: api.sent(7))                 # what the bot did
    api.faults.refuse("sendMessage", 429, "Too Many Requests: retry after 2", {"retry_after": 2})

It refuses what Telegram refuses, in Telegram's words, and knows the parameters of each method, so that a misspelt one
fails a test. `python -m tests.botapi --port 8081 --state bot.json` runs it alone, with /control/ for hands and scripts.
"""

from __future__ import annotations

from tests.botapi.faults import Fault, Refused
from tests.botapi.server import BotApi, Call
from tests.botapi.state import Json

TOKEN = "7000000001:AAtests-only-token-that-opens-nothing-00"  # noqa: S105 - it opens nothing

__all__ = ["TOKEN", "BotApi", "Call", "Fault", "Json", "Refused"]
