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
    ("http://[v1.lindhaven]/", "bad address"),
    ("http://[]/", "bad address"),
    ("http://[::1].lindhaven.example/", "bad address"),
    ("http://::1/", "port"),
    ("http://0x7f.0x0.0x0.0x1/", "bad address"),
    ("http://1.2.3.4.5/", "bad address"),
    ("http://lindhaven.example.1/", "bad address"),
    ("http://lindhaven.0x7f/", "bad address"),
    ("http://127。0。0。1/", "bad address"),
    ("http://%31%32%37.0.0.1/", "bad address"),
    ("http://lindhaven.example%00.test/", "bad address"),
    ("http://lindhaven.example@127.0.0.1/", "credentials"),
    ("http://lindhaven.example:80@127.0.0.1/", "credentials"),
    ("http://127.0.0.1:80@lindhaven.example/", "credentials"),
    ("http://lindhaven.example：22/", "bad address"),
    ("http://lindhaven.example＠127.0.0.1/", "bad address"),
    ("http://lindhaven.example／127.0.0.1/", "bad address"),
    ("http://lindhaven.example:-1/", "port"),
    ("http://lindhaven.example:８０/", "port"),
    ("http://lindhaven.example:80:80/", "port"),
    ("http://:80/", "bad address"),
    ("http://lindhaven.example\u2028/", "bad address"),
    ("http://*.lindhaven.example/", "bad address"),
    ("http://lindhaven-.example/", "bad address"),
    ("http://lindhaven.example../", "bad address"),
    (" http://127.0.0.1\t/", "bad address"),
    ("http:\\\\127.0.0.1\\", "bad address"),
    ("https:lindhaven.example", "bad address"),
    ("feed:http://lindhaven.example/", "scheme"),
    ("view-source:http://lindhaven.example/", "scheme"),
    ("http+unix://%2fvar%2frun%2fx.sock/", "scheme"),
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
    "host",
    [
        "intranet",
        "localhost",
        "LOCALHOST.",
        "nas.local",
        "wiki.corp",
        "db.default.svc",
        "router.home.arpa",
        "ｌｏｃａｌｈｏｓｔ",
        "a.b.localhost",
        "localhost6.localdomain6",
        "gate.docker.internal",
        "metadata.google.internal.",
        "lindhaven.onion",
        "queue.service.consul",
        "loc\u00adalhost",
        "db.cluster.local",
    ],
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
        ("https://post.lindhaven.example/a/b?c=%20&a", "https://post.lindhaven.example/a/b?c=%20&a"),
        ("https://post.lindhaven.example/a?id=7&amp;utm_medium=x", "https://post.lindhaven.example/a?id=7"),
        ("harbour-wire/2026-03-05-slug", "harbour-wire/2026-03-05-slug"),
    ],
)
def test_a_page_has_one_canonical_address(url: str, page: str) -> None:
    assert canonical(url) == page
    assert canonical(page) == page


POST = "https://post.lindhaven.example"

PAGES = [  # one page in several spellings: the last is the one that counts
    ["/ferry-sails-at-nine/amp", "/ferry-sails-at-nine?amp", "/ferry-sails-at-nine?amp=1", "/ferry-sails-at-nine.amp",
     "/ferry-sails-at-nine?outputType=amp", "/ferry-sails-at-nine/print", "/ferry-sails-at-nine?print=true",
     "/ferry-sails-at-nine?printable=1", "/ferry-sails-at-nine?view=print", "/ferry-sails-at-nine"],
    ["/ferry-sails-at-nine/amp/", "/ferry-sails-at-nine/print/", "/ferry-sails-at-nine/"],
    ["/a/ferry.amp.html", "/a/ferry.html/amp", "/a/ferry.html?amp=1&print=1", "/a/ferry.html"],
    ["/novosti/2026/parom-otpravilsya-v-devyat/AMP", "/novosti/2026/parom-otpravilsya-v-devyat"],
    ["/лёд-на-озере/amp", "/%D0%BB%D1%91%D0%B4-%D0%BD%D0%B0-%D0%BE%D0%B7%D0%B5%D1%80%D0%B5"],
    ["/news/1234567/print?utm_source=a", "/news/1234567/amp?at_medium=b&at_campaign=c", "/news/1234567?ocid=d",
     "/news/1234567?xtor=RSS-1", "/news/1234567?sh=0a1b2c3d4e5f", "/news/1234567?ref=rss",
     "/news/1234567?share=telegram", "/news/1234567?cmp=share_btn_tw",
     "/news/1234567?via=twitter&gaa_at=x&itm_source=y&srsltid=z", "/news/1234567"],
]  # fmt: skip

CHOOSING = [  # what may choose content, and paths that only look like another form, stay
    "/a?id=7&p=2&page=3&story=4&article=5", "/tag/amp", "/amp", "/2026/amp/", "/print", "/shop/print/", "/products/amp",
    "/a?ref=main", "/a?ref=chapter-2", "/a?cmp=LIND", "/a?cmp=LIND-HAVN", "/a?share=8f3a", "/a?sh=2", "/a?view=list",
    "/a?print=pdf", "/a?amp=20", "/a?src=map", "/a?via=lindhaven", "/a?from=ru&to=en", "/a?source=wire",
    "/a?s=ferry&sort=utm", "/vacuum-tube.amp", "/amp/ferry", "/a?outputType=xml",
]  # fmt: skip


@pytest.mark.parametrize(("variant", "page"), [(variant, page[-1]) for page in PAGES for variant in page])
def test_the_forms_of_a_page_are_one_page(variant: str, page: str) -> None:
    assert canonical(POST + variant) == POST + page


@pytest.mark.parametrize("url", CHOOSING)
def test_what_may_choose_another_page_is_kept(url: str) -> None:
    assert canonical(POST + url) == POST + url


@pytest.mark.parametrize(
    ("copy", "page"),
    [
        ("https://www.google.com/amp/s/post.lindhaven.example/ferry", "https://post.lindhaven.example/ferry"),
        ("https://google.co.uk/amp/post.lindhaven.example/a?b=c", "http://post.lindhaven.example/a?b=c"),
        (
            "https://post-lindhaven-example.cdn.ampproject.org/c/s/post.lindhaven.example/1234567/amp/?amp_js_v=0.1&usqp=mq",
            "https://post.lindhaven.example/1234567/",
        ),
        ("https://cdn.ampproject.org/v/s/post.lindhaven.example/a", "https://post.lindhaven.example/a"),
        (
            "https://www.google.com/amp/s/cdn.ampproject.org/c/s/post.lindhaven.example/a",
            "https://post.lindhaven.example/a",
        ),
        ("https://www.google.com/amp/s/guides/", "https://www.google.com/amp/s/guides/"),
        ("https://www.google.com/amp/s/10.0.0.1/", "https://www.google.com/amp/s/10.0.0.1/"),
        ("https://google.lindhaven.example/amp/s/a.example/", "https://google.lindhaven.example/amp/s/a.example/"),
        ("https://cdn.ampproject.org.example/c/s/a.example/", "https://cdn.ampproject.org.example/c/s/a.example/"),
    ],
)
def test_a_copy_in_a_cache_of_amp_pages_is_the_publishers_page(copy: str, page: str) -> None:
    assert canonical(copy) == page


PIECES = st.sampled_from(
    ["/", "/amp", "/print", ".amp", ".html", "amp", "a-b-c", "12345", "?", "&", "=", "1", "amp=1", "print", "ref=rss",
     "utm_x=y", "id=7", "%2f", "%", "лёд", "//", "/s/", "/c/s/", "post.lindhaven.example", ";", " "]
)  # fmt: skip
HOSTS = st.sampled_from(
    ["post.lindhaven.example", "www.google.com", "x.cdn.ampproject.org", "1.1.1.1:8080", "нов.example"]
)


@given(HOSTS, st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=60))
def test_the_canonical_spelling_is_final_and_can_be_fetched(host: str, rest: str) -> None:
    url = f"https://{host}/{rest}"
    page = canonical(url)

    assert canonical(page) == page
    try:
        address = check_url(url)
    except AddressRefused:
        assert page == url
        return
    assert check_url(page).url == page
    if "google" not in host and "ampproject" not in host:
        assert check_url(page).host == address.host
        assert check_url(page).scheme == address.scheme


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
