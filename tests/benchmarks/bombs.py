"""Responses made to drown or to hold us -> how much this process's peak memory grows, and how long until it is over.

python -m tests.benchmarks.bombs --total 20

Each bomb is fetched by a process of its own, which has fetched an honest page before; the server is another process.
Bars: the peak grows by at most 32 MB, and all is over half a second after the deadline. Linux only: reads /proc.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

from retrieval.errors import FetchFailed
from retrieval.sources.limits import Limits
from retrieval.sources.web import GuardedFetcher
from tests.retrieval.sources.pages import ANSWERS, MEGABYTE, Answer, Site, Visitor, head, serving

MOST_GROWTH = 32.0  # MB
SLACK = 0.5  # seconds

_GZIP = head("Content-Encoding: gzip", "Connection: close")
_GZIP_FILE = b"HTTP/1.1 200 OK\r\nContent-Type: application/gzip\r\nConnection: close\r\n\r\n"
_CHUNKED = head("Transfer-Encoding: chunked")


def packed(megabytes: int) -> Iterator[bytes]:
    """So many megabytes of one letter in gzip, about a thousandth of it, made once and sent again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    letters = b"a" * MEGABYTE
    yield packer.compress(letters) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(letters) + packer.flush(zlib.Z_FULL_FLUSH)  # flushed so, each is like the one before
    for _ in range(megabytes - 1):
        yield again


def sending(first: bytes, pieces: Iterator[bytes] | list[bytes], pause: float = 0.0, for_ever: bool = False) -> Answer:
    """An answer of pieces with a pause between two."""
    kept = list(pieces)

    def answer(visitor: Visitor) -> None:
        visitor.send(first)
        while True:
            for piece in kept:
                time.sleep(pause)
                visitor.send(piece)
            if not for_ever:
                return

    return answer


BOMBS: dict[str, Answer] = {
    "/gzip-1-gb": sending(_GZIP, packed(1_000)),
    "/gzip-3-gb": sending(_GZIP, packed(3_000)),
    "/sitemap-gz-1-gb": sending(_GZIP_FILE, packed(1_000)),
    "/endless-chunks": sending(_CHUNKED, [b"10000\r\n" + b"x" * 0x10000 + b"\r\n"], for_ever=True),
    "/endless-plain": sending(head("Connection: close"), [b"x" * 0x10000], for_ever=True),
    "/endless-head": sending(b"HTTP/1.1 200 OK\r\n", [b"X-More: and more\r\n" * 1_000], for_ever=True),
    "/drip-head": sending(b"HTTP/1.1 200 OK\r\nX-Slow: ", [b"a"], 1.0, for_ever=True),
    "/drip-body": sending(_CHUNKED, [b"1\r\nx\r\n"], 1.0, for_ever=True),
}


def fetch_one(site: str, path: str, total: float) -> None:
    """What a child process does: prints the growth of the peak in MB, the seconds and the reason, as JSON."""
    fetch = GuardedFetcher((ip_network("127.0.0.0/8"),), limits=Limits(total=total))
    fetch(f"{site}/ok")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew from what is held now
    before, begun, reason = _peak(), time.monotonic(), "brought"
    try:
        fetch(f"{site}{path}")
    except FetchFailed as failure:
        reason = failure.reason
    print(json.dumps([_peak() - before, time.monotonic() - begun, reason]))


def _peak() -> float:
    """MB of resident memory at the most."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def measure(site: Site, path: str, total: float) -> tuple[float, float, str]:
    """Growth in MB, seconds, reason."""
    command = [sys.executable, "-m", "tests.benchmarks.bombs", "--one", path, "--site", site.url("")]
    told = subprocess.run([*command, "--total", str(total)], check=True, capture_output=True, text=True)  # noqa: S603
    grown, seconds, reason = json.loads(told.stdout)
    return float(grown), float(seconds), str(reason)


def main() -> int:
    """Exit status 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bombs")
    parser.add_argument("--total", type=float, default=Limits().total, help="seconds for a whole fetch")
    parser.add_argument("--one", help="for the children")
    parser.add_argument("--site", help="for the children")
    given = parser.parse_args()
    if given.one:
        fetch_one(given.site, given.one, given.total)
        return 0
    missed = False
    print(f"{'response':18} growth MB  seconds  ended by")
    with serving({"/ok": ANSWERS["/ok"], **BOMBS}) as site:
        for path in BOMBS:
            grown, seconds, reason = measure(site, path, given.total)
            missed |= grown > MOST_GROWTH or seconds > given.total + SLACK or reason == "brought"
            print(f"{path:18} {grown:9.1f} {seconds:8.2f}  {reason}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
