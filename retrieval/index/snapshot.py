"""An index's files, published whole or not at all.

    <root>/gen-<n>-<pid>/   immutable files and manifest.json: what was applied, by which model, a checksum for each
    file <root>/CURRENT          the name of the generation in force, replaced atomically
    <root>/work-<pid>-<n>/  what one process writes in; begins as hard links of a generation

A damaged, foreign or half-written generation is not opened: the caller rebuilds from the store, which holds the truth.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

FORMAT = "1"  # raise it when the files' meaning changes: older generations are then rebuilt
CURRENT = "CURRENT"
KEPT = 2  # generations: the one in force and the one before

_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A verified generation."""

    folder: Path
    applied: int


def load_current(root: Path, fingerprint: str) -> Snapshot | None:
    """None when there is none, or it is damaged, or another model made it."""
    try:
        folder = root / (root / CURRENT).read_text(encoding="ascii").strip()
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        sound = manifest["format"] == FORMAT and manifest["fingerprint"] == fingerprint
        sound = sound and all(_checksum(folder / name) == sum_ for name, sum_ in manifest["files"].items())
        return Snapshot(folder, int(manifest["applied"])) if sound else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def publish(root: Path, work: Path, fingerprint: str, applied: int) -> None:
    """Makes the files of `work` the generation in force. A crash at any point leaves the old one so."""
    folder = root / f"gen-{applied}-{os.getpid()}-{next(_numbers)}"
    scratch = folder.with_suffix(".tmp")
    copy_links(work, scratch)
    files = {str(path.relative_to(scratch)): _checksum(path) for path in _files(scratch)}
    manifest = {"format": FORMAT, "fingerprint": fingerprint, "applied": applied, "files": files}
    (scratch / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for path in (*_files(scratch), scratch / "manifest.json", scratch):
        _sync(path)
    scratch.rename(folder)
    _replace(root / CURRENT, folder.name)
    _forget(root, folder.name)


def work_folder(root: Path) -> Path:
    """A fresh folder that is this process's alone. Those of processes that died are removed."""
    root.mkdir(parents=True, exist_ok=True)
    for old in root.glob("work-*"):
        if not _alive(int(old.name.split("-")[1])):
            shutil.rmtree(old, ignore_errors=True)
    folder = root / f"work-{os.getpid()}-{next(_numbers)}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


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
    scratch = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    scratch.write_text(text, encoding="ascii")
    _sync(scratch)
    scratch.replace(path)
    _sync(path.parent)


def _forget(root: Path, current: str) -> None:
    old = sorted((p for p in root.glob("gen-*") if p.name != current), key=lambda p: p.stat().st_mtime, reverse=True)
    for folder in old[KEPT - 1 :]:
        shutil.rmtree(folder, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
