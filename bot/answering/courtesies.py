"""What a person said in, whether it is a mere yes, no or thanks, or a bare "what is new?", out. Pure.

Only what consists of such words altogether counts: "yes" is an answer to us, "yes, but why?" is a question.
"""

from __future__ import annotations

import re
from typing import Literal

Courtesy = Literal["yes", "no", "thanks"]

_WORDS = re.compile(r"[^\W_]+|👍|👌|🙏")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_YES = _set("yes y yeah yep yup sure ok okay да ага угу давай давайте конечно хорошо ок окей 👍 👌")
_WITH_YES = _set("please do it go ahead of course the first one that summarise summarize пожалуйста первую её ее эту")
_NO = _set("no nope nah нет неа не")
_WITH_NO = _set("not now need thank thanks you надо нужно стоит сейчас спасибо благодарю пожалуйста")
_THANKS = _set("thanks thank thx ty cheers спасибо спс благодарю спасибки 🙏")
_WITH_THANKS = _set(
    "you very much so a lot many that all is was helpful great good cool nice ok okay and for the answer help "
    "большое огромное вам тебе вас за ответ помощь это всё все очень ок хорошо отлично понятно ясно 👍 👌"
)
_NEWS = _set("new news headlines нового новости новостей")
_WITH_NEWS = _set(
    "what s is are the any anything latest there tell me us give show please hi hey hello so and "
    "что чего там какие есть нет ли последние свежие главные покажи дай расскажи мне нам пожалуйста привет ну а"
)


def courtesy(text: str) -> Courtesy | None:
    """Which of the three it is; None for anything that asks or tells."""
    words = set(_WORDS.findall(text.casefold()))
    if "?" in text or not words:
        return None
    if words & _NO and words <= _NO | _WITH_NO:
        return "no"
    if words & _THANKS and words <= _THANKS | _WITH_THANKS:
        return "thanks"
    return "yes" if words & _YES and words <= _YES | _WITH_YES else None


def wants_news(text: str) -> bool:
    """Whether it asks what is new, and nothing more."""
    words = set(_WORDS.findall(text.casefold()))
    return bool(words & _NEWS) and words <= _NEWS | _WITH_NEWS
