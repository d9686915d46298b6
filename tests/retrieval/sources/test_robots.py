"""What robots.txt forbids us, what is made of one that cannot be had, and that it is asked for once a day."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network

import pytest

from retrieval.errors import AddressRefused, FetchFailed, SourceError
from retrieval.sources.limits import Limits
from retrieval.sources.robots import DOWN_FOR, KNOWN_FOR, MAX_SITEMAPS, MOST_SITES, UNREACHED_FOR, Robots
from retrieval.sources.types import Fetched, Validators
from retrieval.sources.web import GuardedFetcher
from tests.retrieval.sources.pages import Visitor, redirect, serving

SITE = "https://post.lindhaven.example"


class Server:
    """A fetch that answers with what the test says, and writes down what it was asked."""

    def __init__(self, answer: str | bytes | Exception = "") -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.now = 1_000.0

    def __call__(self, url: str, validators: Validators) -> Fetched:
        self.asked.append(url)
        if isinstance(self.answer, Exception):
            raise self.answer
        content = self.answer.encode() if isinstance(self.answer, str) else self.answer
        return Fetched(url, content, "text/plain")

    def clock(self) -> float:
        return self.now

    def robots(self) -> Robots:
        return Robots(self, self.clock)


def forbids(robots: Robots, url: str) -> bool:
    try:
        robots.check(url)
    except FetchFailed as failed:
        return (failed.reason, failed.subject, failed.status) == ("robots", url, None)
    return False


@pytest.mark.parametrize(
    ("rules", "forbidden", "allowed"),
    [
        ("User-agent: *\nDisallow: /private/", ["/private/a", "/private/"], ["/", "/a", "/privat"]),
        ("User-agent: footnote\nDisallow: /", ["/", "/a?b=c"], ["/robots.txt"]),
        ("User-agent: FootNote/2.0\nDisallow: /a", ["/a"], ["/b"]),
        ("User-agent: Footnote\nAllow: /\n\nUser-agent: *\nDisallow: /", [], ["/", "/a"]),
        ("User-agent: *\nDisallow: /\n\nUser-agent: footnote\nDisallow: /a", ["/a"], ["/b"]),
        ("User-agent: otherbot\nDisallow: /", [], ["/", "/a"]),
        ("User-agent: foot\nDisallow: /\nUser-agent: footnotes\nDisallow: /", [], ["/a"]),
        ("User-agent: otherbot\nUser-agent: *\nDisallow: /a", ["/a"], ["/b"]),
        ("User-agent: *\nSitemap: /s.xml\nUser-agent: otherbot\nDisallow: /a", ["/a"], ["/b"]),
        ("User-agent: footnote\nDisallow: /a\nUser-agent: otherbot\nDisallow: /b", ["/a"], ["/b"]),
        ("User-agent: *\nDisallow: /a\nUser-agent: x\nDisallow: /b\nUser-agent: *\nDisallow: /c", ["/a", "/c"], ["/b"]),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", ["/a", "/a/c"], ["/a/b", "/a/b/c"]),
        ("User-agent: *\nDisallow: /*.pdf$\nDisallow: /*?print=", ["/x/y.pdf", "/a?print=1"], ["/x.pdf?a", "/a?b=1"]),
        ("User-agent: *\nDisallow: /лёд", ["/лёд/1", "/%D0%BB%D1%91%D0%B4"], ["/л"]),
        ("\ufeffUser-agent: *\r\nDisallow: /a # not there\r\n", ["/a"], ["/b"]),
        ("# hello\rUSER-AGENT : *\rdisallow:/a", ["/a"], ["/b"]),
        ("User-agent: *\nDisallow:", [], ["/a"]),
        ("User-agent: *\nCrawl-delay: 3600", [], ["/a"]),
        ("Disallow: /", [], ["/a"]),
        ("", [], ["/a"]),
        ("<!doctype html><title>Lindhaven Post</title><p>Disallow: nothing", [], ["/a"]),
    ],
)  # fmt: skip
def test_a_page_is_forbidden_by_the_rules_for_us_or_for_all(
    rules: str, forbidden: list[str], allowed: list[str]
) -> None:
    robots = Server(rules).robots()

    assert [path for path in forbidden + allowed if forbids(robots, SITE + path)] == forbidden


def test_bytes_that_are_no_text_forbid_nothing() -> None:
    assert not forbids(Server(b"\xff\xfe\x00 \xc3User-agent\x80").robots(), f"{SITE}/a")


@pytest.mark.parametrize(
    ("failure", "remembered"),
    [
        (FetchFailed("", "not found", 404), KNOWN_FOR),
        (FetchFailed("", "not found", 410), KNOWN_FOR),
        (FetchFailed("", "forbidden", 401), KNOWN_FOR),
        (FetchFailed("", "forbidden", 403), KNOWN_FOR),
        (FetchFailed("", "unexpected status", 418), KNOWN_FOR),
        (FetchFailed("", "not text"), KNOWN_FOR),
        (FetchFailed("", "empty"), KNOWN_FOR),
        (FetchFailed("", "too large"), KNOWN_FOR),
        (FetchFailed("", "timeout"), UNREACHED_FOR),
        (FetchFailed("", "no such host"), UNREACHED_FOR),
        (FetchFailed("", "unreachable"), UNREACHED_FOR),
        (FetchFailed("", "tls"), UNREACHED_FOR),
        (FetchFailed("", "too many requests", 429, 60.0), UNREACHED_FOR),
        (AddressRefused("", "not public"), UNREACHED_FOR),
    ],
    ids=lambda value: str(value),
)
def test_a_site_without_robots_allows_everything_for_a_while(failure: SourceError, remembered: float) -> None:
    server = Server(failure)
    robots = server.robots()
    robots.check(f"{SITE}/a")
    server.answer = "User-agent: *\nDisallow: /"
    server.now += remembered - 1

    assert not forbids(robots, f"{SITE}/b")
    assert len(server.asked) == 1
    server.now += 1
    assert forbids(robots, f"{SITE}/c")


def test_a_site_whose_server_fails_is_not_read_until_it_can_say_what_it_allows() -> None:
    server = Server(FetchFailed("", "server error", 502))
    robots = server.robots()

    for path in ("/a", "/b"):
        with pytest.raises(FetchFailed) as failed:
            robots.check(SITE + path)
        assert (failed.value.reason, failed.value.status, failed.value.subject) == ("server error", 502, SITE + path)
    assert len(server.asked) == 1
    server.answer = ""
    server.now += DOWN_FOR
    robots.check(f"{SITE}/a")


def test_each_origin_has_rules_of_its_own_asked_for_once_a_day() -> None:
    server = Server("User-agent: *\nDisallow: /a")
    robots = server.robots()
    origins = ["https://a.example", "http://a.example", "https://a.example:8443", "https://b.example"]
    for origin in [*origins, *origins]:
        assert forbids(robots, f"{origin}/a?b")

    assert server.asked == [f"{origin}/robots.txt" for origin in origins]
    server.now += KNOWN_FOR
    robots.check("https://a.example/b")
    assert len(server.asked) == 5


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(AddressRefused):
        Server().robots().check("file:///etc/hostname")


def test_only_so_many_sites_are_remembered_the_last_asked_for_longest() -> None:
    server = Server()
    robots = server.robots()
    for number in range(MOST_SITES):
        robots.check(f"https://site-{number}.example/")
    robots.check("https://site-0.example/")
    robots.check("https://one-more.example/")
    asked = len(server.asked)

    robots.check("https://site-0.example/")
    assert len(server.asked) == asked
    robots.check("https://site-1.example/")
    assert len(server.asked) == asked + 1


def test_many_long_files_do_not_fill_the_memory() -> None:
    server = Server("User-agent: *\n" + "Disallow: /a\n" * 5_000)
    robots = server.robots()
    for number in range(25):
        robots.check(f"https://site-{number}.example/")
    robots.check("https://site-0.example/")

    assert len(server.asked) == 26
    robots.check("https://site-24.example/")
    assert len(server.asked) == 26


def test_those_who_ask_at_the_same_time_wait_for_one_fetch() -> None:
    going = threading.Barrier(8)
    asked: list[str] = []

    def fetch(url: str, validators: Validators) -> Fetched:
        asked.append(url)
        time.sleep(0.1)
        return Fetched(url, b"User-agent: *\nDisallow: /a", "text/plain")

    robots = Robots(fetch)

    def ask(number: int) -> bool:
        going.wait()
        return forbids(robots, f"{SITE}/a/{number}")

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(8)))
    assert len(asked) == 1


def test_sitemaps_are_told_in_their_order() -> None:
    text = (
        "Sitemap: https://post.lindhaven.example/news.xml\nUser-agent: *\nDisallow: /\nsitemap:/all.xml.gz\n"
        "Site-Map: http://wire.example/map.xml # the other one\nSitemap:\nSitemap: ftp://wire.example/x\n"
        "Sitemap: https://post.lindhaven.example/news.xml\n# Sitemap: https://post.lindhaven.example/old.xml\n"
    )

    assert Server(text).robots().sitemaps(f"{SITE}/a") == (
        "https://post.lindhaven.example/news.xml",
        "https://post.lindhaven.example/all.xml.gz",
        "http://wire.example/map.xml",
    )
    many = "".join(f"Sitemap: /map-{number}.xml\n" for number in range(1_000))
    assert len(Server(many).robots().sitemaps(SITE)) == MAX_SITEMAPS
    assert Server(FetchFailed("", "server error", 500)).robots().sitemaps(SITE) == ()


HOSTILE: dict[str, Callable[[], str]] = {
    "agents times rules": lambda: "".join(f"User-agent: a{n}\n" for n in range(15_000)) + "Disallow: /x\n" * 20_000,
    "our agent again and again": lambda: "User-agent: footnote\n" * 20_000 + "Disallow: /b\n" * 10_000,
    "many stars": lambda: "User-agent: *\n" + "Disallow: /*a*a*a*a*a*a*a*a*a*a*c$\n" * 13_000,
    "one rule of stars": lambda: "User-agent: *\nDisallow: " + "*a" * 250_000,
    "needles": lambda: "User-agent: *\n" + ("Disallow: /*" + "a" * 60 + "c\n") * 7_000,
    "dollars": lambda: "User-agent: *\nDisallow: /" + "$" * 4_000 + "\n" + "Disallow: /$$$$*$\n" * 20_000,
    "blank lines": lambda: "\n" * 500_000,
    "one long line": lambda: "User-agent " + " " * 500_000,
    "sitemaps": lambda: "Sitemap:" + " " * 500_000 + "x",
    "endless": lambda: "User-agent: *\nDisallow: /b\n" + "x" * 9_000_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_read_and_asked_in_a_moment(text: Callable[[], str]) -> None:
    robots = Server(text()).robots()
    begun = time.process_time()
    forbids(robots, f"{SITE}/{'a' * 1_900}b")

    assert time.process_time() - begun < 2.0  # measured: 0.4 at the most


def test_rules_beyond_the_first_half_megabyte_do_not_count() -> None:
    robots = Server("User-agent: *\nDisallow: /b\n" + "#" * 600_000 + "\nDisallow: /c\n").robots()

    assert forbids(robots, f"{SITE}/b")
    assert not forbids(robots, f"{SITE}/c")


def test_robots_are_fetched_through_the_same_guard() -> None:
    def rules(visitor: Visitor) -> None:
        visitor.reply(body=b"User-agent: *\nDisallow: /a", content_type="text/plain")

    with serving({"/robots.txt": redirect("/rules"), "/rules": rules}) as site:
        robots = Robots(GuardedFetcher((ip_network("127.0.0.0/8"),), limits=Limits(read=2.0)))
        assert forbids(robots, site.url("/a"))
        assert not forbids(robots, site.url("/b"))
        assert [path for path, _ in site.asked] == ["/robots.txt", "/rules"]
        Robots(GuardedFetcher()).check(site.url("/a"))  # not public: the page's own fetch will say so
        assert len(site.asked) == 2
