"""The bytes of a zip -> the files in it that may hold articles, read under strict limits; or a guarded way to read it.

Nothing that the archive says of itself is believed: sizes are counted while unpacking, and nothing is written to disk.
"""

from __future__ import annotations

import io
import re
import stat
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from retrieval.errors import UnreadableFile, UnsupportedFile
from retrieval.sources.types import Fetched

MAX_ENTRIES = 1_000  # in the directory, whatever they are
MAX_MEMBERS = 500  # that are read as articles
MAX_MEMBER = 20_000_000  # bytes, unpacked: as much as a file that is sent alone may have
MAX_TOTAL = 100_000_000  # bytes, unpacked, of all members that are read
MAX_RATIO = 200  # unpacked to packed; prose stays below 10, tables below 100, an attack comes near DEFLATE's 1032
SMALL = 256_000  # bytes: a smaller member may be packed as well as it likes

READABLE = {
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".epub": "application/epub+zip",
}
"""The suffixes of files that hold one article each -> their media types."""

ZIPPED = "application/zip"

# What files begin with, and what that makes them: a media type that is read, or the suffix of a kind that is not.
_SIGNS = (
    (b"%pdf-", "application/pdf"),
    (b"<!doctype html", "text/html"),
    (b"<html", "text/html"),
    (b"{\\rtf", ".rtf"),
    (b"\xd0\xcf\x11\xe0", ".doc"),
    (b"\x89png", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"gif8", ".gif"),
    (b"\x1f\x8b", ".gz"),
    (b"rar!\x1a", ".rar"),
    (b"7z\xbc\xaf", ".7z"),
)
_SIGNS_OF_ZIPS = ((b"word/document.xml", READABLE[".docx"]), (b"application/epub+zip", READABLE[".epub"]))
_SAVED_PAGE = re.compile(rb"(?:from: <?saved by|mime-version:|snapshot-).*content-type:\s*multipart/related", re.DOTALL)
_HEAD = 1_024  # bytes in which a file shows what it is

_PIECE = 65_536  # bytes unpacked at a time
_ENTRY, _LONG, _END = b"PK\x01\x02", b"PK\x06\x07", b"PK\x05\x06"  # what an entry and the directory's end begin with
_LOCKED = 0x1 | 0x40 | 0x2000  # flags: encrypted, strongly so, the directory too
_UTF8 = 0x800  # flag: the name is said to be UTF-8
_UNSAFE_NAME = re.compile(r"[\\/]|[a-z]:|.*[\\\x00]|(?:.*/)?\.\.(?:/|$)", re.IGNORECASE | re.DOTALL)
_NOT_READ = re.compile(r"(?:.*/)?(?:\.|__MACOSX/).*", re.DOTALL)
_RUSSIAN = re.compile(r"[\x00-\x7f№«»—–]*[а-яёА-ЯЁ][\x00-\x7fа-яёА-ЯЁ№«»—–]*")
_MIXED = re.compile(r"[a-z][а-яё]|[а-яё][a-z]", re.IGNORECASE)


class Archive:
    """A zip that passed every check of its directory. `names`: its files in order, folders left out."""

    def __init__(self, file: ZipFile, subject: str) -> None:
        self._file, self._subject, self._unpacked = file, subject, 0
        self._entries = {_name(info): info for info in file.infolist() if not info.is_dir()}
        self.names = tuple(self._entries)

    def read(self, name: str) -> bytes:
        """b"" for what is not there. Raises UnreadableFile ("too large", "broken")."""
        info = self._entries.get(name)
        if info is None:
            return b""
        content = bytearray()
        for piece in self._pieces(info):
            content += piece
            self._unpacked += len(piece)
            packed_too_well = len(content) > max(SMALL, MAX_RATIO * info.compress_size)
            if len(content) > MAX_MEMBER or self._unpacked > MAX_TOTAL or packed_too_well:
                raise UnreadableFile(self._subject, "too large")
        return bytes(content)

    def _pieces(self, info: ZipInfo) -> Iterator[bytes]:
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise UnreadableFile(self._subject, "broken")  # only these two unpack piece by piece
        try:
            with self._file.open(info) as member:
                while piece := member.read(_PIECE):
                    yield piece
        except (BadZipFile, EOFError, zlib.error, ValueError, NotImplementedError, OSError) as error:
            raise UnreadableFile(self._subject, "broken") from error


def checked(content: bytes, subject: str) -> Archive:
    """Raises UnreadableFile: "too many files", "unsafe" (a path that leads out, a link, a device), "locked",
    "broken"."""
    if _entries_claimed(content) > MAX_ENTRIES:
        raise UnreadableFile(subject, "too many files")
    try:
        file = ZipFile(io.BytesIO(content))
    except (BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UnreadableFile(subject, "broken") from error
    entries = file.infolist()
    if any(_is_unsafe(info) for info in entries):
        raise UnreadableFile(subject, "unsafe")
    if any(info.flag_bits & _LOCKED for info in entries):
        raise UnreadableFile(subject, "locked")
    if _overlap(entries, content):
        raise UnreadableFile(subject, "broken")
    return Archive(file, subject)


def unpack(fetched: Fetched) -> tuple[Fetched, ...]:
    """A zip's articles, each under the url "ARCHIVE/inner/path"; what is hidden or of another kind is left out.

    Raises UnreadableFile as `checked` does, and "too large".
    """
    archive = checked(fetched.content, fetched.url)
    readable = [name for name in archive.names if suffix_of(name) in READABLE and not _NOT_READ.fullmatch(name)]
    if len(readable) > MAX_MEMBERS:
        raise UnreadableFile(fetched.url, "too many files")
    found: list[Fetched] = []
    for name in readable:
        member = Fetched(f"{fetched.url}/{name}", archive.read(name), READABLE[suffix_of(name)])
        with suppress(UnsupportedFile):
            found.append(settled(member))
    return tuple(found)


def settled(fetched: Fetched) -> Fetched:
    """The same as what its bytes say it is, where its suffix lies. Raises UnsupportedFile (the true suffix as reason).

    A kind that is neither read here nor known by its first bytes is left as it is.
    """
    if fetched.media_type not in READABLE.values():
        return fetched
    start = fetched.content[:_HEAD].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"pk\x03\x04"):
        is_open = fetched.media_type in (READABLE[".docx"], READABLE[".epub"])
        kinds = (media_type for sign, media_type in _SIGNS_OF_ZIPS if sign in fetched.content)
        kind = next(kinds, fetched.media_type if is_open else ".zip")
    else:
        kind = ".mht" if _SAVED_PAGE.match(start) else _kind(start, fetched.media_type)
    if kind.startswith("."):
        raise UnsupportedFile(fetched.url, kind)
    return replace(fetched, media_type=kind)


def suffix_of(name: str) -> str:
    """In lower case, with its dot; "" without one."""
    last = name.rsplit("/", 1)[-1]
    return f".{last.rsplit('.', 1)[1].lower()}" if "." in last[1:] else ""


def _kind(start: bytes, claimed: str) -> str:
    """A page that is said to be Markdown may well be; a Word document of old says itself what is wrong with it."""
    kind = next((kind for sign, kind in _SIGNS if start.startswith(sign)), claimed)
    keeps = (kind, claimed) in (("text/html", "text/markdown"), (".doc", READABLE[".docx"]))
    return claimed if keeps else kind


def _entries_claimed(content: bytes) -> int:
    """Entries in the directory, counted before anything is made of them: each would take a thousand bytes."""
    end = content.rfind(_END)
    is_long = content[max(0, end - 20) : max(0, end)].startswith(_LONG)  # then the size stands elsewhere
    size = end if is_long else int.from_bytes(content[end + 12 : end + 16], "little")
    return content.count(_ENTRY, max(0, end - size), end) if end >= 0 else 0


def _is_unsafe(info: ZipInfo) -> bool:
    kind = stat.S_IFMT(info.external_attr >> 16)
    leads_out = any(_UNSAFE_NAME.match(name) for name in (info.orig_filename, info.filename))
    return leads_out or kind not in (0, stat.S_IFREG, stat.S_IFDIR)


def _overlap(entries: Sequence[ZipInfo], content: bytes) -> bool:
    """Whether members share bytes, by which a small archive becomes a huge one, or reach beyond the end."""
    ordered = sorted(entries, key=lambda info: info.header_offset)
    ends = [_end_of(info, content) for info in ordered]
    meets = any(end > following.header_offset for end, (_, following) in zip(ends, pairwise(ordered), strict=False))
    return meets or any(end > len(content) for end in ends)


def _end_of(info: ZipInfo, content: bytes) -> int:
    header = content[info.header_offset : info.header_offset + 30]
    lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    return info.header_offset + 30 + lengths + info.compress_size


def _name(info: ZipInfo) -> str:
    """As people spell it: archivers of old wrote names in the alphabet of their own machine and did not say which."""
    try:
        raw = info.filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437")  # as which Python read it
        return unicodedata.normalize("NFC", raw.decode("utf-8"))
    except UnicodeDecodeError:
        guesses = (raw.decode(charset, "replace") for charset in ("cp866", "cp1251"))
        return next((guess for guess in guesses if _reads_russian(guess)), info.filename)
    except UnicodeEncodeError:  # the name was told a second time, in Unicode
        return info.filename


def _reads_russian(name: str) -> bool:
    return bool(_RUSSIAN.fullmatch(name)) and not _MIXED.search(name)
