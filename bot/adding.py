"""`footnote add` and `footnote fill`: files, links and whole sites in, a count of what was added out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from bot.errand import Errand
from bot.progress import Report
from bot.receiving import count_lines
from bot.terminal import ANSWERED, FAILED
from retrieval import Added, Corpus, SourceError


def add_places(errand: Errand) -> int:
    """Each broken link, file or row is named on stderr, and the others go on."""
    with errand.corpus() as corpus, errand.progress("terminal.adding") as report:
        return _told(errand, _added(corpus, errand.arguments.places, report))


def fill_from(errand: Errand) -> int:
    """Raises SourceError when the site cannot be had."""
    with errand.corpus() as corpus, errand.progress("terminal.adding") as report:
        return _told(errand, corpus.add_site(errand.arguments.site, errand.arguments.limit, on_progress=report))


def _told(errand: Errand, results: Iterable[Added | SourceError]) -> int:
    counts: Counter[str] = Counter()
    for result in results:
        if isinstance(result, SourceError):
            errand.complain(result)
            counts["failed"] += 1
        else:
            counts[result.judgement] += 1
    for line in count_lines(counts, errand.say):
        print(line)
    return FAILED if counts["failed"] else ANSWERED


def _added(corpus: Corpus, places: Iterable[str], report: Report) -> Iterator[Added | SourceError]:
    """One result for each link, file or row; links that stand together are fetched together."""
    for are_links, group in groupby(places, _is_link):
        if are_links:
            yield from corpus.add_pages(list(group), on_progress=report)
        else:
            yield from corpus.add_files(map(Path, group), on_progress=report)


def _is_link(place: str) -> bool:
    return place.lower().startswith(("http://", "https://"))
