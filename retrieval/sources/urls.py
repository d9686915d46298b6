"""A string that claims to be a web address -> a WebAddress we may ask for; a link -> its canonical spelling.

Only the spelling is judged here, nothing is looked up: where a name leads is decided when the connection is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

import idna

from retrieval.errors import AddressRefused
from retrieval.sources.addresses import Address

MAX_URL = 2048  # characters; longer ones are attacks or mistakes far more often than articles
MAX_HOST = 253  # characters, RFC 1035

DEFAULT_PORTS = {"http": 80, "https": 443}
PUBLIC_PORTS = frozenset({80, 443, 8080, 8443})

# Names that only mean something inside a house, a company, a cluster or another network (RFC 6762, RFC 7686, RFC 8375,
# ICANN on .internal).
_PRIVATE_SUFFIXES = (
    ".consul", ".corp", ".docker", ".home", ".home.arpa", ".i2p", ".internal", ".intranet", ".lan", ".local",
    ".localdomain", ".localdomain4", ".localdomain6", ".localhost", ".onion", ".private", ".svc",
)  # fmt: skip

# Control characters, halves of surrogate pairs, and the backslash, which some read as "/" and some do not.
_DROPPED = re.compile(r"[\t\r\n\x00\ud800-\udfff]")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\\]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_BRACKETED = re.compile(r"\[([0-9a-f:.]+)\](?::[0-9]*)?", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)

# What `quote` leaves alone: all of printable ASCII except space " # < > (it is already encoded, or harmless as it is).
_KEEP = "!$%&'()*+,-./:;=?@[]^_`{|}~"

# Query parameters that tell where a reader came from, not what is read: those on which the well-kept public lists for
# cleaning links agree, as far as they are meant for every site.
_TRACKING_STARTS = (
    "utm_", "mtm_", "matomo_", "piwik_", "hsa_", "hmb_", "itm_", "gaa_", "bsft_", "guce_referrer", "at_",
)  # fmt: skip
_TRACKING = frozenset({
    "utm", "fbclid", "gclid", "dclid", "gclsrc", "gbraid", "wbraid", "gad_source", "gad_campaignid", "msclkid",
    "ttclid", "twclid", "yclid", "ysclid", "yadclid", "ymclid", "wickedid", "rb_clickid", "irclickid", "li_fat_id",
    "srsltid", "igsh", "igshid", "mc_cid", "mc_eid", "mc_tc", "oly_anon_id", "oly_enc_id", "vero_id", "vero_conv",
    "_hsenc", "_hsmi", "__hsfp", "__hssc", "__hstc", "hsctatracking", "_openstat", "_ga", "_gl", "ref_src",
    "ref_url", "mkt_tok", "ml_subscriber", "ml_subscriber_hash", "spm", "ito", "smid", "s_cid", "s_kwcid", "cmpid",
    "guccounter", "xtor", "pk_campaign", "pk_kwd", "pk_source", "pk_medium", "pk_content", "pk_cid", "ns_campaign",
    "ns_mchannel", "ns_source", "ns_linkname", "wt_mc", "wt_zmc", "wtmc", "wtrid", "ocid", "sr_share",
    "fb_action_ids", "fb_action_types", "fb_ref", "fb_source", "action_object_map", "action_type_map",
    "action_ref_map", "__twitter_impression", "_branch_match_id", "cx_click", "cx_recsorder", "cx_recswidget",
    "vgo_ee", "amp_js_v", "amp_gsa", "usqp",
})  # fmt: skip

# Parameters that may choose what is read, unless all that they say is by which way the link was passed on.
_PASSED_ON = frozenset({"ref", "referrer", "via", "share", "src", "cmp"})
_WAYS = frozenset({
    "applenews", "app", "bluesky", "bsky", "btn", "button", "copy", "dzen", "email", "facebook", "fb", "feed",
    "flipboard", "gnews", "googlenews", "hackernews", "hn", "ig", "instagram", "link", "linkedin", "mail",
    "mastodon", "messenger", "mobile", "newsletter", "pocket", "push", "reddit", "rss", "share", "shared", "social",
    "telegram", "tg", "threads", "tiktok", "tw", "twitter", "twt", "viber", "vk", "vkontakte", "wa", "whatsapp",
})  # fmt: skip

# Parameters, with these values, for another form of the same page: for phones, for paper, from somebody's clipboard.
_YES = re.compile(r"(?:=(?:1|true|yes|y)?)?")
_FORMS = {
    "amp": _YES, "print": _YES, "printable": _YES, "view": re.compile("=(?:print|amp)"),
    "outputtype": re.compile("=amp"), "sh": re.compile("=[0-9a-f]{8,40}"),
}  # fmt: skip

# The ends of paths for such forms. They are cut off only from what looks like an article's own name, since "/tag/amp"
# is about amplifiers: words joined by hyphens, a long number, a file.
_FORM_PATH = re.compile(r"(.*/([^/]+))/(?:amp|print)(/?)|(.*/([^/]+))\.amp(\.html?)?", re.IGNORECASE)
_FILE_ENDS = (".html", ".htm", ".php", ".aspx")

# Where search engines keep copies of publishers' AMP pages: host -> path, with "s/" for https and then the address.
_CACHES = (
    (re.compile(r"(?:www\.)?google\.(?:com|(?:com?\.)?[a-z]{2})"), re.compile(r"/amp/(s/)?(.+)")),
    (re.compile(r"(?:[a-z0-9-]+\.)?cdn\.ampproject\.org|[a-z0-9-]+\.bing-amp\.com"), re.compile(r"/[cv]/(s/)?(.+)")),
)


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An address in good spelling. `needs_own` is the reason to refuse it outside the operator's own networks."""

    given: str  # as it was asked for
    scheme: str  # "http" or "https"
    host: str  # lower case ASCII without brackets or a final dot: a name in punycode, or an IP address
    port: int
    target: str  # path and query, percent-encoded ASCII
    literal: Address | None = None  # the host, when it is an IP address
    needs_own: str | None = None

    @property
    def authority(self) -> str:
        """Host and, unless it is the usual one, port: what belongs into the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The normal spelling, without a fragment."""
        return f"{self.scheme}://{self.authority}{self.target}"


def check_url(url: str) -> WebAddress:
    """Raises AddressRefused: "scheme", "credentials", "port", "not public", "bad address"."""
    parts = _split(url)
    if parts.scheme not in DEFAULT_PORTS:
        raise AddressRefused(url, "scheme")
    if "@" in parts.netloc:
        raise AddressRefused(url, "credentials")
    port = _port(url, parts)
    literal = _literal(parts.netloc)
    if literal is None and "[" in parts.netloc:  # a version of IP to come, which is a name once the brackets are off
        raise AddressRefused(url, "bad address")
    host = str(literal) if literal else _name(url, parts.hostname or "")
    needs_own = "not public" if literal is None and _is_private(host) else None
    if needs_own is None and port not in PUBLIC_PORTS:
        needs_own = "port"
    return WebAddress(url, parts.scheme, host, port, _target(parts), literal, needs_own)


def redirected(origin: WebAddress, location: str) -> WebAddress:
    """Where a Location header leads, judged like a new address. Raises AddressRefused, also from https to http."""
    if _FORBIDDEN.search(location):  # before joining, which would drop some of them silently
        raise AddressRefused(location, "bad address")
    try:
        joined = urljoin(origin.url, location.strip())
    except ValueError as error:
        raise AddressRefused(location, "bad address") from error
    address = check_url(joined)
    if origin.scheme == "https" and address.scheme == "http":
        raise AddressRefused(joined, "insecure redirect")
    return address


def is_web(address: str) -> bool:
    """Whether it is an address of the web, and no path or name."""
    return address.lower().startswith(("http://", "https://"))


def linked_address(base: str, link: str | None) -> str | None:
    """The address that a link in a page or a feed leads to, if it is one of the web. Read as browsers do: line ends and
    tabs in it are nothing, a space is one of the address.
    """
    text = _DROPPED.sub("", link or "").strip()
    if not text or _FORBIDDEN.search(text):
        return None
    try:
        joined = urljoin(base, text.replace(" ", "%20"))
        is_web = urlsplit(joined).scheme in DEFAULT_PORTS and bool(urlsplit(joined).netloc)
    except ValueError:
        return None
    return joined if is_web and len(joined) <= MAX_URL else None


def canonical(url: str) -> str:
    """The spelling by which a page is known once: no tracking, no fragment, not its form for phones or for paper.

    It can be fetched, and keeps its host, unless that is a cache of AMP pages. What is no web address comes back as is.
    """
    try:
        address = check_url(url)
    except AddressRefused:
        return url
    while inner := _cached(address):
        address = inner
    path, _, query = address.target.partition("?")
    kept = "&".join(part for part in query.split("&") if not _is_aside(part))
    root = address.url.removesuffix(address.target)
    return f"{root}{_article_path(path)}?{kept}" if kept else f"{root}{_article_path(path)}"


def _cached(address: WebAddress) -> WebAddress | None:
    """The address of which a cache of AMP pages has this copy."""
    for host, path in _CACHES:
        copy = path.fullmatch(address.target) if host.fullmatch(address.host) else None
        if copy is None:
            continue
        try:
            inner = check_url(f"{'https' if copy[1] else 'http'}://{copy[2]}")
        except AddressRefused:
            return None
        return None if inner.needs_own or inner.literal else inner
    return None


def _is_aside(parameter: str) -> bool:
    """Whether a part of the query does not tell what is read."""
    name, equals, value = parameter.lower().removeprefix("amp;").partition("=")
    if name in _TRACKING or name.startswith(_TRACKING_STARTS):
        return True
    if name in _PASSED_ON:
        return all(word in _WAYS for word in re.split("[-_.:|]", value))
    return name in _FORMS and _FORMS[name].fullmatch(equals + value) is not None


def _article_path(path: str) -> str:
    while form := _FORM_PATH.fullmatch(path):
        start, name, end = (form[1], form[2], form[3]) if form[1] else (form[4], form[5], form[6] or "")
        if not _names_article(unquote(name + end.rstrip("/"))):
            break
        path = start + end
    return path


def _names_article(segment: str) -> bool:
    words = [word for word in re.split("[-_]", segment) if word]
    digits = 3 if len(words) == 2 else 5
    return len(words) > 2 or segment.lower().endswith(_FILE_ENDS) or bool(re.search(f"[0-9]{{{digits}}}", segment))


def _split(url: str) -> SplitResult:
    if len(url) > MAX_URL or _FORBIDDEN.search(url):
        raise AddressRefused(url, "bad address")
    try:
        return urlsplit(url)
    except ValueError as error:
        raise AddressRefused(url, "bad address") from error


def _port(url: str, parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError as error:
        raise AddressRefused(url, "port") from error
    if port == 0:
        raise AddressRefused(url, "port")
    return port or DEFAULT_PORTS[parts.scheme]


def _literal(netloc: str) -> Address | None:
    """Only the one normal spelling counts: four decimal numbers, or an IPv6 address in brackets without a zone."""
    bracketed = _BRACKETED.fullmatch(netloc)
    try:
        return IPv6Address(bracketed[1]) if bracketed else IPv4Address(netloc.partition(":")[0])
    except AddressValueError:
        return None


def _name(url: str, host: str) -> str:
    """A host name in punycode. Refuses what some resolver reads as a number: 127.1, 0x7f000001, full-width digits."""
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise AddressRefused(url, "bad address") from error
    name = name.lower().removesuffix(".")
    labels = name.split(".")
    if len(name) > MAX_HOST or not all(_LABEL.fullmatch(label) for label in labels) or _NUMBER.fullmatch(labels[-1]):
        raise AddressRefused(url, "bad address")
    return name


def _is_private(name: str) -> bool:
    return "." not in name or f".{name}".endswith(_PRIVATE_SUFFIXES)


def _target(parts: SplitResult) -> str:
    query = f"?{parts.query}" if parts.query else ""
    return quote((parts.path or "/") + query, safe=_KEEP)
