"""What comes out of a zip, and which zips are refused before or while they are unpacked."""

from __future__ import annotations

import io
import stat
import time
import tracemalloc
import zipfile
from collections.abc import Mapping
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import UnreadableFile
from retrieval.sources.archives import MAX_ENTRIES, MAX_MEMBER, MAX_MEMBERS, SMALL, checked, suffix_of, unpack
from retrieval.sources.types import Fetched

_TEXT = b"The ferry to Holm Island will sail every half hour from June."


def _zipped(members: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return made.getvalue()


def _renamed(raw: bytes) -> bytes:
    """A zip of one text whose name is these bytes, in an encoding that is not told."""
    return _zipped({"n" * len(raw): _TEXT}).replace(b"n" * len(raw), raw)


def _unpacked(content: bytes) -> tuple[Fetched, ...]:
    return unpack(Fetched("box.zip", content, "application/zip"))


def _reason(content: bytes) -> str:
    with pytest.raises(UnreadableFile) as error:
        _unpacked(content)
    assert error.value.subject == "box.zip"
    return error.value.reason


def test_readable_members_come_out_in_order_and_the_rest_is_left_out() -> None:
    inner = _zipped({"a.txt": _TEXT})
    names = ["b/two.MD", "a.txt", "photo.jpg", "__MACOSX/a.txt", "b/.draft.txt", ".git/x.md", "inner.zip", "old.doc"]
    members = dict.fromkeys(names, _TEXT) | {"inner.zip": inner, "page.htm": b"<p>Two</p>", "b/": b""}

    found = _unpacked(_zipped(members))

    assert found == (
        Fetched("box.zip/b/two.MD", _TEXT, "text/markdown"),
        Fetched("box.zip/a.txt", _TEXT, "text/plain"),
        Fetched("box.zip/page.htm", b"<p>Two</p>", "text/html"),
    )


def test_a_member_whose_suffix_lies_is_taken_for_what_it_is_or_left_out() -> None:
    found = _unpacked(_zipped({"a.txt": b"%PDF-1.7", "b.txt": b"\x89PNG\r\n", "c.txt": _zipped({"x.jpg": b"x"})}))

    assert [(member.url, member.media_type) for member in found] == [("box.zip/a.txt", "application/pdf")]


def test_an_archive_without_articles_gives_none() -> None:
    assert _unpacked(_zipped({})) == ()
    assert _unpacked(_zipped({"photo.jpg": b"x"})) == ()


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Отчёт о пароме.txt".encode(), "Отчёт о пароме.txt"),
        ("Отчёт о пароме.txt".encode("cp866"), "Отчёт о пароме.txt"),
        ("Новости/шторм 2026.txt".encode("cp866"), "Новости/шторм 2026.txt"),
        ("Отчет о пароме.txt".encode("cp1251"), "Отчет о пароме.txt"),
        ("café.txt".encode("cp437"), "café.txt"),
        ("Übersicht.txt".encode("cp437"), "Übersicht.txt"),
        ("cafe\u0301.txt".encode(), "café.txt"),
    ],
)
def test_names_are_spelt_as_people_spell_them_whatever_the_archiver_wrote(raw: bytes, name: str) -> None:
    assert [member.url for member in _unpacked(_renamed(raw))] == [f"box.zip/{name}"]


@pytest.mark.parametrize(
    "name", ["/etc/x.txt", "../x.txt", "a/../../x.txt", "a/..", "C:x.txt", "c:/x.txt", "a\\x.txt", "\\\\host\\x.txt"]
)
def test_a_path_that_leads_out_of_the_archive_is_unsafe(name: str) -> None:
    assert _reason(_zipped({"a.txt": _TEXT, name: _TEXT})) == "unsafe"


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_what_is_neither_a_file_nor_a_folder_is_unsafe(kind: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        info = zipfile.ZipInfo("a.txt")
        info.external_attr = (kind | 0o777) << 16
        file.writestr(info, "/etc/passwd")

    assert _reason(made.getvalue()) == "unsafe"


def test_a_dot_inside_a_name_is_safe() -> None:
    assert [member.url for member in _unpacked(_zipped({"a..b/v1.2.txt": _TEXT}))] == ["box.zip/a..b/v1.2.txt"]


def test_an_encrypted_archive_is_locked() -> None:
    content = bytearray(_zipped({"photo.jpg": b"x", "a.txt": _TEXT}))
    at = content.rfind(b"PK\x01\x02")
    content[at + 8] |= 1

    assert _reason(bytes(content)) == "locked"


def test_a_damaged_archive_is_broken() -> None:
    good = _zipped({"a.txt": bytes(range(256)) * 8, "b.txt": _TEXT})
    flipped = bytearray(good)
    flipped[good.index(b"a.txt") + 12] ^= 0x55
    for content in (b"", b"PK", b"no zip at all", good[: len(good) // 2], good[:-30], bytes(flipped)):
        assert _reason(content) == "broken"


def test_members_that_share_bytes_are_broken() -> None:
    """David Fifield's way to a bomb: many entries of the directory point at one member."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.txt", _TEXT * 100)
        twin = zipfile.ZipInfo("b.txt")
        first = file.filelist[0]
        for field in ("header_offset", "compress_size", "file_size", "CRC", "compress_type"):
            setattr(twin, field, getattr(first, field))
        file.filelist.append(twin)

    assert _reason(made.getvalue()) == "broken"


def test_a_lie_about_the_size_is_found_out() -> None:
    content = _zipped({"a.txt": _TEXT * 10})
    truth = (len(_TEXT) * 10).to_bytes(4, "little")

    assert _reason(content.replace(truth, (100).to_bytes(4, "little"))) == "broken"


def test_too_many_files_are_refused_before_any_is_looked_at() -> None:
    content = _zipped({f"{number}.jpg": b"" for number in range(MAX_ENTRIES + 1)})
    assert _reason(content) == "too many files"
    assert _reason(_zipped({f"{number}.txt": _TEXT for number in range(MAX_MEMBERS + 1)})) == "too many files"
    assert len(_unpacked(_zipped({f"{number}.txt": _TEXT for number in range(MAX_MEMBERS)}))) == MAX_MEMBERS

    begun = time.monotonic()
    assert _reason(_directory_of(100_000)) == "too many files"
    assert time.monotonic() - begun < 1


def _directory_of(count: int) -> bytes:
    entry = b"PK\x01\x02" + bytes(24) + b"\x01\x00" + bytes(16) + b"a"
    end = b"PK\x05\x06" + bytes(4) + b"\xff\xff\xff\xff" + (len(entry) * count).to_bytes(4, "little") + bytes(6)
    return entry * count + end


def test_a_bomb_is_too_large_at_once_and_in_little_memory() -> None:
    bomb = _of_zeros(300_000_000, copies=3)
    tracemalloc.start()
    begun = time.monotonic()
    try:
        assert _reason(bomb) == "too large"
        assert time.monotonic() - begun < 3
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_MEMBER
    finally:
        tracemalloc.stop()


def _of_zeros(size: int, copies: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for number in range(copies):
            with file.open(f"{number}.txt", "w") as member:
                for _ in range(size // 1_000_000):
                    member.write(bytes(1_000_000))
    return made.getvalue()


def test_a_large_member_must_not_be_packed_too_well_and_a_small_one_may() -> None:
    assert _reason(_zipped({"a.txt": b"a" * (4 * SMALL)})) == "too large"
    assert len(_unpacked(_zipped({"a.txt": b"a" * SMALL}))) == 1


def test_what_is_not_read_may_be_of_any_size() -> None:
    assert len(_unpacked(_zipped({"film.mp4": bytes(MAX_MEMBER + 1), "a.txt": _TEXT}))) == 1


def test_a_guarded_archive_gives_what_it_has_and_nothing_for_what_it_has_not() -> None:
    archive = checked(_zipped({"a/b.xml": b"<x/>", "c/": b""}), "box")

    assert (archive.names, archive.read("a/b.xml"), archive.read("d")) == (("a/b.xml",), b"<x/>", b"")


@pytest.mark.parametrize(
    ("name", "suffix"), [("a.TXT", ".txt"), ("a/b.c/d", ""), ("a/.hidden", ""), ("x.tar.gz", ".gz"), ("a.", ".")]
)
def test_a_suffix_is_what_stands_behind_the_last_dot(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


_SOUND = _zipped({"a.txt": _TEXT * 3, "Пар.md": _TEXT, "c/": b""})


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(_SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_damage_of_any_kind_is_named_or_does_no_harm(damage: list[tuple[int, int]]) -> None:
    content = bytearray(_SOUND)
    for at, value in damage:
        content[at] = value
    with suppress(UnreadableFile):
        assert all(member.content in (_TEXT * 3, _TEXT) for member in _unpacked(bytes(content)))
