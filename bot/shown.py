"""`footnote read`, `footnote feeds`: what a file, page or feed holds, and what is watched; for people or as JSON."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import UTC, datetime

from bot.config import corpus_settings
from bot.documents import Document, article_document, feed_document, feed_link_document, parsed_feed_document
from bot.errand import Errand
from bot.printed import print_document, print_failure, print_rows
from bot.sheet import clean
from bot.terminal import ANSWERED, FAILED
from retrieval import Article, Feed, FeedLink, ParsedFeed, SourceError, open_sources, write_opml

ENTRIES_SHOWN = 20


def read_once(errand: Errand) -> int:
    """Shows what would be stored, and stores nothing. Raises SourceError."""
    sources, _ = open_sources(corpus_settings(errand.settings))
    with closing(sources):
        reads = sources.preview(errand.arguments.place, datetime.now(UTC))
    faults = [read for read in reads if isinstance(read, SourceError)]
    found = [read for read in reads if not isinstance(read, SourceError)]
    if errand.arguments.json and len(reads) == 1 and faults:
        return print_failure(errand, errand.texts.error(errand.language, faults[0]))
    for fault in faults:
        errand.complain(fault)
    if errand.arguments.json:
        documents = [_document(read) for read in found]
        print_document(documents[0] if len(reads) == 1 else documents)
    else:
        for read in found:
            _show(errand, read)
    return FAILED if faults else ANSWERED


def show_feeds(errand: Errand) -> int:
    """The watched feeds as a table, as JSON, or as OPML for another reader."""
    with errand.corpus() as corpus:
        feeds = corpus.feeds()
    if errand.arguments.opml:
        links = [FeedLink(feed.url, feed.title) for feed in feeds]
        sys.stdout.write(write_opml(links, "Footnote", datetime.now(UTC)).decode("utf-8"))
    elif errand.arguments.json:
        print_document([feed_document(feed) for feed in feeds])
    elif not feeds:
        print(errand.say("cli.feeds_none"))
    else:
        names = ("title", "state", "due", "address")
        print_rows((_row(errand, feed) for feed in feeds), tuple(errand.say(f"cli.feed.{name}") for name in names))
    return ANSWERED


def _document(read: Article | ParsedFeed | tuple[FeedLink, ...]) -> Document:
    match read:
        case Article():
            return {"kind": "article", **article_document(read), "image": read.image, "text": read.text}
        case ParsedFeed():
            return {"kind": "feed", **parsed_feed_document(read)}
    return {"kind": "list", "feeds": [feed_link_document(link) for link in read]}


def _show(errand: Errand, read: Article | ParsedFeed | tuple[FeedLink, ...]) -> None:
    match read:
        case Article():
            lines = _about(errand, read)
        case ParsedFeed():
            lines = [errand.say("cli.read.feed", title=clean(read.title))]
            lines += [errand.say("cli.entries", count=len(read.entries))]
            shown = read.entries[:ENTRIES_SHOWN]
            lines += ["", *(f"{_day(e.published)}  {clean(e.title)}  {e.url or ''}".strip() for e in shown)]
        case _:
            lines = [errand.say("cli.read.list"), *(f"{clean(link.title)}  {link.url}".strip() for link in read)]
    print("\n".join(lines) + "\n")


def _about(errand: Errand, article: Article) -> list[str]:
    """Title, what is known of it, and the whole text."""
    known = (article.source, article.author, _day(article.published), article.language, article.url)
    about = [clean(article.title), " | ".join(clean(part) for part in known if part)]
    about += [errand.say("cli.read.image", url=clean(article.image))] if article.image else []
    return [*about, "", article.text]


def _row(errand: Errand, feed: Feed) -> tuple[str, ...]:
    if feed.ended:
        state = errand.say("cli.feed.ended")
    elif feed.down_since:
        state = errand.say("cli.feed.down", date=errand.texts.date(errand.language, feed.down_since))
    else:
        state = errand.say("cli.feed.ok")
    return clean(feed.title), state, "" if feed.ended else feed.due.strftime("%Y-%m-%d %H:%M"), feed.url


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
