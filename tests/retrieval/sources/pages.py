"""A path -> what a well-behaved or a hostile server answers: a real HTTP server on 127.0.0.1 in threads of its own."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from ssl import SSLContext
from typing import Any

PAGE = b"<!doctype html><html><head><title>Ferry</title></head><body><p>The ferry sails at nine.</p></body></html>"
FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>Ferries</title></channel></rss>'
SITEMAP = b'<?xml version="1.0"?><urlset><url><loc>https://post.lindhaven.example/a</loc></url></urlset>'
ETAG = '"tide-7"'
ARCHIVE = b"PK\x03\x04\x14\x00\x00\x00 as far as the fetcher looks"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DRIP = 0.05  # seconds between two bytes of a slow answer: far below any read timeout in the tests
MEGABYTE = 1024 * 1024


Answer = Callable[..., None]
"""Called with the visitor, and with N when the path ends in /n/N."""


class Visitor(BaseHTTPRequestHandler):
    """One request. Answers by the path, and writes down what was asked."""

    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        self.close_connection = True
        self.server.asked.append((self.path, dict(self.headers)))
        path, _, number = self.path.partition("?")[0].partition("/n/")
        answer = self.server.answers.get(path)
        if answer is None:
            self.reply(404, b"no such page")
        else:
            answer(self, *((int(number),) if number else ()))

    def reply(self, status: int = 200, body: bytes = PAGE, **headers: str | None) -> None:
        """Underscores in names become hyphens; a header that is None is left out."""
        self.send_response(status)
        given: dict[str, str | None] = {"content_type": "text/html; charset=utf-8", "content_length": str(len(body))}
        for name, value in (given | headers).items():
            if value is not None:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def send(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class Site(ThreadingHTTPServer):
    """The server, with what it answers by path, and what it was asked: (path, headers)."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Visitor)
        self.answers = dict(answers)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what these answers are for."""


@contextmanager
def serving(answers: Mapping[str, Answer] | None = None, tls: SSLContext | None = None) -> Iterator[Site]:
    """Serves `answers`, or all that are below, until the block is left."""
    with Site(ANSWERS if answers is None else answers) as site:
        if tls is not None:
            site.socket = tls.wrap_socket(site.socket, server_side=True)
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            site.shutdown()
            thread.join()


def zeros(megabytes: int) -> bytes:
    """So many megabytes of zeros, gzipped: about a thousandth of it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join([*(packer.compress(b"0" * MEGABYTE) for _ in range(megabytes)), packer.flush()])


def head(*lines: str) -> bytes:
    """A response's first lines, as they are."""
    return "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: text/html", *lines, "", ""]).encode("latin-1")


def redirect(location: str, status: int = 302) -> Answer:
    sent = location.encode("utf-8", "surrogatepass").decode("latin-1")  # as servers send what is not ASCII
    return lambda visitor: visitor.reply(status, b"", location=sent)


def _raw(data: bytes) -> Answer:
    return lambda visitor: visitor.send(data)


def _page(body: bytes = PAGE, status: int = 200, **headers: str | None) -> Answer:
    return lambda visitor: visitor.reply(status, body, **headers)


def _for_ever(first: bytes, again: bytes, pause: float = 0.0) -> Answer:
    def answer(visitor: Visitor) -> None:
        visitor.send(first)
        while True:
            time.sleep(pause)
            visitor.send(again)

    return answer


def _silence(first: bytes) -> Answer:
    def answer(visitor: Visitor) -> None:
        visitor.send(first)
        visitor.rfile.read()  # until the client hangs up

    return answer


def _chain(visitor: Visitor, number: int) -> None:
    visitor.reply() if number == 0 else visitor.reply(302, b"", location=f"/chain/n/{number - 1}")


def _if_changed(visitor: Visitor) -> None:
    same = visitor.headers.get("If-None-Match") == ETAG
    visitor.reply(304 if same else 200, b"" if same else PAGE, etag=ETAG, last_modified="Mon, 02 Mar 2026 08:00:00 GMT")


def _reset(visitor: Visitor) -> None:
    visitor.send(head("Content-Length: 1000"))
    visitor.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _slowly(visitor: Visitor) -> None:
    site = visitor.server
    with site.lock:
        site.at_once += 1
        site.most_at_once = max(site.most_at_once, site.at_once)
    time.sleep(0.1)
    with site.lock:
        site.at_once -= 1
    visitor.reply()


_GZIPPED: dict[str, Any] = {"content_encoding": "gzip"}
_PACKED_SITEMAP = gzip.compress(SITEMAP)
_CHUNKED = head("Transfer-Encoding: chunked")

ANSWERS: dict[str, Answer] = {
    "/ok": _page(),
    "/gzip": _page(gzip.compress(PAGE), **_GZIPPED),
    "/gzip-twice": _page(gzip.compress(PAGE) + gzip.compress(b"<p>More.</p>"), **_GZIPPED),
    "/feed": _page(FEED, content_type="application/rss+xml"),
    "/feed-untyped": _page(FEED, content_type=None),
    "/feed-octets": _page(FEED, content_type="application/octet-stream"),
    "/page-untyped": _page(content_type=None),
    "/pdf": _page(b"%PDF-1.7\n\x00\x01", content_type="application/octet-stream"),
    "/not-a-pdf": _page(content_type="application/pdf"),
    "/program": _page(b"\x7fELF\x02\x01\x00\x00", content_type="application/octet-stream"),
    "/program-as-page": _page(b"\x7fELF\x02\x01\x00\x00"),
    "/nul": _page(b"<p>a\x00b</p>"),
    "/wide": _page(PAGE.decode().encode("utf-16"), content_type="text/html; charset=UTF-16"),
    "/film": _page(b"....", content_type="video/mp4"),
    "/if-changed": _if_changed,
    "/always-304": _page(b"", 304),
    "/empty": _page(b" \n"),
    "/204": _page(b"", 204, content_length=None),
    "/403": _page(status=403),
    "/429": _page(status=429, retry_after="120"),
    "/503": _page(status=503),
    "/chain": _chain,
    "/to-ok": redirect("/ok"),
    "/to-nowhere": _page(b"", 302),
    "/cookie": _page(b"", 302, location="/ok", set_cookie="tracked=1"),
    "/to-metadata": redirect("http://169.254.169.254/latest/meta-data/"),
    "/to-decimal": redirect("http://2130706433/"),
    "/to-gopher": redirect("gopher://127.0.0.1:70/1"),
    "/to-backslashes": redirect("\\\\127.0.0.1\\share"),
    "/to-http": redirect("http://news.lindhaven.example/ok"),
    "/long": _page(b"<p>" + b"a" * 200_000),
    "/claims-10-gb": _silence(head("Content-Length: 10000000000")),
    "/endless": _for_ever(_CHUNKED, b"10000\r\n" + b"x" * 0x10000 + b"\r\n"),
    "/endless-unmeasured": _for_ever(head("Connection: close"), b"x" * 0x10000),
    "/bomb": _page(zeros(100), **_GZIPPED),
    "/bomb-endless": _for_ever(head("Content-Encoding: gzip", "Connection: close"), zeros(10)),
    "/endless-after-length": _for_ever(head("Content-Length: 9") + b"<p>All</p", b"x" * 0x10000),
    "/gzip-in-gzip": _page(gzip.compress(gzip.compress(PAGE)), content_encoding="gzip, gzip"),
    "/brotli": _page(content_encoding="br"),
    "/zstandard": _page(content_encoding="zstd"),
    "/gzip-broken": _page(PAGE, **_GZIPPED),
    "/gzip-cut": _page(gzip.compress(PAGE)[:-20], **_GZIPPED),
    "/silent": _silence(b""),
    "/half": _silence(head("Content-Length: 1000") + b"<p>half"),
    "/short": _raw(head("Content-Length: 1000") + b"<p>half"),
    "/drip-head": _for_ever(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a", DRIP),
    "/drip-body": _for_ever(_CHUNKED, b"1\r\nx\r\n", DRIP),
    "/continue": _for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "/continue-slowly": _for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", DRIP),
    "/reset": _reset,
    "/no-http": _raw(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "/bad-status": _raw(b"HTTP/1.1 999999 Odd\r\n\r\n"),
    "/bad-chunk": _raw(_CHUNKED + b"zz\r\nx\r\n0\r\n\r\n"),
    "/length-and-chunks": _raw(
        head("Content-Length: 5", "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE)
    ),
    "/slowly": _slowly,
    "/same": _page(b"", 304, content_length=None, cache_control="max-age=600"),
    "/fresh": _page(cache_control="public, max-age=900"),
    "/moved": redirect("/fresh", 301),
    "/moved-twice": redirect("/moved", 308),
    "/moved-after-found": redirect("/moved", 302),
    "/found-after-moved": redirect("/moved-after-found", 301),
    "/moved-then-same": redirect("/same", 301),
    "/sitemap": _page(_PACKED_SITEMAP, content_type="application/gzip"),
    "/sitemap-x": _page(_PACKED_SITEMAP, content_type="application/x-gzip"),
    "/sitemap-octets": _page(_PACKED_SITEMAP, content_type="application/octet-stream"),
    "/sitemap-said-twice": _page(_PACKED_SITEMAP, content_type="application/gzip", **_GZIPPED),
    "/sitemap-packed-twice": _page(gzip.compress(_PACKED_SITEMAP), content_type="application/gzip", **_GZIPPED),
    "/sitemap-bomb": _page(zeros(100), content_type="application/gzip"),
    "/tar-gz": _page(gzip.compress(b"notes.txt\x00\x00ustar"), content_type="application/gzip"),
    "/epub": _page(ARCHIVE, content_type="application/epub+zip"),
    "/docx": _page(ARCHIVE, content_type=DOCX),
    "/zip": _page(ARCHIVE, content_type="application/x-zip-compressed"),
    "/zip-octets": _page(ARCHIVE, content_type="application/octet-stream"),
    "/not-a-zip": _page(content_type="application/zip"),
    "/zip-as-page": _page(ARCHIVE),
    "/picture-as-page": _page(b"\x89PNG\r\n\x1a\n...."),
    "/gzip-as-page": _page(gzip.compress(PAGE)),
    "/robots-octets": _page(b"# hello\nUser-Agent: *\nDisallow: /\n", content_type="application/octet-stream"),
    "/gzip-of-nothing": _page(gzip.compress(b""), **_GZIPPED),
    "/gzip-then-garbage": _page(gzip.compress(PAGE) + b"garbage", **_GZIPPED),
    "/gzip-then-padding": _page(gzip.compress(PAGE) + bytes(600), **_GZIPPED),
    "/gzip-said-twice": _raw(head("Content-Encoding: gzip", "Content-Encoding: gzip") + gzip.compress(PAGE)),
    "/deflate": _page(zlib.compress(PAGE), content_encoding="deflate"),
    "/no-such-charset": _page(content_type="text/html; charset=utf-99"),
    "/206": _page(status=206, content_range="bytes 0-9/100"),
    "/300": redirect("/ok", 300),
    "/305": redirect("/ok", 305),
    "/to-self": redirect("/to-self"),
    "/to-empty": redirect(""),
    "/to-spaces": redirect("/ok?a=b c"),
    "/to-tab": redirect("http://news.lindhaven.example/a\tb"),
    "/to-long": redirect("/" + "a" * 10_000),
    "/no-head": _raw(PAGE),
    "/headers-endless": _for_ever(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 1000),
    "/header-endless": _for_ever(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a" * 0x10000),
    "/header-nul": _raw(head("X-Odd: a\x00b", "Content-Length: 0")),
    "/lengths-differ": _raw(head("Content-Length: 5", "Content-Length: 9") + PAGE),
    "/length-negative": _raw(head("Content-Length: -5") + PAGE),
    "/length-no-number": _raw(head("Content-Length: many") + PAGE),
    "/chunk-huge": _raw(_CHUNKED + b"ffffffffffffffff\r\n" + PAGE),
    "/chunk-extension-endless": _for_ever(_CHUNKED + b"5;a=", b"a" * 0x10000),
    "/trailers-endless": _for_ever(_CHUNKED + b"5\r\n<p>ab\r\n0\r\n", b"X-More: and more\r\n" * 1000),
    "/hints-endless": _for_ever(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 1000),
    "/switching": _raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
}


def certificate(folder: Path, name: str) -> list[str]:
    """The command that makes a certificate for `name` that signs itself: cert.pem and key.pem in `folder`."""
    return [
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"),
        *("-addext", f"subjectAltName=DNS:{name}", "-addext", "keyUsage=critical,digitalSignature,keyCertSign"),
        *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
    ]
