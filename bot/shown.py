"""`footnote read`, `footnote feeds`: what a file, page or feed holds, and what is watched; for people or as JSON."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import UTC, datetime

from bot.config import corpus_settings
from bot.documents import (
    Document,
    article_document,
    fault_document,
    feed_document,
    feed_link_document,
    parsed_feed_document,
)
from bot.errand import Errand
from bot.printed import print_document, print_rows
from bot.sheet import clean
from bot.terminal import ANSWERED, FAILED
from retrieval import Article, Feed, FeedLink, ParsedFeed, SourceError, open_sources, write_opml

ENTRIES_SHOWN = 20


def read_once(errand: Errand) -> int:
    """Shows what would be stored, or the error by its name, and stores nothing."""
    sources, _ = open_sources(corpus_settings(errand.settings))
    with closing(sources):
        reads = sources.preview(errand.arguments.place, datetime.now(UTC))
    for read in reads:
        if isinstance(read, SourceError):
            errand.complain(read)
        elif not errand.arguments.json:
            _show(errand, read)
    if errand.arguments.json:
        documents = [_document(errand, read) for read in reads]
        print_document(documents[0] if len(documents) == 1 else documents)
    return FAILED if any(isinstance(read, SourceError) for read in reads) else ANSWERED


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


def _document(errand: Errand, read: Article | ParsedFeed | tuple[FeedLink, ...] | SourceError) -> Document:
    match read:
        case Article():
            return {"kind": "article", **article_document(read), "image": read.image, "text": read.text}
        case ParsedFeed():
            return {"kind": "feed", **parsed_feed_document(read)}
        case SourceError():
            return {"kind": "error", **fault_document(read, errand.texts.error(errand.language, read))}
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
