"""Every use case as a person meets it: what they say, what is said back."""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.desk import Desk
from bot.menu import COMMANDS
from bot.rules import Rules
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Chat, Heard, Reply
from retrieval import Corpus, Turn
from tests.fake_corpus import BAKERY, FERRY, FakeCorpus, HandClock

TEXTS = load_texts()
FORGED = blake2b(b"ferry?", digest_size=8).hexdigest()  # the key of something that no button means
ADMIN, READER = 7, 8
CHAT = Chat(100, "en")


@pytest.fixture
def corpus() -> FakeCorpus:
    return FakeCorpus(FERRY, BAKERY, pages={"https://news.example/new": replace(FERRY, id="new", title="New pier")})


@pytest.fixture
def desk(corpus: FakeCorpus, store: BotStore, clock: HandClock) -> Desk:
    patient = Rules(questions_per_minute=0, questions_per_day=0, links_per_day=0)  # drawn examples come fast
    return Desk(corpus, store, TEXTS, admins=frozenset({ADMIN}), clock=clock, rules=patient)  # type: ignore[arg-type]


def say(desk: Desk, text: str, *, user: int = READER, replied: str | None = None, language: str = "en") -> Reply:
    return desk.hear(Heard(replace(CHAT, language=language), user, text, replied))


def press(desk: Desk, data: str) -> Reply:
    return desk.press(Heard(CHAT, READER, data))


def text(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages)


def test_in_a_group_an_unknown_command_may_be_another_bots(desk: Desk) -> None:
    group = Chat(-100, "en", "group")
    assert desk.hear(Heard(group, READER, "/weather")).messages == ()
    assert "/weather" in text(desk.hear(Heard(group, READER, "/weather@footnote_bot")))
    assert "/weather" in text(say(desk, "/weather"))


def test_any_text_is_a_question(desk: Desk) -> None:
    reply = say(desk, "How many people does the ferry carry?")
    assert text(reply).startswith("It carries ninety people. [1]")
    assert not reply.refused
    assert not reply.failed


@pytest.mark.parametrize("command", ["/ask bakery opens?", "/ask@footnote_bot bakery opens?", "/ASK\nbakery opens?"])
def test_ask_is_the_same_in_a_group(desk: Desk, command: str) -> None:
    assert text(say(desk, command)).startswith("The bakery opens at six.")


def test_what_the_articles_do_not_tell_is_refused_with_the_nearest(desk: Desk) -> None:
    reply = say(desk, "Who is the king?")
    assert reply.refused
    assert "Ferry to Tern Island sails again — The Example, 5 March 2026" in text(reply)


def test_a_follow_up_carries_the_questions_of_the_last_quarter_of_an_hour(
    desk: Desk, corpus: FakeCorpus, clock: HandClock
) -> None:
    say(desk, "Does the ferry go?")
    clock.advance(10 * 60)
    say(desk, "What of the unknown?")
    clock.advance(6 * 60)
    say(desk, "And when?")
    assert [previous for _, previous in corpus.asked] == [
        (),
        (Turn("Does the ferry go?", ("ferry",)),),
        (Turn("What of the unknown?"),),
    ]


def test_chats_do_not_share_their_questions(desk: Desk, corpus: FakeCorpus) -> None:
    say(desk, "Is there a ferry?")
    desk.hear(Heard(Chat(200, "en"), READER, "And when?"))
    assert corpus.asked[-1] == ("And when?", ())


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/start", "Just ask"),
        ("/help", "/summary"),
        ("/ask", "/ask"),
        ("/summary", "/summary"),
        ("/follow", "/follow"),
        ("/unfollow", "/unfollow"),
        ("/following", "/follow"),
        ("/dance now", "/dance"),
        ("/", "do not say"),
    ],
)
def test_every_command_says_something_useful_when_bare(desk: Desk, command: str, words: str) -> None:
    assert words in text(say(desk, command))


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("Hello!", "/start"), ("what can you do?", "/help"), ("stop", "/following"), ("Добрый день!", "/start"),
        ("Follow the ferry", "/follow ferry"), ("follow https://news.example/rss", "/follow https://news.example/rss"),
        ("Please summarise the ferry", "/summary ferry"),
    ],
)  # fmt: skip
def test_who_knows_no_command_is_understood(desk: Desk, said: str, command: str) -> None:
    assert text(say(desk, said)) == text(say(desk, command))


def test_start_is_three_lines(desk: Desk) -> None:
    for language in TEXTS.languages():
        assert text(say(desk, "/start", language=language)).count("\n") == 2


def test_every_command_of_the_menu_is_understood(desk: Desk) -> None:
    for command in COMMANDS:
        assert "/help shows those I know" not in text(say(desk, f"/{command.name}", user=ADMIN))
        hidden = "/help shows those I know" in text(say(desk, f"/{command.name}"))
        assert hidden == command.operator, command


@pytest.mark.parametrize(
    "reference",
    ["https://news.example/ferry", "tern island", "ferry", "https://news.example/ferry#:~:text=It%20carries"],
)
def test_a_summary_by_link_or_title(desk: Desk, reference: str) -> None:
    reply = say(desk, f"/summary {reference}")
    assert text(reply).startswith("Ferry to Tern Island sails again\n\n• The ferry sails")
    assert not reply.failed


@pytest.mark.parametrize(
    "replied",
    [
        "It sails. [1]\n\nFerry (https://news.example/ferry#:~:text=x), and more",
        "Ferry to Tern Island sails again\nSomething else",
        "See https://elsewhere.example/x and https://news.example/ferry.",
    ],
)
def test_a_summary_in_reply_to_a_message_with_a_link_or_a_title(desk: Desk, replied: str) -> None:
    assert "• The ferry sails" in text(say(desk, "/summary", replied=replied))


def test_an_unknown_link_is_fetched_for_an_administrator_only(desk: Desk, corpus: FakeCorpus) -> None:
    refused = say(desk, "/summary https://news.example/new")
    assert refused.failed
    assert "/add" in text(refused)
    assert "new" not in corpus.held
    assert "New pier" in text(say(desk, "/summary https://news.example/new", user=ADMIN))
    assert "new" in corpus.held


def test_an_unknown_title_is_told(desk: Desk) -> None:
    reply = say(desk, "/summary The history of cheese")
    assert reply.refused
    assert text(reply).startswith("I know no article called that, and found nothing on: The history of cheese.")


def test_a_message_that_names_no_article_is_no_topic(desk: Desk) -> None:
    reply = say(desk, "/summary", replied="Good morning, everybody")
    assert reply.failed
    assert "do not know that article" in text(reply)


def test_only_administrators_add_and_others_learn_their_number(desk: Desk, corpus: FakeCorpus) -> None:
    reply = say(desk, "/add https://news.example/new")
    assert reply.failed
    assert str(READER) in text(reply)
    assert "FOOTNOTE_ADMINS" in text(reply)
    assert "new" not in corpus.held


def test_adding_tells_what_became_of_it_and_offers_a_summary(desk: Desk) -> None:
    reply = say(desk, "/add https://news.example/new", user=ADMIN)
    assert text(reply) == "Added: New pier"
    (button,) = reply.messages[0].buttons[0]
    assert "New pier" in text(press(desk, button.data))
    assert text(say(desk, "/add https://news.example/new", user=ADMIN)) == "I already have it: New pier"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "There is no page at https://news.example/gone."),
        ("ru", "По адресу https://news.example/gone страницы нет."),
    ],
)
def test_a_link_that_fails_is_a_friendly_sentence(desk: Desk, language: str, words: str) -> None:
    reply = say(desk, "/add https://news.example/gone", user=ADMIN, language=language)
    assert reply.failed
    assert text(reply) == words


def test_adding_without_a_link_explains(desk: Desk) -> None:
    assert text(say(desk, "/add my article", user=ADMIN)).startswith("Send me the article's link")


def test_the_language_is_changed_by_word_or_button(desk: Desk, store: BotStore) -> None:
    offered = say(desk, "/language")
    assert [button.text for button in offered.messages[0].buttons[0]] == ["English", "Русский"]
    assert text(press(desk, offered.messages[0].buttons[0][1].data)) == "Теперь я говорю по-русски."
    assert store.chat(CHAT.id, language="en", kind="private").language == "ru"
    assert text(say(desk, "/language EN", language="ru")) == "I will speak English from now on."
    assert say(desk, "/language de").failed


@pytest.mark.parametrize("data", ["sum:ffffffffffffffff", "dance:1", "sum", "", "lang:xx", ":", "mute:"])
def test_a_stale_or_foreign_button_is_told(desk: Desk, data: str) -> None:
    reply = press(desk, data)
    assert reply.failed
    assert text(reply)


def test_a_summary_button_of_a_removed_article_is_told(desk: Desk, corpus: FakeCorpus, store: BotStore) -> None:
    data = f"sum:{store.handle('ferry')}"
    del corpus.held["ferry"]
    assert text(press(desk, data)) == "I do not have that article any more."


def test_an_empty_corpus_says_so(store: BotStore, clock: HandClock) -> None:
    desk = Desk(FakeCorpus(), store, TEXTS, admins=frozenset(), clock=clock)  # type: ignore[arg-type]
    reply = say(desk, "Is there a ferry?")
    assert reply.refused
    assert text(reply).startswith("There are no articles here yet")


def test_a_real_corpus_answers_and_sums_up_in_both_languages(
    starter: Corpus, store: BotStore, clock: HandClock
) -> None:
    desk = Desk(starter, store, TEXTS, admins=frozenset(), clock=clock)
    reply = say(desk, "Why was Saltgate Bridge closed?")
    assert "cracks" in text(reply)
    assert any(mark.url and ":~:text=" in mark.url for message in reply.messages for mark in message.marks)
    assert text(say(desk, "/summary Saltgate Bridge closed after cracks found in girders")).count("•") >= 3
    reply = say(desk, "Сколько людей эвакуировали из-за шторма?", language="ru")
    assert not reply.refused
    assert "2026" in text(reply)


WORDS = ("1", "daily", "weekly", "mon", "8:30", "+ship", "-ferry", "strict", "to", "@news", "ferry", "source:", "off")
DATA = st.one_of(
    st.text(max_size=64),
    st.builds(
        lambda verb, argument: f"{verb}:{argument}",
        st.sampled_from(
            [
                "sum",
                "story",
                "topic",
                "all",
                "lang",
                "talk",
                "follow",
                "try",
                "yes",
                "fol",
                "folq",
                "ftop",
                "await",
                "list",
                "sub",
                "card",
                "tune",
                "out",
                "back",
                "more",
                "less",
                "hush",
                "mute",
                "unmute",
                "unfollow",
                "set",
                "catchup",
                "skip",
            ]
        ),
        st.one_of(
            st.text(max_size=40),
            st.from_regex(r"-?[0-9]{1,40}(:[a-z0-9]{0,9})?", fullmatch=True),
            st.just(FORGED),
            st.just(f"{FORGED}:wide"),
        ),
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(data=DATA)
def test_whatever_a_button_says_something_is_said_back(desk: Desk, store: BotStore, data: str) -> None:
    assert store.handle("ferry?", until=None) == FORGED
    assert text(press(desk, data))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(
    command=st.sampled_from([command.name for command in COMMANDS]),
    behind=st.text(max_size=60)
    | st.text('0123456789:.-+ @/?"', max_size=20)
    | st.lists(st.sampled_from(WORDS)).map(" ".join),
)
def test_whatever_stands_behind_a_command_something_is_said_back(desk: Desk, command: str, behind: str) -> None:
    assert text(say(desk, f"/{command} {behind}"))
