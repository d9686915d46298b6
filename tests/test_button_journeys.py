"""The buttons under an answer over HTTP: what they show, where, for whom, and after a restart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from bot.keeping.ratings import Rated
from bot.store import open_store
from retrieval import Corpus
from tests.botapi import BotApi, Json
from tests.journey import TEXTS, api, buttons, entities, pressed, running
from tests.retrieval.summary.test_stories import FIRST, SECOND
from tests.test_journeys import BRIDGE, FERRY

__all__ = ["api"]  # a fixture
GROUP, ANNA, BORIS = -500, 7, 9
ASKED = "Why was Saltgate Bridge closed?"
SOURCES, LONGER, RELATED = "Sources", "Longer", "Related"
HELPFUL, UNHELPFUL = "👍 Helpful", "👎 Not helpful"


async def asked(api: BotApi, question: str, chat_id: int, **who: object) -> Json:
    """The answer to a question."""
    said = len(api.sent(chat_id))
    api.people.write(question, chat_id, **who)  # type: ignore[arg-type]
    return (await api.wait(lambda: api.sent(chat_id)[said:], 30))[0]


async def voted(api: BotApi, message: Json, name: str, shown: str, **who: object) -> None:
    """Somebody votes, and the buttons show it; the words stay."""
    text, marks = message["text"], list(message["entities"])
    api.people.press(message, next(data for text, data in buttons(message).items() if name in text), **who)  # type: ignore[arg-type]
    await api.wait(lambda: any(shown in each for each in buttons(message)))
    assert (message["text"], message["entities"]) == (text, marks)


def votes(folder: Path) -> list[Rated]:
    with closing(open_store(folder)) as store:
        return list(store.ratings.all())


async def test_sources_come_below_and_their_pages_turn_in_place(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    corpus = make_corpus()
    for article in (FIRST, SECOND):
        corpus.add(article)
    async with running(api.start(), corpus, tmp_path):
        answer = await asked(api, "What happened to the Oster bridge?", 7)
        cited = {quote[:3] for quote in entities(answer, "expandable_blockquote")}
        page = await pressed(api, answer, SOURCES)
        assert page["message_id"] != answer["message_id"]
        first = page["text"]
        assert first.startswith(f"[1] {FIRST.title}\n")
        assert all(bold in FIRST.text for bold in entities(page, "bold"))
        assert cited == {"[1]", "[2]"}
        turned = await pressed(api, page, "›")
        assert turned["message_id"] == page["message_id"]
        assert turned["text"].startswith(f"[2] {SECOND.title}\n")
        assert (await pressed(api, page, "‹"))["text"] == first
    assert len(api.sent(7)) == 2


async def test_an_answer_grows_in_place_and_back_even_when_the_bot_started_anew(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    root, corpus = api.start(), make_corpus()
    corpus.add(BRIDGE)
    async with running(root, corpus, tmp_path):
        answer = await asked(api, ASKED, 7)
    before = (answer["text"], answer["entities"], answer["reply_markup"])
    async with running(root, corpus, tmp_path):
        longer = await pressed(api, answer, LONGER)
        assert longer["message_id"] == answer["message_id"]
        assert longer["text"].startswith("Saltgate Bridge was closed on Tuesday. [1] Inspectors had found cracks")
        links = [entity["url"] for entity in longer["entities"] if entity["type"] == "text_link"]
        assert len(set(links)) == len(links) >= 2
        assert all(link.startswith(f"{BRIDGE.url}#:~:text=") for link in links)
    async with running(root, corpus, tmp_path):
        await pressed(api, answer, "Back to the answer")
    assert (answer["text"], answer["entities"], answer["reply_markup"]) == before
    assert len(api.sent(7)) == 1


async def test_what_is_related_can_be_summed_up(api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path) -> None:
    corpus = make_corpus()
    for article in (FIRST, SECOND, BRIDGE):
        corpus.add(article)
    async with running(api.start(), corpus, tmp_path):
        answer = await asked(api, ASKED, 7)
        others = await pressed(api, answer, RELATED)
        assert others["text"].startswith("Also about this:\n• ")
        assert BRIDGE.title not in others["text"]
        (name, *_) = buttons(others)
        summary = await pressed(api, others, name)
        assert summary["text"].split("\n")[0] in others["text"]


async def test_a_vote_shows_on_the_buttons_may_change_and_outlives_a_restart(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    root, corpus = api.start(), make_corpus()
    corpus.add(BRIDGE)
    async with running(root, corpus, tmp_path):
        answer = await asked(api, ASKED, 7)
        await voted(api, answer, HELPFUL, "✓ 👍 Thank you!")
        assert {SOURCES, LONGER, RELATED, "Summary", "Follow"} <= buttons(answer).keys()
    async with running(root, corpus, tmp_path):
        await voted(api, answer, UNHELPFUL, "✓ 👎 What is wrong?")
        await voted(api, answer, "It is out of date", "✓ 👎 Out of date. Thanks!")
        assert UNHELPFUL not in buttons(answer)
    (vote,) = votes(tmp_path)
    assert (vote.verdict, vote.question, vote.user_id) == ("outdated", ASKED, 7)
    assert all(quoted.quote in BRIDGE.text for quoted in vote.quotes)
    assert len(api.sent(7)) == 1
    assert all(api.state.queries.values())  # no button spins


async def test_in_a_group_everybody_votes_under_the_same_answer(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    corpus = make_corpus()
    corpus.add(BRIDGE)
    async with running(api.start(), corpus, tmp_path):
        answer = await asked(api, f"/ask {ASKED}", GROUP, user_id=ANNA)
        await voted(api, answer, "👍", "· 1", user_id=ANNA)
        await voted(api, answer, "👍", "· 2", user_id=BORIS)
        await voted(api, answer, "👎", "✓ 👎 What is wrong? · 1", user_id=ANNA)
        assert "👍 Helpful · 1" in buttons(answer)
    assert {vote.user_id: vote.verdict for vote in votes(tmp_path)} == {ANNA: "unhelpful", BORIS: "helpful"}


async def test_the_buttons_of_one_chat_do_nothing_in_another(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    corpus = make_corpus()
    corpus.add(BRIDGE)
    async with running(api.start(), corpus, tmp_path):
        answer = await asked(api, ASKED, 7)
        other = await asked(api, "What will the repair cost?", 8)
        theirs = buttons(other).values()
        for said, data in enumerate((data for data in buttons(answer).values() if data not in theirs), start=2):
            api.people.press(other, data)
            (stale,) = await api.wait(lambda said=said: api.sent(8)[said - 1 :])  # type: ignore[misc]
            assert stale["text"] == TEXTS.say("en", "button.stale")
        assert len(api.sent(8)) > 5
    assert votes(tmp_path) == []


async def test_an_article_that_changed_or_went_meanwhile_says_so(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    corpus = make_corpus()
    corpus.add(BRIDGE)
    async with running(api.start(), corpus, tmp_path):
        answer = await asked(api, ASKED, 7)
        corpus.add(replace(BRIDGE, text=BRIDGE.text.replace("two of its", "all of its")))
        page = await pressed(api, answer, SOURCES)
        assert TEXTS.say("en", "elaborating.changed") in page["text"]
        assert "two of its steel beams" in page["text"]
        corpus.remove("bridge")
        page = await pressed(api, answer, SOURCES)
        assert page["text"] == "[1] This article is not here any more."
        assert (await pressed(api, answer, LONGER))["text"] == TEXTS.say("en", "elaborating.all_gone")


async def test_russian_buttons_lead_to_russian_words(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    corpus = make_corpus()
    corpus.add(FERRY)
    async with running(api.start(), corpus, tmp_path):
        answer = await asked(api, "Сколько будет стоить билет на паром?", 7, language="ru")
        assert {"Источники", "Короче", "Похожие", "👍 Полезно", "👎 Не помогло"} <= buttons(answer).keys()
        page = await pressed(api, answer, "Источники")
        assert page["text"].startswith(f"[1] {FERRY.title}\nЛиндхавенский вестник\n\n")
        assert "Билет будет стоить 12 крон." in entities(page, "bold")
        await voted(api, answer, "👎", "✓ 👎 Что не так?")
        assert "К ответу" in buttons(await pressed(api, answer, "Короче"))
