"""A web page -> the feeds that it names, best first; an address -> where its site's feeds usually are.

Nothing is fetched: a guess is an address to try.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from lxml import etree
from lxml.html import HTMLParser

from retrieval.sources.charsets import charset_in_page, decode
from retrieval.sources.prose import clean_line, storable
from retrieval.sources.types import FeedLink, Fetched
from retrieval.sources.urls import MAX_URL, linked_address

MAX_FOUND = 20  # feeds of one page; a page with more is a directory
MAX_GUESSES = 12  # each costs the site a request
_MAX_NAME = 300  # characters
_MAX_RANKED = 200  # links of one kind, among which the best come first
_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_VAGUE_TYPES = frozenset({"application/json", "application/xml", "text/xml"})  # of feeds, and of much else
_LAST = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)  # the parser drops what stands behind them; browsers do not
_FEED_NAMES = frozenset({"feed", "feeds", "rss", "rss2", "atom", "rss.php", "feed.php", "atom.php"})
_FEED_ENDS = (".rss", ".atom", ".rdf")
_DATA_ENDS = (".xml", ".json")  # of feeds that say in their path that they are
_PAGE_ENDS = (".html", ".htm", ".aspx")
_FEED_WORD = re.compile(r"rss|atom|feed")
_FEED_QUERY = re.compile(r"(?:^|&)(?:feed=(?:rss|atom|rdf)|format=(?:rss|atom)|type=rss|output=rss)", re.IGNORECASE)
_FEED_HOST = re.compile(r"^(?:feeds?|rss)\d?\.", re.IGNORECASE)
_ELSEWHERE = re.compile(r"https?(?::|%3a)(?:/|%2f)", re.IGNORECASE)  # inside an address: "add this feed to a reader"
_COMMENTS = re.compile(r"\bcomments?\b|\breplies\b|\bкоммент|\bотзыв|\bобсужд", re.IGNORECASE)
_PART = re.compile(r"/(?:category|categories|cat|tags?|topics?|author|users?|search|rubric|section|label)/|\?s=",
                   re.IGNORECASE)  # fmt: skip
_CHANNEL = re.compile(r"UC[\w-]{22}")
_CHANNEL_IN_PAGE = re.compile(r'"(?:channelId|externalId|browseId)"\s*:\s*"(UC[\w-]{22})"')
_PLAYLIST = re.compile(r"(?:PL|UU|FL|OL)[\w-]{10,}")
_VIDEO_HOSTS = frozenset({"youtube.com", "m.youtube.com", "music.youtube.com"})
_VIDEOS = "https://www.youtube.com/feeds/videos.xml"
_CHAT = re.compile(r"/(?:s/)?(?!(?:joinchat|addstickers|addlist|share|proxy|socks|login|confirmphone)\b)([a-z]\w{3,31})"
                   r"(?:/\d+)?/?", re.IGNORECASE)  # fmt: skip
_REDDIT = re.compile(r"/(?:r|user)/[\w-]+", re.IGNORECASE)
_REPOSITORY = re.compile(r"/([\w-]+/[\w.-]+?)(?:\.git)?(?:/.*)?")
_OF_CODE = ("releases", "tags", "commits")
_PERSON = re.compile(r"/@[\w.-]+(?:@[\w.-]+)?")
_SLUG = re.compile(r"\d{3,}|.*[-_].*[-_].*|.{30,}")  # an article's own name, below which there is no feed but comments
_AT_ROOT = ("/feed", "/rss.xml", "/feed.xml", "/rss", "/atom.xml", "/index.xml", "/feed/", "/feed.json",
            "/feeds/posts/default", "/rss/index.xml")  # fmt: skip
_IN_FOLDER = ("feed/", "rss.xml", "feed.xml", "index.xml", "rss")


def find_feeds(fetched: Fetched) -> tuple[FeedLink, ...]:
    """The feeds that the page declares, those of comments and of parts of the site last; then those it links to.

    Each address once, at most MAX_FOUND. Never raises: a page that is none has none.
    """
    page = load_page(fetched)
    if page is None:
        return ()
    base = base_of(page, fetched.url)
    declared, linked = (
        sorted(islice(found, _MAX_RANKED), key=lambda link: _rank(link, fetched.url))
        for found in (_declared(page, base), _linked(page, base))
    )
    links: dict[str, FeedLink] = {}
    for link in (*declared, *_of_channel(page, fetched), *linked):
        if link.url.rstrip("/") != fetched.url.rstrip("/"):
            links.setdefault(link.url, link)
        if len(links) == MAX_FOUND:
            break
    return tuple(links.values())


def guesses(url: str) -> tuple[str, ...]:
    """Addresses at which a feed may be, best first, at most MAX_GUESSES; for a known kind of site only its own."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ()
    if parts.scheme not in {"http", "https"} or not host or len(url) > MAX_URL:
        return ()
    known = _of_known_site(host, parts)
    usual = _usual(f"{parts.scheme}://{parts.netloc}", parts.path) if known is None else known
    return tuple(dict.fromkeys(usual))[:MAX_GUESSES]


def load_page(fetched: Fetched) -> Any:
    """The page as a tree, with what is broken mended; None when there is nothing in it. Looks nothing up."""
    html = _LAST.sub("", storable(decode(fetched.content, fetched.charset or charset_in_page(fetched.content))))
    parser = HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(html.encode(), parser)
    except etree.LxmlError:
        return None


def base_of(page: Any, url: str) -> str:
    """What the page's links are relative to."""
    given = next((href for element in page.iter("base") if (href := element.get("href"))), "")
    return linked_address(url, given) or url


def _declared(page: Any, base: str) -> Iterator[FeedLink]:
    for element in page.iter("link"):
        relations = element.get("rel", "").lower().split()
        media_type = element.get("type", "").partition(";")[0].strip().lower()
        url = linked_address(base, element.get("href"))
        if not url or not {"alternate", "feed"} & set(relations):
            continue
        is_vague = media_type in _VAGUE_TYPES or (not media_type and "feed" in relations)
        if media_type in _TYPES or (is_vague and _is_feed_like(url)):
            yield FeedLink(url, clean_line(element.get("title", ""))[:_MAX_NAME])


def _rank(link: FeedLink, page: str) -> int:
    if _is_of_comments(link):
        return 2
    is_own = _PART.search(page) and link.url.startswith(page.rstrip("/"))  # they came for this part of the site
    return -1 if is_own else int(_PART.search(link.url) is not None)


def _is_of_comments(link: FeedLink) -> bool:
    parts = urlsplit(link.url)
    return _COMMENTS.search(f"{link.title} {parts.path} {parts.query}") is not None


def _linked(page: Any, base: str) -> Iterator[FeedLink]:
    for element in page.iter("a"):
        url = linked_address(base, element.get("href"))
        if not url or not _is_feed_like(url):
            continue
        text = clean_line(element.text_content()) or clean_line(element.get("title", ""))
        link = FeedLink(url.partition("#")[0], text[:_MAX_NAME])
        if not _is_of_comments(link):
            yield link


def _is_feed_like(url: str) -> bool:
    parts = urlsplit(url)
    path = parts.path.lower().rstrip("/")
    *folders, name = path.split("/")
    if _ELSEWHERE.search(url, len(parts.scheme) + 3) or name.endswith(_PAGE_ENDS):
        return False
    if name in _FEED_NAMES or name.endswith(_FEED_ENDS) or (name.endswith(_DATA_ENDS) and _FEED_WORD.search(path)):
        return True
    if _FEED_QUERY.search(parts.query) or not _FEED_NAMES.isdisjoint(folders):
        return True
    return _FEED_HOST.match(parts.netloc) is not None and name != ""


def _of_channel(page: Any, fetched: Fetched) -> Iterator[FeedLink]:
    """A video channel's page tells the channel's id, of which the feed's address is made."""
    if (urlsplit(fetched.url).hostname or "").removeprefix("www.") not in _VIDEO_HOSTS:
        return
    told = [element.get("href", "") for element in page.iter("link") if element.get("rel") == "canonical"]
    for element in page.iter("meta"):
        if {element.get("itemprop"), element.get("property")} & {"channelId", "identifier", "og:url"}:
            told.append(element.get("content", ""))
    told += _CHANNEL_IN_PAGE.findall("".join(script.text or "" for script in page.iter("script")))[:1]
    for words in told:
        if found := _CHANNEL.search(words):
            yield FeedLink(f"{_VIDEOS}?channel_id={found[0]}", clean_line(page.findtext(".//title") or "")[:_MAX_NAME])
            return


def _of_known_site(host: str, parts: SplitResult) -> Iterable[str] | None:
    """None for a site of no known kind."""
    if host in _VIDEO_HOSTS:
        return _of_videos(parts)
    if host in {"t.me", "telegram.me"}:
        chat = _CHAT.fullmatch(parts.path)
        return [f"https://t.me/s/{chat[1]}"] if chat else []
    if host == "reddit.com" or host.endswith(".reddit.com"):
        board = _REDDIT.match(parts.path)
        return [f"https://www.reddit.com{board[0] if board else ''}/.rss"]
    if host == "github.com":
        repository = _REPOSITORY.fullmatch(parts.path)
        return [f"https://github.com/{repository[1]}/{kind}.atom" for kind in _OF_CODE] if repository else []
    return _of_blogs(host, parts)


def _of_videos(parts: SplitResult) -> list[str]:
    asked = parse_qs(parts.query, max_num_fields=None)
    playlist = _PLAYLIST.fullmatch(asked.get("list", [""])[0])
    channel = re.match(rf"/channel/({_CHANNEL.pattern})(?:/|$)", parts.path)
    user = re.match(r"/user/(\w+)", parts.path)
    named = [
        ("playlist_id", playlist and playlist[0]),
        ("channel_id", channel and channel[1]),
        ("user", user and user[1]),
    ]
    return [f"{_VIDEOS}?{name}={value}" for name, value in named if value]


def _of_blogs(host: str, parts: SplitResult) -> list[str] | None:
    site = f"https://{parts.netloc}"
    first = "/".join(parts.path.split("/")[:2])
    if host == "medium.com":
        return [f"{site}/feed{first}"] if len(first) > 1 else []
    if host.endswith((".medium.com", ".substack.com")):
        return [f"{site}/feed"]
    if ".blogspot." in host:
        return [f"{site}/feeds/posts/default", f"{site}/rss.xml"]
    if host.endswith(".wordpress.com"):
        return [f"{site}/feed/"]
    return None


def _usual(site: str, path: str) -> Iterator[str]:
    """Sites of people first, then the page's own folder if it looks like a section, then the site's root."""
    if person := _PERSON.match(path):
        yield f"{site}{person[0]}.rss"
    names = [name for name in path.split("/")[1:] if name]
    folder = names[:-1] if names and ("." in names[-1] or _SLUG.fullmatch(names[-1])) else names
    in_root = [site + path for path in _AT_ROOT]
    in_folder = [f"{site}/{'/'.join(folder)}/{name}" for name in _IN_FOLDER] if folder else []
    is_section = folder == names and not person
    yield from (*in_folder, *in_root) if is_section else (*in_root[:7], *in_folder, *in_root[7:])
