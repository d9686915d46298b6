"""Following feeds: by address, by number, by button, up to a limit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.desk import Desk
from bot.following import FEEDS_PER_CHAT
from bot.pages import LIMITS
from bot.store import BotStore
from bot.suggestions import Suggestion
from bot.texts import load_texts
from bot.types import Button, Chat, FeedNews, Heard, Reply, SentFile
from retrieval import FeedLink
from tests.fake_corpus import BAKERY, FERRY, NOON, FakeCorpus, HandClock

CHAT = Chat(100, "en")
FEED = "https://news.example/rss"


@pytest.fixture
def corpus() -> FakeCorpus:
    corpus = FakeCorpus(BAKERY, FERRY)
    corpus.carried = {FEED: [BAKERY, FERRY], "https://other.example/atom": []}
    return corpus


@pytest.fixture
def desk(corpus: FakeCorpus, store: BotStore) -> Desk:
    return Desk(corpus, store, load_texts(), admins=frozenset(), clock=HandClock())  # type: ignore[arg-type]


def say(desk: Desk, text: str, chat: Chat = CHAT) -> Reply:
    return desk.hear(Heard(chat, 8, text))


def text(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages)


def buttons(reply: Reply) -> list[Button]:
    return [button for message in reply.messages for row in message.buttons for button in row]


def press(desk: Desk, button: Button) -> str:
    return text(desk.press(Heard(CHAT, 8, button.data)))


def test_following_shows_the_title_and_the_latest_item(desk: Desk, store: BotStore) -> None:
    reply = say(desk, f"/follow {FEED}")
    assert text(reply) == (
        "Now following Feed rss. New articles will appear here.\n\n"
        "Its latest so far:\nFerry to Tern Island sails again, 5 March 2026"
    )
    assert reply.messages[0].marks[0].url == "https://news.example/ferry"
    (subscription,) = store.subscriptions(CHAT.id)
    assert (subscription.feed, subscription.title, subscription.since) == (FEED, "Feed rss", NOON)


def test_an_address_may_be_typed_without_https(desk: Desk, store: BotStore) -> None:
    say(desk, "/follow other.example/atom")
    assert [one.feed for one in store.subscriptions(CHAT.id)] == ["https://other.example/atom"]


def test_a_feed_without_items_has_no_sample(desk: Desk) -> None:
    assert text(say(desk, "/follow https://other.example/atom")).count("\n") == 0


def test_following_twice_is_told(desk: Desk) -> None:
    say(desk, f"/follow {FEED}")
    assert text(say(desk, f"/follow {FEED}")) == "This chat already follows Feed rss."


def test_what_is_no_feed_is_told_and_not_followed(desk: Desk, store: BotStore) -> None:
    reply = say(desk, "/follow https://news.example/")
    assert reply.failed
    assert text(reply) == "I found no feed at https://news.example/."
    assert store.subscriptions(CHAT.id) == []


def test_the_limit_is_told_politely_and_without_a_visit(desk: Desk, corpus: FakeCorpus, store: BotStore) -> None:
    for number in range(FEEDS_PER_CHAT):
        corpus.carried[f"https://news.example/{number}"] = []
        say(desk, f"/follow https://news.example/{number}")
    reply = say(desk, f"/follow {FEED}")
    assert reply.failed
    assert "50 feeds" in text(reply)
    assert FEED not in corpus.watched
    listed = say(desk, "/following")
    assert len(buttons(listed)) == 2 * FEEDS_PER_CHAT
    for message in listed.messages:
        assert sum(map(len, message.buttons)) <= LIMITS.buttons
    assert "50. Feed" in listed.messages[-1].text


def test_the_list_is_numbered_and_its_buttons_mute_and_leave(desk: Desk, store: BotStore) -> None:
    say(desk, f"/follow {FEED}")
    say(desk, "/follow https://other.example/atom")
    listed = say(desk, "/following")
    assert text(listed) == "This chat follows 2 feeds:\n\n1. Feed atom\n2. Feed rss"
    assert [button.text for button in buttons(listed)] == ["1. Unfollow", "1. Mute", "2. Unfollow", "2. Mute"]
    leave, _, _, mute = buttons(listed)
    assert press(desk, mute).startswith("Feed rss is muted")
    assert store.followers(FEED) == []
    again = say(desk, "/following")
    assert "2. Feed rss (muted)" in text(again)
    assert press(desk, buttons(again)[3]).startswith("Feed rss is back")
    assert press(desk, leave) == "No longer following Feed atom."
    assert press(desk, leave) == "This chat does not follow that feed any more."
    assert press(desk, mute).startswith("Feed rss is muted")


def test_a_mute_answer_offers_the_way_back(desk: Desk, store: BotStore) -> None:
    say(desk, f"/follow {FEED}")
    mute = buttons(say(desk, "/following"))[1]
    (back,) = buttons(desk.press(Heard(CHAT, 8, mute.data)))
    assert back.text == "Unmute"
    press(desk, back)
    assert len(store.followers(FEED)) == 1


@pytest.mark.parametrize("reference", ["2", FEED, "news.example/rss", "feed RSS"])
def test_unfollowing_by_number_address_or_title(desk: Desk, store: BotStore, reference: str) -> None:
    say(desk, f"/follow {FEED}")
    say(desk, "/follow https://other.example/atom")
    assert text(say(desk, f"/unfollow {reference}")) == "No longer following Feed rss."
    assert [one.title for one in store.subscriptions(CHAT.id)] == ["Feed atom"]


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("feed", "More than one"),
        ("3", "nothing called 3"),
        ("0", "nothing called 0"),
        ("cheese", "nothing called cheese"),
    ],
)
def test_unfollowing_what_is_not_one_feed_is_told(desk: Desk, store: BotStore, reference: str, words: str) -> None:
    say(desk, f"/follow {FEED}")
    say(desk, "/follow https://other.example/atom")
    reply = say(desk, f"/unfollow {reference}")
    assert reply.failed
    assert words in text(reply)
    assert len(store.subscriptions(CHAT.id)) == 2


def test_a_feed_is_watched_until_its_last_follower_leaves(desk: Desk, corpus: FakeCorpus, store: BotStore) -> None:
    neighbour = replace(CHAT, id=200)
    store.chat(neighbour.id, language="en", kind="private")
    say(desk, f"/follow {FEED}")
    say(desk, f"/follow {FEED}", neighbour)
    say(desk, "/unfollow 1")
    assert FEED in corpus.watched
    say(desk, "/unfollow 1", neighbour)
    assert FEED not in corpus.watched
    assert store.followed_feeds() == set()


def test_a_forged_button_cannot_mute_what_is_not_followed(desk: Desk, store: BotStore) -> None:
    button = Button("Mute", f"mute:{store.handle(FEED)}")
    assert press(desk, button) == "This chat does not follow that feed any more."


def test_without_an_address_feeds_are_offered_and_one_press_follows(corpus: FakeCorpus, store: BotStore) -> None:
    offered = [Suggestion("Новости", "https://other.example/atom", "ru"), Suggestion("News", FEED, "en")]
    desk = Desk(corpus, store, load_texts(), admins=frozenset(), clock=HandClock(), suggestions=offered)  # type: ignore[arg-type]
    reply = say(desk, "/follow")
    buttons = [button for row in reply.messages[-1].buttons for button in row]
    assert [button.text for button in buttons] == ["News", "Новости"]
    desk.press(Heard(CHAT, 8, buttons[0].data))
    assert [subscription.feed for subscription in store.subscriptions(CHAT.id)] == [FEED]


def test_a_site_with_one_feed_is_followed_by_it(desk: Desk, corpus: FakeCorpus, store: BotStore) -> None:
    corpus.sites["https://news.example/"] = (FeedLink(FEED, "All news"),)
    assert text(say(desk, "/follow news.example/")).startswith("Now following Feed rss.")
    assert [one.feed for one in store.subscriptions(CHAT.id)] == [FEED]


def test_of_several_feeds_of_a_site_one_is_chosen_by_a_button(desk: Desk, corpus: FakeCorpus, store: BotStore) -> None:
    other = "https://other.example/atom"
    corpus.sites["https://news.example/"] = (FeedLink(FEED, "All news"), FeedLink(other, "Comments"))
    reply = say(desk, "/follow https://news.example/")
    assert text(reply) == (f"This site has several feeds. Which one?\n• All news {FEED}\n• Comments {other}")
    assert [button.text for button in buttons(reply)] == ["All news", "Comments"]
    assert store.subscriptions(CHAT.id) == []
    assert press(desk, buttons(reply)[1]).startswith("Now following Feed atom.")
    assert [one.feed for one in store.subscriptions(CHAT.id)] == [other]


def test_a_list_of_feeds_is_followed_as_far_as_it_goes(desk: Desk, corpus: FakeCorpus, store: BotStore) -> None:
    corpus.lists["https://news.example/all.opml"] = (
        FeedLink(FEED), FeedLink("https://gone.example/rss"), FeedLink("https://other.example/atom"),
    )  # fmt: skip
    say(desk, f"/follow {FEED}")
    told = text(say(desk, "/follow https://news.example/all.opml"))
    assert told.split("\n")[:3] == ["Now following 1 feed of the list.", "1 was followed already.", "1 cannot be had:"]
    assert "gone.example" in told.split("\n")[3]
    assert len(store.subscriptions(CHAT.id)) == 2


def test_a_long_list_stops_at_the_chats_limit(desk: Desk, corpus: FakeCorpus, store: BotStore) -> None:
    feeds = [f"https://news.example/{number}" for number in range(FEEDS_PER_CHAT + 3)]
    corpus.carried |= {feed: [] for feed in feeds}
    corpus.lists["mine.opml"] = tuple(map(FeedLink, feeds))
    told = text(desk.hear(Heard(CHAT, 8, "", file=SentFile("mine.opml", b"<opml/>"))))
    assert "3 are left out: one chat may follow 50." in told
    assert len(store.subscriptions(CHAT.id)) == FEEDS_PER_CHAT


def test_the_list_tells_which_feeds_do_not_answer(desk: Desk, corpus: FakeCorpus) -> None:
    for feed in (FEED, "https://other.example/atom"):
        say(desk, f"/follow {feed}")
    corpus.watched[FEED] = replace(corpus.watched[FEED], down_since=NOON)
    corpus.watched["https://other.example/atom"] = replace(corpus.watched["https://other.example/atom"], ended=True)
    listed = text(say(desk, "/following")).split("\n")
    assert listed[2:] == ["1. Feed atom – closed for good", "2. Feed rss – no answer since 31 May 2026"]


@pytest.mark.parametrize(
    ("kind", "words", "offered"),
    [("down", "has not answered for five days", 1), ("back", "is back.", 0), ("ended", "is closed for good", 1)],
)
def test_what_becomes_of_a_feed_is_told(desk: Desk, kind: str, words: str, offered: int) -> None:
    say(desk, f"/follow {FEED}")
    told = desk.alert(CHAT, FeedNews(FEED, kind))  # type: ignore[arg-type]
    assert told is not None
    assert told.text.startswith("Feed rss ")
    assert words in told.text
    assert len(told.buttons) == offered


def test_what_is_neither_a_feed_nor_a_list_is_told_as_no_feed(desk: Desk, corpus: FakeCorpus) -> None:
    corpus.unreadable.add("https://news.example/picture.svg")
    reply = say(desk, "/follow https://news.example/picture.svg")
    assert text(reply).startswith("There is no feed at https://news.example/picture.svg.")
