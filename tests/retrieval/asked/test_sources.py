from __future__ import annotations

import pytest

from retrieval.asked.sources import find_sources

SOURCES = (
    "The Harbour Post",
    "Harbour Wire",
    "tidenews.com",
    "m.tidenews.com",
    "dockstoday.co.uk",
    "theisle.com",
    "ЮГ Новости",
    "Рыбинтъ",
    "Ведомости Причала",
    "Union Gazette",
)


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("According to The Harbour Post, who won the cup?", ("The Harbour Post",)),
        ("who won the cup according to harbour post", ("The Harbour Post",)),
        ("What sank according to the Post?", ("The Harbour Post",)),
        ("per tidenews.com, what sank?", ("m.tidenews.com", "tidenews.com")),
        ("What does Tidenews say about the ferry?", ("m.tidenews.com", "tidenews.com")),
        ("What did Docks Today report on the strike?", ("dockstoday.co.uk",)),
        ("articles from The Isle about the mill", ("theisle.com",)),
        ("What was written in the Wire about the mill?", ("Harbour Wire",)),
        ("In the Harbour Post, who won the cup?", ("The Harbour Post",)),
        ("Кто ушёл, по данным ЮГ Новостей?", ("ЮГ Новости",)),
        ("По сообщению агентства ЮГ Новости, кто ушёл?", ("ЮГ Новости",)),
        ("Что пишет Рыбинтъ о мосте?", ("Рыбинтъ",)),
        ("Что написано в «Рыбинте» о мосте?", ("Рыбинтъ",)),
        ("как пишут Ведомости Причала, кто ушёл?", ("Ведомости Причала",)),
        ("Что пишут в газете «Ведомости Причала» про порт?", ("Ведомости Причала",)),
        ("Что на сайте tidenews.com сказано о мосте?", ("m.tidenews.com", "tidenews.com")),
        ("Новости из Рыбинта о мосте", ("Рыбинтъ",)),
    ],
)
def test_a_source_is_known_by_the_words_before_it(text: str, sources: tuple[str, ...]) -> None:
    found = find_sources(text, SOURCES)
    assert found is not None
    assert found.sources == sources


@pytest.mark.parametrize(
    "text",
    [
        "according to the mayor, who won?",
        "according to the union, who won?",
        "Who owns Tidenews?",
        "What did Tidenews announce?",
        "What did Tidenews say about its editor?",
        "Who was sacked from Tidenews?",
        "According to Tidenews editor Olm, who won?",
        "Who came to the isle in June?",
        "In the isle, who won?",
        "According to Harbour officials, what sank?",
        "What is in the post?",
        "According to The Reed Times, who won?",
        "Кто купил Рыбинтъ?",
        "Кто ушёл, по данным мэрии?",
        "Сколько рыбы в ведомости?",
    ],
)
def test_a_source_that_is_the_subject_or_not_held_is_no_source(text: str) -> None:
    assert find_sources(text, SOURCES) is None


def test_a_word_that_two_sources_share_names_neither() -> None:
    assert find_sources("According to Harbour, what sank?", SOURCES) is None


def test_without_sources_there_is_none() -> None:
    assert find_sources("According to The Harbour Post, who won?", ()) is None
