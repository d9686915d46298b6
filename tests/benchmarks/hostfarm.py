"""Thousands of feeds, each at a host of its own, some of them hostile: HTTP in, feeds and worse out, on one local port.

    python -m tests.benchmarks.hostfarm     prints its port, and serves until it is told to stop at /control/stop

A feed's path says what it is: /well/12, /hang/13. Hostile ones behave until /control/round?of=1.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import Counter
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

NEWS_EVERY = 20  # rounds in which a well-behaved feed has one new item
DRIP_SECONDS = 0.5
RETRY_SECONDS = 1800
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BROKEN = {"error": 500, "missing": 404, "gone": 410}
WORDS = "The pilot boat brought {0} crates of oranges ashore at dawn on day {0}, and the harbour master counted them. "


class Farm:
    """What is served in this round, and who was asked how often, and how many at once."""

    def __init__(self) -> None:
        self.round, self.began = 0, time.time()
        self.asked: Counter[str] = Counter()  # "well 304" and the like
        self.inside: Counter[str] = Counter()
        self.most_per_host = 0
        self.stopped = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host = ""
        with suppress(OSError, asyncio.IncompleteReadError):
            lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
            host = headers.get("host", "")
            self.inside[host] += 1
            self.most_per_host = max(self.most_per_host, self.inside[host])
            await self._answer(lines[0].split()[1], headers.get("if-none-match", ""), reader, writer)
        self.inside[host] -= 1
        with suppress(OSError):
            writer.close()
            await writer.wait_closed()

    async def _answer(self, path: str, held: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if path.startswith("/control/"):
            await _send(writer, 200, self._control(path))
            return
        kind, _, number = path.strip("/").partition("/")
        if not number.isdigit():
            await _send(writer, 404, b"")
        elif kind == "well" or self.round == 0:
            await self._well(kind, int(number), held, writer)
        else:
            await self._hostile(kind, int(number), reader, writer)

    async def _hostile(
        self, kind: str, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.asked[kind] += 1
        if kind == "hang":
            await reader.read()  # until they give up
        elif kind == "drip":
            await _drip(writer)
        elif kind in BROKEN:
            await _send(writer, BROKEN[kind], b"no")
        elif kind == "busy":
            await _send(writer, 429, b"no", f"Retry-After: {RETRY_SECONDS}")
        elif kind == "loop":
            await _send(writer, 302, b"", f"Location: /loop/{number}")
        elif kind == "cut":
            await _send(writer, 200, self._feed(number), length=1_000_000)
        else:
            await _send(writer, 200, _bomb(kind))

    async def _well(self, kind: str, number: int, held: str, writer: asyncio.StreamWriter) -> None:
        feed = self._feed(number)
        etag = f'"{hashlib.sha256(feed).hexdigest()[:16]}"'
        self.asked[f"{kind} {304 if held == etag else 200}{' again' if held and held != etag else ''}"] += 1
        await _send(writer, 304 if held == etag else 200, b"" if held == etag else feed, f"ETag: {etag}")

    def _feed(self, number: int) -> bytes:
        """One item for each twentieth round up to this, each feed in rounds of its own. They have no pages."""
        news = range(self.round + number % NEWS_EVERY, -1, -NEWS_EVERY)
        day = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(self.began))
        items = "".join(
            f"<item><guid isPermaLink='false'>{number} {n}</guid><title>Feed {number}, news {n}</title>"
            f"<pubDate>{day}</pubDate><description>{(WORDS * 3).format(f'{number}.{n}')}</description></item>"
            for n in range(len(news), -1, -1)
        )
        return f'<rss version="2.0"><channel><title>Feed {number}</title>{items}</channel></rss>'.encode()

    def _control(self, path: str) -> bytes:
        asked = urlsplit(path)
        if asked.path.endswith("/round"):
            self.round = int(parse_qs(asked.query)["of"][0])
        if asked.path.endswith("/stop"):
            self.stopped.set()
        return json.dumps({"asked": self.asked, "most_per_host": self.most_per_host}).encode()


def _bomb(kind: str) -> bytes:
    """What costs a parser much more than it cost to send."""
    if kind == "laughs":
        rss = '<rss version="2.0"><channel><title>&l9;</title></channel></rss>'
        return f'<!DOCTYPE r [<!ENTITY l0 "ha">{LAUGHS}]>{rss}'.encode()
    if kind == "attributes":
        many = " ".join(f'a{n}="1"' for n in range(120_000))
        return (
            f'<rss version="2.0"><channel><title>A</title><item {many}><title>B</title></item></channel></rss>'.encode()
        )
    if kind == "nested":
        return (
            b'<rss version="2.0"><channel><item><description>'
            + b"<b>" * 300_000
            + b"</description></item></channel></rss>"
        )
    return b"<!doctype html><html><body><p>Please enable JavaScript to go on.</p></body></html>"


async def _send(writer: asyncio.StreamWriter, status: int, body: bytes, *headers: str, length: int = 0) -> None:
    told = [f"HTTP/1.1 {status} X", "Content-Type: application/rss+xml; charset=utf-8", *headers]
    writer.write("\r\n".join([*told, f"Content-Length: {length or len(body)}", "", ""]).encode() + body)
    await writer.drain()


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"<")
        await writer.drain()
        await asyncio.sleep(DRIP_SECONDS)


async def main() -> None:
    farm = Farm()
    server = await asyncio.start_server(farm.serve, "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await farm.stopped.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
