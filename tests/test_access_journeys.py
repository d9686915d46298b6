"""Strangers, invites, bans and limits from one end to the other, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.rules import Access
from retrieval import Article, Corpus
from tests.botapi import BotApi, Json
from tests.journey import TEXTS, api, buttons, follow, pressed, running

__all__ = ["api"]  # a fixture

MakeCorpus = Callable[[], Corpus]
OPERATOR, ANNA, BORIS, GROUP = 1, 7, 8, -1007
QUESTION = "Who keeps the lighthouse at Gull Point?"
TOLD = "Marta Ellings keeps the lighthouse"
LIGHTHOUSE = Article(
    id="lighthouse",
    title="The lighthouse at Gull Point",
    text="Marta Ellings keeps the lighthouse at Gull Point. She has done so for 41 years.",
    url="https://coast.example/lighthouse",
    source="Coast Herald",
)


def english(key: str, **values: object) -> str:
    return TEXTS.say("en", key, **values)


async def heard(api: BotApi, chat_id: int, words: str, **who: object) -> Json:
    """What is said to that."""
    said = len(api.sent(chat_id))
    api.people.write(words, chat_id, **who)  # type: ignore[arg-type]
    return (await api.wait(lambda: api.sent(chat_id)[said:], 30))[0]


async def unheard(api: BotApi, chat_id: int, words: str, **who: object) -> bool:
    """Whether nothing is said to that, though whoever runs the bot is answered what he asked after it."""
    said = len(api.sent(chat_id))
    api.people.write(words, chat_id, **who)  # type: ignore[arg-type]
    api.people.write("/ban nobody", chat_id, user_id=OPERATOR)
    answers = await api.wait(lambda: api.sent(chat_id)[said:], 30)
    return [answer["text"] for answer in answers] == [english("banning.usage")]


async def test_a_stranger_is_told_once_and_comes_in_by_an_invite(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpus = make_corpus()
    corpus.add(LIGHTHOUSE)
    root = api.start()
    async with running(root, corpus, tmp_path, frozenset({OPERATOR}), access=Access.INVITE):
        told = await heard(api, ANNA, QUESTION)
        assert told["text"] == english("access.stranger", number=ANNA)
        assert await unheard(api, ANNA, QUESTION)
        made = await heard(api, OPERATOR, "/invite 1 3")
        found = re.search(r"https://t\.me/(\w+)\?start=(i_[\w-]+)", made["text"])
        assert found
        assert found[1] == "footnote_test_bot"
        await heard(api, ANNA, f"/start {found[2]}")
        assert TOLD in (await heard(api, ANNA, QUESTION))["text"]
        late = await heard(api, BORIS, f"/start {found[2]}")
        assert late["text"] == english("access.dead_link", number=BORIS)
    async with running(root, corpus, tmp_path, frozenset({OPERATOR}), access=Access.INVITE):
        assert TOLD in (await heard(api, ANNA, QUESTION))["text"], "a restart puts nobody out"
    async with running(root, corpus, tmp_path, frozenset({OPERATOR}), access=Access.CLOSED):
        assert await unheard(api, ANNA, QUESTION), "he was told today"
        assert TOLD in (await heard(api, OPERATOR, QUESTION))["text"]


async def test_a_group_that_is_let_in_answers_all_its_members(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpus = make_corpus()
    corpus.add(LIGHTHOUSE)
    allowed = frozenset({GROUP, ANNA})
    rules = {"access": Access.ALLOWLIST, "allowed": allowed}
    async with running(api.start(), corpus, tmp_path, frozenset({OPERATOR}), **rules):
        assert TOLD in (await heard(api, GROUP, f"/ask {QUESTION}", user_id=BORIS))["text"]
        assert TOLD in (await heard(api, ANNA, QUESTION))["text"]
        strange = await heard(api, -5, f"/ask {QUESTION}", user_id=ANNA)
        assert strange["text"] == english("access.strange_group", number=-5)
        assert await unheard(api, -5, f"/ask {QUESTION}", user_id=BORIS)


async def test_a_ban_ends_answers_and_alerts_and_its_end_brings_what_was_missed(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpus = make_corpus()
    corpus.add(LIGHTHOUSE)
    async with running(api.start(), corpus, tmp_path, frozenset({OPERATOR})):
        await follow(api, "everything", ANNA)
        await follow(api, "everything", BORIS)
        asked = api.people.write(f"/ask {QUESTION}", GROUP, user_id=ANNA)
        await api.wait(lambda: api.sent(GROUP), 30)
        banned = await heard(api, GROUP, "/ban", user_id=OPERATOR, reply_to_message=asked["message"])
        assert banned["text"] == english("banning.banned", number=ANNA)
        assert (await heard(api, ANNA, QUESTION))["text"] == english("access.banned")
        assert await unheard(api, ANNA, QUESTION)
        assert await unheard(api, GROUP, f"/ask {QUESTION}", user_id=ANNA)
        silent_since, said = len(api.sent(ANNA)), len(api.sent(BORIS))
        hour = timedelta(hours=1)
        corpus.add(Article("crane", "A crane fell", "A crane fell at noon.", published=datetime.now(UTC) - hour))
        await api.wait(lambda: api.sent(BORIS)[said:], 30)
        api.people.block(ANNA)
        api.people.unblock(ANNA)  # which brings back whoever is not banned
        await heard(api, OPERATOR, QUESTION)
        assert len(api.sent(ANNA)) == silent_since
        assert (await pressed(api, banned, english("button.unban"), user_id=OPERATOR))["text"] == english(
            "banning.unbanned", number=ANNA
        )
        [welcome] = await api.wait(lambda: api.sent(ANNA)[silent_since:], 30)
        assert english("presence.catch_up") in welcome["text"]
        await pressed(api, welcome, english("button.catch_up"))
        await api.wait(lambda: [each for each in api.sent(ANNA) if "A crane fell" in each["text"]], 30)
        assert TOLD in (await heard(api, ANNA, QUESTION))["text"]


async def test_a_flood_of_one_person_is_slowed_down_and_another_is_answered(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    corpus = make_corpus()
    corpus.add(LIGHTHOUSE)
    limits = {"questions_per_minute": 2, "questions_per_day": 3}
    async with running(api.start(), corpus, tmp_path, frozenset({OPERATOR}), **limits):
        for _ in range(12):
            api.people.write(QUESTION, ANNA)
        assert TOLD in (await heard(api, BORIS, QUESTION))["text"]
        said = await api.wait(lambda: api.sent(ANNA) if len(api.sent(ANNA)) >= 5 else [], 30)
        assert [TOLD in each["text"] for each in said] == [True, True, False, False, False]
        assert "Please ask again in" in said[-1]["text"]
    assert len(api.sent(ANNA)) == 5, "the other refusals are not put into words"


async def test_a_stranger_gets_no_cards_in_other_chats(api: BotApi, make_corpus: MakeCorpus, tmp_path: Path) -> None:
    corpus = make_corpus()
    corpus.add(LIGHTHOUSE)
    rules = {"access": Access.ALLOWLIST, "allowed": frozenset({ANNA})}
    async with running(api.start(), corpus, tmp_path, frozenset({OPERATOR}), **rules):
        cards = {}
        for person in (ANNA, BORIS):
            query = api.people.search("lighthouse", person)
            answer = await api.wait(lambda query=query: api.state.queries[query], 30)  # type: ignore[misc]
            cards[person] = len(answer["results"])
    assert cards == {ANNA: 1, BORIS: 0}


async def test_the_list_of_invites_is_kept_by_its_buttons(api: BotApi, make_corpus: MakeCorpus, tmp_path: Path) -> None:
    async with running(api.start(), make_corpus(), tmp_path, frozenset({OPERATOR}), access=Access.INVITE):
        await heard(api, OPERATOR, "/invite")
        made = await heard(api, OPERATOR, "/invite 5 30")
        assert len(buttons(made)) == 2
        left = await pressed(api, made, english("button.revoke", number=1))
        assert len(buttons(left)) == 1
        assert " 1 more person" in left["text"]
