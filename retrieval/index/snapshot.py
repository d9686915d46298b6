"""An index's files, published whole or not at all.

    <root>/gen-<n>-<any>/     immutable files and manifest.json: what was applied, what made it, each file's checksum
    <root>/CURRENT            the name of the generation in force, replaced atomically
    <root>/work-<pid>-<any>/  what one process writes in, its lock held; begins as hard links of a generation

Processes in several containers may share a root, so no name hangs on a process id alone. A damaged, foreign or
half-written generation is not opened: the caller rebuilds from the store, which holds the truth.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":
    import fcntl

FORMAT = "4"  # raise it when the files' meaning changes: older generations are then rebuilt
CURRENT = "CURRENT"
KEPT = 2  # generations: the one in force and the one before
ABANDONED = 3600  # seconds: a generation takes seconds to write, so nobody is at one this old
LOCK = "process.lock"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A verified generation."""

    folder: Path
    applied: int


def load_current(root: Path, match: Mapping[str, str]) -> Snapshot | None:
    """None when there is none, or it is damaged, or was not published with the same `match`."""
    try:
        folder = root / (root / CURRENT).read_text(encoding="ascii").strip()
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        sound = manifest["format"] == FORMAT and manifest["match"] == match
        sound = sound and all(_checksum(folder / name) == sum_ for name, sum_ in manifest["files"].items())
        return Snapshot(folder, int(manifest["applied"])) if sound else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def publish(root: Path, work: Path, match: Mapping[str, str], applied: int) -> None:
    """Makes the files of `work`, which nobody writes in, the generation in force. A crash leaves the old one so."""
    folder = root / f"gen-{applied}-{secrets.token_hex(4)}"
    scratch = folder.with_suffix(".tmp")
    try:
        copy_links(work, scratch)
        files = {str(path.relative_to(scratch)): _checksum(path) for path in _files(scratch)}
        manifest = {"format": FORMAT, "match": dict(match), "applied": applied, "files": files}
        (scratch / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        for path in (*_files(scratch), scratch / "manifest.json", scratch):
            _sync(path)
        scratch.rename(folder)
        with _alone(root):
            _replace(root / CURRENT, folder.name)
    except OSError:  # most likely no space is left: then nothing of this may stay
        for left in (scratch, folder):
            shutil.rmtree(left, ignore_errors=True)
        raise
    with _alone(root):
        _forget(root, folder.name)


class WorkFolder:
    """A fresh folder that is this process's alone, until it is removed. Those of processes that died are removed."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        with _alone(root):
            for old in root.glob("work-*"):
                if _deserted(old):
                    shutil.rmtree(old, ignore_errors=True)
            self.path = Path(tempfile.mkdtemp(prefix=f"work-{os.getpid()}-", dir=root))
            self._lock = _lock(self.path / LOCK)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def copy_links(source: Path, target: Path) -> None:
    """Hard links where the file system has them: the files are never written again once they are whole."""
    for path in _files(source):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, place)
        except OSError:
            shutil.copyfile(path, place)


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".lock" and p.name != "manifest.json")


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _replace(path: Path, text: str) -> None:
    scratch = path.with_name(f"{path.name}.tmp")
    scratch.write_text(text, encoding="ascii")
    _sync(scratch)
    scratch.replace(path)
    _sync(path.parent)


def _forget(root: Path, current: str) -> None:
    ages = {path: _age(path) for path in root.glob("gen-*") if path.name != current}
    half = [path for path, age in ages.items() if path.suffix == ".tmp" and age > ABANDONED]
    whole = sorted((path for path in ages if path.suffix != ".tmp"), key=ages.__getitem__)
    for path in (*half, *whole[KEPT - 1 :]):
        shutil.rmtree(path, ignore_errors=True)


def _age(path: Path) -> float:
    """Seconds; 0 when its maker has just renamed it."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One process at a time makes and removes folders, or a folder might go before its maker has its lock."""
    handle = _lock(root / "folders.lock", wait=True)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _lock(path: Path, *, wait: bool = False) -> int | None:
    """A handle that holds the file's lock until it is closed or the process ends; None where the disk has no locks.

    Raises BlockingIOError when another one has it.
    """
    if sys.platform == "win32":
        return None
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        if isinstance(error, BlockingIOError):
            raise
        return None
    return handle


def _deserted(folder: Path) -> bool:
    """Whether the process that made the work folder is gone. A process id may be another container's."""
    try:
        handle = _lock(folder / LOCK)
    except OSError:
        return False
    if handle is None:
        return not _alive(int(folder.name.split("-")[1]))
    os.close(handle)
    return True


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
