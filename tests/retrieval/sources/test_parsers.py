"""What travels between a child and its parent arrives whole or not at all; a locked process can do nothing but read."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sources.parsers import (
    ARTICLE,
    FEED,
    MEMBERS,
    REPLY,
    REQUEST,
    OversizedMessage,
    Reply,
    Request,
    pack,
    receive_message,
    send_message,
    unpack_parts,
)
from retrieval.sources.types import Entry, Fetched, ParsedFeed, Validators
from retrieval.types import Article

ROOT = Path(__file__).parents[3]
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
MOMENTS = st.none() | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))]))


@given(
    st.builds(Article, WORDS, WORDS, WORDS, url=st.none() | WORDS, author=st.none() | WORDS, published=MOMENTS),
    st.builds(ParsedFeed, WORDS, st.none() | WORDS, st.lists(st.builds(Entry, published=MOMENTS)).map(tuple)),
    st.lists(st.builds(Fetched, WORDS, st.binary(), WORDS, st.none(), st.builds(Validators, WORDS))).map(tuple),
)
def test_every_result_survives_the_way(article: Article, feed: ParsedFeed, members: tuple[Fetched, ...]) -> None:
    assert unpack_parts(ARTICLE, pack(ARTICLE, article)) == article
    assert unpack_parts(FEED, pack(FEED, feed)) == feed
    assert unpack_parts(MEMBERS, pack(MEMBERS, members)) == members


@given(st.lists(st.binary(max_size=50), max_size=4), st.integers(0, 400))
def test_a_message_arrives_whole_or_not_at_all(parts: list[bytes], cut: int) -> None:
    stream = io.BytesIO()
    send_message(stream, Reply(cause="боль"), parts)
    sent = stream.getvalue()
    head, received = receive_message(io.BytesIO(sent), REPLY, 1000)
    assert (head.cause, received) == ("боль", parts)
    if cut < len(sent):
        with pytest.raises(EOFError):
            receive_message(io.BytesIO(sent[:cut]), REPLY, 1000)


@given(st.binary(min_size=8, max_size=400))
def test_garbage_is_no_message(garbage: bytes) -> None:
    with pytest.raises((ValueError, EOFError)):
        receive_message(io.BytesIO(garbage), REPLY, 1000)


def test_an_answer_that_is_too_long_is_not_taken() -> None:
    stream = io.BytesIO()
    send_message(stream, Request("article"), [b"x" * 1001])
    stream.seek(0)
    with pytest.raises(OversizedMessage):
        receive_message(stream, REQUEST, 1000)


@pytest.mark.parametrize("parts", [[], [b"no JSON"], [b"[]"], [b"[" * 100_000], [b'{"id": 7}']])
def test_what_is_no_result_is_refused(parts: list[bytes]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 any kind of it: what a child sends is not to be trusted
        unpack_parts(ARTICLE, parts)


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('lindhaven.example', 80)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "open('taken.txt', 'w')",
        "open('taken.txt', 'rb+')",
        "import os; os.open('taken.txt', os.O_CREAT)",
        "import pathlib; pathlib.Path('taken.txt').mkdir()",
        "import os; os.remove('taken.txt')",
    ],
)
def test_a_locked_process_connects_nowhere_starts_nothing_and_writes_nowhere(attempt: str, tmp_path: Path) -> None:
    code = f"from retrieval.sources.parsers import lock_down\nlock_down(1 << 30)\nopen('here.txt').read()\n{attempt}"
    (tmp_path / "here.txt").touch()
    command, place = [sys.executable, "-B", "-c", code], {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=place, capture_output=True, text=True, check=False)  # noqa: S603 ours
    assert "PermissionError" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["here.txt"]
