"""Which files are found, what loading them says, and what becomes of the rows of JSONL."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from retrieval.errors import UnreadableFile, UnsupportedFile
from retrieval.sources.archives import READABLE
from retrieval.sources.articles import MAX_TEXT, read_article
from retrieval.sources.files import (
    MAX_FILE,
    MAX_ROW,
    SMALL_ROWS,
    count_rows,
    find_files,
    holds_rows,
    load_file,
    media_type_of,
    read_rows,
)
from retrieval.types import Article

_TEXT = "The ferry to Holm Island will sail every half hour from June.\n\nTwo new boats will replace the old one."

_RUSSIAN = (
    "Паром на остров Лисий снова ходит по расписанию, сообщил начальник порта Игорь Савельев. Ещё в понедельник шторм "
    "не давал ему выйти в море, и 140 туристов ночевали в школе, там же, где весной жили рыбаки."
)


def _write(path: Path, content: bytes = b"text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_folders_are_walked_in_order_and_what_is_no_article_is_left_out(tmp_path: Path) -> None:
    wanted = [
        _write(tmp_path / name)
        for name in ("a/one.md", "a/two.TXT", "b.html", "c.pdf", "d.jsonl.gz", "old.zip", "report.docx")
    ]
    for name in (".hidden/x.md", "a/.draft.md", "README.md", "a/LICENSE", "photo.JPG", "pyproject.toml", "notes.json"):
        _write(tmp_path / name)

    assert find_files([tmp_path]) == wanted


def test_a_named_file_is_kept_once_whatever_it_is(tmp_path: Path) -> None:
    odd, plain = _write(tmp_path / "README.toml"), _write(tmp_path / "one.txt")

    assert find_files([plain, odd, plain, tmp_path]) == [plain, odd]
    assert find_files([tmp_path / "missing.md"]) == [tmp_path / "missing.md"]


@pytest.fixture
def nobody() -> Iterator[None]:
    """An administrator may read everything: for a while, be someone who may not."""
    if os.geteuid() == 0:
        os.seteuid(65534)
    yield
    os.seteuid(os.getuid())


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions are another matter there")
def test_a_folder_that_may_not_be_read_is_named_and_the_others_go_on(nobody: None) -> None:
    with TemporaryDirectory() as folder:
        one = _write(Path(folder) / "a.txt")
        closed, blind = Path(folder) / "closed", Path(folder) / "closed to files"
        _write(closed / "x.txt")
        _write(blind / "y.txt")
        closed.chmod(0o000)
        blind.chmod(0o400)  # its names can be read, and nothing about them
        try:
            first, *errors = find_files([Path(folder)])
            assert find_files([blind / "y.txt"]) == [blind / "y.txt"]
        finally:
            closed.chmod(0o700)
            blind.chmod(0o700)
    assert first == one
    assert [(error.subject, error.reason) for error in errors if isinstance(error, UnreadableFile)] == [
        (str(closed), "permission denied"),
        (str(blind), "permission denied"),
    ]


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.txt", "text/plain"),
        ("a.md", "text/markdown"),
        ("a.Markdown", "text/markdown"),
        ("a.htm", "text/html"),
        ("a.pdf", "application/pdf"),
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("A.EPUB", "application/epub+zip"),
        ("a.zip", "application/zip"),
        ("a.jsonl", "application/jsonl"),
        ("a.jsonl.gz", "application/jsonl+gzip"),
    ],
)
def test_a_file_is_loaded_with_its_media_type(tmp_path: Path, name: str, media_type: str) -> None:
    path = _write(tmp_path / name)

    fetched = load_file(path)

    assert (fetched.url, fetched.content, fetched.media_type) == (path.as_posix(), b"text", media_type)
    assert media_type_of(path) == media_type
    assert holds_rows(path) == ("jsonl" in name)


def test_a_file_that_cannot_be_loaded_says_why(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(MAX_FILE + 1)
    reasons = {
        tmp_path / "missing.txt": "not found",
        _write(tmp_path / "empty.txt", b""): "empty",
        tmp_path / "big.txt": "too large",
        tmp_path: "not a file",
    }

    for path, reason in reasons.items():
        with pytest.raises(UnreadableFile) as error:
            load_file(path)
        assert (error.value.subject, error.value.reason) == (str(path), reason)


def test_an_unknown_kind_of_file_is_named_by_its_suffix(tmp_path: Path) -> None:
    for name, reason in (
        ("a.doc", ".doc"),
        ("a.odt", ".odt"),
        ("a.rtf", ".rtf"),
        ("a.gz", ".gz"),
        ("plain", "no suffix"),
    ):
        with pytest.raises(UnsupportedFile) as error:
            load_file(_write(tmp_path / name))
        assert error.value.reason == reason
        with pytest.raises(UnsupportedFile, match=reason):
            media_type_of(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", b"%PDF-1.7 ...", READABLE[".pdf"]),
        ("a.txt", b"\xef\xbb\xbf\n<!DOCTYPE html><html><p>One</p></html>", "text/html"),
        ("a.md", b"<html>is a tag", "text/markdown"),
        ("a.html", b"PK\x03\x04.... word/document.xml", READABLE[".docx"]),
        ("a.docx", b"PK\x03\x04.... application/epub+zip", READABLE[".epub"]),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", READABLE[".docx"]),
    ],
)
def test_a_file_whose_suffix_lies_is_read_as_what_it_is(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    assert load_file(_write(tmp_path / name, content)).media_type == kind


@pytest.mark.parametrize(
    ("name", "content", "suffix"),
    [
        ("a.txt", b"PK\x03\x04 photo.jpg", ".zip"),
        ("a.html", b"From: <Saved by Browser>\r\nSubject: x\r\nContent-Type: multipart/related; boundary=x", ".mht"),
        ("a.txt", b"{\\rtf1 Ferry}", ".rtf"),
        ("a.txt", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".doc"),
        ("a.txt", b"\x89PNG\r\n", ".png"),
        ("a.md", b"\x1f\x8b\x08", ".gz"),
    ],
)
def test_a_file_that_hides_another_kind_is_named_by_its_true_suffix(
    tmp_path: Path, name: str, content: bytes, suffix: str
) -> None:
    with pytest.raises(UnsupportedFile) as error:
        load_file(_write(tmp_path / name, content))
    assert error.value.reason == suffix


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "koi8-r", "cp866", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_russian_text_is_read_in_every_encoding_that_disks_hold(tmp_path: Path, encoding: str, ends: str) -> None:
    path = _write(tmp_path / "a.txt", f"Паром вернулся\n\n{_RUSSIAN}\n".replace("\n", ends).encode(encoding))

    article = read_article(load_file(path), "a")

    assert (article.title, article.text, article.language) == ("Паром вернулся", _RUSSIAN, "ru")


def test_rows_become_articles(tmp_path: Path) -> None:
    row = {
        "id": "coast/boats",
        "title": "Two boats",
        "text": _TEXT + "\n\nSubscribe to our newsletter.",
        "source": "Coast Herald",
        "url": "https://coast.example/boats?utm_source=x",
        "author": "Ida Holm",
        "published": "2026-05-04",
        "language": "en",
    }
    expected = Article(
        "coast/boats", "Two boats", _TEXT, "en", "https://coast.example/boats", "Coast Herald", "Ida Holm",
        datetime(2026, 5, 4, tzinfo=UTC),
    )  # fmt: skip
    content = json.dumps(row).encode() + b"\n\n"

    assert list(read_rows(_write(tmp_path / "a.jsonl", content))) == [expected]
    assert list(read_rows(_write(tmp_path / "a.jsonl.gz", gzip.compress(content)))) == [expected]


def test_a_bad_row_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    good = {"id": 7, "text": _TEXT}
    rows: list[bytes] = [
        b"{broken",
        b"[1, 2]",
        b"\xff\xfe",
        json.dumps({"text": _TEXT}).encode(),
        json.dumps({"id": "a"}).encode(),
        json.dumps({"id": "a", "text": " "}).encode(),
        json.dumps({**good, "title": 5}).encode(),
        json.dumps({**good, "published": "soon"}).encode(),
        json.dumps({**good, "text": _TEXT + "\ud800"}).encode(),
        json.dumps({**good, "id": "a\ud800"}).encode(),
        json.dumps({**good, "url": "https://coast.example/\ud800"}).encode(),
        json.dumps({**good, "text": "a" * (MAX_TEXT + 1)}).encode(),
        json.dumps(good).encode(),
    ]
    path = _write(tmp_path / "a.jsonl", b"\n".join(rows))

    *errors, last = read_rows(path)

    reasons = ["not json", "not json", "not utf-8", "no id", "no text", "no text", "bad field", "bad date"]
    reasons += ["bad text", "bad text", "bad text", "too large"]
    assert [(error.subject, error.reason) for error in errors if isinstance(error, UnreadableFile)] == [
        (f"{path}:{number}", reason) for number, reason in enumerate(reasons, start=1)
    ]
    assert isinstance(last, Article)
    assert (last.id, last.title) == ("7", "The ferry to Holm Island will sail every half hour from June")


def test_rows_before_a_file_breaks_off_are_kept(tmp_path: Path) -> None:
    lines = b"".join(
        json.dumps({"id": str(number), "text": f"{number} {_TEXT}"}).encode() + b"\n" for number in range(9_000)
    )
    packed = gzip.compress(lines)
    path = _write(tmp_path / "a.jsonl.gz", packed[: len(packed) // 2])

    *articles, error = read_rows(path)

    assert len(articles) > 100
    assert all(isinstance(article, Article) for article in articles)
    assert isinstance(error, UnreadableFile)
    assert (error.subject, error.reason) == (str(path), "broken")
    assert count_rows(path) == len(articles) + 1


@pytest.mark.parametrize("content", [b"", b"\n\n", b"{}\n\n{}", b"not json"])
def test_rows_are_counted_as_they_are_read(tmp_path: Path, content: bytes) -> None:
    for path in (_write(tmp_path / "a.jsonl", content), _write(tmp_path / "a.JSONL.GZ", gzip.compress(content))):
        try:
            assert count_rows(path) == len(list(read_rows(path)))
        except UnreadableFile:
            assert count_rows(path) == 1


def test_a_gzipped_file_that_unpacks_without_end_is_too_large(tmp_path: Path) -> None:
    good = json.dumps({"id": "a", "text": _TEXT}).encode() + b"\n"
    path = _write(tmp_path / "a.jsonl.gz", gzip.compress(good + b"\n" * (2 * SMALL_ROWS)))

    article, error = read_rows(path)

    assert isinstance(article, Article)
    assert isinstance(error, UnreadableFile)
    assert (error.subject, error.reason) == (str(path), "too large")
    assert count_rows(path) == 2


def test_a_row_too_long_for_one_piece_is_one_bad_row(tmp_path: Path) -> None:
    good = json.dumps({"id": "a", "text": _TEXT}).encode()
    path = _write(tmp_path / "a.jsonl", b"x" * (2 * MAX_ROW + 5) + b"\n" + good)

    error, article = read_rows(path)

    assert isinstance(error, UnreadableFile)
    assert (error.subject, error.reason) == (f"{path}:1", "too large")
    assert isinstance(article, Article)


def test_a_file_that_is_no_archive_is_broken(tmp_path: Path) -> None:
    (error,) = read_rows(_write(tmp_path / "a.jsonl.gz", b"plain text"))

    assert isinstance(error, UnreadableFile)
    assert error.reason == "broken"
