"""Command line -> a Bot API server of one's own, to try the bot by hand: see tests/botapi/control.py for its levers."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from pathlib import Path

from tests.botapi.control import routes
from tests.botapi.server import BotApi
from tests.botapi.state import State

SAVE_SECONDS = 1.0


async def serve(port: int, file: Path | None) -> None:
    """Serves until SIGTERM or SIGINT; with a file, what people and the bot said survives a restart."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    state = State.load(file) if file else State()
    api = BotApi(state)
    print(api.start(port, routes(api)), flush=True)  # noqa: T201 - it tells where it listens
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), SAVE_SECONDS)
        if file:
            state.save(file)
    await api.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description="A Bot API server for tests.")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--state", type=Path, help="JSON file that keeps what was said")
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.port, arguments.state))


if __name__ == "__main__":
    main()
