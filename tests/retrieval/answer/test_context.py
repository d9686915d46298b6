from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer.context import persons, understandable
from retrieval.text.sentences import split
from retrieval.types import Article, Citation, Gloss

Needed = tuple[Citation | None, tuple[Gloss, ...]]


def needed(text: str, language: str = "en", at: int = -1) -> Needed:
    """What the last sentence needs."""
    sentences = split(text, language)
    return understandable(Article("a", "Title", text, language), sentences, at % len(sentences))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ilse Brandt opened the ferry on Monday. She cut a blue ribbon.", "She [Ilse Brandt] cut a blue ribbon."),
        (
            "Mayor Ilse Brandt resigned. On Friday she left the city.",
            "On Friday she [Mayor Ilse Brandt] left the city.",
        ),
        ("Mr Holm baked bread. His oven is new.", "His [Mr Holm] oven is new."),
        ("Ann Lee was born here. She went away. She returned.", "She [Ann Lee] returned."),
        ("The judge freed Ann Lee. Deputy mayor Per Holm paid. He smiled.", "He [Per Holm] smiled."),
        ('Per Holm is 40. "We are closed," he said.', '"We are closed," he [Per Holm] said.'),
        ('"It was cold," said Per Holm. He swam on.', "He [Per Holm] swam on."),
        ("Per Holm swam. Holm was cold. He went home.", "He [Per Holm] went home."),
        ("Мэр Анна Белова открыла паром. Она перерезала ленту.", "Она [Мэр Анна Белова] перерезала ленту."),
        ("Игорь Савельев вернулся. В среду он вышел в море.", "В среду он [Игорь Савельев] вышел в море."),
        ("Пётр Лунин построил дом. Его дом стоит у реки.", "Его [Пётр Лунин] дом стоит у реки."),
        ("Пётр Лунин спорил. «Мы против», — сказал он.", "«Мы против», — сказал он [Пётр Лунин]."),
    ],
)
def test_a_pronoun_that_can_mean_one_person_only_is_explained(text: str, said: str) -> None:
    before, glosses = needed(text, "ru" if "а" in text else "en")
    [gloss] = glosses
    own = text[split(text, "en")[-1].start :]
    assert f"{own[: gloss.at]} [{gloss.citation.quote}]{own[gloss.at :]}" == said
    assert before is None


@pytest.mark.parametrize(
    "text",
    [
        "Ann Lee met Per Holm. She left early.",
        "Mr Holm signed. She refused.",
        "The driver saw Ann Lee. She ran away.",
        "Police arrested Ann Lee. She slept.",
        "Ann Lee left. The nurse stayed. She slept.",
        "The firm sank. It owed 4 million crowns.",
        "Ann Lee and the crew sailed. They returned in May.",
        "Ann Lee spoke. Bo Lee listened. Lee sang. He left.",
        'Ann Lee likes Holm. "He is kind."',
        '"Per Holm swam," the boy said. He laughed.',
        "The bridge cracked. However, ferries sailed.",
        "The bridge cracked. This surprised nobody.",
        "Ann Lee and Bo Kim won. The two share the prize.",
        "The bridge cracked. There, divers found rust.",
        "Мост треснул. Однако паромы ходили.",
        "Мост треснул. Поэтому его закрыли.",
        "Анна Белова спорила с Петром Луниным. Она ушла.",
        "Игорь Савельев вернулся. Она ушла.",
        "Завод закрыли. Он задолжал 4 миллиона крон.",
        "Мост треснул. Кроме того, обрушилась арка.",
    ],
)
def test_in_doubt_the_sentence_before_is_shown(text: str) -> None:
    before, glosses = needed(text, "ru" if "а" in text else "en")
    sentences = split(text, "en")
    assert before is not None
    assert before.quote == text[sentences[-2].start : sentences[-2].end]
    assert glosses == ()


@pytest.mark.parametrize(
    "text",
    [
        "She cut a blue ribbon.",
        "Ann Lee left. The bridge reopens in May.",
        "Ann Lee left. There were 40 guests.",
        "Ann Lee left. It is not known why the oven broke.",
        "Ann Lee left. The mayor said she would return.",
        "Ann Lee left. Per Holm said he was sorry.",
        "Анна Белова ушла. Мост откроют в мае.",
    ],
)
def test_what_stands_by_itself_needs_nothing(text: str) -> None:
    assert needed(text) == (None, ())


def test_a_sentence_that_leans_and_means_a_person_named_further_back_gets_both() -> None:
    before, glosses = needed("Ann Lee trained hard. She fell. But she won.")
    assert before is not None
    assert before.quote == "She fell."
    assert [gloss.citation.quote for gloss in glosses] == ["Ann Lee"]


def test_streets_and_days_are_no_persons() -> None:
    text = "On Monday Ann Lee left Mill Street for New Harbour, and Dr Quist waved at Saltgate Bridge."
    assert [text[start:end] for start, end in persons(text)] == ["Ann Lee", "Dr Quist"]


WORDS = st.sampled_from(
    ["Ann Lee", "Mr Holm", "He", "she", "said", "“", "”", '"', "«", "»", ".", ",", "But", "The", "bridge", "Он",
     "Анна Белова", "\n\n", "’s", "—", "In", "it is clear"]
)  # fmt: skip


@given(st.lists(WORDS).map(" ".join) | st.text(), st.sampled_from(["en", "ru"]))
def test_whatever_is_shown_is_a_slice(text: str, language: str) -> None:
    sentences = split(text, language)
    for at, sentence in enumerate(sentences):
        before, glosses = understandable(Article("a", "Title", text, language), sentences, at)
        for citation in ([before] if before else []) + [gloss.citation for gloss in glosses]:
            assert citation.quote
            assert text[citation.start : citation.end] == citation.quote
        assert all(0 < gloss.at <= sentence.end - sentence.start for gloss in glosses)
