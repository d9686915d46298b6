"""Where redirects lead, how many are followed, and when the new address is the one to ask from now on."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from retrieval.errors import AddressRefused, FetchFailed
from retrieval.sources.limits import Limits
from retrieval.sources.types import Fetched, NotModified, Validators
from retrieval.sources.web import GuardedFetcher
from tests.retrieval.sources.hostile import PUBLIC, hostile_site, visit
from tests.retrieval.sources.pages import Site

LOOPBACK = (ip_network("127.0.0.0/8"),)
LIMITS = Limits(connect=0.5, read=2.0, total=4.0, queue=5.0)

REFUSED = [
    "http://127.0.0.1/",
    "http://127.0.0.1:8080/",
    "http://127.1/",
    "http://0x7f.0.0.1/",
    "http://017700000001/",
    "http://[::1]/",
    "http://[::ffff:7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1%25lo]/",
    "http://100.100.100.200/latest/meta-data/",
    "http://metadata.google.internal./",
    "http://router.lan/",
    "http://lindhaven.onion/",
    "//10.0.0.7/admin",
    "//localhost/",
    "https://reader@news.lindhaven.example/ok",
    "http://news.lindhaven.example:6379/",
    "http://news.lindhaven.example:0/",
    "http://１２７.0.0.1/",
    "http://127.0.0.1\\@news.lindhaven.example/",
    "\\\\10.0.0.7\\share",
    "/\\10.0.0.7/",
    "data:text/html,<p>hello",
    "file:///etc/hostname",
    "news.lindhaven.example:80/ok",
    "http://[::1",
    "/" + "a" * 3_000,
]

FOLLOWED = [
    "/ok",
    "ok",
    "./a/../ok",
    "//news.lindhaven.example/ok",
    "http://NEWS.Lindhaven.Example./ok",
    "http://news.lindhaven.example:80/ok#part",
    "http://1.1.1.1/ok",
    "http://новости.lindhaven.example/ok",
    "http:ok",
    "/ok?next=http://127.0.0.1/",
]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with hostile_site() as running:
        yield running


@pytest.fixture
def fetch() -> GuardedFetcher:
    return GuardedFetcher(LOOPBACK, limits=LIMITS)


def test_a_redirect_looks_the_name_up_again(site: Site) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    fetch = GuardedFetcher(LOOPBACK, resolve=lambda host: next(answers), limits=LIMITS)

    with pytest.raises(AddressRefused, match="not public"):
        fetch(site.url("/to-ok", "news.lindhaven.example"))


def test_the_final_address_is_told_after_redirects(site: Site, fetch: GuardedFetcher) -> None:
    fetched = fetch(site.url("/to-ok"))

    assert isinstance(fetched, Fetched)
    assert fetched.url == site.url("/ok")


def test_five_redirects_are_followed_and_six_are_not(site: Site, fetch: GuardedFetcher) -> None:
    assert isinstance(fetch(site.url("/chain/n/5")), Fetched)
    with pytest.raises(FetchFailed, match="too many redirects"):
        fetch(site.url("/chain/n/6"))


@pytest.mark.parametrize("path", ["/to-self", "/to-empty"])
def test_a_page_that_leads_to_itself_is_given_up(site: Site, fetch: GuardedFetcher, path: str) -> None:
    with pytest.raises(FetchFailed, match="too many redirects"):
        fetch(site.url(path))


@pytest.mark.parametrize(
    "path", ["/to-metadata", "/to-decimal", "/to-gopher", "/to-backslashes", "/to-tab", "/to-long"]
)
def test_a_redirect_is_judged_like_a_new_address(site: Site, fetch: GuardedFetcher, path: str) -> None:
    with pytest.raises(AddressRefused):
        fetch(site.url(path))


@pytest.mark.parametrize("location", REFUSED, ids=lambda location: location[:40])
def test_a_redirect_is_not_followed_into_a_private_place(site: Site, location: str) -> None:
    case = {"url": "http://news.lindhaven.example/redir", "location": location, "expect": "REFUSE"}
    seen = visit(case, site)

    assert isinstance(seen.outcome, AddressRefused), repr(seen.outcome)
    assert seen.connected == [PUBLIC]


@pytest.mark.parametrize("location", FOLLOWED)
def test_an_honest_redirect_is_followed(site: Site, location: str) -> None:
    seen = visit({"url": "http://news.lindhaven.example/redir", "location": location, "expect": "ALLOW"}, site)

    assert isinstance(seen.outcome, Fetched), repr(seen.outcome)
    assert len(seen.connected) == 2


@pytest.mark.parametrize("path", ["/300", "/305", "/206"])
def test_only_what_is_a_redirect_is_followed(site: Site, fetch: GuardedFetcher, path: str) -> None:
    with pytest.raises(FetchFailed, match="unexpected status"):
        fetch(site.url(path))


def test_a_cookie_is_not_sent_back(site: Site, fetch: GuardedFetcher) -> None:
    fetch(site.url("/cookie"))

    assert site.asked[-1][0] == "/ok"
    assert "Cookie" not in site.asked[-1][1]


@pytest.mark.parametrize(("path", "moved"), [
    ("/fresh", None),
    ("/moved", "/fresh"),
    ("/moved-twice", "/fresh"),
    ("/moved-after-found", None),
    ("/found-after-moved", None),
    ("/to-ok", None),
])  # fmt: skip
def test_only_redirects_that_are_all_permanent_move_a_page(
    site: Site, fetch: GuardedFetcher, path: str, moved: str | None
) -> None:
    fetched = fetch(site.url(path))

    assert fetched.moved == (None if moved is None else site.url(moved))


def test_what_moved_and_has_not_changed_tells_both(site: Site, fetch: GuardedFetcher) -> None:
    same = fetch(site.url("/moved-then-same"), Validators(etag='"tide-7"'))

    assert same == NotModified(site.url("/same"), moved=site.url("/same"), fresh_for=600.0)
    assert fetch(site.url("/same"), Validators(etag='"tide-7"')).moved is None


def test_without_validators_nobody_can_say_that_nothing_changed(site: Site, fetch: GuardedFetcher) -> None:
    with pytest.raises(FetchFailed, match="unexpected status"):
        fetch(site.url("/moved-then-same"))
