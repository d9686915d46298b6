"""The command line and where articles come from: read, add, fill, follow, feeds, against a site on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bot.cli import Ran
from tests.feedserver import FeedServer

STORY = (
    "A crane fell into the harbour basin of Millrace on Thursday morning, and nobody was hurt, the police said.",
    "The crane had been out of use since January. It will be raised next week, and the basin stays closed until then.",
)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    monkeypatch.setenv("FOOTNOTE_ALLOWED_NETWORKS", "127.0.0.0/8")
    with FeedServer() as site:
        site.publish("Crane falls into the harbour", *STORY)
        yield site


def test_a_file_is_shown_as_it_would_be_stored_and_not_stored(footnote: Callable[..., Ran], here: Path) -> None:
    shown = footnote("read", "ferry.txt")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith(
        "Ferry to Tern Island sails again\nThe Example | 2026-03-05 | en | https://news.example/ferry\n"
    )
    document = footnote("read", "ferry.txt", "--json").document
    assert (document["kind"], document["source"], document["published"][:10]) == (
        "article",
        "The Example",
        "2026-03-05",
    )
    assert document["text"].startswith("The ferry to Tern Island sails again on Monday")
    assert footnote("list").out == "There are no articles yet.\n"
    assert not (here / "data" / "corpus.db").exists() or footnote("stats", "--json").document["articles"] == 0


def test_a_page_a_feed_and_a_list_are_told_apart(footnote: Callable[..., Ran], site: FeedServer, here: Path) -> None:
    page = footnote("read", f"{site.root}/articles/1.html", "--json").document
    assert (page["kind"], page["title"]) == ("article", "Crane falls into the harbour")
    feed = footnote("read", site.feed_url, "--json").document
    assert (feed["kind"], feed["title"], [entry["guid"] for entry in feed["entries"]]) == (
        "feed", "Harbour Notes", ["note-1"],
    )  # fmt: skip
    (here / "mine.opml").write_text(f'<opml><body><outline text="Notes" xmlUrl="{site.feed_url}"/></body></opml>')
    listed = footnote("read", "mine.opml", "--json").document
    assert listed == {"kind": "list", "feeds": [{"url": site.feed_url, "title": "Notes", "folder": ""}]}


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("nowhere.txt", "There is no file nowhere.txt."),
        ("http://169.254.169.254/latest", "is not on the public internet"),
        ("picture.png", "I cannot read this kind of file"),
    ],
)
def test_what_cannot_be_read_is_named_in_both_forms(
    footnote: Callable[..., Ran], here: Path, place: str, words: str
) -> None:
    (here / "picture.png").write_bytes(b"\x89PNG")
    shown, document = footnote("read", place), footnote("read", place, "--json")
    assert (shown.code, shown.out, document.code) == (1, "", 1)
    assert words in shown.err
    assert words in document.document["error"]
    assert document.document["kind"] == "error"
    assert {"type", "reason", "subject"} < document.document.keys()


def test_a_site_is_filled_from_its_sitemap(footnote: Callable[..., Ran], site: FeedServer) -> None:
    pages = [f"{site.root}/articles/1.html", site.publish("The basin opens again", *reversed(STORY))]
    rows = "".join(f"<url><loc>{page}</loc><lastmod>2026-05-0{n}</lastmod></url>" for n, page in enumerate(pages, 1))
    site.serve("/sitemap.xml", f"<urlset>{rows}</urlset>".encode(), "application/xml")
    assert footnote("fill", site.root, "--limit", "1").out == "1 article added.\n"
    assert [row["title"] for row in footnote("list", "--json").document] == ["The basin opens again"]
    assert footnote("fill", site.root).out == "1 article added.\n1 article was here already.\n"
    assert footnote("fill", site.root, "--limit", "0").code == 2


def test_a_list_is_followed_shown_and_given_out_again(
    footnote: Callable[..., Ran], site: FeedServer, here: Path
) -> None:
    assert footnote("feeds").out.startswith("No feed is watched yet.")
    (here / "mine.opml").write_text(f'<opml><body><outline text="Notes" xmlUrl="{site.feed_url}"/></body></opml>')
    assert footnote("follow", "mine.opml").out == "Now following 1 feed of the list.\n"
    title, state, _, address = footnote("feeds").out.rstrip("\n").split("\t")
    assert (title, state, address) == ("Harbour Notes", "answers", site.feed_url)
    (feed,) = footnote("feeds", "--json").document
    assert (feed["url"], feed["failures"], feed["ended"]) == (site.feed_url, 0, False)
    (here / "out.opml").write_text(footnote("feeds", "--opml").out)
    assert footnote("read", "out.opml", "--json").document["feeds"][0]["url"] == site.feed_url


def test_a_site_is_followed_by_the_feed_that_its_page_names(footnote: Callable[..., Ran], site: FeedServer) -> None:
    head = '<link rel="alternate" type="application/rss+xml" title="Notes" href="/feed.xml">'
    site.serve("/", f"<html><head>{head}</head><body><h1>Harbour Notes</h1></body></html>".encode())
    assert footnote("follow", f"{site.root}/").out.startswith("Now following Harbour Notes.")
