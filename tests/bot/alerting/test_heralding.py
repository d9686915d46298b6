"""From the outbox to words: what is said at the moment of sending, to whom, and when nothing is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerting.alerts import story_key
from bot.alerting.digests import PAGE
from bot.alerting.heralding import Herald
from bot.outgoing.steps import Room
from bot.outgoing.types import (
    Alert,
    Aside,
    Content,
    Delivery,
    Digest,
    FeedNews,
    Held,
    Lane,
    Letter,
    Manner,
    Sent,
    Stray,
)
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Chat, Heard, Hours, Kind, Message, Rhythm, Subscription, Wishes
from retrieval import Corpus
from tests.bot.conftest import CHAT_ID
from tests.fake_corpus import BAKERY, FERRY, NOON, FakeCorpus, HandClock

GROUP = -7
FEED = "https://news.example/rss"
DAILY = Wishes(Rhythm.DAILY)
PLAINLY = Manner()


class Office:
    """One chat's herald, and what it takes to have something to say."""

    def __init__(self, store: BotStore, clock: HandClock) -> None:
        self.corpus = FakeCorpus(FERRY, BAKERY)
        self.store, self.clock = store, clock
        self.herald = Herald(self.corpus, store, load_texts(), clock)  # type: ignore[arg-type]

    def follow(self, kind: Kind = Kind.TOPIC, subject: str = "tickets", **fields: object) -> int:
        wanted = replace(Subscription(CHAT_ID, kind, subject, subject, NOON), **fields)  # type: ignore[arg-type]
        number = self.store.subscribe(wanted)
        assert number is not None
        return number

    def letter(self, content: Message | Content, chat_id: int = CHAT_ID, manner: Manner = PLAINLY) -> object:
        return self.herald.letter(Delivery("k", Lane.ALERT, chat_id, content, manner))

    def text(self, content: Content) -> str:
        letter = self.letter(content)
        assert isinstance(letter, Letter)
        return letter.message.text

    def arrived(self, story: int, thread_id: int | None = None) -> None:
        """The alert about the story was sent before, as message 77."""
        key = story_key(story, CHAT_ID, thread_id)
        self.store.enqueue([Delivery(key, Lane.ALERT, CHAT_ID, Alert("ferry", story, 1))], {})
        (claimed,) = self.store.claim(self.clock(), Room(9, 9), 60)
        self.store.settle(claimed, Sent(77), self.clock())

    def many(self, count: int, subscription: int) -> Digest:
        """So many articles of as many stories."""
        articles = [replace(FERRY, id=f"n{n}", title=f"Title {n}") for n in range(count)]
        self.corpus.held |= {article.id: article for article in articles}
        return Digest(tuple(Alert(f"n{n}", 1000 + n, subscription, n) for n in range(count)))


@pytest.fixture
def office(store: BotStore, clock: HandClock) -> Office:
    return Office(store, clock)


def heard(chat_id: int = CHAT_ID, language: str = "en") -> Heard:
    return Heard(Chat(chat_id, language), 1, "")


def keys(message: Message) -> list[str]:
    return [button.data for row in message.buttons for button in row]


# -- whether anything is said


def test_a_message_goes_out_as_it_is_whoever_it_is_for(office: Office) -> None:
    office.store.set_hours(CHAT_ID, Hours(quiet=(0, 1439)))
    for chat_id in (CHAT_ID, 999):
        assert office.letter(Message("Hello"), chat_id, Manner(5)) == Letter(chat_id, Message("Hello"), Manner(5))


def test_an_alert_is_put_into_words_in_the_language_of_the_moment(office: Office) -> None:
    alert = Alert("ferry", 5, office.follow())
    assert "Because you follow “tickets”: “Tickets cost four crowns.” [1]" in office.text(alert)
    office.store.set_language(CHAT_ID, "ru")
    assert "Потому что вы следите за темой «tickets»: «Tickets cost four crowns.» [1]" in office.text(alert)


def _remove_article(office: Office) -> None:
    del office.corpus.held["ferry"]


@pytest.mark.parametrize(
    "change",
    [
        _remove_article,
        lambda office: office.store.unsubscribe(1),
        lambda office: office.store.set_muted(1, True),
        lambda office: office.store.hush(CHAT_ID, 5),
    ],
)
@pytest.mark.parametrize("content", [Alert("ferry", 5, 1), Digest((Alert("ferry", 5, 1), Alert("ferry", 5, 1)))])
def test_what_nobody_wants_any_more_is_void(
    office: Office, change: Callable[[Office], object], content: Content
) -> None:
    office.follow()
    assert isinstance(office.letter(content), Letter)
    change(office)
    assert office.letter(content) is None


@pytest.mark.parametrize(
    "leave",
    [
        lambda office: office.store.set_active(CHAT_ID, False),
        lambda office: office.store.set_paused(CHAT_ID, True, 1),
    ],
)
def test_what_comes_while_nobody_is_there_is_laid_aside(office: Office, leave: Callable[[Office], object]) -> None:
    alert = Alert("ferry", 5, office.follow())
    leave(office)
    assert office.letter(alert) == Aside()
    assert office.letter(FeedNews(FEED, "down")) == Aside()


def test_an_article_that_changed_meanwhile_is_told_as_it_is_now(office: Office) -> None:
    alert = Alert("ferry", 5, office.follow())
    assert "Tickets cost four crowns." in office.text(alert)
    now = replace(FERRY, text="The ferry sails again on Friday. Tickets cost five crowns.", revision=2)
    office.corpus.held["ferry"] = now
    said = office.text(alert)
    assert "on Friday" in said
    assert "“Tickets cost five crowns.”" in said
    assert "four" not in said


def test_a_chat_that_is_not_known_hears_nothing(office: Office) -> None:
    assert office.letter(Alert("ferry", 5, office.follow()), 999) is None


def test_what_somebody_else_follows_is_not_told_here(office: Office) -> None:
    other = office.store.chat(200, language="en", kind="private")
    assert office.letter(Alert("ferry", 5, office.follow()), other.id) is None


def test_an_answer_comes_although_its_question_is_asked_no_more(office: Office) -> None:
    question = office.follow(Kind.QUESTION, "What do tickets cost?")
    office.store.set_muted(question, True)
    assert "your question “What do tickets cost?”: “Tickets cost four crowns.”" in office.text(
        Alert("ferry", 5, question)
    )


def test_a_question_that_the_article_only_touches_has_its_nearest_sentence(office: Office) -> None:
    question = office.follow(Kind.QUESTION, "Why does it not sail on Sundays?")
    assert "The ferry sails again on Monday." in office.text(Alert("ferry", 5, question))


@pytest.mark.parametrize(
    "content",
    [Alert("ferry", 5, 1), Digest((Alert("ferry", 5, 1),)), FeedNews(FEED, "down"), Stray(GROUP)],
)
def test_nobody_is_written_to_in_quiet_hours(office: Office, content: Content) -> None:
    office.follow()
    office.store.set_hours(CHAT_ID, Hours(quiet=(11 * 60, 13 * 60)))
    assert office.letter(content) == Held(NOON + timedelta(hours=1))


# -- what comes of an alert later


def test_a_changed_article_changes_its_alert(office: Office) -> None:
    office.arrived(5)
    letter = office.letter(Alert("ferry", 5, office.follow(), update="edit"), manner=Manner(silent=True))
    assert isinstance(letter, Letter)
    assert letter.manner == Manner(edits=77, silent=True)
    assert letter.message.text.endswith("\nUpdated 12:00")
    assert letter.message.buttons


def test_an_alert_that_never_arrived_by_itself_is_not_changed(office: Office) -> None:
    assert office.letter(Alert("ferry", 5, office.follow(), update="edit")) is None


def test_news_of_a_story_replies_to_its_alert_without_a_sound(office: Office) -> None:
    office.arrived(5, thread_id=3)
    story = Alert("ferry", 5, office.follow(Kind.STORY, "5", title="The ferry"), update="reply")
    letter = office.letter(story, manner=Manner(thread_id=3))
    assert isinstance(letter, Letter)
    assert letter.manner == Manner(reply_to=77, thread_id=3, silent=True)
    assert "What is new: Tickets cost four crowns. [1]" in letter.message.text
    assert "A development of a story you follow, “The ferry”" in letter.message.text
    elsewhere = office.letter(story)
    assert isinstance(elsewhere, Letter)
    assert elsewhere.manner == Manner(silent=True)


def test_a_story_that_tells_nothing_new_replies_with_what_tells_the_article(office: Office) -> None:
    newer = replace(FERRY, id="later", published=FERRY.published + timedelta(days=1))  # type: ignore[operator]
    office.corpus.held["later"] = newer
    office.corpus.same_story = [{"ferry", "later"}]
    said = office.text(Alert("ferry", 0, office.follow(Kind.STORY, "0"), update="reply"))
    assert "What is new: The ferry sails again on Monday. [1]" in said


# -- digests


def test_alerts_that_are_void_are_left_out_of_a_digest(office: Office) -> None:
    subscription = office.follow()
    alerts = (Alert("ferry", 5, subscription), Alert("gone", 6, subscription), Alert("bakery", 7, subscription))
    assert "2 new stories" in office.text(Digest(alerts))


def test_a_digest_of_which_one_story_is_left_reads_like_an_alert(office: Office) -> None:
    alert = Alert("ferry", 5, office.follow())
    assert office.text(Digest((alert, Alert("gone", 6, alert.subscription)))) == office.text(alert)


def test_several_articles_of_a_story_are_one_item_the_nearest_of_them(office: Office) -> None:
    subscription = office.follow()
    copy = replace(FERRY, id="copy", title="The same ferry", source="Harbour Post")
    office.corpus.held["copy"] = copy
    office.corpus.numbers = {"ferry": 1, "copy": 1}
    near, far = Alert("ferry", 1, subscription, 1, score=0.9), Alert("copy", 1, subscription, 2, score=0.5)
    said = office.text(Digest((near, far, Alert("bakery", 7, subscription))))
    assert "2 new stories" in said
    assert "Ferry to Tern Island sails again" in said
    assert "The same ferry" not in said
    assert "also: Harbour Post" in said


def test_what_matters_most_comes_first_and_of_equals_what_came_first(office: Office) -> None:
    digest = office.many(3, office.follow())
    nearer = replace(digest.alerts[2], score=0.8)
    said = office.text(Digest((digest.alerts[1], digest.alerts[0], nearer)))
    assert said.index("1. Title 2") < said.index("2. Title 0") < said.index("3. Title 1")


def test_what_is_followed_outright_stands_between_what_is_near_and_what_is_far(office: Office) -> None:
    topic, feed = office.follow(), office.follow(Kind.FEED, FEED)
    far, outright, near = office.many(3, topic).alerts
    digest = Digest((replace(far, score=0.3), replace(outright, subscription=feed), replace(near, score=0.9)))
    said = office.text(digest)
    assert said.index("1. Title 2") < said.index("2. Title 1") < said.index("3. Title 0")


@pytest.mark.parametrize(
    ("wishes", "hours", "head"),
    [
        ((DAILY, DAILY), Hours(), "Daily digest · 2 stories · 31 May 2026"),
        ((Wishes(Rhythm.WEEKLY),) * 2, Hours(), "Weekly digest · 2 stories · 31 May 2026"),
        ((Wishes(Rhythm.HOURLY),) * 2, Hours(), "Hourly digest · 2 stories · 12:00"),
        ((DAILY, Wishes(Rhythm.WEEKLY)), Hours(), "2 new stories"),
        ((Wishes(), Wishes()), Hours(), "2 new stories"),
        ((Wishes(), Wishes()), Hours(quiet=(22 * 60, 12 * 60)), "While you were resting: 2 stories"),
        ((DAILY, DAILY), Hours(quiet=(22 * 60, 12 * 60)), "Daily digest · 2 stories · 31 May 2026"),
        ((Wishes(), Wishes()), Hours(quiet=(1 * 60, 9 * 60)), "2 new stories"),
        ((Wishes(), Wishes()), Hours(muted_until=NOON), "While you were resting: 2 stories"),
    ],
)
def test_a_digest_says_why_it_comes_now(office: Office, wishes: Sequence[Wishes], hours: Hours, head: str) -> None:
    office.store.set_hours(CHAT_ID, hours)
    first, second = (office.follow(subject=f"topic {n}", wishes=one) for n, one in enumerate(wishes))
    said = office.text(Digest((Alert("ferry", 5, first), Alert("bakery", 6, second))))
    assert said.startswith(f"{head}\n\n1. ")
    assert "“topic 0”" in said


def test_a_digest_is_silent_if_all_of_it_is(office: Office) -> None:
    loud, quiet = office.follow(subject="tickets"), office.follow(subject="bread", wishes=Wishes(silent=True))

    def silent(*alerts: Alert) -> bool:
        letter = office.letter(Digest(alerts))
        assert isinstance(letter, Letter)
        return letter.manner.silent

    assert not silent(Alert("ferry", 5, loud), Alert("bakery", 6, quiet))
    assert silent(Alert("ferry", 5, quiet), Alert("bakery", 6, quiet))
    assert silent(Alert("gone", 5, loud), Alert("bakery", 6, quiet))


def test_a_digest_of_one_subscription_leads_to_its_settings(office: Office) -> None:
    number = office.follow()
    letter = office.letter(office.many(3, number))
    assert isinstance(letter, Letter)
    assert keys(letter.message) == [f"sub:{number}"]


# -- pages


def test_a_long_digest_is_turned_page_by_page(office: Office) -> None:
    letter = office.letter(office.many(2 * PAGE + 1, office.follow()))
    assert isinstance(letter, Letter)
    before, here, after = keys(letter.message)[:3]
    assert "17 new stories" in letter.message.text
    assert f"\n\n{PAGE}. Title {PAGE - 1}" in letter.message.text
    assert all(len(data.encode()) <= 64 for data in (before, here, after))
    _, key, number = after.split(":")
    reply = office.herald.page(heard(language="ru"), key, int(number))
    assert reply.replaces
    (message,) = reply.messages
    assert message.text.startswith(f"17 новых сюжетов\n\n{PAGE + 1}. Title {PAGE}")
    assert keys(message)[1] == f"pg:{key}:2"
    (last,) = office.herald.page(heard(), key, int(before.split(":")[2])).messages
    assert f"{2 * PAGE + 1}. Title {2 * PAGE}" in last.text
    (first,) = office.herald.page(heard(), key, 1).messages
    assert first == letter.message


def test_what_is_gone_when_the_page_is_turned_is_left_out(office: Office) -> None:
    letter = office.letter(office.many(PAGE + 2, office.follow()))
    assert isinstance(letter, Letter)
    key = keys(letter.message)[0].split(":")[1]
    del office.corpus.held[f"n{PAGE}"]
    (message,) = office.herald.page(heard(), key, 2).messages
    assert f"\n\n{PAGE + 2}. Title {PAGE + 1}" in message.text
    assert f"Title {PAGE}\n" not in message.text
    office.corpus.held.clear()
    (message,) = office.herald.page(heard(), key, 2).messages
    assert message.text.endswith("These articles are not here any more.")


def test_pages_of_another_chat_show_nothing_here(office: Office) -> None:
    letter = office.letter(office.many(PAGE + 2, office.follow()))
    assert isinstance(letter, Letter)
    key = keys(letter.message)[0].split(":")[1]
    (message,) = office.herald.page(heard(200), key, 1).messages
    assert "Title" not in message.text


def test_a_page_that_never_was_is_an_old_button(office: Office) -> None:
    letter = office.letter(office.many(PAGE + 2, office.follow()))
    assert isinstance(letter, Letter)
    key = keys(letter.message)[0].split(":")[1]
    for wrong, number in (
        (key, 0),
        (key, 3),
        ("0" * 16, 1),
        (office.store.handle("ferry"), 1),
        (office.store.handle("7"), 1),
    ):
        reply = office.herald.page(heard(), wrong, number)
        assert reply.failed
        assert reply.messages[0].text == "That button is too old to work. Please ask again."


def test_a_channel_has_no_buttons_but_those_that_turn_pages(office: Office, store: BotStore) -> None:
    channel = store.chat(-1001, language="en", kind="channel")
    number = office.follow(chat_id=channel.id)
    short, long = (office.letter(office.many(count, number), channel.id) for count in (2, PAGE + 1))
    assert isinstance(short, Letter)
    assert isinstance(long, Letter)
    assert short.message.buttons == ()
    assert [data.split(":")[0] for data in keys(long.message)] == ["pg"] * 3


# -- feeds and closed topics


def test_whoever_follows_a_feed_hears_that_it_is_gone(office: Office) -> None:
    number = office.follow(Kind.FEED, FEED, title="The Example")
    letter = office.letter(FeedNews(FEED, "ended"))
    assert isinstance(letter, Letter)
    assert letter.message.text.startswith("The Example is closed for good")
    assert keys(letter.message) == [f"sub:{number}"]
    office.store.set_muted(number, True)
    assert office.letter(FeedNews(FEED, "ended")) is None
    office.follow(Kind.FEED, FEED, thread_id=9)
    assert office.letter(FeedNews(FEED, "ended")) is None
    assert isinstance(office.letter(FeedNews(FEED, "ended"), manner=Manner(thread_id=9)), Letter)
    assert office.letter(FeedNews("https://other.example/rss", "ended")) is None


def test_whoever_asked_for_a_closed_topics_alerts_hears_where_they_go_now(office: Office, store: BotStore) -> None:
    store.chat(GROUP, language="ru", kind="group")
    office.follow(subject="EU AI law", chat_id=GROUP, by=CHAT_ID)
    office.follow(subject="floods", chat_id=GROUP, by=5)
    office.follow(subject="rye", chat_id=GROUP, by=CHAT_ID, thread_id=9)
    assert office.text(Stray(GROUP)).startswith("The topic where I sent “EU AI law” is closed;")
    assert office.letter(Stray(-8)) is None


# -- over a real corpus


SUNDAY = replace(
    FERRY,
    id="sunday",
    title="Ferry fares rise on Sunday",
    text="Tern Island's ferry will cost five crowns from Sunday, its owner said. The old fare of four crowns had "
    "stood for nine years. A storm tore a roof off the school at Saltgate.",
    source="Harbour Post",
    url="https://post.example/fares",
)


def test_the_sentence_that_is_shown_is_the_articles_own(
    make_corpus: Callable[[], Corpus], store: BotStore, clock: HandClock
) -> None:
    corpus = make_corpus()
    corpus.add(SUNDAY)
    herald = Herald(corpus, store, load_texts(), clock)
    topic = store.subscribe(Subscription(CHAT_ID, Kind.TOPIC, "storm damage", "storm damage", NOON)) or 0
    asked = "What will the ferry to Tern Island cost?"
    question = store.subscribe(Subscription(CHAT_ID, Kind.QUESTION, asked, asked, NOON)) or 0
    story = corpus.story(SUNDAY.id).id
    alerts = [Alert(SUNDAY.id, story, number) for number in (topic, question)]
    letters = [herald.letter(Delivery("k", Lane.ALERT, CHAT_ID, alert)) for alert in alerts]
    storm, fare = (letter.message for letter in letters if isinstance(letter, Letter))
    assert "A storm tore a roof off the school at Saltgate.” [1]" in storm.text
    assert "five crowns" in "".join(fare.text[mark.start : mark.end] for mark in fare.marks if mark.kind == "bold")
    assert f"your question “{asked}”" in fare.text


def test_a_digest_is_told_from_a_real_corpus(
    make_corpus: Callable[[], Corpus], store: BotStore, clock: HandClock
) -> None:
    corpus = make_corpus()
    for article in (SUNDAY, BAKERY):
        corpus.add(article)
    herald = Herald(corpus, store, load_texts(), clock)
    number = store.subscribe(Subscription(CHAT_ID, Kind.EVERYTHING, "", "Everything", NOON, wishes=DAILY)) or 0
    alerts = tuple(Alert(one.id, corpus.story(one.id).id, number) for one in (SUNDAY, BAKERY))
    letter = herald.letter(Delivery("k", Lane.DIGEST, CHAT_ID, Digest(alerts)))
    assert isinstance(letter, Letter)
    assert letter.message.text.startswith("Daily digest · 2 stories · 31 May 2026\n\n1. Ferry fares rise on Sunday\n")
    assert "The bakery opens at six. [2]" in letter.message.text
