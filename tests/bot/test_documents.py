"""What `--json` prints: every state of an answer, and all that it holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from bot.documents import outcome_document, story_document, summary_document, topic_document
from retrieval import (
    Answer,
    Closest,
    Development,
    Gloss,
    KeyFacts,
    Refusal,
    Scope,
    Searched,
    Sentence,
    Span,
    StorySummary,
    Summary,
    TopicSummary,
)  # fmt: skip
from tests.fake_corpus import FERRY, cited, nearest

DAY = datetime(2026, 3, 5, tzinfo=UTC)
SEARCHED = Searched(4, DAY, DAY, Scope(DAY, None, ("The Example",)), widened=True)
FIRST, SECOND, _ = cited(FERRY)
SENTENCE = Sentence(
    SECOND.text, SECOND.citations, Span(0, 2), FIRST.citations[0], (Gloss(2, FIRST.citations[0]),)
)  # fmt: skip


def test_an_answer_tells_its_state_what_was_searched_and_what_it_holds() -> None:
    found = Answer("?", (SENTENCE,), 0.9, searched=SEARCHED, values=(FIRST, SENTENCE), verdict="no", timeline=True)
    document = json.loads(json.dumps(outcome_document(found)))
    assert (document["state"], document["refused"]) == ("answer", False)
    assert (document["verdict"], document["timeline"]) == ("no", True)
    assert document["searched"] == {
        "articles": 4,
        "oldest": DAY.isoformat(),
        "newest": DAY.isoformat(),
        "since": DAY.isoformat(),
        "until": None,
        "sources": ["The Example"],
        "widened": True,
    }
    (said,) = document["sentences"]
    assert said["span"] == [0, 2]
    assert said["before"]["quote"] == FIRST.text
    assert [(gloss["at"], gloss["citation"]["article_id"]) for gloss in said["glosses"]] == [(2, "ferry")]
    assert [value["text"] for value in document["values"]] == [FIRST.text, SECOND.text]


def test_the_other_states_are_told_apart() -> None:
    unsure = outcome_document(Closest("?", (FIRST,), 0.4, searched=SEARCHED))
    assert (unsure["state"], unsure["refused"], len(unsure["sentences"])) == ("closest", False, 1)
    refused = outcome_document(Refusal("?", "not told", (nearest(FERRY),), searched=SEARCHED))
    assert (refused["state"], refused["refused"]) == ("refusal", True)
    assert (refused["reason"], refused["nearest"][0]["article_id"]) == ("not told", "ferry")
    assert refused["searched"] == unsure["searched"]


def test_summaries_of_all_kinds_are_told_whole() -> None:
    facts = KeyFacts(who=FIRST.citations)
    told = summary_document(Summary(FERRY, (FIRST,), facts))
    assert [slice_["quote"] for slice_ in told["facts"]["who"]] == [FIRST.text]
    assert told["facts"]["when"] == []
    story = story_document(StorySummary((FERRY,), (FIRST,), (SECOND,), (SENTENCE,)))
    assert [article["id"] for article in story["articles"]] == ["ferry"]
    assert [len(story[part]) for part in ("happened", "new", "said")] == [1, 1, 1]
    topic = topic_document(TopicSummary("ferry", (Development(FIRST, (nearest(FERRY),)),), SEARCHED, 1))
    assert (topic["topic"], topic["sources"], topic["searched"]["widened"]) == ("ferry", 1, True)
    assert topic["stories"][0]["sentence"]["text"] == FIRST.text
    assert topic["stories"][0]["articles"][0]["title"] == FERRY.title
    json.dumps([told, story, topic])
