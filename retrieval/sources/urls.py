"""A string that claims to be a web address -> a WebAddress we may ask for; a link -> its canonical spelling.

Only the spelling is judged here, nothing is looked up: where a name leads is decided when the connection is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import idna

from retrieval.errors import AddressRefused
from retrieval.sources.addresses import Address

MAX_URL = 2048  # characters; longer ones are attacks or mistakes far more often than articles
MAX_HOST = 253  # characters, RFC 1035

DEFAULT_PORTS = {"http": 80, "https": 443}
PUBLIC_PORTS = frozenset({80, 443, 8080, 8443})

# Names that only mean something inside a house, a company or a cluster (RFC 6762, RFC 8375, ICANN on .internal).
_PRIVATE_SUFFIXES = (
    ".corp", ".home", ".home.arpa", ".internal", ".intranet", ".lan",
    ".local", ".localdomain", ".localhost", ".private", ".svc",
)  # fmt: skip

# Control characters, halves of surrogate pairs, and the backslash, which some read as "/" and some do not.
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\\]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_BRACKETED = re.compile(r"\[([0-9a-f:.]+)\](?::[0-9]*)?", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)

# What `quote` leaves alone: all of printable ASCII except space " # < > (it is already encoded, or harmless as it is).
_KEEP = "!$%&'()*+,-./:;=?@[]^_`{|}~"

# Query parameters that tell where a reader came from, not what is read.
_TRACKING_STARTS = (
    "utm_",
    "mtm_",
    "matomo_",
    "piwik_",
    "hsa_",
    "guce_referrer",
    "at_campaign",
    "at_medium",
    "at_custom",
)
_TRACKING = frozenset({
    "fbclid", "gclid", "dclid", "gclsrc", "gbraid", "wbraid", "gad_source", "gad_campaignid", "msclkid", "ttclid",
    "twclid", "yclid", "ysclid", "wickedid", "rb_clickid", "igsh", "igshid", "mc_cid", "mc_eid", "oly_anon_id",
    "oly_enc_id", "vero_id", "_hsenc", "_hsmi", "_openstat", "_ga", "_gl", "ref_src", "ref_url", "mkt_tok", "spm",
    "ito", "smid", "s_cid", "cmpid", "guccounter", "pk_campaign", "pk_kwd", "ns_campaign", "ns_mchannel",
    "ns_source", "ns_linkname",
})  # fmt: skip


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


def canonical(url: str) -> str:
    """The spelling by which a page is known once: no tracking, no fragment. What is no web address comes back as is."""
    try:
        address = check_url(url)
    except AddressRefused:
        return url
    path, _, query = address.url.partition("?")
    kept = "&".join(part for part in query.split("&") if not _tracks(part.partition("=")[0].lower()))
    return f"{path}?{kept}" if kept else path


def _tracks(parameter: str) -> bool:
    return parameter in _TRACKING or parameter.startswith(_TRACKING_STARTS)


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
