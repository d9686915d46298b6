from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from retrieval.index.snapshot import ABANDONED, CURRENT, WorkFolder, load_current, publish

MATCH = {"fingerprint": "model"}


def generation(root: Path, applied: int) -> None:
    work = root / "written"
    work.mkdir(parents=True, exist_ok=True)
    (work / "file").unlink(missing_ok=True)
    (work / "file").write_text(str(applied))
    publish(root, work, MATCH, applied)


def test_the_last_published_is_in_force_and_the_one_before_is_kept(tmp_path: Path) -> None:
    for applied in (1, 2, 3):
        generation(tmp_path, applied)
    snapshot = load_current(tmp_path, MATCH)
    assert snapshot is not None
    assert (snapshot.applied, (snapshot.folder / "file").read_text()) == (3, "3")
    assert sorted(path.name.split("-")[1] for path in tmp_path.glob("gen-*")) == ["2", "3"]


def test_a_generation_that_cannot_be_put_in_force_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / CURRENT).mkdir()
    with pytest.raises(OSError, match=CURRENT):
        generation(tmp_path, 1)
    assert not list(tmp_path.glob("gen-*"))


def test_what_another_process_is_writing_is_left_alone_and_what_it_left_behind_is_not(tmp_path: Path) -> None:
    fresh, old = tmp_path / "gen-5-0a.tmp", tmp_path / "gen-4-0b.tmp"
    for folder in (fresh, old):
        folder.mkdir()
    long_ago = time.time() - ABANDONED - 60
    os.utime(old, (long_ago, long_ago))
    for applied in (1, 2, 3):
        generation(tmp_path, applied)
    assert fresh.exists()
    assert not old.exists()
    assert len(list(tmp_path.glob("gen-*"))) == 3  # one in force, one before, one being written


def test_a_work_folder_is_known_by_its_lock_whatever_the_process_id_in_its_name(tmp_path: Path) -> None:
    mine = WorkFolder(tmp_path)
    elsewhere = tmp_path / "work-999999999-elsewhere"  # no such process here: it is another container's
    mine.path.rename(elsewhere)
    dead = tmp_path / f"work-{os.getpid()}-before"  # another container's that died: the same id means nothing
    dead.mkdir()
    other = WorkFolder(tmp_path)
    assert elsewhere.exists()
    assert not dead.exists()
    mine.path = elsewhere
    mine.remove()
    other.remove()
    assert not list(tmp_path.glob("work-*"))


def test_the_work_folder_of_a_process_that_died_is_removed(tmp_path: Path) -> None:
    code = "import sys, pathlib, retrieval.index.snapshot as s; s.WorkFolder(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)  # noqa: S603 our own code
    (left,) = tmp_path.glob("work-*")
    WorkFolder(tmp_path).remove()
    assert not left.exists()
