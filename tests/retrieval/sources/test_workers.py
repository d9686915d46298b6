"""Real children and real bombs: what a child reads is what its parent would have read, and nothing stops the parent."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from retrieval.errors import NoArticle, SourceError, UnreadableFile, UnsupportedFile
from retrieval.sources.archives import unpack
from retrieval.sources.articles import read_article
from retrieval.sources.discovery import find_feeds
from retrieval.sources.feeds import parse_feed
from retrieval.sources.opml import read_opml
from retrieval.sources.parsers import MAX_DOCUMENTS
from retrieval.sources.sitemaps import read_sitemap
from retrieval.sources.types import Fetched, ParsedFeed
from retrieval.sources.workers import Workers
from tests.retrieval.sources import bombs
from tests.retrieval.sources.pages import serving
from tests.retrieval.sources.pdfs import make_pdf

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PATIENT, HASTY = 60.0, 0.05  # seconds: longer than any honest document takes here, and shorter than any large one
SOON = 60.0  # seconds in which what must happen has happened, on the busiest machine
ENGLISH = "Marta Keel, the mayor of Lindhaven, opened the new harbour on Monday. Forty ferries will sail from it daily."
RUSSIAN = "Мэр Линдхавена Марта Кель открыла новую гавань. Из неё каждый день будут уходить сорок паромов, сказала она."
PAGE = """<!doctype html><html lang="{language}"><head><title>{title}</title>{head}</head>
<body><article><h1>{title}</h1><p>{text}</p><p>{text} “Ёлка”, &amp; more.</p></article></body></html>"""
DATED = (
    '<meta property="article:published_time" content="2026-03-02T08:15:30+03:00"><meta name="author" content="I. Oak">'
)

on_linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(deadline=PATIENT) as made:
        yield made


def web_page(language: str, title: str, text: str, head: str = "") -> Fetched:
    html = PAGE.format(language=language, title=title, text=text, head=head)
    return Fetched(bombs.ADDRESS, html.encode(), "text/html", "utf-8")


def archive() -> Fetched:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("harbour.txt", ENGLISH)
        file.writestr("гавань.md", f"# Гавань\n\n{RUSSIAN}")
    return Fetched("news.zip", packed.getvalue(), "application/zip")


def is_gone(pid: int) -> bool:
    """No process, or one that nobody has buried yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def happens(event: Callable[[], bool]) -> bool:
    end = time.monotonic() + SOON
    while not event() and time.monotonic() < end:
        time.sleep(0.02)
    return event()


# --- what is read


@pytest.mark.parametrize(
    "fetched",
    [
        web_page("en", "A harbour opens", ENGLISH),
        web_page("en", "A harbour opens", ENGLISH, DATED),
        web_page("ru", "Гавань открыта", RUSSIAN, DATED),
        Fetched("notes.txt", f"{ENGLISH}\n\n{RUSSIAN}".encode(), "text/plain"),
        Fetched("notes.md", f"# Гавань\n\n{RUSSIAN}".encode("cp1251"), "text/markdown", "cp1251"),
        Fetched("report.pdf", make_pdf([[ENGLISH[:70], ENGLISH[70:]]], {"/Title": "Report"}), "application/pdf"),
    ],
    ids=["undated", "dated", "russian", "plain", "markdown", "pdf"],
)
def test_an_article_is_what_this_process_would_have_read(workers: Workers, fetched: Fetched) -> None:
    assert workers.article(fetched, "статья/1") == read_article(fetched, "статья/1")


def test_feeds_lists_sitemaps_and_archives_are_what_this_process_would_have_read(workers: Workers) -> None:
    listed = Fetched("feeds.opml", b'<opml><body><outline xmlUrl="https://a.example/feed"/></body></opml>', "text/xml")
    site = bombs.feed(b"<urlset><url><loc>https://lindhaven.example/a</loc></url></urlset>")
    head = '<link rel="alternate" type="application/rss+xml" title="Паромы" href="/feed">'
    linked = web_page("ru", "Гавань", RUSSIAN, head)
    early = NOW - timedelta(days=2)  # the feed's date is in its future
    assert workers.feed(bombs.feed(), early) == parse_feed(bombs.feed(), early)
    assert (
        workers.feed(bombs.feed(), NOW).entries[0].published != workers.feed(bombs.feed(), early).entries[0].published
    )
    assert workers.opml(listed) == read_opml(listed) != ()
    assert workers.feeds_in_page(linked) == find_feeds(linked) != ()
    assert workers.sitemap(site) == read_sitemap(site)
    assert workers.members(archive()) == unpack(archive()) != ()


@pytest.mark.parametrize(
    ("fetched", "error_class", "reason"),
    [
        (Fetched("empty.txt", b" \n", "text/plain"), UnreadableFile, "empty"),
        (Fetched("short.txt", b"Too little.", "text/plain"), NoArticle, "too short"),
        (Fetched("Паром.avi", b"\x00\x01", "video/avi"), UnsupportedFile, "video/avi"),
        (Fetched("torn.pdf", b"no PDF at all", "application/pdf"), UnreadableFile, "broken"),
    ],
)
def test_a_named_error_keeps_its_class_subject_and_reason(
    workers: Workers, fetched: Fetched, error_class: type[SourceError], reason: str
) -> None:
    with pytest.raises(error_class) as raised:
        workers.article(fetched, "a")
    assert (type(raised.value), raised.value.subject, raised.value.reason) == (error_class, fetched.url, reason)


def test_a_name_that_is_no_utf_8_travels_spelt_out(workers: Workers) -> None:
    with pytest.raises(NoArticle) as raised:
        workers.article(Fetched("caf\udce9.txt", b"Too little.", "text/plain"), "caf\udce9.txt")
    assert raised.value.subject == r"caf\udce9.txt"


# --- bombs


@pytest.mark.parametrize(
    ("bomb", "endings"),
    [
        (bombs.crowded_channel(100_000), {"too slow"}),  # twenty seconds of work
        (bombs.laughter(9), {"read", "not a feed"}),
        (bombs.many_items(50_000), {"read", "too slow"}),
        (bombs.many_lists(3_000_000), {"read", "too slow"}),
        (bombs.feed(b"<rss>" + b"<a>" * 200_000), {"read", "too slow", "not a feed"}),
        (bombs.feed(b'{"version": "1", "items": ' + b"[" * 500_000), {"not a feed"}),
        (bombs.crowded_body(64_000), {"too slow"}),
        (bombs.deep_page(200_000), {"no text", "read", "too slow"}),
    ],
    ids=["attributes", "laughter", "items", "lists", "deep", "deep json", "page's attributes", "deep page"],
)
def test_a_bomb_ends_in_time_and_the_next_document_is_read(bomb: Fetched, endings: set[str]) -> None:
    with Workers(count=1, deadline=1.0) as workers:
        workers.feed(bombs.feed(), NOW)
        is_page = bomb.media_type == "text/html"
        ending = "read"
        try:
            told = workers.article(bomb, "bomb") if is_page else workers.feed(bomb, NOW)
            assert len(str(told)) < 2_000_000
        except SourceError as error:
            ending = error.reason
        assert ending in endings
        assert workers.killed == (ending == "too slow")
        assert workers.article(web_page("ru", "Гавань", RUSSIAN), "a", patience=PATIENT).language == "ru"


def test_a_child_that_is_late_is_killed_and_another_takes_its_place() -> None:
    with Workers(count=1, deadline=PATIENT) as workers:
        late = Fetched("late.pdf", bombs.many_items(50_000).content, "text/plain")
        workers.article(web_page("en", "A harbour opens", ENGLISH), "a")
        before = workers.pids
        with pytest.raises(UnreadableFile) as raised:
            workers.article(late, "late", patience=HASTY / 10)
        assert (raised.value.subject, raised.value.reason, workers.killed) == ("late.pdf", "too slow", 1)
        assert workers.article(web_page("en", "A harbour opens", ENGLISH), "a").title == "A harbour opens"
        assert len(workers.pids) == 1
        assert not workers.pids & before


def test_an_answer_that_would_hold_up_everybody_is_refused() -> None:
    quotes = b"<item><guid>%d</guid><description>%s</description></item>"
    items = b"".join(quotes % (number, b'"' * 480_000) for number in range(19))  # two bytes each in the answer
    vast = bombs.feed(b'<rss version="2.0"><channel><title>Quotes</title>%s</channel></rss>' % items)
    with Workers(count=1, deadline=PATIENT) as workers:
        with pytest.raises(UnreadableFile, match="too large"):
            workers.feed(vast, NOW)
        assert workers.feed(bombs.feed(), NOW).entries


def test_starting_up_does_not_count_against_the_document() -> None:
    with Workers(count=1, deadline=1.0) as workers:  # a second is less than a start takes on a busy machine
        for _ in range(2):
            assert workers.feed(bombs.feed(), NOW).entries


def test_a_child_that_runs_out_of_memory_says_that_the_file_is_broken() -> None:
    greedy = bombs.many_lists(3_000_000)  # 9 MB, which would become 200
    with Workers(count=1, deadline=PATIENT, memory=450_000_000) as workers:
        with pytest.raises(SourceError) as raised:
            workers.feed(greedy, NOW)
        assert raised.value.reason in {"broken", "not a feed"}
        assert workers.feed(bombs.feed(), NOW).entries


@on_linux
def test_a_child_that_cannot_start_is_not_the_fault_of_the_file() -> None:
    with Workers(count=1, memory=1_000_000) as workers, pytest.raises(UnreadableFile, match="unreadable"):
        workers.feed(bombs.feed(), NOW)


@on_linux
def test_a_document_whose_child_dies_is_broken() -> None:
    with Workers(count=1, deadline=PATIENT) as own, ThreadPoolExecutor(1) as pool:
        own.feed(bombs.feed(), NOW)
        (pid,) = own.pids
        reading = pool.submit(own.feed, bombs.crowded_channel(100_000), NOW)
        time.sleep(0.2)  # whether it has the document yet or not, the end is the same
        os.kill(pid, signal.SIGSEGV)
        with pytest.raises(UnreadableFile, match="broken"):
            reading.result()
        assert own.killed == 0
        assert own.feed(bombs.feed(), NOW).entries


@on_linux
def test_a_child_that_died_while_nothing_was_read_is_replaced_unnoticed() -> None:
    with Workers(count=1, deadline=PATIENT) as workers:
        workers.feed(bombs.feed(), NOW)
        (pid,) = workers.pids
        os.kill(pid, signal.SIGKILL)
        assert happens(lambda: is_gone(pid))
        assert workers.feed(bombs.feed(), NOW).entries


def test_a_child_is_replaced_after_so_many_documents() -> None:
    with Workers(count=1, deadline=PATIENT) as workers:
        seen: set[int] = set()
        for _ in range(MAX_DOCUMENTS + 1):
            workers.feed(bombs.feed(), NOW)
            seen |= workers.pids
    assert len(seen) == 2


# --- secrets


@pytest.mark.parametrize("nosy", [bombs.nosy_feed, bombs.nosy_page])
def test_what_a_document_refers_to_is_neither_opened_nor_asked_for(
    workers: Workers, tmp_path: Path, nosy: Callable[[str], Fetched]
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("marker-of-the-vault")
    told = []
    with serving() as site:
        for address in (secret.as_uri(), "file:///etc/hostname", site.url("/ok"), site.url("/feed")):
            fetched = nosy(address)
            with contextlib.suppress(SourceError):
                told.append(
                    str(workers.feed(fetched, NOW) if nosy is bombs.nosy_feed else workers.article(fetched, "a"))
                )
        assert site.asked == []
    assert "marker-of-the-vault" not in "".join(told)
    assert nosy is bombs.nosy_feed or len(told) == 4  # the pages around the references are read


@on_linux
def test_a_child_is_told_nothing_of_our_environment(workers: Workers) -> None:
    workers.feed(bombs.feed(), NOW)
    for pid in workers.pids:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        names = {variable.partition(b"=")[0].decode() for variable in variables if variable}
        assert names == {"PYTHONPATH", "PYTHONUTF8", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}


# --- many at once, and the end


def test_more_threads_than_children_all_get_their_own_answers(workers: Workers) -> None:
    pages = [web_page("en", f"Harbour {number}", f"{ENGLISH} Boat {number}.") for number in range(24)]
    with ThreadPoolExecutor(6) as pool:
        read = list(pool.map(lambda fetched: workers.article(fetched, "a"), pages))
    assert [article.title for article in read] == [f"Harbour {number}" for number in range(24)]
    assert len(workers.pids) == 2


async def test_the_event_loop_goes_on_while_bombs_are_killed() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    with Workers(deadline=1.0) as workers:
        ticking = asyncio.create_task(tick())
        explode = [asyncio.to_thread(workers.feed, bombs.crowded_channel(100_000), NOW) for _ in range(2)]
        ended = await asyncio.gather(*explode, return_exceptions=True)
        ticking.cancel()
    assert all(isinstance(end, SourceError | ParsedFeed) for end in ended)
    assert ticks >= 20  # of about a hundred a second


@on_linux
def test_closing_leaves_no_process_and_reads_nothing_more() -> None:
    workers = Workers(count=2, deadline=PATIENT)
    assert workers.pids == frozenset()  # nothing starts before it is needed
    with ThreadPoolExecutor(1) as pool:
        workers.feed(bombs.feed(), NOW)
        pids = workers.pids
        reading = pool.submit(workers.feed, bombs.crowded_channel(100_000), NOW)
        time.sleep(0.2)
        workers.close()
        with pytest.raises(RuntimeError, match="closed"):
            reading.result()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)  # not even as zombies
    workers.close()
    with pytest.raises(RuntimeError, match="closed"):
        workers.feed(bombs.feed(), NOW)


@on_linux
@pytest.mark.parametrize("task", ["time.sleep(600)", "workers.feed(bombs.crowded_channel(100_000), now)"])
def test_a_parent_that_is_killed_leaves_no_child_behind(task: str) -> None:
    code = f"""
import time
from datetime import UTC, datetime
from retrieval.sources.workers import Workers
from tests.retrieval.sources import bombs
workers, now = Workers(count=1, deadline=2.0), datetime.now(UTC)
workers.feed(bombs.feed(), now)
print(*workers.pids, flush=True)
{task}
"""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:  # noqa: S603 ours
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not is_gone(child)
        time.sleep(0.3)
        parent.kill()
    assert happens(lambda: is_gone(child))
