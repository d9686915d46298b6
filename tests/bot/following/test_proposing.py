"""Before anything is followed: what it would have sent, changed by buttons, then begun by one press."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk import Desk
from bot.following.proposals import pack_proposal, read_number, unpack_proposal
from bot.following.samples import Samples
from bot.following.subscribing import PER_CHAT
from bot.pages import LIMITS
from bot.sheet import Sheet
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Kind, Matching, Rhythm, Subscription, Wishes
from retrieval import Article, Corpus
from tests.bot.wiring import Person, all_buttons, buttons, text
from tests.fake_corpus import BAKERY, FERRY, NOON, FakeCorpus, HandClock

FEED = "https://news.example/rss"
FULL = replace(
    FERRY, id="full", title="The ferry is full", text="The ferry was full. Seven people stayed behind.",
    source="The Harbour Post", published=NOON - timedelta(hours=30), url="https://post.example/full",
)  # fmt: skip
SOON = replace(FULL, id="soon", title="Ferry soon", text="A second ferry comes.", url="https://post.example/soon")


@pytest.fixture
def corpus() -> FakeCorpus:
    corpus = FakeCorpus(replace(FERRY, published=NOON - timedelta(days=9)), BAKERY, FULL)
    corpus.carried = {FEED: [BAKERY, FERRY]}
    return corpus


@pytest.fixture
def desk(corpus: FakeCorpus, store: BotStore, clock: HandClock) -> Desk:
    return Desk(corpus, store, load_texts(), admins=frozenset(), clock=clock)  # type: ignore[arg-type]


@pytest.fixture
def reader(desk: Desk, store: BotStore) -> Person:
    return Person(desk, store)


# -- what is shown


def test_a_topic_shows_what_it_would_have_sent_and_how_often(reader: Person) -> None:
    shown = reader.say("/follow the ferry")
    assert text(shown) == (
        "the ferry (topic)\n"
        "In the last 30 days it would have sent 2 stories, about 2 a month. The latest:\n"
        "• The ferry is full — The Harbour Post, 30 May 2026\n   “The ferry was full.”\n"
        "• Ferry to Tern Island sails again — The Example, 22 May 2026\n   “The ferry sails again on Monday.”"
    )
    links = [mark.url for mark in shown.messages[0].marks if mark.url]
    assert links[0] == "https://post.example/full"
    assert links[1] == "https://post.example/full#:~:text=The%20ferry%20was%20full."
    assert reader.followed() == []


def test_one_story_is_shown_once(reader: Person, corpus: FakeCorpus) -> None:
    corpus.same_story = [{"ferry", "full"}]
    assert "1 story, about 1 a month" in text(reader.say("/follow the ferry"))


def test_at_most_three_are_shown_and_all_are_counted(reader: Person, corpus: FakeCorpus) -> None:
    corpus.held |= {f"{n}": replace(SOON, id=f"{n}", title=f"Ferry {n}") for n in range(60)}
    shown = text(reader.say("/follow ferry"))
    assert "62 stories, about 2 a day" in shown
    assert shown.count("•") == 3


def test_matching_is_changed_in_place_and_the_choice_is_marked(reader: Person, corpus: FakeCorpus) -> None:
    shown = reader.say("/follow rye bread ferry")
    assert "nothing" in text(shown)
    assert [[b.text for b in row] for row in shown.messages[0].buttons] == [
        ["Follow"], ["Strict", "✓ Balanced", "Wide"], ["✓ At once", "Hourly", "Daily", "Weekly"],
    ]  # fmt: skip
    corpus.held["bakery"] = replace(BAKERY, published=NOON)
    wide = reader.press(shown, "Wide")
    assert wide.replaces
    assert "A bakery opens" in text(wide)
    assert "✓ Wide" in [b.text for b in wide.messages[0].buttons[1]]
    assert corpus.wire.levels == ["balanced", "wide"]
    strict = reader.press(wide, "Strict")
    assert "nothing" in text(strict)


def test_what_was_chosen_before_following_is_how_it_is_followed(reader: Person) -> None:
    shown = reader.press(reader.press(reader.say("/follow ferry +sails -cheese silent"), "Strict"), "Weekly")
    done = reader.press(shown, "Follow")
    assert done.replaces
    assert text(done).startswith("Now following ferry. New articles will appear here.\nComes every Monday at 8:00")
    (one,) = reader.followed()
    assert one.wishes == Wishes(Rhythm.WEEKLY, 480, 0, True, Matching.STRICT, ("sails",), ("cheese",))
    assert (one.kind, one.subject, one.since, one.by) == (Kind.TOPIC, "ferry", NOON, reader.user_id)


def test_words_that_must_and_must_not_be_there_narrow_what_is_shown(reader: Person) -> None:
    shown = text(reader.say("/follow ferry +tickets"))
    assert "The ferry is full" not in shown
    assert "Ferry to Tern Island" in shown
    assert shown.endswith("Your words narrow this further: +tickets")
    none = text(reader.say("/follow ferry -monday -seven"))
    assert "it would have sent 2 stories, about 2 a month.\n" in none
    assert "•" not in none


def test_a_feed_shows_its_title_its_entries_and_how_often_it_publishes(reader: Person, corpus: FakeCorpus) -> None:
    shown = reader.say("/follow news.example/rss")
    assert text(shown) == (
        "Feed rss\nIt publishes about 2 a week.\nIts latest so far:\n"
        "• Ferry to Tern Island sails again, 5 March 2026\n• A bakery opens"
    )
    assert corpus.watched == {}
    assert list(buttons(shown)) == ["Follow", "At once", "Hourly", "Daily", "Weekly"]
    assert text(reader.press(shown, "Follow")).startswith("Now following Feed rss.")
    assert FEED in corpus.watched


@pytest.mark.parametrize(
    ("said", "kind", "subject", "lines"),
    [
        (
            "the harbour post",
            Kind.SOURCE,
            "The Harbour Post",
            ["The Harbour Post (source)", "30 days: 1 story, about 1"],
        ),
        ("everything", Kind.EVERYTHING, "", ["Everything", "30 days: 2 stories, about 2"]),
    ],
)
def test_a_source_and_everything_show_their_rate(
    reader: Person, said: str, kind: Kind, subject: str, lines: list[str]
) -> None:
    shown = reader.say(f"/follow {said}")
    head, counted, first = text(shown).split("\n")[:3]
    assert [head, counted.removeprefix("In the last ")[: len(lines[1])]] == lines
    assert first == "• The ferry is full — The Harbour Post, 30 May 2026"
    reader.press(shown, "Follow")
    assert [(one.kind, one.subject) for one in reader.followed()] == [(kind, subject)]


def test_a_question_shows_the_answer_as_it_is_now(reader: Person) -> None:
    shown = reader.say("/follow Who stayed behind?")
    assert text(shown).split("\n")[1:] == [
        "This is what the articles tell already; I will write when a new one answers:",
        "• Seven people stayed behind. [1]",
    ]
    assert shown.messages[0].marks[-1].url == "https://post.example/full#:~:text=Seven%20people%20stayed%20behind."
    done = reader.press(shown, "Follow")
    assert text(done) == "I will write when an article answers this: Who stayed behind?"
    assert reader.followed()[0].kind is Kind.QUESTION


@pytest.mark.parametrize("question", ["Who is the king?", "Perhaps perhaps?"])
def test_a_question_without_an_answer_says_so(reader: Person, question: str) -> None:
    assert "The articles do not tell that yet." in text(reader.say(f"/follow {question}"))


def test_days_that_ended_long_ago_are_named(reader: Person, clock: HandClock) -> None:
    clock.advance(10 * 86400)
    assert "In the 30 days to 30 May 2026 it would have sent 2 stories" in text(reader.say("/follow ferry"))


@pytest.mark.parametrize("said", ["cheese", "everything", "Who is the king?"])
def test_without_dated_articles_there_is_nothing_to_try_it_on(store: BotStore, clock: HandClock, said: str) -> None:
    desk = Desk(FakeCorpus(BAKERY), store, load_texts(), admins=frozenset(), clock=clock)  # type: ignore[arg-type]
    shown = Person(desk, store).say(f"/follow {said}")
    assert "yet" in text(shown)
    assert "Follow" in buttons(shown)


def test_both_languages_say_all_of_it(desk: Desk, store: BotStore) -> None:
    store.set_language(100, "ru")
    reader = Person(desk, store, language="ru")
    shown = reader.say("/follow ferry ежедневно в 9:00 строго +sails")
    assert text(shown).startswith(
        "ferry (тема, ежедневно в 9:00, строго, +sails)\nЗа 30 последних дней получилось бы: 2 сюжета, "
        "примерно 2 раза в месяц. Последнее:\n"
    )
    assert "Подписка оформлена: ferry." in text(reader.press(shown, "Следить"))


# -- what a press does


def test_what_is_followed_already_is_told_with_its_settings(reader: Person) -> None:
    one = reader.follow("ferry")
    for again in (reader.say("/follow ferry"), reader.say("/follow ferry weekly")):
        assert text(again) == "This chat already follows ferry."
        assert buttons(again) == {"Settings": f"sub:{one.id}"}


def test_follow_pressed_twice_follows_once(reader: Person) -> None:
    shown = reader.say("/follow ferry")
    reader.press(shown, "Follow")
    assert text(reader.press(shown, "Follow")) == "This chat already follows ferry."
    assert len(reader.followed()) == 1


def test_a_proposal_is_too_old_after_a_week(reader: Person, store: BotStore) -> None:
    shown = reader.say("/follow ferry")
    store.prune(NOON + timedelta(days=8))
    for name in ("Follow", "Wide", "Weekly"):
        assert "too old" in text(reader.press(shown, name))


@pytest.mark.parametrize("data", ["yes:", "yes:0123456789abcdef", "try::wide", "yes:{other}", "try:{other}:wide"])
def test_what_is_no_proposal_is_told(reader: Person, store: BotStore, data: str) -> None:
    assert "too old" in text(reader.send(data.format(other=store.handle("ferry"))))
    assert reader.followed() == []


def test_an_unknown_change_leaves_the_proposal_as_it_is(reader: Person) -> None:
    shown = reader.say("/follow ferry")
    key = buttons(shown)["Follow"].partition(":")[2]
    assert text(reader.send(f"try:{key}:yearly")) == text(shown)


def test_a_stranger_cannot_press_follow_for_another_chat(reader: Person, store: BotStore) -> None:
    shown = reader.say("/follow ferry")
    stranger = replace(reader, chat_id=200, user_id=200)
    for data in buttons(shown).values():
        assert "too old" in text(stranger.send(data))  # its words are another chat's
    assert reader.followed() == []
    assert store.subscriptions(200) == []


def test_the_limit_is_told_before_and_after_the_sample(reader: Person) -> None:
    shown = reader.say("/follow ferry")
    for number in range(PER_CHAT):
        reader.follow(f"topic number {number}")
    for reply in (reader.say("/follow bread"), reader.press(shown, "Follow")):
        assert (reply.failed, reply.replaces) == (True, False)
        assert "50 subscriptions already" in text(reply)
    assert len(reader.followed()) == PER_CHAT


def test_words_are_made_ready_to_be_compared(reader: Person, store: BotStore) -> None:
    reader.follow("ferry")
    reader.follow("Who is the king?")
    reader.follow("the example")
    assert [interest.text for interest in store.worded()] == ["ferry", "Who is the king?"]


def test_nothing_older_than_the_press_will_be_told(reader: Person, corpus: FakeCorpus) -> None:
    corpus.watch(FEED)
    corpus.carried[FEED].append(Article("new", "New", "A new one."))
    corpus.refresh(NOON, 60)
    assert reader.follow("ferry").after == corpus.last_change() > 0


def test_what_was_just_followed_can_be_undone(reader: Person) -> None:
    done = reader.press(reader.say("/follow ferry"), "Follow")
    undone = reader.press(done, "Undo")
    assert text(undone) == "No longer following ferry."
    assert undone.replaces
    assert reader.followed() == []


def test_a_time_is_asked_for_its_place(reader: Person, store: BotStore) -> None:
    asked = "tell me your city, for example: /timezone Berlin"
    assert asked in text(reader.press(reader.say("/follow ferry daily 9:00"), "Follow"))
    reader.say("/timezone Berlin")
    assert asked not in text(reader.press(reader.say("/follow bread daily 9:00"), "Follow"))
    assert asked not in text(reader.press(reader.say("/follow trains"), "Follow"))


# -- with real articles


def test_a_topic_of_real_articles_is_shown_with_its_sentence_and_followed(
    starter: Corpus, store: BotStore, clock: HandClock
) -> None:
    reader = Person(Desk(starter, store, load_texts(), admins=frozenset(), clock=clock), store)
    shown = reader.say("/follow bridge repairs")
    assert "Saltgate Bridge — Lindhaven Post, 26 May 2026\n   “" in text(shown)
    quoted = [mark for mark in shown.messages[0].marks if mark.url and ":~:text=" in mark.url]
    assert quoted
    reader.press(shown, "Follow")
    (interest,) = store.worded()
    assert (interest.text, interest.language) == ("bridge repairs", "en")
    assert starter.wire.is_current(interest)
    assert reader.followed()[0].after == starter.wire.log_end() > 0


def test_real_sources_and_questions_are_known(starter: Corpus, store: BotStore, clock: HandClock) -> None:
    reader = Person(Desk(starter, store, load_texts(), admins=frozenset(), clock=clock), store)
    assert text(reader.say("/follow lindhaven post")).startswith(
        "Lindhaven Post (source)\nIn the 30 days to 29 May 2026: 4 stories, about 4 a month. The latest:\n"
    )
    told = text(reader.say("/follow Why was Saltgate Bridge closed?"))
    assert "cracks" in told
    assert "[1]" in told
    offered = reader.press(reader.say("Why was Saltgate Bridge closed?"), "Follow")
    done = reader.press(offered, "This story")
    assert text(done).startswith("Now following this story: ")
    story = next(one for one in reader.followed() if one.kind is Kind.STORY)
    assert starter.wire.sources(int(story.subject))


def test_a_button_of_long_ago_still_follows(reader: Person, store: BotStore) -> None:
    key = store.handle(json.dumps([FULL.id, "Is the ferry full?"]), owner=reader.chat_id, by=reader.user_id)
    offered = reader.send(f"folq:{key}")
    assert "Is the ferry full?" in text(reader.press(offered, "Answers to: Is the ferry full?"))
    assert [one.kind for one in reader.followed()] == [Kind.QUESTION]
    assert text(reader.at(200).send(f"folq:{key}")) == text(reader.send("folq:7")) == text(reader.send("folq:"))


# -- of whatever it is made


@given(
    title=st.text(min_size=1, max_size=400),
    quote=st.text(min_size=1, max_size=5000),
    topic=st.text(min_size=1, max_size=3000),
    language=st.sampled_from(("en", "ru")),
)
def test_any_words_fit_into_messages_with_buttons_that_fit(title: str, quote: str, topic: str, language: str) -> None:
    sheet = Sheet()
    made = FakeCorpus(Article("a", title, f"{quote}. {topic}.", published=NOON, url="https://a.example/"))
    Samples(load_texts(), language, NOON).topic(sheet, made.wire.sample(quote, NOON))
    for message in sheet.messages():
        assert len(message.text.encode("utf-16-le")) // 2 <= LIMITS.units


def test_a_topic_of_any_length_is_shown_and_followed(reader: Person, store: BotStore) -> None:
    for topic in ("ы" * 4000, "🚢" * 3000, "\u202eevil\n" * 300):
        shown = reader.say(f"/follow topic: {topic}")
        assert all(len(button.data.encode()) <= LIMITS.data_bytes for button in all_buttons(shown))
        done = reader.press(shown, "Follow")
        assert text(done).startswith("Now following")
        assert all(len(message.text) < 1000 for message in done.messages)
    for message in reader.say("/following").messages:
        assert len(message.text.encode("utf-16-le")) // 2 <= LIMITS.units


@given(
    st.builds(
        Subscription,
        st.integers(-(2**52), 2**52), st.sampled_from(Kind), st.text(), st.text(), st.just(NOON), st.integers(0),
        st.builds(
            Wishes, st.sampled_from(Rhythm), st.integers(0, 1439), st.integers(0, 6), st.booleans(),
            st.sampled_from(Matching), st.lists(st.text()).map(tuple), st.lists(st.text()).map(tuple),
            st.floats(-1, 1),
        ),
        st.booleans(), st.none() | st.integers(1), st.integers(0),
    )
)  # fmt: skip
def test_a_proposal_comes_back_as_it_went(proposal: Subscription) -> None:
    assert unpack_proposal(pack_proposal(replace(proposal, id=7))) == proposal


@pytest.mark.parametrize("packed", ["", "{}", "[]", "null", '{"wishes": {}}', "https://news.example/rss"])
def test_what_another_version_packed_is_none(packed: str) -> None:
    assert unpack_proposal(packed) is None


@given(st.integers(0) | st.integers(2**62, 2**70) | st.text())
def test_a_number_fits_into_a_row_or_is_none(written: int | str) -> None:
    number = read_number(str(written))
    assert number is None or (str(number) == str(written).lstrip("0") or number == 0)
    assert number is None or number < 2**63
    if isinstance(written, int) and written < 10**18:
        assert number == written
