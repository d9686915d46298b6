"""What somebody wants to follow or to be told of -> the words that say what it is about."""

from __future__ import annotations

from retrieval.text.stems import content_stems, stems

_GENERAL_WORDS = {
    "en": "news summary headlines stories story articles article latest main top events world day week today wrote"
    " happen happened happening going new",
    "ru": "новости новость новостях сводка события событие главное главные статьи статья нового новое мире итоги день"
    " дня неделя недели случилось случился произошло происходит происходило было",
}
GENERAL = frozenset(stem for language, words in _GENERAL_WORDS.items() for stem in stems(words, language))


def topic_words(topic: str, language: str) -> list[str]:
    """The stems that say what it is about, each once: "news of the week" is about nothing in particular."""
    return [word for word in dict.fromkeys(content_stems(topic, language)) if word not in GENERAL]
