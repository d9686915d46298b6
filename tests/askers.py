"""The starter questions -> thousands that are all different, as people would put them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

OPENINGS = {
    "en": (
        *("", "So, ", "Hi! ", "Hello, ", "Quick question: ", "Question: ", "Good morning. ", "Please tell me: "),
        *("I wonder: ", "One more thing: ", "Just curious: ", "Hey, "),
    ),
    "ru": (
        *("", "А ", "Привет! ", "Добрый день. ", "Вопрос: ", "Подскажите: ", "Скажите, пожалуйста: ", "Интересно: "),
        *("Ещё вопрос: ", "Здравствуйте. ", "Итак: ", "Слушайте, "),
    ),
}
CLOSINGS = {
    "en": (
        *("", " Thanks", " Thank you!", " Please", " Cheers", " Thanks in advance", " Many thanks"),
        *(" Thx", " Just checking", " I read it somewhere"),
    ),
    "ru": (
        *("", " Спасибо", " Спасибо!", " Благодарю", " Заранее спасибо", " Не могу вспомнить", " Большое спасибо"),
        *(" Пожалуйста", " Хочу проверить", " Где-то читал"),
    ),
}


def variants(questions: Sequence[str], seed: int) -> Iterator[str]:
    """Each question in each of its forms, in a random order; each form once."""
    forms = [form for question in questions for form in _forms(question)]
    random.Random(seed).shuffle(forms)
    return iter(dict.fromkeys(forms))


def asked(questions: Sequence[str], repeated: float, seed: int) -> Iterator[str]:
    """The same, but a share is what somebody asked before, the favourites again and again."""
    dice, said = random.Random(seed), list[str]()
    for form in variants(questions, seed):
        while said and dice.random() < repeated:
            yield said[min(int(dice.expovariate(0.2)), len(said) - 1)]
        said.append(form)
        yield form


def _forms(question: str) -> Iterator[str]:
    language = "ru" if re.search("[а-я]", question.lower()) else "en"
    for opening in OPENINGS[language]:
        for closing in CLOSINGS[language]:
            yield f"{opening}{question}{closing}"
