"""How a web address must be spelt, where a redirect may lead, and the one spelling of a page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import AddressRefused
from retrieval.sources.urls import MAX_URL, canonical, check_url, redirected

REFUSED = [
    ("mailto:desk@lindhaven.example", "scheme"),
    ("file:///etc/passwd", "scheme"),
    ("lindhaven.example/news", "scheme"),
    ("", "scheme"),
    ("https://reader:secret@lindhaven.example/", "credentials"),
    ("https://@lindhaven.example/", "credentials"),
    ("https://lindhaven.example:70000/", "port"),
    ("https://lindhaven.example:0/", "port"),
    ("https:///news", "bad address"),
    ("https:/news", "bad address"),
    ("https://lindhaven.example\\@10.0.0.1/", "bad address"),
    ("https://lindhaven.example/\r\nHost: x", "bad address"),
    ("https://lind haven.example/", "bad address"),
    ("https://lindhaven..example/", "bad address"),
    ("https://-lindhaven.example/", "bad address"),
    ("https://lindhaven.exam%70le/", "bad address"),
    ("https://lindhaven.example/\ud800", "bad address"),
    (f"https://{'a' * 64}.example/", "bad address"),
    (f"https://{'abc.' * 70}example/", "bad address"),
    (f"https://lindhaven.example/{'a' * MAX_URL}", "bad address"),
    ("http://10.1/", "bad address"),
    ("http://167772161/", "bad address"),
    ("http://012.0.0.1/", "bad address"),
    ("http://0xa000001/", "bad address"),
    ("http://10.0.0.0xa/", "bad address"),
    ("http://10.0.0.1./", "bad address"),
    ("http://①⓪.⓪.⓪.①/", "bad address"),
    ("http://10。0。0。1/", "bad address"),
    ("http://[fd00::1/", "bad address"),
    ("http://[fe80::1%25eth0]/", "bad address"),
    ("http://[2606:4700::1]lindhaven.example/", "bad address"),
    ("http://[10.0.0.1]/", "bad address"),
]


@pytest.mark.parametrize(("url", "reason"), REFUSED)
def test_an_odd_address_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        check_url(url)

    assert refused.value.reason == reason
    assert refused.value.subject == url


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("HTTPS://Observer.Lindhaven.EXAMPLE", "https://observer.lindhaven.example/"),
        ("https://observer.lindhaven.example:443/a?b=c#d", "https://observer.lindhaven.example/a?b=c"),
        ("http://observer.lindhaven.example.:8080//a//", "http://observer.lindhaven.example:8080//a//"),
        ("https://вестник.lindhaven.example/лёд", "https://xn--b1agjinxh.lindhaven.example/%D0%BB%D1%91%D0%B4"),
        ("https://straße.example/a b?q=a b|c", "https://xn--strae-oqa.example/a%20b?q=a%20b|c"),
        ("https://my_blog.example/100%25?x=%zz", "https://my_blog.example/100%25?x=%zz"),
        ("http://[2606:4700:4700:0:0:0:0:1111]/", "http://[2606:4700:4700::1111]/"),
        ("http://1.1.1.1:8443/", "http://1.1.1.1:8443/"),
    ],
)
def test_a_web_address_has_one_normal_spelling(url: str, normal: str) -> None:
    assert check_url(url).url == normal
    assert check_url(normal).url == normal


@pytest.mark.parametrize(
    "host", ["intranet", "localhost", "nas.local", "wiki.corp", "db.default.svc", "router.home.arpa"]
)
def test_a_private_name_needs_an_own_network(host: str) -> None:
    assert check_url(f"http://{host}/").needs_own == "not public"


def test_an_unusual_port_needs_an_own_network() -> None:
    assert check_url("http://lindhaven.example:9200/").needs_own == "port"
    assert check_url("http://lindhaven.example:8080/").needs_own is None


def test_a_redirect_may_be_relative_and_is_judged_anew() -> None:
    origin = check_url("http://lindhaven.example/a/b")

    assert redirected(origin, "../c?d=e").url == "http://lindhaven.example/c?d=e"
    assert redirected(origin, "//post.lindhaven.example/x").url == "http://post.lindhaven.example/x"
    assert redirected(origin, "https://post.lindhaven.example/лёд").url.endswith("/%D0%BB%D1%91%D0%B4")
    for location in (
        "javascript:alert(1)",
        "\\\\10.0.0.1\\",
        "http://0x7f.1/",
        "http://a:b@lindhaven.example/",
        "http://[::1",
    ):
        with pytest.raises(AddressRefused):
            redirected(origin, location)


def test_a_redirect_does_not_leave_encryption() -> None:
    origin = check_url("https://lindhaven.example/")

    assert redirected(origin, "/safe").scheme == "https"
    with pytest.raises(AddressRefused, match="insecure redirect"):
        redirected(origin, "http://lindhaven.example/")


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://Post.lindhaven.example/a?utm_source=x&id=7&fbclid=y#top", "https://post.lindhaven.example/a?id=7"),
        ("https://post.lindhaven.example/a?UTM_Source=x", "https://post.lindhaven.example/a"),
        ("https://post.lindhaven.example/a?", "https://post.lindhaven.example/a"),
        ("https://post.lindhaven.example/a/amp?b=%20&a", "https://post.lindhaven.example/a/amp?b=%20&a"),
        ("harbour-wire/2026-03-05-slug", "harbour-wire/2026-03-05-slug"),
    ],
)
def test_a_page_has_one_canonical_address(url: str, page: str) -> None:
    assert canonical(url) == page
    assert canonical(page) == page


@given(st.text() | st.text().map("http://{}".format) | st.text().map("https://lindhaven.example/{}".format))
def test_any_text_is_an_address_in_plain_ascii_or_refused(text: str) -> None:
    try:
        url = check_url(text).url
    except AddressRefused:
        return
    assert url.isascii()
    assert url.isprintable()
    assert " " not in url
    assert check_url(url).url == url
