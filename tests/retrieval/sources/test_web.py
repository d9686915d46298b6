"""The guarded fetcher against a real server: what it brings, what it refuses, and when it gives up."""

from __future__ import annotations

import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from ipaddress import ip_network

import pytest

from retrieval.errors import AddressRefused, FetchFailed
from retrieval.sources.limits import Limits
from retrieval.sources.types import Fetched, NotModified, Validators
from retrieval.sources.web import USER_AGENT, GuardedFetcher
from tests.retrieval.sources.pages import (
    ARCHIVE,
    DOCX,
    ETAG,
    FEED,
    MEGABYTE,
    PAGE,
    SITEMAP,
    Site,
    serving,
)

LOOPBACK = (ip_network("127.0.0.0/8"),)
QUICK = Limits(connect=0.5, read=0.4, total=0.8, queue=5.0, raw=2 * MEGABYTE, decoded=4 * MEGABYTE)
SLACK = 0.5  # seconds that a slow machine may take beyond a limit


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@pytest.fixture
def fetch() -> GuardedFetcher:
    return GuardedFetcher(LOOPBACK, limits=QUICK)


def closed_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


def test_a_page_comes_with_its_type_and_charset(site: Site, fetch: GuardedFetcher) -> None:
    assert fetch(site.url("/ok#part")) == Fetched(site.url("/ok"), PAGE, "text/html", "utf-8")


def test_the_server_learns_who_asks_and_nothing_more(site: Site, fetch: GuardedFetcher) -> None:
    fetch(site.url("/ok?a=b"))

    path, headers = site.asked[-1]
    assert path == "/ok?a=b"
    assert headers.pop("Accept").startswith("text/html")
    assert headers == {
        "Host": f"127.0.0.1:{site.port}",
        "User-Agent": USER_AGENT,
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }


def test_without_own_networks_nobody_is_connected_to(site: Site) -> None:
    before = len(site.asked)

    for url in (site.url("/ok"), site.url("/ok", "localhost"), f"http://[::ffff:127.0.0.1]:{site.port}/ok"):
        with pytest.raises(AddressRefused):
            GuardedFetcher(limits=QUICK)(url)

    assert len(site.asked) == before


def test_an_own_server_may_have_any_name_and_port(site: Site) -> None:
    fetch = GuardedFetcher(LOOPBACK, resolve=lambda host: ["127.0.0.1"], limits=QUICK)

    assert isinstance(fetch(site.url("/ok", "wiki")), Fetched)
    assert site.asked[-1][1]["Host"] == f"wiki:{site.port}"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (["10.0.0.1"], "not public"),
        (["127.0.0.1", "10.0.0.1"], "not public"),
        (["8.8.8.8"], "port"),
        (["127.0.0.1", "8.8.8.8"], "port"),
    ],
)
def test_one_address_outside_the_own_networks_spoils_the_name(answers: list[str], reason: str) -> None:
    fetch = GuardedFetcher(LOOPBACK, resolve=lambda host: answers, limits=QUICK)

    with pytest.raises(AddressRefused) as refused:
        fetch("http://news.lindhaven.example:9200/ok")

    assert refused.value.reason == reason


def test_a_name_is_looked_up_once_for_each_connection(site: Site) -> None:
    asked: list[str] = []

    def resolve(host: str) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    fetch = GuardedFetcher(LOOPBACK, resolve=resolve, limits=QUICK)
    assert isinstance(fetch(site.url("/ok", "news.lindhaven.example")), Fetched)
    assert asked == ["news.lindhaven.example"]


def test_a_dead_address_gives_way_to_the_next(site: Site) -> None:
    fetch = GuardedFetcher((*LOOPBACK, ip_network("::1")), resolve=lambda host: ["::1", "127.0.0.1"], limits=QUICK)

    assert isinstance(fetch(site.url("/ok", "news.lindhaven.example")), Fetched)


def test_the_environments_proxy_is_not_asked(
    site: Site, fetch: GuardedFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")

    assert isinstance(fetch(site.url("/ok")), Fetched)


def test_what_has_not_changed_is_not_sent_again(site: Site, fetch: GuardedFetcher) -> None:
    first = fetch(site.url("/if-changed"))

    assert isinstance(first, Fetched)
    assert first.validators == Validators(ETAG, "Mon, 02 Mar 2026 08:00:00 GMT")
    assert fetch(site.url("/if-changed"), first.validators) == NotModified(site.url("/if-changed"))
    assert site.asked[-1][1]["If-Modified-Since"] == "Mon, 02 Mar 2026 08:00:00 GMT"


def test_a_validator_cannot_smuggle_a_header(site: Site, fetch: GuardedFetcher) -> None:
    fetch(site.url("/ok"), Validators('"a"\r\nX-Evil: 1', "later\n"))

    assert not {"If-None-Match", "If-Modified-Since", "X-Evil"} & site.asked[-1][1].keys()


@pytest.mark.parametrize(
    ("path", "content", "media_type"),
    [
        ("/gzip", PAGE, "text/html"),
        ("/gzip-then-garbage", PAGE, "text/html"),
        ("/gzip-then-padding", PAGE, "text/html"),
        ("/gzip-twice", PAGE + b"<p>More.</p>", "text/html"),
        ("/feed", FEED, "application/rss+xml"),
        ("/feed-untyped", FEED, "application/xml"),
        ("/feed-octets", FEED, "application/xml"),
        ("/pdf", b"%PDF-1.7\n\x00\x01", "application/pdf"),
        ("/wide", PAGE.decode().encode("utf-16"), "text/html"),
        ("/length-and-chunks", PAGE, "text/html"),
        ("/no-such-charset", PAGE, "text/html"),
        ("/sitemap", SITEMAP, "application/xml"),
        ("/sitemap-x", SITEMAP, "application/xml"),
        ("/sitemap-octets", SITEMAP, "application/xml"),
        ("/sitemap-said-twice", SITEMAP, "application/xml"),
        ("/sitemap-packed-twice", SITEMAP, "application/xml"),
        ("/epub", ARCHIVE, "application/epub+zip"),
        ("/docx", ARCHIVE, DOCX),
        ("/zip", ARCHIVE, "application/zip"),
        ("/zip-octets", ARCHIVE, "application/zip"),
    ],
)
def test_what_can_be_read_is_brought(
    site: Site, fetch: GuardedFetcher, path: str, content: bytes, media_type: str
) -> None:
    fetched = fetch(site.url(path))

    assert isinstance(fetched, Fetched)
    assert (fetched.content, fetched.media_type) == (content, media_type)


@pytest.mark.parametrize(
    ("path", "reason", "status"),
    [
        ("/nowhere", "not found", 404),
        ("/403", "forbidden", 403),
        ("/429", "too many requests", 429),
        ("/503", "server error", 503),
        ("/204", "unexpected status", 204),
        ("/to-nowhere", "unexpected status", 302),
        ("/always-304", "unexpected status", 304),
        ("/empty", "empty", None),
        ("/film", "not text", None),
        ("/program", "not text", None),
        ("/program-as-page", "not text", None),
        ("/page-untyped", "not text", None),
        ("/not-a-pdf", "not text", None),
        ("/nul", "not text", None),
        ("/zip-as-page", "not text", None),
        ("/gzip-as-page", "not text", None),
        ("/picture-as-page", "not text", None),
        ("/not-a-zip", "not text", None),
        ("/tar-gz", "not text", None),
        ("/gzip-of-nothing", "empty", None),
        ("/gzip-said-twice", "bad encoding", None),
        ("/deflate", "bad encoding", None),
        ("/206", "unexpected status", 206),
        ("/no-head", "bad response", None),
        ("/headers-endless", "bad response", None),
        ("/header-endless", "bad response", None),
        ("/header-nul", "bad response", None),
        ("/lengths-differ", "bad response", None),
        ("/length-negative", "bad response", None),
        ("/length-no-number", "bad response", None),
        ("/chunk-huge", "bad response", None),
        ("/chunk-extension-endless", "bad response", None),
        ("/trailers-endless", "bad response", None),
        ("/hints-endless", "bad response", None),
        ("/switching", "bad response", None),
        ("/gzip-in-gzip", "bad encoding", None),
        ("/gzip-broken", "bad encoding", None),
        ("/brotli", "bad encoding", None),
        ("/gzip-cut", "bad response", None),
        ("/short", "bad response", None),
        ("/reset", "bad response", None),
        ("/no-http", "bad response", None),
        ("/bad-status", "bad response", None),
        ("/bad-chunk", "bad response", None),
        ("/continue", "bad response", None),
        ("/claims-10-gb", "too large", None),
        ("/endless", "too large", None),
        ("/endless-unmeasured", "too large", None),
        ("/bomb", "too large", None),
        ("/bomb-endless", "too large", None),
        ("/sitemap-bomb", "too large", None),
    ],
)
def test_what_cannot_be_read_fails_with_its_reason(site: Site, path: str, reason: str, status: int | None) -> None:
    patient = GuardedFetcher(LOOPBACK, limits=replace(QUICK, read=5.0, total=10.0))

    with pytest.raises(FetchFailed) as failed:
        patient(site.url(path))

    assert (failed.value.reason, failed.value.status, failed.value.subject) == (reason, status, site.url(path))


def test_size_is_measured_on_the_wire_and_after_decoding(site: Site) -> None:
    assert isinstance(GuardedFetcher(LOOPBACK, limits=replace(QUICK, raw=200_003))(site.url("/long")), Fetched)
    for limits, path in ((replace(QUICK, raw=200_002), "/long"), (replace(QUICK, decoded=len(PAGE) - 1), "/gzip")):
        with pytest.raises(FetchFailed, match="too large"):
            GuardedFetcher(LOOPBACK, limits=limits)(site.url(path))


@pytest.mark.parametrize(
    "limits",
    [Limits(), Limits(ratio=10_000), Limits(decoded=1_000 * MEGABYTE)],
    ids=["both limits", "size alone", "ratio alone"],
)
def test_a_bomb_does_not_fill_the_memory(site: Site, limits: Limits) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(FetchFailed, match="too large"):
            GuardedFetcher(LOOPBACK, limits=limits)(site.url("/bomb"))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 32 * MEGABYTE


@pytest.mark.parametrize("path", ["/silent", "/half", "/drip-head", "/drip-body", "/continue-slowly"])
def test_a_slow_server_is_left_in_time(site: Site, fetch: GuardedFetcher, path: str) -> None:
    begun = time.monotonic()
    with pytest.raises(FetchFailed, match="timeout"):
        fetch(site.url(path))

    assert time.monotonic() - begun < QUICK.total + SLACK


def test_a_resolver_that_hangs_is_left_behind() -> None:
    hang = threading.Event()

    def resolve(host: str) -> list[str]:
        hang.wait()
        return []

    begun = time.monotonic()
    with pytest.raises(FetchFailed, match="timeout"):
        GuardedFetcher(resolve=resolve, limits=QUICK)("http://news.lindhaven.example/")
    hang.set()

    assert time.monotonic() - begun < QUICK.connect + SLACK


@pytest.mark.parametrize("answer", [[], ["nonsense"]])
def test_a_name_without_addresses_is_no_host(answer: list[str]) -> None:
    with pytest.raises(FetchFailed, match="no such host"):
        GuardedFetcher(resolve=lambda host: answer)("http://news.lindhaven.example/")


def test_the_systems_resolver_does_not_know_an_invalid_name() -> None:
    with pytest.raises(FetchFailed, match="no such host"):
        GuardedFetcher()("http://lindhaven.invalid/")


def test_a_closed_port_is_unreachable(fetch: GuardedFetcher) -> None:
    with pytest.raises(FetchFailed, match="unreachable"):
        fetch(f"http://127.0.0.1:{closed_port()}/")


def test_a_host_is_asked_twice_at_once_at_most(site: Site) -> None:
    fetch = GuardedFetcher(LOOPBACK, limits=replace(QUICK, read=5.0, total=10.0, queue=20.0))
    site.most_at_once = 0

    with ThreadPoolExecutor(6) as threads:
        fetched = list(threads.map(fetch, [site.url("/slowly")] * 6))

    assert all(isinstance(one, Fetched) for one in fetched)
    assert site.most_at_once == 2


def test_all_hosts_together_are_asked_only_so_often_at_once(site: Site) -> None:
    site.most_at_once = 0
    limits = replace(QUICK, read=5.0, total=10.0, queue=20.0, at_once=3)
    fetch = GuardedFetcher(LOOPBACK, resolve=lambda host: ["127.0.0.1"], limits=limits)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(fetch, [site.url("/slowly", f"host-{number}.example") for number in range(8)]))

    assert site.most_at_once == 3


def test_who_waits_too_long_for_a_turn_gives_up(site: Site) -> None:
    fetch = GuardedFetcher(LOOPBACK, limits=replace(QUICK, per_host=1, queue=0.05))

    with ThreadPoolExecutor(1) as other:
        first = other.submit(fetch, site.url("/half"))
        while site.asked[-1][0] != "/half":
            time.sleep(0.01)
        with pytest.raises(FetchFailed, match="timeout"):
            fetch(site.url("/ok"))
        assert first.exception() is not None
