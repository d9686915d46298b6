"""What is neither a question nor a command: each kind gets a fitting sentence, and a text that is shown is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.pasted import Shown, pack_shown, read_shown, unpack_shown
from bot.answering.showing import KEPT
from bot.desk import Desk
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Chat, Forwarded, Heard, Reply, Wordless
from retrieval import Corpus
from tests.bot.wiring import READER, Person, buttons, text
from tests.fake_corpus import BAKERY, FERRY, FakeCorpus, HandClock

TEXTS = load_texts()
ADMIN = 8
CHAT = Chat(READER, "en")
FIRE = (
    "Ferry fire delays crossings\n"
    "A small fire in the engine room of the Old Kestrel stopped all crossings on Tuesday morning. Nobody was hurt, the "
    "coastguard said. Ninety-two passengers were taken ashore by two fishing boats within forty minutes. The operator "
    "expects the ship back in service by Saturday. The cause was a leaking fuel pipe."
)
LINK = "https://news.example/new"
CHANNEL = Forwarded("Harbour news", "https://t.me/harbour/17")


@pytest.fixture
def corpus() -> FakeCorpus:
    return FakeCorpus(FERRY, BAKERY, pages={LINK: replace(BAKERY, id=LINK, url=LINK, title="A mill opens")})


@pytest.fixture
def desk(corpus: FakeCorpus, store: BotStore, clock: HandClock) -> Desk:
    return Desk(corpus, store, TEXTS, admins=frozenset({ADMIN}), clock=clock)  # type: ignore[arg-type]


@pytest.fixture
def reader(desk: Desk, store: BotStore) -> Person:
    return Person(desk, store)


@pytest.fixture
def admin(desk: Desk, store: BotStore) -> Person:
    return Person(desk, store, user_id=ADMIN)


def sent(desk: Desk, words: str = "", **more: object) -> Reply:
    return desk.hear(Heard(CHAT, READER, words, **more))  # type: ignore[arg-type]


# -- without words


@pytest.mark.parametrize("kind", ["sticker", "voice", "photo", "video", "place", "contact", "poll", "other"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_kind_without_words_gets_one_sentence(desk: Desk, kind: Wordless, language: str) -> None:
    reply = desk.hear(Heard(replace(CHAT, language=language), READER, "", wordless=kind))
    assert 10 < len(text(reply)) < 200
    assert not reply.failed


def test_the_words_below_a_picture_are_the_question(desk: Desk) -> None:
    assert sent(desk, "Who carries ninety?", wordless="photo").outcome == "answered"


def test_nothing_is_said_to_a_picture_that_is_changed(desk: Desk) -> None:
    assert sent(desk, wordless="photo", edited=True).messages == ()


@pytest.mark.parametrize("words", ["", "   ", "?", "...", "!?", "—", "«»"])
def test_without_a_word_a_question_is_asked_for(desk: Desk, words: str) -> None:
    assert text(sent(desk, words)) == TEXTS.say("en", "refusal.empty_question")


@pytest.mark.parametrize("words", ["👍", "😀", "❤️", "👨‍👩‍👧", "🙂🙂", "👌🏽"])
def test_a_lone_picture_gets_a_kind_word(desk: Desk, words: str, corpus: FakeCorpus) -> None:
    assert text(sent(desk, words)) == TEXTS.say("en", "oddments.emoji")
    assert corpus.asked == []


def test_thanks_and_a_yes_are_still_understood(desk: Desk) -> None:
    assert text(sent(desk, "🙏")) == TEXTS.say("en", "courtesy.thanks")
    refusal = sent(desk, "How many moons has Jupiter?")
    assert refusal.refused or refusal.outcome == "refused"
    assert "•" in text(sent(desk, "👍"))  # of the summary that was offered


@given(words=st.text(max_size=300), kind=st.sampled_from([None, "sticker", "voice"]), forwarded=st.booleans())
def test_whatever_is_sent_something_is_said_or_left_to_others(
    words: str, kind: Wordless | None, forwarded: bool
) -> None:
    heard = Heard(CHAT, READER, words, wordless=kind, forwarded=CHANNEL if forwarded else None)
    shown = read_shown(heard)
    if shown is not None:
        assert shown.title
        assert shown.text or shown.url
        assert unpack_shown(pack_shown(shown)) == shown


# -- what is shown rather than asked


@pytest.mark.parametrize(
    "words",
    [
        "Why was the bridge closed?",
        "bridge closed",
        "/summary https://news.example/new",
        "What does https://news.example/new say?",
        FIRE + " What does that mean for Saturday?",
        "Is this true? " + FIRE,
        "Tell me about the harbour, please. I have read that it was closed.",
        "",
        "?!",
    ],
)
def test_a_question_or_a_command_is_not_taken_for_a_text(words: str) -> None:
    assert read_shown(Heard(CHAT, READER, words)) is None


def test_a_text_has_its_first_line_for_a_title() -> None:
    shown = read_shown(Heard(CHAT, READER, FIRE))
    assert shown is not None
    assert (shown.title, shown.url, shown.source) == ("Ferry fire delays crossings", None, None)
    assert shown.text.startswith("A small fire")


def test_one_paragraph_is_named_by_its_beginning() -> None:
    shown = read_shown(Heard(CHAT, READER, FIRE.partition("\n")[2]))
    assert shown is not None
    assert shown.title.startswith("A small fire in the engine room")
    assert shown.title.endswith("…")
    assert shown.text == FIRE.partition("\n")[2]


def test_a_forwarded_post_knows_where_it_is_from() -> None:
    shown = read_shown(Heard(CHAT, READER, "The harbour is closed today.", forwarded=CHANNEL))
    assert shown == Shown(
        "The harbour is closed today.", "The harbour is closed today.", "https://t.me/harbour/17", "Harbour news"
    )
    assert read_shown(Heard(CHAT, READER, "Is the harbour closed?", forwarded=Forwarded("Ann"))) is None


@pytest.mark.parametrize(
    ("words", "title"), [(LINK, LINK), (f"A mill opens {LINK}", "A mill opens"), (f"{LINK}?page=2", f"{LINK}?page=2")]
)
def test_a_shared_link_is_a_page(words: str, title: str) -> None:
    shown = read_shown(Heard(CHAT, READER, words))
    assert shown is not None
    assert (shown.is_page, shown.text, shown.title) == (True, "", title)


@pytest.mark.parametrize(
    "packed",
    [
        "",
        "{}",
        "[1]",
        "null",
        '{"text": 1, "title": "t"}',
        '{"text": "", "title": ""}',
        '{"text": 1, "surprise": 2}',
        "text",
    ],
)
def test_what_was_not_packed_is_nothing(packed: str) -> None:
    assert unpack_shown(packed) is None


# -- what is done with it


def test_a_text_may_be_summed_up_asked_about_and_added_by_administrators(reader: Person, admin: Person) -> None:
    shown = reader.say(FIRE)
    assert text(shown) == TEXTS.say("en", "oddments.shown")
    assert list(buttons(shown)) == ["Summarise", "Ask about this"]
    assert list(buttons(admin.say(FIRE))) == ["Summarise", "Ask about this", "Add"]


def test_a_summary_cites_the_text_and_keeps_no_article(reader: Person, corpus: FakeCorpus) -> None:
    told = reader.press(reader.say(FIRE), "Summarise")
    assert text(told).startswith("Ferry fire delays crossings\n\n• A small fire in the engine room")
    assert list(buttons(told)) == ["Ask about this"]
    assert set(corpus.held) == {"ferry", "bakery"}


def test_the_next_questions_go_to_the_text_until_it_does_not_tell(reader: Person, corpus: FakeCorpus) -> None:
    asked = reader.press(reader.say(FIRE), "Ask about this")
    assert "“Ferry fire delays crossings”" in text(asked)
    first = reader.say("Were there any passengers?")
    assert text(first).startswith("Ninety-two passengers were taken ashore")
    assert first.outcome == "answered"
    assert text(reader.say("Who told, the coastguard?")).startswith("Nobody was hurt, the coastguard said.")
    assert corpus.asked == []
    other = reader.say("Any rye bread?")
    assert text(other).startswith(TEXTS.say("en", "oddments.elsewhere", title="Ferry fire delays crossings"))
    assert "It sells rye bread." in text(other)
    assert not text(reader.say("Were there any passengers?")).startswith("Ninety-two")


def test_the_text_is_let_go_after_a_while_and_by_a_no(reader: Person, clock: HandClock) -> None:
    shown = reader.say(FIRE)
    reader.press(shown, "Ask about this")
    clock.advance(KEPT / timedelta(seconds=1) + 1)
    assert not text(reader.say("Were there any passengers?")).startswith("Ninety-two")
    reader.press(shown, "Ask about this")
    assert text(reader.say("no thanks")) == TEXTS.say("en", "courtesy.no")
    assert not text(reader.say("Were there any passengers?")).startswith("Ninety-two")
    reader.press(shown, "Ask about this")
    assert text(reader.say("yes please")).startswith("Ferry fire delays crossings\n\n• ")


def test_a_reply_to_an_article_is_about_that_and_any_other_about_the_text(
    reader: Person, desk: Desk, corpus: FakeCorpus
) -> None:
    reader.press(reader.say(FIRE), "Ask about this")
    asked = Heard(reader.chat, READER, "Were there any passengers?", replied_id=5)
    assert text(desk.hear(replace(asked, replied="Ask away."))).startswith("Ninety-two")
    assert corpus.asked == []
    assert not text(desk.hear(replace(asked, replied=f"A ferry sails. {FERRY.url}"))).startswith("Ninety-two")
    assert corpus.asked


def test_in_a_group_only_who_asked_for_it_asks_the_text(desk: Desk, store: BotStore) -> None:
    ann, bob = (Person(desk, store, chat_id=-5, user_id=user) for user in (11, 12))
    ann.press(ann.say(FIRE), "Ask about this")
    assert not text(bob.say("Were there any passengers?")).startswith("Ninety-two")
    ann.press(ann.say(FIRE), "Ask about this")
    assert text(ann.say("Were there any passengers?")).startswith("Ninety-two")


def test_another_chat_cannot_press_it(reader: Person) -> None:
    shown = reader.say(FIRE)
    for name in ("Summarise", "Ask about this"):
        assert text(reader.at(77).press(shown, name)) == TEXTS.say("en", "button.stale")


def test_only_administrators_add_even_with_a_forged_button(reader: Person, admin: Person, corpus: FakeCorpus) -> None:
    add = buttons(admin.say(FIRE))["Add"]
    assert reader.send(add).failed
    assert set(corpus.held) == {"ferry", "bakery"}
    reply = admin.send(add)
    assert text(reply) == "Added: Ferry fire delays crossings"
    assert text(admin.press(reply, "Summary")).startswith("Ferry fire delays crossings\n\n• A small fire")
    assert text(admin.send(add)) == "I already have it: Ferry fire delays crossings"


def test_a_forwarded_post_is_added_with_its_address(desk: Desk, corpus: FakeCorpus) -> None:
    shown = desk.hear(Heard(CHAT, ADMIN, FIRE, forwarded=CHANNEL))
    desk.press(Heard(CHAT, ADMIN, buttons(shown)["Add"]))
    article = corpus.held["https://t.me/harbour/17"]
    assert (article.title, article.url, article.source) == (
        "Ferry fire delays crossings", "https://t.me/harbour/17", "Harbour news",
    )  # fmt: skip


# -- links


def test_a_known_link_is_summed_up(reader: Person) -> None:
    reply = reader.say(str(FERRY.url))
    assert text(reply).startswith("Ferry to Tern Island sails again\n\n• ")
    assert "Ask about this" in buttons(reply)


def test_an_unknown_page_is_read_and_not_added(reader: Person, corpus: FakeCorpus) -> None:
    shown = reader.say(LINK)
    assert list(buttons(shown)) == ["Summarise", "Ask about this"]
    assert text(reader.press(shown, "Summarise")).startswith("A mill opens\n\n• The bakery opens at six.")
    assert "“A mill opens”" in text(reader.press(shown, "Ask about this"))
    assert text(reader.say("Is it a bakery?")).startswith("The bakery opens at six.")
    assert LINK not in corpus.held


def test_an_administrator_adds_a_page(admin: Person, corpus: FakeCorpus) -> None:
    assert text(admin.press(admin.say(LINK), "Add")) == "Added: A mill opens"
    assert LINK in corpus.held


def test_a_page_that_cannot_be_had_is_told(reader: Person) -> None:
    reply = reader.press(reader.say("https://news.example/gone"), "Summarise")
    assert reply.failed
    assert "https://news.example/gone" in text(reply)


# -- with the real engine


def test_a_real_text_is_asked_and_summed_up(
    make_corpus: Callable[[], Corpus], store: BotStore, clock: HandClock
) -> None:
    reader = Person(Desk(make_corpus(), store, TEXTS, admins=frozenset(), clock=clock), store)
    shown = reader.say(FIRE)
    assert text(reader.press(shown, "Summarise")).count("•") >= 3
    reader.press(shown, "Ask about this")
    answer = reader.say("What caused the fire?")
    assert text(answer).startswith("The cause was a leaking fuel pipe. [1]")
    assert "Ferry fire delays crossings" in text(answer)
    assert "does not say" in text(reader.say("Who won the cup in Madrid?"))
