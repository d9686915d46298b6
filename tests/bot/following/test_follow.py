"""Following: what is named, where it is sent, lists of feeds, the numbered list, and leaving."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.desk import Desk
from bot.following.offering import BUTTON_CHARACTERS
from bot.following.subscribing import PER_CHAT
from bot.pages import LIMITS
from bot.rights import Found, OwnPlace
from bot.store import BotStore
from bot.suggestions import Suggestion
from bot.texts import load_texts
from bot.types import TERMINAL_CHAT, Chat, Heard, Kind, Reply, Rhythm, SentFile, Subscription
from retrieval import FeedLink
from tests.bot.wiring import FakeRights, Person, all_buttons, buttons, text
from tests.fake_corpus import BAKERY, FERRY, NOON, FakeCorpus, HandClock

FEED, OTHER = "https://news.example/rss", "https://other.example/atom"
GROUP, CHANNEL = -100, -1001234567890


@pytest.fixture
def corpus() -> FakeCorpus:
    corpus = FakeCorpus(BAKERY, FERRY)
    corpus.carried = {FEED: [BAKERY, FERRY], OTHER: []}
    return corpus


@pytest.fixture
def rights() -> FakeRights:
    rights = FakeRights()
    rights.places = {"@news": Found(CHANNEL, "All the news", "channel")}
    return rights


@pytest.fixture
def desk(corpus: FakeCorpus, store: BotStore, rights: FakeRights) -> Desk:
    return Desk(corpus, store, load_texts(), admins=frozenset(), clock=HandClock(), rights=rights)  # type: ignore[arg-type]


@pytest.fixture
def reader(desk: Desk, store: BotStore) -> Person:
    return Person(desk, store)


def subjects(followed: list[Subscription]) -> list[str]:
    return [one.subject for one in followed]


# -- feeds, sites and lists


def test_following_at_once_shows_the_title_and_the_latest_item(reader: Person, desk: Desk) -> None:
    reply = desk.follow(Heard(reader.chat, reader.user_id, ""), FEED)
    assert text(reply) == (
        "Now following Feed rss. New articles will appear here.\n\n"
        "Its latest so far:\nFerry to Tern Island sails again, 5 March 2026"
    )
    assert reply.messages[0].marks[0].url == "https://news.example/ferry"
    (one,) = reader.followed()
    assert (one.kind, one.subject, one.title, one.since) == (Kind.FEED, FEED, "Feed rss", NOON)


def test_an_address_may_be_typed_without_https(reader: Person) -> None:
    assert reader.follow("other.example/atom").subject == OTHER


def test_what_is_no_feed_is_told_and_not_followed(reader: Person) -> None:
    reply = reader.say("/follow https://news.example/")
    assert reply.failed
    assert text(reply) == "I found no feed at https://news.example/."
    assert reader.followed() == []


def test_a_feed_that_is_gone_when_follow_is_pressed_is_told(reader: Person, corpus: FakeCorpus) -> None:
    shown = reader.say(f"/follow {FEED}")
    del corpus.carried[FEED]
    assert reader.press(shown, "Follow").failed
    assert reader.followed() == []


def test_a_site_with_one_feed_is_followed_by_it(reader: Person, corpus: FakeCorpus) -> None:
    corpus.sites["https://news.example/"] = (FeedLink(FEED, "All news"),)
    assert reader.follow("news.example/ hourly").subject == FEED
    assert reader.followed()[0].wishes.rhythm is Rhythm.HOURLY


def test_of_several_feeds_of_a_site_one_is_chosen_by_a_button(reader: Person, corpus: FakeCorpus) -> None:
    corpus.sites["https://news.example/"] = (FeedLink(FEED, "All news"), FeedLink(OTHER, "Comments"))
    reply = reader.say("/follow https://news.example/ daily 9:00")
    assert text(reply) == f"This site has several feeds. Which one?\n• All news {FEED}\n• Comments {OTHER}"
    assert list(buttons(reply)) == ["All news", "Comments"]
    shown = reader.press(reply, "Comments")
    assert text(shown).startswith("Feed atom (daily at 9:00)")
    reader.press(shown, "Follow")
    assert [(one.subject, one.wishes.rhythm) for one in reader.followed()] == [(OTHER, Rhythm.DAILY)]


def test_a_list_of_feeds_is_followed_as_far_as_it_goes(reader: Person, corpus: FakeCorpus) -> None:
    corpus.lists["https://news.example/all.opml"] = (
        FeedLink(FEED), FeedLink("https://gone.example/rss"), FeedLink(OTHER),
    )  # fmt: skip
    reader.follow(FEED)
    told = text(reader.say("/follow https://news.example/all.opml daily 9:00"))
    assert told.split("\n")[:3] == ["Now following 1 feed of the list.", "1 was followed already.", "1 cannot be had:"]
    assert "gone.example" in told.split("\n")[3]
    assert [(one.subject, one.wishes.rhythm) for one in reader.followed()] == [
        (OTHER, Rhythm.DAILY), (FEED, Rhythm.INSTANT),
    ]  # fmt: skip


def test_a_long_list_stops_at_the_chats_limit(reader: Person, corpus: FakeCorpus) -> None:
    feeds = [f"https://news.example/{number}" for number in range(PER_CHAT + 3)]
    corpus.carried |= {feed: [] for feed in feeds}
    corpus.lists["mine.opml"] = tuple(map(FeedLink, feeds))
    told = text(reader.desk.hear(Heard(reader.chat, reader.user_id, "", file=SentFile("mine.opml", b"<opml/>"))))
    assert "3 are left out: one chat may follow 50." in told
    assert len(reader.followed()) == PER_CHAT


def test_what_is_neither_a_feed_nor_a_list_is_told_as_no_feed(reader: Person, corpus: FakeCorpus) -> None:
    corpus.unreadable.add("https://news.example/picture.svg")
    reply = reader.say("/follow https://news.example/picture.svg")
    assert text(reply).startswith("There is no feed at https://news.example/picture.svg.")


def test_a_source_that_is_not_known_is_told_with_those_that_are(reader: Person) -> None:
    reply = reader.say("/follow source: The Gazette")
    assert reply.failed
    assert text(reply) == "I know no source called The Gazette. Those I know: The Example"


# -- without words


def test_without_words_feeds_are_offered_and_one_press_follows(corpus: FakeCorpus, store: BotStore) -> None:
    offered = [Suggestion("Новости", OTHER, "ru"), Suggestion("News", FEED, "en")]
    desk = Desk(corpus, store, load_texts(), admins=frozenset(), clock=HandClock(), suggestions=offered)  # type: ignore[arg-type]
    reader = Person(desk, store)
    reply = reader.say("/follow")
    assert list(buttons(reply)) == ["News", "Новости"]
    reader.press(reply, "News")
    assert subjects(reader.followed()) == [FEED]


def test_without_words_or_suggestions_the_usage_is_told(reader: Person) -> None:
    reply = reader.say("/follow")
    assert reply.failed
    assert "/follow floods in Siberia" in text(reply)


@pytest.mark.parametrize(
    "replied", ["Ferry to Tern Island sails again", "It sails. [1]\nhttps://news.example/ferry#:~:text=x"]
)
def test_in_reply_to_an_article_its_story_source_and_topic_are_offered(reader: Person, replied: str) -> None:
    reply = reader.say("/follow", replied)
    assert text(reply) == "What shall I follow?"
    assert list(buttons(reply)) == ["This story", "Source: The Example", "Topic: Ferry to Tern Island sails again"]
    done = reader.press(reply, "This story")
    assert text(done) == "Now following this story: Ferry to Tern Island sails again."
    assert [(one.kind, one.subject) for one in reader.followed()] == [(Kind.STORY, "1")]


def test_in_reply_to_something_else_the_usage_is_told(reader: Person) -> None:
    assert "/follow floods in Siberia" in text(reader.say("/follow", "Good morning, everybody"))


# -- from what is read


def test_under_an_answer_its_article_and_the_question_can_be_followed(reader: Person) -> None:
    offered = reader.press(reader.say("How many people does the ferry carry?"), "Follow")
    *_, question = buttons(offered)
    assert question.startswith("Answers to: How many people does the ferry")
    assert len(question) <= BUTTON_CHARACTERS
    assert text(reader.press(offered, "Source: The Example")).startswith("The Example (source)\n")
    shown = reader.press(offered, "Topic: Ferry to Tern Island sails again")
    assert shown.replaces
    assert text(shown).startswith("Ferry to Tern Island sails again (topic)\n")
    assert reader.followed() == []
    reader.press(offered, question)
    assert subjects(reader.followed()) == ["How many people does the ferry carry?"]


def test_a_refusal_offers_to_wait_for_an_answer_and_one_press_does(reader: Person) -> None:
    refused = reader.say("Who is the king?")
    done = reader.press(refused, "Tell me when an article answers this")
    assert not done.replaces
    assert text(done) == "I will write when an article answers this: Who is the king?"
    assert [(one.kind, one.subject) for one in reader.followed()] == [(Kind.QUESTION, "Who is the king?")]
    assert text(reader.press(refused, "Tell me when an article answers this")).startswith("This chat already follows")


def test_a_summary_and_a_topics_summary_lead_to_following(reader: Person) -> None:
    offered = reader.press(reader.say("/summary bakery"), "Follow")
    assert list(buttons(offered)) == ["This story", "Topic: A bakery opens"]  # it has no source
    shown = reader.press(reader.say("/summary bread"), "Follow")
    assert text(shown).startswith("bread (topic)\n")
    reader.press(shown, "Follow")
    assert subjects(reader.followed()) == ["bread"]


def test_a_follow_button_of_a_removed_article_is_told(reader: Person, corpus: FakeCorpus) -> None:
    summary = reader.say("/summary ferry")
    del corpus.held["ferry"]
    assert text(reader.press(summary, "Follow")) == "I do not have that article any more."


# -- the list


def test_the_list_is_numbered_with_wishes_and_a_button_each(reader: Person) -> None:
    for what in (FEED, "Everything", "the example weekly fri 18:00", "ferry strict silent +sails", "Who is the king?"):
        reader.follow(what)
    listed = reader.say("/following")
    assert text(listed) == (
        "This chat has 5 subscriptions:\n\n"
        "1. Everything\n2. Feed rss\n3. The Example (source, every Friday at 18:00)\n"
        "4. Who is the king? (question)\n5. ferry (topic, strict, +sails, without sound)"
    )
    assert list(buttons(listed)) == ["1", "2", "3", "4", "5"]
    card = reader.press(listed, "5")
    assert card.replaces
    assert text(card).startswith("ferry\nA topic in your own words")
    back = reader.press(card, "Back to the list")
    assert (back.replaces, back.messages) == (True, listed.messages)


def test_a_long_list_comes_in_messages_of_ten_and_a_card_leads_back_to_its_own(reader: Person) -> None:
    for number in range(10, 33):
        reader.follow(f"topic {number}")
    listed = reader.say("/following")
    assert [message.text.count("\n") for message in listed.messages] == [11, 9, 2]
    assert [len(row) for row in listed.messages[0].buttons] == [5, 5]
    card = reader.press(listed, "15")
    assert reader.press(card, "Back to the list").messages == (listed.messages[1],)
    for one in reader.followed()[15:]:
        reader.send(f"out:{one.id}")
    assert reader.press(card, "Back to the list").messages[0].text.startswith("11. topic 20")


def test_the_list_tells_which_feeds_do_not_answer(reader: Person, corpus: FakeCorpus) -> None:
    for feed in (FEED, OTHER):
        reader.follow(feed)
    corpus.watched[FEED] = replace(corpus.watched[FEED], down_since=NOON)
    corpus.watched[OTHER] = replace(corpus.watched[OTHER], ended=True)
    listed = text(reader.say("/following")).split("\n")
    assert listed[2:] == ["1. Feed atom – closed for good", "2. Feed rss – no answer since 31 May 2026"]


def test_whatever_titles_are_made_of_ten_lines_are_one_message(reader: Person, store: BotStore) -> None:
    for number in range(30):
        wild = Subscription(100, Kind.TOPIC, f"{number}", "🚢" * 300 + f"{number}", NOON)
        store.subscribe(replace(wild, muted=True, wishes=replace(wild.wishes, must=("🚢" * 50,) * 5)))
    listed = reader.say("/following")
    assert len(listed.messages) == 3
    for message in listed.messages:
        assert len(message.text.encode("utf-16-le")) // 2 <= LIMITS.units
        assert all(len(button.data.encode()) <= LIMITS.data_bytes for row in message.buttons for button in row)


# -- leaving


@pytest.mark.parametrize("reference", ["2", FEED, "news.example/rss", "feed RSS"])
def test_unfollowing_by_number_address_or_title(reader: Person, reference: str) -> None:
    reader.follow(FEED)
    reader.follow(OTHER)
    assert text(reader.say(f"/unfollow {reference}")) == "No longer following Feed rss."
    assert subjects(reader.followed()) == [OTHER]


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("feed", "More than one"),
        ("3", "nothing called 3"),
        ("0", "nothing called 0"),
        ("cheese", "nothing called cheese"),
    ],
)
def test_unfollowing_what_is_not_one_subscription_is_told(reader: Person, reference: str, words: str) -> None:
    reader.follow(FEED)
    reader.follow(OTHER)
    reply = reader.say(f"/unfollow {reference}")
    assert reply.failed
    assert words in text(reply)
    assert len(reader.followed()) == 2


def test_a_feed_is_watched_until_its_last_follower_leaves(reader: Person, corpus: FakeCorpus, store: BotStore) -> None:
    neighbour = replace(reader, chat_id=200, user_id=200)
    reader.follow(FEED)
    neighbour.follow(FEED)
    reader.say("/unfollow 1")
    assert FEED in corpus.watched
    neighbour.say("/unfollow 1")
    assert FEED not in corpus.watched
    assert store.followed_feeds() == set()


def test_leaving_can_be_undone_with_all_its_wishes(reader: Person, corpus: FakeCorpus) -> None:
    before = reader.follow(f"{FEED} weekly tue 7:00 silent -lottery")
    left = reader.say("/unfollow 1")
    assert FEED not in corpus.watched
    again = reader.press(left, "Undo")
    assert again.replaces
    assert text(again).startswith("Feed rss\n")
    assert FEED in corpus.watched
    (after,) = reader.followed()
    assert replace(after, id=before.id) == before
    assert text(reader.press(left, "Undo")) == text(again)
    assert len(reader.followed()) == 1


# -- groups, forum topics, channels


def test_in_a_group_administrators_change_what_is_followed_and_everybody_may_see_it(
    reader: Person, rights: FakeRights
) -> None:
    anybody = reader.at(GROUP)
    admin = replace(anybody, user_id=7)
    rights.admins = {GROUP: {7}}
    admin.follow("ferry")
    listed = anybody.say("/following")
    assert "1. ferry (topic)" in text(listed)
    denied = "Only administrators can change what this group follows."
    commands = ("follow bread", "unfollow 1", "tune 1 daily", "settings", "timezone Berlin", "quiet 22-7", "mute day")
    for command in (*commands, "pause", "resume"):
        reply = anybody.say(f"/{command}")
        assert (reply.failed, text(reply)) == (True, denied), command
    assert text(anybody.press(listed, "1")) == denied
    card = admin.press(listed, "1")
    for button in all_buttons(card):
        if button.text != "Back to the list":
            assert text(anybody.send(button.data)) == denied, button.text
    assert not anybody.press(card, "Back to the list").failed
    assert not anybody.say("How many people does the ferry carry?").failed
    assert admin.followed()[0].by == 7


def test_rights_are_asked_for_at_every_press(reader: Person, rights: FakeRights) -> None:
    admin = replace(reader.at(GROUP), user_id=7)
    rights.admins = {GROUP: {7}}
    shown = admin.say("/follow ferry")
    rights.admins = {}
    assert admin.press(shown, "Follow").failed
    assert admin.followed() == []


def test_when_telegram_cannot_be_asked_that_is_said(reader: Person, rights: FakeRights) -> None:
    rights.silent = True
    unknown = "I could not check that you are an administrator; please try again."
    assert text(reader.at(GROUP).say("/follow ferry")) == unknown
    assert text(reader.say("/follow ferry to @news")) == unknown
    assert not reader.say("/follow ferry").failed  # nobody has to be asked about one's own chat


def test_a_list_of_feeds_in_a_group_is_for_administrators(
    reader: Person, corpus: FakeCorpus, rights: FakeRights
) -> None:
    corpus.lists["mine.opml"] = (FeedLink(FEED),)
    group = reader.at(GROUP)
    sent = Heard(group.chat, 100, "", file=SentFile("mine.opml", b"<opml/>"))
    assert group.desk.hear(sent).failed
    assert group.followed() == []
    rights.admins = {GROUP: {100}}
    assert not group.desk.hear(sent).failed
    assert subjects(group.followed()) == [FEED]


def test_each_forum_topic_follows_for_itself(reader: Person, rights: FakeRights) -> None:
    rights.admins = {GROUP: {100}}
    for thread in (5, 6, None):
        reader.at(GROUP, thread).press(reader.at(GROUP, thread).say("/follow ferry"), "Follow")
    assert {one.thread_id for one in reader.at(GROUP).followed()} == {5, 6, None}


def test_a_channel_is_sent_what_its_administrator_says(reader: Person, rights: FakeRights, store: BotStore) -> None:
    rights.admins = {CHANNEL: {100}}
    reader.say("/timezone Berlin")
    shown = reader.say("/follow ferry daily 9:00 to @news")
    assert text(shown).endswith("\nIt will be sent to All the news.")
    done = reader.press(shown, "Follow")
    assert text(done).startswith("Now following ferry. New articles will appear there.")
    assert reader.followed() == []
    (one,) = store.subscriptions(CHANNEL)
    assert (one.subject, one.by, one.thread_id) == ("ferry", 100, None)
    channel = store.known_chat(CHANNEL)
    assert channel is not None
    assert (channel.kind, channel.language, channel.hours.zone) == ("channel", "en", "Europe/Berlin")
    listed = reader.say("/following @news")
    assert "1. ferry (topic, daily at 9:00)" in text(listed)
    card = reader.press(listed, "1")
    assert "Comes hourly" not in text(card)
    assert "Comes every hour" in text(reader.press(card, "Hourly"))
    assert reader.press(card, "Back to the list").messages[0].text.startswith("This chat has 1 subscription")
    reader.press(card, "Unfollow")
    assert store.subscriptions(CHANNEL) == []


def test_a_channel_is_closed_to_everybody_else(reader: Person, rights: FakeRights, store: BotStore) -> None:
    rights.admins = {CHANNEL: {100}}
    card = reader.press(reader.press(reader.say("/follow ferry to @news"), "Follow"), "Settings")
    stranger = replace(reader, chat_id=200, user_id=200)
    for said in ("/follow bread to @news", "/following @news"):
        assert text(stranger.say(said)) == "Only administrators of All the news can change what it follows."
    for button in all_buttons(card):
        reply = stranger.send(button.data)
        assert reply.failed, button.text
        assert "ferry" not in text(reply)
    assert len(store.subscriptions(CHANNEL)) == 1


@pytest.mark.parametrize(
    "said", ["/follow ferry to @elsewhere", "/following @elsewhere", "/follow x to -1009999999999"]
)
def test_where_we_may_not_post_nothing_is_followed(reader: Person, said: str) -> None:
    reply = reader.say(said)
    assert reply.failed
    assert text(reply).startswith("I cannot post in ")


def test_an_own_place_is_ones_own_and_no_other() -> None:
    own = OwnPlace()
    assert own.governs(8, 8)
    assert own.governs(TERMINAL_CHAT, 0)
    assert not own.governs(GROUP, 8)
    assert own.find_chat("@news") is None


def test_the_terminal_may_follow_more_than_a_chat(corpus: FakeCorpus, store: BotStore) -> None:
    desk = Desk(corpus, store, load_texts(), admins=frozenset(), clock=HandClock())  # type: ignore[arg-type]
    chat = store.chat(TERMINAL_CHAT, language="en", kind="private")
    replies: list[Reply] = [desk.follow(Heard(chat, 0, ""), f"topic {number}") for number in range(PER_CHAT + 5)]
    assert not any(reply.failed for reply in replies)
    assert isinstance(chat, Chat)
    assert len(store.subscriptions(TERMINAL_CHAT)) == PER_CHAT + 5


# -- buttons of earlier messages


@pytest.mark.parametrize("verb", ["mute", "unmute", "unfollow"])
def test_buttons_under_old_alerts_open_the_card(reader: Person, store: BotStore, verb: str) -> None:
    reader.follow(FEED)
    assert text(reader.send(f"{verb}:{store.handle(FEED)}")).startswith("Feed rss\nA feed\n")
    assert "does not follow that any more" in text(reader.send(f"{verb}:{store.handle(OTHER)}"))
