"""What kind of thing people want to follow."""

from __future__ import annotations

import pytest

from bot.following.subjects import Meant, address, read_subject
from bot.types import Kind

SOURCES = ("The Observer", "Вестник", "who.int News")


@pytest.mark.parametrize(
    ("said", "kind", "subject"),
    [
        ("https://news.example/rss", Kind.FEED, "https://news.example/rss"),
        ("HTTP://news.example/rss", Kind.FEED, "HTTP://news.example/rss"),
        ("news.example", Kind.FEED, "https://news.example"),
        ("news.example/rss?all", Kind.FEED, "https://news.example/rss?all"),
        ("новости.рф", Kind.FEED, "https://новости.рф"),
        ("news.example:8080/rss", Kind.FEED, "https://news.example:8080/rss"),
        ("feed: localhost:8080/rss", Kind.FEED, "https://localhost:8080/rss"),
        ("everything", Kind.EVERYTHING, ""),
        ("Всё", Kind.EVERYTHING, ""),
        ("the observer", Kind.SOURCE, "The Observer"),
        ("source: вестник", Kind.SOURCE, "Вестник"),
        ("источник: Неведомый", Kind.SOURCE, "Неведомый"),
        ("who.int news", Kind.SOURCE, "who.int News"),
        ("Is the bridge open?", Kind.QUESTION, "Is the bridge open?"),
        ("when does the bridge open", Kind.QUESTION, "when does the bridge open"),
        ("Когда откроют мост", Kind.QUESTION, "Когда откроют мост"),
        ("question: the bridge", Kind.QUESTION, "the bridge"),
        ("EU AI law", Kind.TOPIC, "EU AI law"),
        ("The Who", Kind.TOPIC, "The Who"),
        ("How to", Kind.TOPIC, "How to"),
        ("whole grain bread recalls", Kind.TOPIC, "whole grain bread recalls"),
        ("U.S. elections", Kind.TOPIC, "U.S. elections"),
        ("COVID-19", Kind.TOPIC, "COVID-19"),
        ("Python 3.14", Kind.TOPIC, "Python 3.14"),
        ("version 3.14", Kind.TOPIC, "version 3.14"),
        ("3.14", Kind.TOPIC, "3.14"),
        ("everything about bridges", Kind.TOPIC, "everything about bridges"),
        ("topic: the observer", Kind.TOPIC, "the observer"),
        ("Тема: новости.рф", Kind.TOPIC, "новости.рф"),
        ("topic:", Kind.TOPIC, "topic:"),
    ],
)
def test_what_is_said_is_read_as_what_it_most_likely_is(said: str, kind: Kind, subject: str) -> None:
    assert read_subject(said, SOURCES) == Meant(kind, subject)


def test_an_address_needs_no_https() -> None:
    assert address("news.example/rss and more") == "https://news.example/rss"
