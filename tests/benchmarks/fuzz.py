"""What random, cut and altered feeds, pages and PDFs do to the child processes that read them: no crash, no hang.

python -m tests.benchmarks.fuzz DATA [--documents 10000] [--seed 1] [--keep FOLDER]

DATA holds fundus.tar.xz and gofeed.tar.xz; FOLDER takes the documents that crashed or hung. A crash is an error that
no parser names, or a child that died by itself; a hang outlives the deadline by more than a second.
"""

from __future__ import annotations

import argparse
import gzip
import random
import tarfile
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from retrieval.errors import SourceError
from retrieval.sources.types import Fetched
from retrieval.sources.workers import DEADLINE, START, Workers
from tests.retrieval.sources.pdfs import make_pdf

NOW = datetime(2026, 3, 2, tzinfo=UTC)
AT_ONCE = 2
SHARES = {"feed": 5, "page": 3, "pdf": 2}  # of ten documents
MEDIA_TYPES = {"feed": "application/xml", "page": "text/html", "pdf": "application/pdf"}
MARKUP = (b"<", b">", b"]]>", b"<![CDATA[", b"<!--", b"&#0;", b"&#xD800;", b"\xff\xfe", b"\0", b"</html>", b"stream\n")
FERRY = ("The ferry left at {0} past nine on day {0},", "with {0} people on board and Marta Keel as captain {0}.")


@dataclass(slots=True)
class Tally:
    """What became of the documents of one kind."""

    read: int = 0
    named: Counter[str] = field(default_factory=Counter)
    crashes: Counter[str] = field(default_factory=Counter)
    hangs: int = 0
    killed: int = 0  # children, at the deadline
    seconds: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.read + other.read, self.named + other.named, self.crashes + other.crashes, self.hangs + other.hangs,
            self.killed + other.killed, self.seconds + other.seconds,
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seeds = load_seeds(options.data, Path(folder))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        parts = list(pool.map(lambda part: read_some(seeds, options, part), range(AT_ONCE)))
    tallies = {kind: sum((part[kind] for part in parts), Tally()) for kind in SHARES}
    for kind, tally in tallies.items():
        print_tally(kind, tally)
    whole = sum(tallies.values(), Tally())
    print(f"crashes {whole.crashes.total()}, hangs {whole.hangs}, children killed at the deadline {whole.killed}")


def load_seeds(data: Path, folder: Path) -> dict[str, list[bytes]]:
    """Kind -> whole documents, from which the others are made."""
    for name in ("fundus", "gofeed"):
        with tarfile.open(data / f"{name}.tar.xz") as packed:
            packed.extractall(folder / name, filter="data")
    feeds = [path.read_bytes() for path in sorted((folder / "gofeed").rglob("*")) if _is_feed(path)]
    pages = [gzip.decompress(path.read_bytes()) for path in sorted((folder / "fundus").rglob("*.html.gz"))]
    return {"feed": feeds, "page": pages, "pdf": _pdfs()}


def read_some(seeds: dict[str, list[bytes]], options: argparse.Namespace, part: int) -> dict[str, Tally]:
    """Every so manieth document, in a child of its own: so that no time is spent waiting for one."""
    tallies = {kind: Tally() for kind in SHARES}
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    with Workers(count=1) as workers:
        for number in range(part, options.documents, AT_ONCE):
            kind = kinds[number // AT_ONCE % len(kinds)]
            place = ("", "https://ferries.example/")[number // AT_ONCE // len(kinds) % 2]  # a file, or from the web
            content = altered(seeds[kind], f"{options.seed} {number}")
            fetched = Fetched(f"{place}{kind}-{number}", content, MEDIA_TYPES[kind])
            if not count(workers, fetched, tallies[kind]) and options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{kind}-{number}").write_bytes(content)
    return tallies


def count(workers: Workers, fetched: Fetched, tally: Tally) -> bool:
    """Reads it, and says whether it went as it should."""
    before, killed, start = workers.pids, workers.killed, time.monotonic()
    crash = ""
    try:
        _read(workers, fetched)
        tally.read += 1
    except SourceError as error:
        crash = "".join(getattr(error, "__notes__", []))  # what the child says of an error that no parser names
        crash = "the child died" if isinstance(error.__cause__, ChildProcessError) else crash
        tally.named.update([] if crash else [f"{type(error).__name__} {error.reason}"])
    except Exception as error:
        crash = repr(error)
    seconds = time.monotonic() - start
    # A child that was lost is started again within the next document's time.
    is_hang = seconds > DEADLINE + 1 + (START if workers.pids - before else 0)
    tally.crashes.update([crash] if crash else [])
    tally.hangs += is_hang
    tally.killed += workers.killed - killed
    tally.seconds += seconds
    return not (crash or is_hang)


def altered(seeds: Sequence[bytes], seed: str) -> bytes:
    """One of the documents, damaged in one of several ways, the same for the same seed."""
    chance = random.Random(seed)
    return chance.choice(WAYS)(chance.choice(seeds), chance)


def print_tally(kind: str, tally: Tally) -> None:
    named = ", ".join(f"{reason} {times}" for reason, times in tally.named.most_common())
    print(f"{kind}: read {tally.read}; {named}; hangs {tally.hangs}; {tally.seconds:.0f} s")
    for crash, times in tally.crashes.most_common():
        print(f"  crash, {times} times: {crash}")


def _read(workers: Workers, fetched: Fetched) -> None:
    if fetched.media_type == MEDIA_TYPES["feed"]:
        workers.feed(fetched, NOW)
    else:
        workers.article(fetched, fetched.url)


def _is_feed(path: Path) -> bool:
    """What stands beside them is the parse that is expected of each."""
    is_json = path.suffix == ".json" and path.parent.name == "json" and not path.stem.endswith("_expected")
    return is_json or path.suffix == ".xml"


def _pdfs() -> list[bytes]:
    """Of one page and of thirty, with and without a title, and one that is locked."""
    made = []
    for pages in (1, 3, 30):
        for info in ({}, {"/Title": "Ferries", "/Author": "I. Oak", "/CreationDate": "D:20260302080000Z"}):
            made.append(make_pdf([_lines(page) for page in range(pages)], info))
    return [*made, make_pdf([_lines(0)], locked_with="secret")]


def _lines(page: int) -> list[str]:
    """Of one page, none like another's: what repeats on every page is furniture."""
    return [line.format(10 * page + number) for number in range(10) for line in FERRY]


def _random(seed: bytes, chance: random.Random) -> bytes:
    start = seed[: chance.choice((0, 8, 64, 512))]  # so that its kind is still recognised, or not
    return start + chance.randbytes(chance.randrange(20_000))


def _cut(seed: bytes, chance: random.Random) -> bytes:
    return seed[: chance.randrange(len(seed) + 1)]


def _flipped(seed: bytes, chance: random.Random) -> bytes:
    content = bytearray(seed)
    for _ in range(chance.choice((1, 3, 10, 100)) if content else 0):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def _spliced(seed: bytes, chance: random.Random) -> bytes:
    """Pieces taken out, repeated and moved."""
    content = seed
    for _ in range(chance.randrange(1, 8)):
        start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
        at = chance.randrange(len(content) + 1)
        piece = content[start:end][:50_000]
        content = (content[:at] + piece * chance.choice((0, 1, 3)) + content[at:])[: 2 * len(seed)]
    return content


def _marked(seed: bytes, chance: random.Random) -> bytes:
    """With marks strewn in that mean something to a parser."""
    content = seed
    for _ in range(chance.choice((1, 10, 60))):
        at = chance.randrange(len(content) + 1)
        content = content[:at] + chance.choice(MARKUP) + content[at + chance.randrange(3) :]
    return content


WAYS: Sequence[Callable[[bytes, random.Random], bytes]] = (_random, _cut, _flipped, _flipped, _spliced, _marked)


if __name__ == "__main__":
    main()
