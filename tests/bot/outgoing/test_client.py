"""What may happen to a request on its way -> an answer, or whether Telegram may have taken it; by real connections."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
from telegram import Bot
from telegram import Message as TelegramMessage
from telegram.error import NetworkError, TelegramError, TimedOut

from bot.outgoing.client import Severed, TelegramClient, Unsent
from tests.botapi import TOKEN, BotApi

SECONDS = 0.2  # for each phase
SOON = 2.0  # all phases, on a busy machine
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter
Fate = tuple[type[BaseException], type[BaseException]]


@pytest.fixture
async def client() -> AsyncIterator[TelegramClient]:
    client = TelegramClient(2, SECONDS, SECONDS, SECONDS, SECONDS)
    await client.initialize()
    yield client
    await client.shutdown()


@asynccontextmanager
async def served(handle: Callable[[Reader, Writer], Awaitable[None]]) -> AsyncIterator[str]:
    """A server that does so with each connection until it is done; its address. It leaves nobody hanging."""
    writers: list[Writer] = []

    async def carry(reader: Reader, writer: Writer) -> None:
        writers.append(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await handle(reader, writer)
        writer.close()

    server = await asyncio.start_server(carry, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot{TOKEN}/sendMessage"
    server.close()
    for writer in writers:
        writer.transport.abort()
    await asyncio.sleep(0.01)


async def heard(reader: Reader) -> bytes:
    """One request without a body."""
    return await reader.readuntil(b"\r\n\r\n")


async def silent(reader: Reader, _: Writer) -> None:
    """Takes everything, and answers nothing."""
    await reader.read()


@contextmanager
def full() -> Iterator[str]:
    """Where so many wait to be let in that nobody else is even put in the queue."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = [socket.socket() for _ in range(4)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for each in waiting:
            each.close()


def answering(*pieces: bytes, pause: float = 0.0) -> Callable[[Reader, Writer], Awaitable[None]]:
    """Sends the pieces to each request, with pauses between them."""

    async def handle(reader: Reader, writer: Writer) -> None:
        while True:
            await heard(reader)
            for piece in pieces:
                writer.write(piece)
                await asyncio.sleep(pause)

    return handle


async def fate(client: TelegramClient, url: str) -> Fate:
    """Of a request that gets no answer."""
    with pytest.raises(TelegramError) as met:
        await asyncio.wait_for(client.do_request(url, "POST"), SOON)
    assert met.value.__cause__ is not None
    return type(met.value), type(met.value.__cause__)


async def test_an_answer_comes_with_its_status_whatever_it_is(client: TelegramClient) -> None:
    page = b"<html>Bad Gateway</html>"
    head = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: %d\r\n\r\n" % len(page)
    async with served(answering(head + page)) as url:
        assert await client.do_request(url, "POST") == (502, page)


async def test_an_answer_is_unpacked_and_a_redirect_not_followed(client: TelegramClient) -> None:
    packed = gzip.compress(b"hello")
    head = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
    async with served(answering(head % len(packed) + packed)) as url:
        assert await client.do_request(url, "POST") == (302, b"hello")


async def test_what_nobody_listens_to_was_not_sent(client: TelegramClient) -> None:
    async with served(silent) as url:
        pass
    assert await fate(client, url) == (NetworkError, Unsent)
    assert await fate(client, "http://nobody.invalid/") == (NetworkError, Unsent)
    assert await fate(client, "gopher://127.0.0.1/") == (NetworkError, Unsent)


async def test_a_host_that_lets_nobody_in_was_sent_nothing(client: TelegramClient) -> None:
    with full() as url:
        assert await fate(client, url) == (TimedOut, Unsent)


async def test_a_request_in_a_black_hole_may_have_arrived(client: TelegramClient) -> None:
    async with served(silent) as url:
        assert await fate(client, url) == (TimedOut, Severed)


async def test_headers_and_bodies_that_stop_are_not_waited_for(client: TelegramClient) -> None:
    for begun in (OK[:10], OK[:-1]):
        async with served(answering(begun)) as url:
            assert await fate(client, url) == (TimedOut, Severed)


async def test_a_slow_body_may_take_longer_than_each_of_its_pieces(client: TelegramClient) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n"
    async with served(answering(head, *[b"0123456789"] * 4, pause=SECONDS / 2)) as url:
        began = time.monotonic()
        assert await client.do_request(url, "GET") == (200, b"0123456789" * 4)
        assert time.monotonic() - began > SECONDS


async def test_a_connection_that_is_cut_may_have_carried_the_request(client: TelegramClient) -> None:
    async def at_once(_: Reader, __: Writer) -> None:
        """Hangs up on whoever comes."""

    async def after(reader: Reader, _: Writer) -> None:
        await heard(reader)

    async def within(reader: Reader, writer: Writer) -> None:
        await heard(reader)
        writer.write(OK[:-1])

    for handle in (at_once, after, within):
        async with served(handle) as url:
            assert await fate(client, url) == (NetworkError, Severed)


async def test_what_is_no_http_may_have_taken_the_request(client: TelegramClient) -> None:
    async with served(answering(b"SSH-2.0-OpenSSH_9.6\r\n")) as url:
        assert await fate(client, url) == (NetworkError, Severed)


async def test_a_connection_is_used_again_until_the_server_closes_it(client: TelegramClient) -> None:
    connected = 0

    async def twice(reader: Reader, writer: Writer) -> None:
        nonlocal connected
        connected += 1
        for _ in range(2):
            await heard(reader)
            writer.write(OK)

    async with served(twice) as url:
        for _ in range(4):
            assert await client.do_request(url, "POST") == (200, b"ok")
            await asyncio.sleep(0.01)  # for the end of the connection to be seen
    assert connected == 2


async def test_a_connection_that_was_closed_while_the_loop_was_busy_is_not_used(client: TelegramClient) -> None:
    def serve(listener: socket.socket) -> None:
        for _ in range(2):
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(OK)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        serving = asyncio.create_task(asyncio.to_thread(serve, listener))
        assert await client.do_request(url, "POST") == (200, b"ok")
        time.sleep(0.05)  # noqa: ASYNC251 that is what is tested
        assert await client.do_request(url, "POST") == (200, b"ok")
        await serving


async def test_a_request_that_finds_no_free_connection_was_not_sent(client: TelegramClient) -> None:
    connected = 0

    async def counted(reader: Reader, writer: Writer) -> None:
        nonlocal connected
        connected += 1
        await silent(reader, writer)

    async with served(counted) as url:
        held = [asyncio.create_task(client.do_request(url, "POST", read_timeout=SOON)) for _ in range(2)]
        await asyncio.sleep(0.05)
        assert await fate(client, url) == (TimedOut, Unsent)
        assert connected == 2
        await client.shutdown()
        errors = await asyncio.gather(*held, return_exceptions=True)
    assert [type(error.__cause__) for error in errors if isinstance(error, NetworkError)] == [Severed, Severed]


async def test_whoever_waits_gets_the_first_free_connection(client: TelegramClient) -> None:
    async with served(answering(b"", OK, pause=0.05)) as url:
        answers = await asyncio.gather(*(client.do_request(url, "POST", pool_timeout=SOON) for _ in range(6)))
    assert answers == [(200, b"ok")] * 6


async def test_after_its_end_a_client_begins_anew_with_all_its_connections(client: TelegramClient) -> None:
    async with served(answering(OK)) as url:
        with full() as nowhere:
            held = [asyncio.create_task(client.do_request(nowhere, "POST", connect_timeout=SOON)) for _ in range(2)]
            await asyncio.sleep(0.05)
            await client.shutdown()
            await client.shutdown()
            with pytest.raises(TelegramError):
                await client.do_request(url, "POST")
            await client.initialize()
            assert await client.do_request(url, "POST") == (200, b"ok")
            for each in held:
                each.cancel()
            await asyncio.gather(*held, return_exceptions=True)


async def test_a_request_that_is_given_up_lets_its_connection_go(client: TelegramClient) -> None:
    async with served(silent) as url:
        for _ in range(3):
            held = asyncio.create_task(client.do_request(url, "POST", read_timeout=SOON))
            await asyncio.sleep(0.02)
            held.cancel()
            assert await asyncio.gather(held, return_exceptions=True)
    async with served(answering(OK)) as url:
        assert await client.do_request(url, "POST") == (200, b"ok")


async def test_a_failure_to_connect_says_where(client: TelegramClient) -> None:
    async with served(silent) as url:
        pass
    with pytest.raises(NetworkError, match=url.split("/")[2]):
        await client.do_request(url, "POST")


async def test_no_failure_tells_the_token(client: TelegramClient) -> None:
    async with served(silent) as url:
        answers = [await asyncio.gather(client.do_request(url, "POST"), return_exceptions=True)]
    for broken in (url, f"gopher://127.0.0.1/bot{TOKEN}/getMe", f"http://127.0.0.1:{'9' * 9}/bot{TOKEN}/getMe"):
        answers.append(await asyncio.gather(client.do_request(broken, "POST"), return_exceptions=True))
    for [error] in answers:
        assert isinstance(error, TelegramError)
        told = "".join(traceback.format_exception(error)) + repr((error, error.__cause__, error.__context__))
        assert TOKEN.split(":")[1] not in told


async def test_a_file_arrives_whole_under_its_name() -> None:
    api, file = BotApi(), bytes(range(256)) * 12_000  # 3 MB
    root, client = api.start(), TelegramClient(2)
    api.people.write("/start", 7)
    async with Bot(TOKEN, f"{root}/bot", request=client, get_updates_request=TelegramClient(1)) as bot:
        await bot.send_document(7, file, filename='отчёт "за май".csv', caption="Готово")
    call = api.calls[-1]
    assert call.parameters["uploads"] == {"document": ('отчёт "за май".csv', file)}
    assert call.parameters["caption"] == "Готово"
    await api.stop()


async def deaf(_: Reader, writer: Writer) -> None:
    """Takes nothing at all."""
    writer.transport.pause_reading()
    await asyncio.sleep(SOON)


def uploading(client: TelegramClient, url: str, seconds: float) -> asyncio.Task[TelegramMessage]:
    """A file that is larger than what lies between us and a server."""
    bot = Bot(TOKEN, url.rpartition(TOKEN)[0], request=client, get_updates_request=TelegramClient(1))
    return asyncio.create_task(bot.send_document(7, bytes(30_000_000), write_timeout=seconds, read_timeout=SECONDS))


async def test_a_file_that_nobody_takes_is_not_written_for_ever(client: TelegramClient) -> None:
    async with served(deaf) as url:
        began = time.monotonic()
        with pytest.raises(TimedOut) as met:
            await uploading(client, url, SECONDS)
        assert time.monotonic() - began < SOON
        assert isinstance(met.value.__cause__, Severed)


async def test_a_file_that_nobody_takes_keeps_no_client_from_ending_and_beginning() -> None:
    client = TelegramClient(1)
    await client.initialize()
    async with served(deaf) as url, served(answering(OK)) as other:
        held = uploading(client, url, 2 * SOON)
        await asyncio.sleep(SECONDS)
        await asyncio.wait_for(client.shutdown(), SOON)
        await client.initialize()
        assert await client.do_request(other, "POST") == (200, b"ok")
        held.cancel()
        await asyncio.gather(held, return_exceptions=True)
    await client.shutdown()


async def test_the_environments_proxy_is_gone_through(client: TelegramClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    async def proxy(reader: Reader, writer: Writer) -> None:
        asked.append((await heard(reader)).splitlines()[0])
        writer.write(OK if asked[-1].startswith(b"POST") else b"HTTP/1.1 403 Forbidden\r\n\r\n")

    async with served(proxy) as url:
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, url.partition("/bot")[0].removeprefix("http://"))
        monkeypatch.setenv("no_proxy", "direct.invalid")
        assert await client.do_request("http://telegram.invalid/x", "POST") == (200, b"ok")
        assert await fate(client, "https://telegram.invalid/x") == (NetworkError, Unsent)
        assert await fate(client, "http://direct.invalid/x") == (NetworkError, Unsent)
        monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1080")
        assert await fate(client, "http://socks.invalid/x") == (NetworkError, Unsent)
    assert asked == [b"POST http://telegram.invalid/x HTTP/1.1", b"CONNECT telegram.invalid:443 HTTP/1.1"]
