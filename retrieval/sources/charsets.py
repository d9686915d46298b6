"""Bytes and the charset they claim -> text. Valid UTF-8 is believed first, then the claim, then a guess.

A claim is not believed when it makes no words of what is plainly Cyrillic: templates say Latin-1 whatever follows.
"""

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
_CYRILLIC = ("cp1251", "koi8_r", "cp866", "iso8859_5")
_SAMPLE = 200_000  # bytes by which a claim is judged
_CYRILLIC_WORD = re.compile(r"(?<![^\W\d_])(?:[А-ЯЁЄІЇҐ]?[а-яёєіїґўђјљњћџ]+|[А-ЯЁЄІЇҐ]{2,6})(?![^\W\d_])")
_WORDS = 0.8  # of what is not ASCII is in such words where a text is Cyrillic; in a wrong charset case goes up and down
_MARKS_OF_TEXT = frozenset("«»„“”‘’–—…№\u00a0")  # stand among words of any script
_COMMON = frozenset("оеаинтсрвлкмдпу")  # four of five letters in Russian, and most in its neighbours
_SPACED = 60  # bytes of UTF-16 text that hold a space or a line end at least
_HEAD = 4096  # browsers look for the claim in the first 1,024 bytes; pages put it later all the same


def decode(content: bytes, declared: str | None = None) -> str:
    """Never raises: bytes that fit nothing become U+FFFD."""
    for mark, charset in _MARKS:
        if content.startswith(mark):
            return content[len(mark) if charset == "utf-8" else 0 :].decode(charset, "replace")
    if wide := _wide(content[:_SAMPLE]):
        return content.decode(wide, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_other(content, declared)


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: spaces and line ends have a NUL on one side of each, and text has NULs nowhere else."""
    if b"\x00" not in sample:
        return None
    little, big = sample[1::2].count(0), sample[0::2].count(0)
    spaces = {"utf-16-le": (b" \x00", b"\n\x00", b"\r\x00"), "utf-16-be": (b"\x00 ", b"\x00\n", b"\x00\r")}
    for charset, own, other in (("utf-16-le", little, big), ("utf-16-be", big, little)):
        found = sum(sample.count(space) for space in spaces[charset])
        if own > 20 * other and found * _SPACED > len(sample):
            return charset
    return None


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
    claimed = known_charset(declared) if declared else None
    charset = _believed(content[:_SAMPLE], claimed if claimed != "utf-8" else None)
    if charset:
        return content.decode(charset, "replace")
    guess = from_bytes(content, cp_isolation=_CANDIDATES.split()).best()
    return str(guess) if guess else content.decode("cp1252", "replace")


def _believed(sample: bytes, claimed: str | None) -> str | None:
    """The claim, unless the bytes make Cyrillic words in another charset and none in the claimed one."""
    if claimed and (_cyrillic(sample, claimed) >= _WORDS or _fits_several_bytes(sample, claimed)):
        return claimed
    likely = max(_CYRILLIC, key=lambda charset: _cyrillic(sample, charset))
    return likely if _cyrillic(sample, likely) >= _WORDS else claimed


def _cyrillic(sample: bytes, charset: str) -> float:
    """Which part of what is not ASCII stands in plausible Cyrillic words, 0..1; 0 without common letters among it."""
    text = sample.decode(charset, "replace")
    foreign = sum(character > "\x7f" and character not in _MARKS_OF_TEXT for character in text)
    letters = "".join(_CYRILLIC_WORD.findall(text))
    common = sum(letter in _COMMON for letter in letters.lower())
    return len(letters) / foreign if foreign and common * 2 >= len(letters) > 0 else 0.0


def _fits_several_bytes(sample: bytes, charset: str) -> bool:
    """Whether the charset takes several bytes for some characters, and these do: that is hardly chance."""
    is_wide = len("\u4e2d".encode(charset, "ignore")) > 1
    return is_wide and sample.decode(charset, "replace").count("\ufffd") <= 1  # the sample may end amid one
