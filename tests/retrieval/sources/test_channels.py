"""Public previews of channels, in Telegram's own markup."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sources.channels import MAX_HEADLINE, MAX_POSTS, read_channel
from retrieval.sources.types import Entry, Fetched, ParsedFeed

_NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)
_URL = "https://t.me/s/harbour_news"
_HEADING = '<div class="tgme_channel_info_header_title"><span dir="auto">Гавань &amp; побережье</span></div>'


def _post(number: int, inside: str, moment: str = "2026-05-04T08:30:00+00:00", kind: str = "") -> str:
    return f"""
<div class="tgme_widget_message_wrap js-widget_message_wrap">
 <div class="tgme_widget_message text_not_supported_wrap js-widget_message {kind}" data-post="harbour_news/{number}"
   data-view="eyJjIjotMTE3OTkz">
  <div class="tgme_widget_message_user"><a href="https://t.me/harbour_news"><i class="tgme_widget_message_user_photo
   bgcolor1" data-content="H"><img src="https://cdn4.telesco.pe/file/a.jpg"></i></a></div>
  <div class="tgme_widget_message_bubble">
   <div class="tgme_widget_message_author accent_color"><a class="tgme_widget_message_owner_name"
    href="https://t.me/harbour_news"><span dir="auto">Гавань</span></a></div>
   {inside}
   <div class="tgme_widget_message_footer compact js-message_footer"><div class="tgme_widget_message_info short">
    <span class="tgme_widget_message_views">238K</span><span class="copyonly"> views</span>
    <span class="tgme_widget_message_meta"><a class="tgme_widget_message_date"
     href="https://t.me/harbour_news/{number}"><time datetime="{moment}" class="time">08:30</time></a></span>
   </div></div>
  </div>
 </div>
</div>"""


def _text(words: str) -> str:
    return f'<div class="tgme_widget_message_text js-message_text" dir="auto">{words}</div>'


def _preview(*posts: str, heading: str = _HEADING) -> str:
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Гавань – Telegram</title>'
        '<meta property="og:title" content="Гавань"></head><body class="widget_frame_base">'
        f'<div class="tgme_channel_info"><div class="tgme_channel_info_header">{heading}</div></div>'
        f'<section class="tgme_channel_history js-message_history">{"".join(posts)}</section></body></html>'
    )


def _read(page: str | bytes) -> ParsedFeed | None:
    return read_channel(Fetched(_URL, page.encode() if isinstance(page, str) else page, "text/html"), _NOW)


def _entries(*posts: str) -> tuple[Entry, ...]:
    feed = _read(_preview(*posts))
    assert feed is not None
    return feed.entries


def _only(words: str) -> Entry:
    (entry,) = _entries(_post(7, _text(words)))
    return entry


def test_posts_come_newest_first_with_address_title_date_and_text() -> None:
    feed = _read(
        _preview(
            _post(101, _text("<b>Паром вернулся</b><br/><br/>Он стоял в тумане.")),
            _post(103, _text("Two boats came back."), "2026-05-05T10:00:00+02:00"),
        )
    )

    assert feed == ParsedFeed(
        "Гавань & побережье",
        "https://t.me/harbour_news",
        (
            Entry("https://t.me/harbour_news/103", "Two boats came back.", "https://t.me/harbour_news/103",
                  datetime(2026, 5, 5, 8, tzinfo=UTC), "Two boats came back."),
            Entry("https://t.me/harbour_news/101", "Паром вернулся", "https://t.me/harbour_news/101",
                  datetime(2026, 5, 4, 8, 30, tzinfo=UTC), "<b>Паром вернулся</b><br><br>Он стоял в тумане."),
        ),
    )  # fmt: skip


def test_a_date_in_the_future_becomes_now_and_a_broken_one_none() -> None:
    later, broken = _entries(_post(1, _text("Boats"), "soon"), _post(2, _text("Boats"), "2031-01-01T00:00:00+00:00"))

    assert (later.published, broken.published) == (_NOW, None)


def test_a_film_s_length_is_not_taken_for_a_date() -> None:
    film = '<a class="tgme_widget_message_video_player"><time class="message_video_duration">0:30</time></a>'

    (entry,) = _entries(_post(5, film + _text("Boats in the fog")))
    assert entry.published == datetime(2026, 5, 4, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "html"),
    [
        ('<i class="emoji" style="background-image:url(\'//telegram.org/img/emoji/40/F0.png\')"><b>⚡</b></i> Boats',
         "⚡ Boats"),
        ('<tg-emoji emoji-id="5"><i class="emoji"><b>⚡</b></i></tg-emoji> Boats', "⚡ Boats"),
        ("Boats<script>alert(1)</script><style>b{}</style> &amp; ferries", "Boats &amp; ferries"),
        ('<b onclick="x()" style="color:red">Boats</b>', "<b>Boats</b>"),
        ('<a href="https://coast.example/?a=1&amp;amp;b=2" target="_blank" onclick="return confirm(1)">Boats</a>',
         '<a href="https://coast.example/?a=1&amp;b=2">Boats</a>'),
        ('<a href="javascript:alert(1)">Boats</a>', "<a>Boats</a>"),
        ("<tg-spoiler>Boats</tg-spoiler><blockquote>said Ann</blockquote>", "Boats<blockquote>said Ann</blockquote>"),
        ("1 &lt; 2 boats", "1 &lt; 2 boats"),
        ('<a\x08>Boats</a\x08> and <a href="https://coast.example/&#8;">ferries</a>', "Boats and <a>ferries</a>"),
    ],
)  # fmt: skip
def test_only_words_their_form_and_links_are_kept(words: str, html: str) -> None:
    assert _only(words).html == html


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("Boats<br/>and more", "Boats"),
        ("⚡️<br/>#harbour @ann<br/>https://coast.example/a<br/>Two boats came back", "Two boats came back"),
        ("⚡️⚡️⚡️", "⚡️⚡️⚡️"),
        ("The ferry came back to the harbour. " + "It had stood in the fog for two days. " * 5,
         "The ferry came back to the harbour."),
        ("Паром вернулся в гавань! " + "Он стоял в тумане двое суток. " * 5, "Паром вернулся в гавань!"),
        ("word " * 40, " ".join(["word"] * 19) + "…"),
        ("Two  boats\n in   fog", "Two boats"),
        ("<blockquote>Two boats came back</blockquote>said Ann", "Two boats came back"),
    ],
)  # fmt: skip
def test_the_title_is_the_first_line_or_sentence_that_says_something(words: str, title: str) -> None:
    assert _only(words).title == title


def test_a_reply_is_titled_by_its_own_words() -> None:
    reply = (
        '<a class="tgme_widget_message_reply user-color-default" href="https://t.me/harbour_news/3">'
        '<div class="tgme_widget_message_text js-message_reply_text" dir="auto">The older post</div></a>'
    )
    (entry,) = _entries(_post(5, reply + _text("The newer post")))

    assert (entry.title, entry.html) == ("The newer post", "The newer post")


@pytest.mark.parametrize(
    "post",
    [_post(5, '<a class="tgme_widget_message_photo_wrap" href="https://t.me/harbour_news/5"></a>'), _post(5, _text("")),
     _post(5, _text("<br/> <br/>")), _post(5, _text("Гавань закрепил сообщение"), kind="service_message"),
     _post(5, _text("Boats")).replace("harbour_news/5", "../evil"), _post(5, _text("x")).replace('data-post="', 'x="')],
)  # fmt: skip
def test_what_has_no_words_or_no_address_is_left_out(post: str) -> None:
    assert [entry.title for entry in _entries(_post(4, _text("Boats")), post)] == ["Boats"]


def test_the_name_is_taken_from_the_page_s_head_where_there_is_no_heading() -> None:
    bare = _read(_preview(_post(1, _text("Boats")), heading=""))

    assert bare is not None
    assert bare.title == "Гавань"


def test_a_channel_without_posts_is_an_empty_feed() -> None:
    assert _read(_preview()) == ParsedFeed("Гавань & побережье", None, ())


@pytest.mark.parametrize(
    "page",
    ["", "<html><body><p>An article on boats.</p></body></html>", '{"a": 1}',
     '<div class="tgme_page"><div class="tgme_page_title"><span>Гавань</span></div><a>View in Telegram</a></div>',
     "<p>The class tgme_widget_message is Telegram's.</p>", '<rss version="2.0"><channel></channel></rss>'],
)  # fmt: skip
def test_other_pages_are_no_previews(page: str) -> None:
    assert _read(page) is None


def test_there_is_an_end_to_posts_and_the_newest_stay() -> None:
    entries = _entries(*(_post(number, _text("Boats")) for number in range(1, MAX_POSTS + 50)))

    assert len(entries) == MAX_POSTS
    assert entries[0].identity.endswith(f"/{MAX_POSTS + 49}")


@pytest.mark.parametrize(
    "piece",
    ['<div class="tgme_widget_message" data-post="harbour/1"><div class="tgme_widget_message_text">x', "<b>", "a. ",
     '<i class="emoji">'],
)  # fmt: skip
def test_hostile_pages_take_bounded_time(piece: str) -> None:
    started = time.process_time()
    _read(_preview(_post(1, _text(piece * (300_000 // len(piece))))))

    assert time.process_time() - started < 10


@given(st.text(max_size=200))
def test_whatever_is_posted_has_a_short_title_and_an_address(words: str) -> None:
    feed = _read(_preview(_post(9, _text(words))))

    assert feed is not None
    for entry in feed.entries:
        assert 0 < len(entry.title) <= MAX_HEADLINE
        assert entry.identity == "https://t.me/harbour_news/9"
        assert "<script" not in entry.html


@given(st.binary(max_size=300))
def test_any_bytes_are_a_channel_or_none(content: bytes) -> None:
    inside = _read(_preview().encode() + b'<div class="tgme_widget_message" data-post="harbour/1">' + content)
    for feed in (_read(content), inside):
        assert feed is None or all(entry.identity.startswith("https://t.me/") for entry in feed.entries)
