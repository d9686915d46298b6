"""Paths -> the files in them that may hold articles; a file -> its bytes, or the articles of its rows.

Nothing is judged about the text here: that is what reading an article does.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from retrieval.errors import NoArticle, UnreadableFile, UnsupportedFile
from retrieval.sources.archives import MAX_RATIO, READABLE, ZIPPED, settled
from retrieval.sources.articles import compose
from retrieval.sources.dates import read_date
from retrieval.sources.furniture import find_furniture
from retrieval.sources.manuscript import Manuscript
from retrieval.sources.prose import storable
from retrieval.sources.types import Fetched
from retrieval.types import Article

MAX_FILE = 20_000_000  # bytes; what Telegram lets a bot download, and far more than an article
MAX_ROWS_FILE = 500_000_000  # bytes of a JSONL file: read row by row
MAX_ROW = 10_000_000  # bytes; a longer line is no article, and must not fill the memory
MAX_ROWS_UNPACKED = 2_000_000_000  # bytes of a JSONL file that was gzipped; it is read at 100 MB a second
SMALL_ROWS = 10_000_000  # bytes, unpacked: a file of no more may be packed as well as it likes

_MEDIA_TYPES = {
    **READABLE,
    ".zip": ZIPPED,
    ".jsonl": "application/jsonl",
    ".jsonl.gz": "application/jsonl+gzip",
}
# What stands beside articles in people's folders. Anything else that we cannot read is worth saying so.
_NO_ARTICLES = re.compile(
    r"\.(avif|bmp|gif|heic|ico|jpe?g|png|svg|tiff?|webp|aac|flac|m4a|mp3|ogg|opus|wav|avi|mkv|mov|mp4|webm"
    r"|cfg|conf|ini|lock|log|toml|ya?ml|json|xml|csv|tsv|db|sqlite3?|css|js|map|ts|woff2?|ttf|otf"
    r"|c|h|go|py|pyc|rb|rs|sh|bat|ps1|exe|dll|so|bin|tmp|bak|sha256|sig|asc)",
    re.IGNORECASE,
)
_NO_ARTICLE_NAMES = re.compile(
    r"(readme|licen[cs]e|copying|notice|authors|changelog|contributing|makefile|dockerfile|thumbs)(\..*)?",
    re.IGNORECASE,
)
_CUT_OFF = (EOFError, zlib.error, gzip.BadGzipFile)  # what an archive that is none, or not all there, raises
_TEXT_FIELDS = ("title", "url", "source", "author", "published", "language")


def find_files(paths: Iterable[Path]) -> list[Path | UnreadableFile]:
    """Each file once, folders walked in sorted order; a folder that may not be walked is an error value.

    Inside folders hidden files and what is clearly no article (README, images, settings) are left out; a file that was
    named stays, so that loading it says what is wrong with it and the others go on.
    """
    found: dict[Path | UnreadableFile, None] = {}
    for path in paths:
        found.update(dict.fromkeys(_inside(path) if _is_folder(path) else [path]))
    return list(found)


def holds_rows(path: Path) -> bool:
    """Whether the file is JSONL, to be read with `read_rows`."""
    return _suffix(path) in (".jsonl", ".jsonl.gz")


def media_type_of(path: Path) -> str:
    """By its name alone. Raises UnsupportedFile (its suffix as reason)."""
    media_type = _MEDIA_TYPES.get(_suffix(path))
    if media_type is None:
        raise UnsupportedFile(str(path), _suffix(path) or "no suffix")
    return media_type


def load_file(path: Path) -> Fetched:
    """Raises UnsupportedFile (its true suffix as reason), UnreadableFile ("not found", "empty", "too large", ...).

    The other reasons of UnreadableFile: "permission denied", "not a file", "unreadable".
    """
    media_type = _MEDIA_TYPES.get(_suffix(path))
    _check(path, MAX_ROWS_FILE if holds_rows(path) else MAX_FILE, is_known=media_type is not None)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(str(path), reason_of(error)) from error
    return settled(Fetched(path.absolute().as_posix(), content, media_type or ""))


def read_rows(path: Path) -> Iterator[Article | UnreadableFile]:
    """The articles of a JSONL file, gzipped or not: {id, title, text, url?, source?, author?, published?, language?}.

    A bad row gives an UnreadableFile that names "path:line" ("not json", "no id", "no text", "bad date", "bad field",
    "bad text", "too large", "not utf-8"), and the others go on. Raises as `load_file` does when the file itself cannot
    be read.
    """
    _check(path, MAX_ROWS_FILE, is_known=holds_rows(path))
    try:
        with _opened(path) as file:
            for number, line in enumerate(_bounded_lines(file, path), start=1):
                if line.strip():
                    yield _row(line, f"{path}:{number}")
    except UnreadableFile as error:
        yield error
    except _CUT_OFF:
        yield UnreadableFile(str(path), "broken")
    except OSError as error:
        yield UnreadableFile(str(path), reason_of(error))


def count_rows(path: Path) -> int:
    """How many results `read_rows` will give, found without reading any of them."""
    rows = 0
    try:
        _check(path, MAX_ROWS_FILE, is_known=True)
        with _opened(path) as file:
            for line in _bounded_lines(file, path):
                rows += bool(line.strip())
    except (UnreadableFile, OSError, *_CUT_OFF):
        rows += 1
    return rows


def reason_of(error: OSError) -> str:
    """Why a file cannot be had: "permission denied", "not found", "unreadable"."""
    if isinstance(error, PermissionError):
        return "permission denied"
    return "not found" if isinstance(error, FileNotFoundError | NotADirectoryError) else "unreadable"


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # loading it says why
        return False


def _inside(folder: Path) -> Iterator[Path | UnreadableFile]:
    try:
        for path in sorted(folder.iterdir()):
            if path.name.startswith("."):
                continue
            if path.is_dir() and not path.is_symlink():
                yield from _inside(path)
            elif path.is_file() and not _is_no_article(path):
                yield path
    except OSError as error:
        yield UnreadableFile(str(folder), reason_of(error))


def _is_no_article(path: Path) -> bool:
    return bool(_NO_ARTICLES.fullmatch(path.suffix) or _NO_ARTICLE_NAMES.fullmatch(path.name))


def _suffix(path: Path) -> str:
    name = path.name.lower()
    return ".jsonl.gz" if name.endswith(".jsonl.gz") else path.suffix.lower()


def _check(path: Path, limit: int, *, is_known: bool) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableFile(str(path), reason_of(error)) from error
    if not path.is_file():
        raise UnreadableFile(str(path), "not a file")
    if not is_known:
        raise UnsupportedFile(str(path), _suffix(path) or "no suffix")
    if size == 0:
        raise UnreadableFile(str(path), "empty")
    if size > limit:
        raise UnreadableFile(str(path), "too large")


def _opened(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")


def _bounded_lines(file: BinaryIO | gzip.GzipFile, path: Path) -> Iterator[bytes]:
    """Lines; of one that is too long its first bytes, one more than are allowed. Raises UnreadableFile ("too large")
    for a file that unpacks to more than rows would.
    """
    left = min(MAX_ROWS_UNPACKED, max(SMALL_ROWS, MAX_RATIO * path.stat().st_size))
    goes_on = False
    while line := file.readline(MAX_ROW + 1):
        left -= len(line)
        if left < 0:
            raise UnreadableFile(str(path), "too large")
        if not goes_on:
            yield line
        goes_on = len(line) > MAX_ROW and not line.endswith(b"\n")


def _row(line: bytes, subject: str) -> Article | UnreadableFile:
    try:
        return _article(_fields(line, subject), subject)
    except UnreadableFile as error:
        return error
    except NoArticle as error:
        return UnreadableFile(subject, error.reason)


def _fields(line: bytes, subject: str) -> Mapping[str, Any]:
    if len(line) > MAX_ROW:
        raise UnreadableFile(subject, "too large")
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableFile(subject, "not utf-8") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(subject, "not json") from error
    if not isinstance(row, dict):
        raise UnreadableFile(subject, "not json")
    if any(storable(value) != value for value in row.values() if isinstance(value, str)):
        raise UnreadableFile(subject, "bad text")
    return row


def _article(row: Mapping[str, Any], subject: str) -> Article:
    article_id = row.get("id")
    if isinstance(article_id, int):
        article_id = str(article_id)
    if not isinstance(article_id, str) or not article_id.strip():
        raise UnreadableFile(subject, "no id")
    if not isinstance(row.get("text"), str):
        raise UnreadableFile(subject, "no text")
    said = {name: row[name] for name in _TEXT_FIELDS if row.get(name) is not None}
    if not all(isinstance(value, str) for value in said.values()):
        raise UnreadableFile(subject, "bad field")
    published = _published(said.pop("published", ""), subject)
    read = compose(Manuscript(tuple(row["text"].split("\n")), published=published, **said), "", article_id.strip())
    return replace(read, text=_without_tail(row["text"]))


def _without_tail(text: str) -> str:
    """Furniture is cut off at the end only: whoever made the rows may hold offsets into just this text. What stands
    elsewhere stays out of the passages."""
    end = len(text.rstrip())
    for line in reversed(find_furniture(text[:end])):
        if line.end < end:
            break
        end = len(text[: line.start].rstrip())
    return text[:end]


def _published(text: str, subject: str) -> datetime | None:
    moment = read_date(text)
    if text.strip() and moment is None:
        raise UnreadableFile(subject, "bad date")
    return moment
