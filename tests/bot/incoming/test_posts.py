"""What comes to the webhook: only Telegram's own updates get in, each once, and none is taken that is not kept."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from telegram import Update

from bot.config import Endpoint
from bot.incoming.inbox import BACKLOG, Inbox
from bot.incoming.posts import MOST_BYTES, SECRET_HEADER, Gate, Posts
from bot.incoming.reception import build_bot
from bot.operating.listening import Listener
from bot.store import open_store
from tests.botapi import TOKEN

PATH, SECRET = "/telegram", "the-secret-of-these-tests"
OWN = f"{SECRET_HEADER}: {SECRET}"
TRICKLE_SECONDS = 0.5  # for a whole body


class Hook:
    """A webhook that listens, and what came through it. Requests are bytes on a socket, so that nothing is too odd."""

    def __init__(self, data: Path) -> None:
        self._data, self.store = data, open_store(data)
        self.inbox = Inbox(self.store)
        self.queued: list[int] = []
        bot = build_bot(self.inbox, TOKEN, "http://127.0.0.1:9")
        posts = Posts(Gate(PATH, SECRET, TRICKLE_SECONDS), self.inbox, bot, self._put)
        self.listener = Listener(posts.application(), Endpoint("127.0.0.1", 0))

    async def _put(self, update: Update) -> None:
        if self.inbox.begin(update.update_id):
            self.queued.append(update.update_id)

    async def connect(self, *lines: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Sends a request's head."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.listener.port)
        writer.write("\r\n".join([*lines, "Host: bot.example", "", ""]).encode("latin-1"))
        return reader, writer

    async def post(
        self, body: bytes, *headers: str, path: str = PATH, method: str = "POST", secret: str = SECRET
    ) -> int:
        """The status of one whole request."""
        given = [f"{SECRET_HEADER}: {secret}"] if secret else []
        reader, writer = await self.connect(
            f"{method} {path} HTTP/1.1", f"Content-Length: {len(body)}", *given, *headers
        )
        writer.write(body)
        return await status_of(reader, writer)

    @contextmanager
    def journal(self) -> Iterator[sqlite3.Connection]:
        """Its file, in somebody else's hands."""
        with closing(sqlite3.connect(self._data / "bot.db", isolation_level=None)) as other:
            yield other

    def written(self) -> list[int]:
        return [number for number, _ in self.store.unfinished()]


async def status_of(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    line = await asyncio.wait_for(reader.readline(), 20)
    writer.close()
    return int(line.split()[1])


@pytest.fixture
async def hook(tmp_path: Path) -> AsyncIterator[Hook]:
    hook = Hook(tmp_path)
    await hook.listener.open()
    yield hook
    await hook.listener.close()
    hook.store.close()


def update(number: object, text: str = "who paid?") -> bytes:
    person = {"id": 7, "is_bot": False, "first_name": "Ann"}
    message = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}, "from": person, "text": text}
    return json.dumps({"update_id": number, "message": message}).encode()


async def test_an_update_is_written_down_before_it_is_acknowledged(hook: Hook) -> None:
    assert await hook.post(update(5)) == 200
    assert hook.written() == hook.queued == [5]
    assert hook.inbox.contact.silence() < 5


async def test_what_comes_twice_is_acknowledged_twice_and_handled_once(hook: Hook) -> None:
    statuses = [await hook.post(update(5)) for _ in range(3)]
    statuses += await asyncio.gather(*(hook.post(update(6)) for _ in range(5)))
    assert statuses == [200] * 8
    assert sorted(hook.queued) == [5, 6]
    assert hook.inbox.pending() == 2


async def test_whoever_does_not_know_the_secret_is_turned_away(hook: Hook, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = [
        "",
        "wrong-one",
        SECRET[:-1],
        f"{SECRET}x",
        SECRET * 200,
        SECRET.upper(),
        f"{SECRET}\xff",
        "\xd0\xb4-wrong",
    ]
    assert [await hook.post(update(5), secret=secret) for secret in wrong] == [403] * len(wrong)
    assert hook.written() == hook.queued == []
    assert not any(secret in caplog.text for secret in (SECRET, *filter(None, wrong)))


async def test_two_secrets_are_none(hook: Hook) -> None:
    assert await hook.post(update(5), OWN) == 403


async def test_a_stranger_is_turned_away_before_his_body_is_read(hook: Hook) -> None:
    wrong = f"{SECRET_HEADER}: wrong"
    assert await status_of(*await hook.connect(f"POST {PATH} HTTP/1.1", "Content-Length: 900000000", wrong)) == 403


async def test_there_is_one_way_in(hook: Hook) -> None:
    for path in ("/", f"{PATH}/more", "/healthz"):
        assert await hook.post(update(5), path=path) == 404
    for method in ("GET", "PUT", "DELETE"):
        assert await hook.post(update(5), method=method) == 405
    assert hook.written() == []


async def test_a_body_that_is_too_large_is_not_read_to_its_end(hook: Hook) -> None:
    told = await hook.connect(f"POST {PATH} HTTP/1.1", f"Content-Length: {MOST_BYTES + 1}", OWN)
    assert await status_of(*told) == 413
    reader, writer = await hook.connect(f"POST {PATH} HTTP/1.1", "Transfer-Encoding: chunked", OWN)
    for _ in range(MOST_BYTES // 50_000 + 1):
        writer.write(b"c350\r\n" + b"x" * 50_000 + b"\r\n")  # never an end
    assert await status_of(reader, writer) == 413
    assert await hook.post(update(5, "x" * (MOST_BYTES - 1000))) == 200


async def test_a_body_that_trickles_has_a_deadline_for_all_of_it(hook: Hook) -> None:
    reader, writer = await hook.connect(f"POST {PATH} HTTP/1.1", "Content-Length: 1000", OWN)
    answer = asyncio.create_task(status_of(reader, writer))
    while not answer.done():
        writer.write(b" ")
        await asyncio.sleep(0.05)
    assert await answer == 408


NO_UPDATES = (
        b"", b"no json", b"\xff\xfe", b"[]", b"null", b"7", b'{"message": {}}', b"[" * 100_000, b'{"update_id": 1e999}',
        update("5"), update(True), update(-1), update(2**63), update(None), b'{"update_id": 5, "message": 7}',
        b'{"update_id": 5, "message": {"message_id": 1}}', b'{"update_id": ' + b"9" * 5000 + b"}",
)  # fmt: skip


async def test_what_is_no_update_is_refused(hook: Hook) -> None:
    assert [await hook.post(body) for body in NO_UPDATES] == [400] * len(NO_UPDATES)
    assert hook.written() == []
    assert await hook.post(update(5)) == 200


async def test_what_is_packed_is_not_unpacked(hook: Hook) -> None:
    assert await hook.post(gzip.compress(update(5)), "Content-Encoding: gzip") == 400


async def test_without_a_journal_nothing_is_taken(hook: Hook) -> None:
    with hook.journal() as other:
        other.execute("ALTER TABLE inbox RENAME TO elsewhere")
        assert await hook.post(update(5)) == 503
        assert hook.queued == []
        other.execute("ALTER TABLE elsewhere RENAME TO inbox")
    assert await hook.post(update(5)) == 200
    assert hook.queued == [5]


async def test_a_full_backlog_is_left_with_telegram(hook: Hook) -> None:
    numbers = range(BACKLOG)
    await hook.inbox.take([Update(number) for number in numbers])
    assert await hook.post(update(BACKLOG)) == 503
    assert BACKLOG not in hook.written()
    hook.inbox.begin(0)
    hook.inbox.end()
    assert await hook.post(update(BACKLOG)) == 200


async def test_one_who_hangs_up_in_the_middle_does_no_harm(hook: Hook) -> None:
    for _ in range(3):
        _, writer = await hook.connect(f"POST {PATH} HTTP/1.1", "Content-Length: 1000", OWN)
        writer.write(b'{"update_id"')
        writer.transport.abort()
    assert await hook.post(update(5)) == 200
    assert hook.written() == [5]


async def test_what_is_being_written_down_is_acknowledged_although_it_closes(hook: Hook) -> None:
    with hook.journal() as other:
        other.execute("BEGIN IMMEDIATE")  # the journal waits for its turn
        answer = asyncio.create_task(hook.post(update(5)))
        await asyncio.sleep(0.1)
        closing = asyncio.create_task(hook.listener.close())
        await asyncio.sleep(0.1)
        other.execute("COMMIT")
    assert await answer == 200
    await closing
    assert hook.written() == [5]
    with pytest.raises(ConnectionRefusedError):
        await hook.connect(f"POST {PATH} HTTP/1.1")
