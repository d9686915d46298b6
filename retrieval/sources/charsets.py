"""Bytes and the charset they claim -> text. Valid UTF-8 is believed first, then the claim, then a guess."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Pages that say Latin-1 mean Windows-1252: https://encoding.spec.whatwg.org/#names-and-labels
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252"}
# What is left on today's web and disks; among fewer candidates the guess is better.
_CANDIDATES = "cp1251 koi8_r cp866 cp1252 cp1250 cp1253 cp1254 cp1256 shift_jis gb18030 big5"
# Python's codecs that are no charsets of texts: they raise whatever they are told, or turn bytes into lone surrogates.
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"})
_IN_PAGE = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_HEAD = 4096  # browsers look for the claim in the first 1,024 bytes; pages put it later all the same


def decode(content: bytes, declared: str | None = None) -> str:
    """Never raises: bytes that fit nothing become U+FFFD."""
    for mark, charset in _MARKS:
        if content.startswith(mark):
            return content[len(mark) if charset == "utf-8" else 0 :].decode(charset, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_other(content, declared)


def charset_in_page(content: bytes) -> str | None:
    """The charset that an HTML page claims for itself."""
    found = _IN_PAGE.search(content[:_HEAD])
    return found[1].decode("ascii", "ignore") if found else None


def known_charset(declared: str) -> str | None:
    """Python's name for it; None for what is unknown or, like base64, no charset at all."""
    try:
        codec = codecs.lookup(declared)
    except (LookupError, ValueError):
        return None
    if not codec._is_text_encoding or codec.name in _NO_CHARSETS:
        return None
    return _MEANT.get(codec.name, codec.name)


def _decode_other(content: bytes, declared: str | None) -> str:
    scarred = content.decode("utf-8", "replace")
    lost = scarred.count("\ufffd")
    sound = sum(character > "\x7f" for character in scarred) - lost
    if sound > 10 * lost:  # a scratch in UTF-8: no other charset gives so many valid sequences by chance
        return scarred
    if declared and (charset := known_charset(declared)) and charset != "utf-8":
        return content.decode(charset, "replace")
    guess = from_bytes(content, cp_isolation=_CANDIDATES.split()).best()
    return str(guess) if guess else content.decode("cp1252", "replace")
