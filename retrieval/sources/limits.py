"""How long, how much, how many: what one fetch may cost us, and what it may cost the server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, bytes and counts. The defaults fit articles and feeds; a test shortens them."""

    connect: float = 5.0  # to look the name up and connect, and as long again to agree on encryption
    read: float = 10.0  # between two pieces of a response
    total: float = 20.0  # for one fetch with all its redirects, however slowly the bytes drip
    queue: float = 60.0  # to wait for a turn before the fetch begins
    raw: int = 5_000_000  # on the wire
    decoded: int = 10_000_000  # after gzip
    ratio: int = 200  # decoded to raw; honest HTML stays below 30, an attack comes near DEFLATE's 1032
    redirects: int = 5
    per_host: int = 2  # requests at once; more is impolite
    at_once: int = 16  # requests at once over all hosts


DEFAULT_LIMITS = Limits()
