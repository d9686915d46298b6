"""Bytes and a claim, which may be anything -> text that can be stored."""

from __future__ import annotations

from encodings.aliases import aliases

from retrieval.sources.charsets import decode

_BYTES = bytes(range(256)) + b"+2AA- \\ud800 xn--0"
_CLAIMS = {*aliases, *aliases.values(), "idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"}


def test_no_claim_makes_decoding_fail_or_gives_halves_of_characters() -> None:
    for claim in {*_CLAIMS, "no such charset", "", "a\x00b", "\ud800"}:
        assert decode(_BYTES, claim).encode()


def test_a_claim_that_fits_is_believed() -> None:
    assert decode("Паром".encode("koi8-r"), "KOI8-R") == "Паром"
