"""How feeds are read, beside the expected parse of a collection of small RSS, Atom and JSON feeds.

python -m tests.benchmarks.feeds DATA      # folder with gofeed.tar.xz

In it NAME.xml stands beside NAME.json, or NAME.json beside NAME_expected.json. For each format: the entries, and how
many have an equal title, link, guid, date, content, and all of the first four. Of the expected parse a link is the
first that leads to a page, a date the publication, else the last change, and content the content, else the summary;
nothing there is equal to nothing read. "strict" forgives white space only. Below it the same rate when differences that
have one of the REASONS are forgiven, one reason after the other; then every entry that differs, with both values.
"""

from __future__ import annotations

import argparse
import html
import json
import re
import tarfile
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from retrieval.errors import NotAFeed
from retrieval.sources.feeds import parse_feed
from retrieval.sources.types import Entry, Fetched

URL = "https://feeds.test/feed"
NOW = datetime(2030, 1, 1, tzinfo=UTC)
FIELDS = ("title", "link", "guid", "date", "content")
FOUR = FIELDS[:4]

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pair:
    """One entry as expected and as read; None where one of the two has no such entry."""

    file: str
    format: str
    wanted: Fields | None
    got: Fields | None

    def differs(self, field: str) -> bool:
        if self.wanted is None or self.got is None:
            return True
        return squeezed(self.wanted[field]) != squeezed(self.got[field])


def squeezed(text: str) -> str:
    return " ".join(text.split())


def shown(markup: str) -> str:
    """What a reader sees of it, however often it was escaped."""
    for _ in range(3):
        markup = html.unescape(re.sub(r"</?\w[^<>]*>", " ", markup))
    return squeezed(markup)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a field may differ without harm."""

    field: str
    words: str
    holds: Callable[[str, str], bool]  # expected and read


REASONS: dict[str, Reason] = {
    "title's markup": Reason("title", "kept as it came; ours is what a reader sees of it", lambda w, g: shown(w) == g),
    "content's markup": Reason("content", "the same words; ours is safe markup", lambda w, g: shown(w) == shown(g)),
}


def cases(folder: Path) -> Iterator[tuple[Path, Path | None]]:
    """Feeds, and the files with what is expected of them."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".xml":
            expected = path.with_suffix(".json")
            yield path, expected if expected.exists() else None
        elif path.suffix == ".json" and not path.with_suffix(".xml").exists() and not path.stem.endswith("_expected"):
            expected = path.with_stem(f"{path.stem}_expected")
            yield path, expected if expected.exists() else None


def wanted_fields(item: Mapping[str, Any]) -> Fields:
    """One form for the four in which the collection expects entries."""
    guid = item.get("guid") or item.get("id") or ""
    pages = (link.get("href", "") for link in item.get("links", ()) if isinstance(link, dict) and is_page(link))
    dates = ("publishedParsed", "pubDateParsed", "date_published", "updatedParsed", "date_modified")
    bodies = (item.get(name) for name in ("content", "content_html", "content_text", "description", "summary"))
    body = next((body for body in bodies if body), "")
    return {
        "title": item.get("title", ""),
        "link": item.get("link") or item.get("url") or next(pages, ""),
        "guid": guid["value"] if isinstance(guid, dict) else guid,
        "date": next((moment(item[name]) for name in dates if item.get(name)), ""),
        "content": body.get("value", "") if isinstance(body, dict) else body,
    }


def is_page(link: Mapping[str, str]) -> bool:
    return link.get("rel", "alternate") == "alternate"


def moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).isoformat()


def got_fields(entry: Entry) -> Fields:
    return {
        "title": entry.title if entry.is_titled else "",
        "link": entry.url or "",
        "guid": entry.guid,
        "date": entry.published.isoformat() if entry.published else "",
        "content": entry.html,
    }


def compare(folder: Path) -> tuple[list[Pair], Counter[str], list[str]]:
    """The entries in pairs, the feeds of each format, and what became of feeds that nothing is expected of."""
    pairs: list[Pair] = []
    feeds: Counter[str] = Counter()
    others: list[str] = []
    for path, expected in cases(folder):
        content, name = path.read_bytes(), str(path.relative_to(folder))
        kind = "JSON" if path.suffix == ".json" else "Atom" if b"<feed" in content else "RSS"
        entries, refusal = read(content)
        if expected is None:
            others.append(f"{name}: {refusal or f'{len(entries)} entries'}")
            continue
        feeds[kind] += 1
        told = json.loads(expected.read_text())
        items = told.get("items") or told.get("entries") or []
        for item, entry in zip_longest(items, entries):
            pairs.append(Pair(name, kind, wanted_fields(item) if item else None, got_fields(entry) if entry else None))
        if refusal and not items:
            others.append(f"{name}: {refusal}, and no entries expected")
    return pairs, feeds, others


def read(content: bytes) -> tuple[tuple[Entry, ...], str]:
    try:
        return parse_feed(Fetched(URL, content, "text/xml"), NOW).entries, ""
    except NotAFeed as error:
        return (), error.reason


def reason_of(pair: Pair, field: str) -> str:
    """Which of the REASONS explains the difference; "" for none."""
    if pair.wanted is None or pair.got is None:
        return ""
    wanted, got = squeezed(pair.wanted[field]), squeezed(pair.got[field])
    return next((name for name, reason in REASONS.items() if reason.field == field and reason.holds(wanted, got)), "")


def share(pairs: list[Pair], fields: Sequence[str], forgiven: Collection[str] = ()) -> float:
    """Of the entries that differ in none of the fields, or for a forgiven reason."""
    good = (all(not pair.differs(field) or reason_of(pair, field) in forgiven for field in fields) for pair in pairs)
    return sum(good) / len(pairs)


def table(pairs: list[Pair], feeds: Counter[str]) -> None:
    kinds = {kind: [pair for pair in pairs if pair.format == kind] for kind in feeds} | {"all": pairs}
    print(f"{'strict':20}" + "".join(f"{kind:>9}" for kind in kinds))
    print(f"{'feeds':20}" + "".join(f"{feeds[kind] or feeds.total():9}" for kind in kinds))
    print(f"{'entries':20}" + "".join(f"{len(of):9}" for of in kinds.values()))
    for name, fields in [*((field, [field]) for field in FIELDS), ("the four", [*FOUR])]:
        print(f"{name:20}" + "".join(f"{share(of, fields):9.3f}" for of in kinds.values()))
    names = [name for name, reason in REASONS.items() if reason.field in FOUR]
    for count, name in enumerate(names, 1):
        rates = (share(of, FOUR, names[:count]) for of in kinds.values())
        print(f"{'+ ' + name:20}" + "".join(f"{rate:9.3f}" for rate in rates))


def differences(pairs: list[Pair]) -> None:
    found = [(reason_of(pair, field), field, pair) for pair in pairs for field in FIELDS if pair.differs(field)]
    for reason in (*REASONS, ""):
        rows = [(field, pair) for name, field, pair in found if name == reason]
        print(f"\n{len(rows)} x {reason or 'other'}: {REASONS[reason].words if reason else 'not explained'}")
        for field, pair in rows:
            wanted, got = (side[field] if side else None for side in (pair.wanted, pair.got))
            print(f"  {pair.file} {field}\n    expected {wanted!r:.200}\n    read     {got!r:.200}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    data: Path = parser.parse_args().data
    with tempfile.TemporaryDirectory() as folder, tarfile.open(data / "gofeed.tar.xz") as archive:
        archive.extractall(folder, filter="data")
        pairs, feeds, others = compare(Path(folder))
    table(pairs, feeds)
    differences(pairs)
    print(f"\n{len(others)} feeds without an expected parse, or refused:", *others, sep="\n  ")


if __name__ == "__main__":
    main()
