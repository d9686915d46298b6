"""Feeds and article pages on 127.0.0.1 that a test can change: HTTP in, XML and HTML out, with ETag and 304.

with FeedServer() as site:
    site.publish("Ferry delayed", "The ferry to Tern Island was late. ...")
    corpus.watch(site.feed_url)
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

BEFORE = timedelta(minutes=1)  # the first article is dated so long before the server was made, each next a second on
DRAIN_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Page:
    """What an address gives."""

    body: bytes
    media_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)  # beside those that every answer has

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'


class FeedServer:
    """A site with one feed. Changes are seen by the next request."""

    def __init__(self, title: str = "Harbour Notes") -> None:
        self.title = title
        self.visits: Counter[tuple[str, int]] = Counter()  # (path, status) -> requests
        self._pages: dict[str, Page] = {}
        self._items: list[str] = []
        self._first = datetime.now(UTC) - BEFORE
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="feedserver")
        self.root = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.feed_url = f"{self.root}/feed.xml"
        self._write_feed()

    def __enter__(self) -> FeedServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join(DRAIN_SECONDS)
        self._server.server_close()

    def publish(self, title: str, *paragraphs: str, language: str = "en") -> str:
        """A new article and its entry at the top of the feed; returns the article's address."""
        number = len(self._items) + 1
        path = f"/articles/{number}.html"
        day = self._first + timedelta(seconds=number)
        self._pages[path] = Page(_article(title, paragraphs, self.title, day, language).encode(), "text/html")
        self._items.insert(0, _item(number, title, self.root + path, paragraphs[0], day))
        self._write_feed()
        return self.root + path

    def serve(self, path: str, body: bytes, media_type: str = "text/html", status: int = 200, **headers: str) -> str:
        """Any bytes at a path; returns the address. Underscores in headers' names become hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._pages[path] = Page(body, media_type, status, named)
        return self.root + path

    def page(self, path: str) -> Page:
        """What the path gives now."""
        return self._pages.get(path, Page(b"not here", "text/plain", 404))

    def _write_feed(self) -> None:
        channel = f"<title>{escape(self.title)}</title><link>{self.root}/</link><description>News</description>"
        items = "".join(self._items)
        rss = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{channel}{items}</channel></rss>'
        self._pages["/feed.xml"] = Page(rss.encode(), "application/rss+xml")


def _item(number: int, title: str, url: str, lead: str, day: datetime) -> str:
    told = f"<title>{escape(title)}</title><link>{url}</link><guid isPermaLink='false'>note-{number}</guid>"
    return f"<item>{told}<pubDate>{format_datetime(day)}</pubDate><description>{escape(lead)}</description></item>"


def _article(title: str, paragraphs: tuple[str, ...], site: str, day: datetime, language: str) -> str:
    head = f'<meta charset="utf-8"><title>{escape(title)} - {escape(site)}</title>'
    head += (
        f'<meta property="og:title" content="{escape(title)}"><meta property="og:site_name" content="{escape(site)}">'
    )
    head += f'<meta property="article:published_time" content="{day.isoformat()}">'
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    body = f"<article><h1>{escape(title)}</h1>{text}</article>"
    return f'<!doctype html><html lang="{language}"><head>{head}</head><body>{body}</body></html>'


def _handler(site: FeedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = DRAIN_SECONDS

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            page = site.page(path)
            unchanged = page.status == 200 and self.headers.get("If-None-Match") == page.etag
            status = 304 if unchanged else page.status
            site.visits[path, status] += 1
            self.send_response(status)
            self.send_header("ETag", page.etag)
            self.send_header("Content-Type", f"{page.media_type}; charset=utf-8")
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0" if unchanged else str(len(page.body)))
            self.end_headers()
            if not unchanged:
                self.wfile.write(page.body)

        def log_message(self, format: str, *args: object) -> None:
            """Tests read `visits`, not a log."""

    return Handler
