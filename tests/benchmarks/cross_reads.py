"""Whether anybody can read, or change, what another said: every button pressed, every command tried by somebody else.

python -m tests.benchmarks.cross_reads --people 50 --questions 200 [--over-http 200] [--folder DIR]

People and groups say words of their own and press all that comes (see tests/crossing.py); then the same buttons come
from other chats, as a forged client would send them, and all commands with the others' numbers. A sample goes through
the whole bot over HTTP. Prints how many tries there were, and how often a word of one reached another: 0.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from contextlib import closing
from pathlib import Path

from tests.botapi import BotApi, Call, Json
from tests.crossing import Crossing, Crowd, Place, foreign
from tests.journey import running

SAYING = ("sendMessage", "sendDocument", "sendPhoto", "editMessageText", "editMessageReplyMarkup")


async def over_http(crowd: Crowd, folder: Path, tries: int) -> Crossing:
    """The same database, with a bot at work: each forged press is answered before the next."""
    api, found = BotApi(), Crossing()
    async with running(api.start(), crowd.corpus, folder):  # type: ignore[arg-type]
        shown: dict[Place, Json] = {}
        for owner, other, data in crowd.sample(max(1, crowd.buttons() // tries)):
            if other not in shown:
                shown[other] = await _first_message(api, other)
            answers = await _press(api, other, shown[other], data)
            found.tried += 1
            found.read += [f"{other} read {word} of {owner}" for one in answers for word in foreign(one, other.user_id)]
    await api.stop()
    return found


async def _press(api: BotApi, other: Place, message: Json, data: str) -> list[Json]:
    """What the bot did then, taken or refused (an edit that changes nothing), and what the pressed message is now."""
    seen = len(api.calls)
    api.people.press(message, data, user_id=other.user_id)

    def done() -> list[Call]:
        return [call for call in api.calls[seen:] if call.method in SAYING and call.chat_id == other.chat_id]

    return [*(call.result for call in await api.wait(done, 30) if call.result), message]


async def _first_message(api: BotApi, place: Place) -> Json:
    said = len(api.sent(place.chat_id))
    api.state.chat(place.user_id)  # a file may go there
    api.people.write("/help@footnote_test_bot", place.chat_id, user_id=place.user_id)
    return (await api.wait(lambda: api.sent(place.chat_id)[said:], 30))[0]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.cross_reads")
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--questions", type=int, default=200, help="of each")
    parser.add_argument("--over-http", type=int, default=200, help="presses")
    parser.add_argument("--folder", type=Path, help="for the database; /dev/shm is fast")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        began = time.monotonic()
        with closing(Crowd(Path(folder), arguments.people)) as crowd:
            crowd.talk(arguments.questions)
            print(f"{len(crowd.places)} places, {crowd.buttons()} buttons, {time.monotonic() - began:.0f} s")
            print("at the desk:", found := crowd.cross(), f"({time.monotonic() - began:.0f} s)")
            sampled = asyncio.run(over_http(crowd, Path(folder), arguments.over_http))
            print("over HTTP:", sampled)
    for line in (*found.read, *found.changed, *sampled.read)[:20]:
        print(line)


if __name__ == "__main__":
    main()
