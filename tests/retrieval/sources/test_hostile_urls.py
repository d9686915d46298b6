"""The shared list of hostile addresses, names, redirects and responses, and cases of our own, against the fetcher."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from retrieval.errors import AddressRefused
from retrieval.sources.types import Fetched
from tests.conftest import SHARED
from tests.retrieval.sources.hostile import LIMITS, PUBLIC, Case, hostile_site, read_cases, visit
from tests.retrieval.sources.pages import Site

LIST = SHARED / "hostile_urls.json" if SHARED else None
CASES = read_cases(LIST) if LIST and LIST.is_file() else []
SLACK = 0.5  # seconds that a slow machine may take beyond the limit

PRIVATE = """
127.0.0.1 10.20.30.40 172.20.0.5 192.168.8.8 169.254.169.254 100.64.9.9 100.100.100.200 192.0.0.192 168.63.129.16
198.18.5.5 203.0.113.9 0.0.0.0 255.255.255.255 224.0.0.251 ::1 :: fe80::1 fd00:ec2::254 fec0::5 ff02::1 2001:db8::9
::ffff:10.20.30.40 ::10.20.30.40 ::ffff:0:10.20.30.40 64:ff9b::a14:1e28 64:ff9b:1::a14:1e28 2002:a14:1e28::1
2001:0:4136:e378:8000:63bf:f5eb:e1d7 2a00:1450::5efe:a14:1e28 fe80::1%eth0
"""

URL = "http://news.lindhaven.example/ok"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with hostile_site() as running:
        yield running


def of_kinds(*kinds: str) -> list[Any]:
    """The list's cases; one that skips when there is no list."""
    cases = [pytest.param(case, id=case["id"]) for case in CASES if case["kind"] in kinds]
    return cases or [
        pytest.param({}, marks=pytest.mark.skip(reason="the shared list of hostile addresses is not here"))
    ]


@pytest.mark.parametrize("case", of_kinds("url"))
def test_an_address_is_refused_by_its_spelling(case: Case, site: Site) -> None:
    seen = visit(case, site)

    assert isinstance(seen.outcome, AddressRefused if case["expect"] == "REFUSE" else Fetched)
    assert not seen.harmful(case)
    assert seen.asked == []  # an IP address needs none, and a refused name gets none


@pytest.mark.parametrize("case", of_kinds("dns", "redirect"))
def test_a_name_or_redirect_leads_nowhere_harmful(case: Case, site: Site) -> None:
    seen = visit(case, site)

    assert seen.is_as_listed(case), repr(seen.outcome)
    assert not seen.harmful(case)


@pytest.mark.parametrize("case", of_kinds("response"))
def test_a_hostile_response_ends_in_its_reason(case: Case, site: Site) -> None:
    seen = visit(case, site)

    assert seen.is_as_listed(case), repr(seen.outcome)
    assert not seen.harmful(case)
    assert seen.seconds < LIMITS.total + SLACK


@pytest.mark.parametrize("address", PRIVATE.split())
@pytest.mark.parametrize("beside", [[], [PUBLIC], ["2606:4700:4700::1111", PUBLIC]], ids=["alone", "last", "first"])
def test_a_name_with_one_private_address_is_not_connected_to(address: str, beside: list[str], site: Site) -> None:
    answer = [address, *beside] if len(beside) < 2 else [*beside, address]
    seen = visit({"url": URL, "dns": [answer], "expect": "REFUSE"}, site)

    assert isinstance(seen.outcome, AddressRefused), repr(seen.outcome)
    assert seen.connected == []


@pytest.mark.parametrize("address", PRIVATE.split())
def test_a_name_that_turns_private_on_the_second_hop_is_not_followed(address: str, site: Site) -> None:
    case = {"url": URL.replace("/ok", "/redir"), "dns": [[PUBLIC], [address]], "location": "/ok", "expect": "REFUSE"}
    seen = visit(case, site)

    assert isinstance(seen.outcome, AddressRefused), repr(seen.outcome)
    assert seen.connected == [PUBLIC]


@pytest.mark.parametrize("address", [address for address in PRIVATE.split() if "%" not in address])
def test_a_private_address_is_not_connected_to_by_itself(address: str, site: Site) -> None:
    host = f"[{address}]" if ":" in address else address
    for url in (f"http://{host}/ok", f"https://{host}/ok", f"http://{host}:8080/ok"):
        seen = visit({"url": url, "expect": "REFUSE"}, site)
        assert isinstance(seen.outcome, AddressRefused), url
        assert seen.connected == seen.asked == []


def test_a_socket_to_a_private_address_is_noticed(site: Site) -> None:
    """The harness itself: what it calls harmful does not depend on the table that is tested."""
    seen = visit({"url": "http://1.1.1.1/ok", "expect": "ALLOW"}, site)

    assert seen.connected == ["1.1.1.1"]
    seen.connected.append("10.0.0.1")
    assert seen.harmful({"expect": "REFUSE"}) == {"10.0.0.1"}
