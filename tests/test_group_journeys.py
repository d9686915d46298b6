"""A group and its administrators from one end to the other, over HTTP: who is answered, and from which sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bot.texts import load_texts
from retrieval import Article, Corpus
from tests.botapi import BotApi, Json
from tests.journey import TEXTS, api, buttons, pressed, running

__all__ = ["api"]  # a fixture

MakeCorpus = Callable[[], Corpus]
ANNA, BORIS, GROUP = 7, 8, -1007
COSTS = "How much will the repairs of the Oster bridge cost?"
CLOSED = Article(
    id="closed",
    title="Oster bridge closed after a barge struck it",
    text="A barge struck the Oster bridge on Monday. Police closed the bridge to all traffic. Nobody was hurt.",
    url="https://herald.example/closed",
    source="Coast Herald",
)
REPAIRS = Article(
    id="repairs",
    title="Repairs of the Oster bridge will take months",
    text="The repairs of the Oster bridge will cost $4 million. They are to take until August.",
    url="https://post.example/repairs",
    source="Quill Post",
)


def english(key: str, **values: object) -> str:
    return TEXTS.say("en", key, **values)


async def heard(api: BotApi, words: str, user: int, where: int = GROUP) -> Json:
    """What is said to that."""
    said = len(api.sent(where))
    api.people.write(words, where, user_id=user)
    return (await api.wait(lambda: api.sent(where)[said:], 30))[0]


def bridges(make_corpus: MakeCorpus) -> Corpus:
    corpus = make_corpus()
    corpus.add(CLOSED)
    corpus.add(REPAIRS)
    return corpus


def shown(message: Json) -> str:
    """All that can be read of it: words, addresses, and what stands on its buttons."""
    links = [entity.get("url", "") for entity in message.get("entities", [])]
    return "\n".join((message["text"], *links, *buttons(message)))


async def test_a_group_is_answered_from_the_sources_that_its_administrator_chose(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    async with running(api.start(), bridges(make_corpus), tmp_path):
        api.state.admins[GROUP] = {ANNA}
        assert "$4 million" in (await heard(api, f"/ask {COSTS}", BORIS))["text"]
        settings = await heard(api, "/settings", ANNA)
        sources = await pressed(api, settings, english("button.sources_of_group"), user_id=ANNA)
        assert {"Coast Herald", "Quill Post"} <= set(buttons(sources))
        denied = len(api.sent(GROUP))
        api.people.press(sources, buttons(sources)["Coast Herald"], user_id=BORIS)
        [refused] = await api.wait(lambda: api.sent(GROUP)[denied:], 30)
        assert refused["text"] == english("rights.denied")
        sources = await pressed(api, sources, "Coast Herald", user_id=ANNA)
        assert "✓ Coast Herald" in buttons(sources)
        for words in (f"/ask {COSTS}", f"/ask {COSTS[:-1]}, according to Quill Post?", "/summary Oster bridge"):
            reply = shown(await heard(api, words, BORIS))
            assert "million" not in reply
            assert REPAIRS.title not in reply
            assert "post.example" not in reply
        assert "$4 million" in (await heard(api, COSTS, BORIS, BORIS))["text"], "in private all sources are asked"
        await pressed(api, sources, english("button.all_sources"), user_id=ANNA)
        assert "$4 million" in (await heard(api, f"/ask {COSTS}", BORIS))["text"]


async def test_administrators_alone_are_answered_as_long_as_they_are_administrators(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    async with running(api.start(), bridges(make_corpus), tmp_path):
        api.state.admins[GROUP] = {ANNA}
        settings = await heard(api, "/settings", ANNA)
        changed = await pressed(api, settings, english("button.askers_admins"), user_id=ANNA)
        assert english("groups.askers_admins") in changed["text"]
        assert "$4 million" in (await heard(api, f"/ask {COSTS}", ANNA))["text"]
        refused = await heard(api, f"/ask {COSTS}", BORIS)
        assert refused["text"] == english("access.admins_only_ask_in_private")
        api.people.write(f"/ask {COSTS}", GROUP, user_id=BORIS)
        assert "$4 million" in (await heard(api, f"/ask {COSTS}", ANNA))["text"], "and he hears nothing more"
        said = len(api.sent(GROUP))
        api.state.admins[GROUP] = {BORIS}
        unmade = await heard(api, f"/ask {COSTS}", ANNA)
        assert unmade["text"] == english("access.admins_only_ask_in_private")
        assert "$4 million" in (await heard(api, f"/ask {COSTS}", BORIS))["text"]
        assert len(api.sent(GROUP)) == said + 2


async def test_a_group_is_left_alone_unless_it_speaks_to_the_bot_and_has_a_language_of_its_own(
    api: BotApi, make_corpus: MakeCorpus, tmp_path: Path
) -> None:
    russian = load_texts().say("ru", "language.name")
    async with running(api.start(), bridges(make_corpus), tmp_path):
        api.state.admins[GROUP] = {ANNA}
        api.people.write(COSTS, GROUP, user_id=BORIS)
        settings = await heard(api, "/settings", ANNA)
        assert settings["text"].startswith(english("presence.head"))
        said = len(api.sent(GROUP))
        api.people.press(settings, buttons(settings)[russian], user_id=ANNA)
        await api.wait(lambda: api.sent(GROUP)[said:], 30)
        assert (await heard(api, "/settings", BORIS))["text"] == TEXTS.say("ru", "rights.denied")
        alone = await heard(api, "/language xx", BORIS, BORIS)
        assert alone["text"] == english("language.unknown"), "his own chat keeps its language"
