"""An earlier question -> the same asked with another question word, or what it is about in a few words.

Rules of word order for English and Russian; what no rule turns stays as it was said.
"""

from __future__ import annotations

import re

from retrieval.words.noun_phrases import AUXILIARY, phrases

_ASKED = re.compile(
    r"^(?:(?:by|for|from|in|on|at|to|with|since|until|about|of) )?(?P<asking>(?:what|which) (?:(?:was|is)"
    r" the )?(?:day|date|year|month|time)"
    r"|how(?: (?:long|much|old|far|big|often|soon))?(?= (?:is|are|was|were|did|does|do|has|have|can|will|would)\b)"
    r"|how many|how much|how come|how|who(?:m|se)?(?: else)?|what(?: else)?|which|when|where|why"
    r"|(?:(?:во?|на|из|со?|до|от|за|для|по|к|об?|у) )?(?:как\w+ (?:году|день|числа|месяце|городе|районе|причине)"
    r"|как(?: (?:долго|давно|часто))?|как(?:ой|ая|ое|ие|ого|ую|им|их|ую)|когда|где|куда|откуда|почему"
    r"|зачем|отчего|из-за чего"
    r"|к(?:то|ого|ому|ем|ом)|ч(?:то|его|ему|ем|[её]м|ей|ья|ь[иё])|сколько)(?: (?:ещё|еще|же))?)\s+",
    re.IGNORECASE,
)
_WHETHER = re.compile(r"^(?:правда|верно|действительно)(?: ли)?(?:,? что)?\s+|\s+ли\b", re.IGNORECASE)
_HELPER = re.compile(rf"(?:{'|'.join(AUXILIARY)})\b\s*", re.IGNORECASE)
_IRREGULAR = {
    "won": "won", "stole": "stolen", "wrote": "written", "built": "built", "found": "found", "made": "made",
    "took": "taken", "shut": "shut", "sold": "sold", "bought": "bought", "led": "led", "hit": "hit", "beat": "beaten",
    "chose": "chosen", "drew": "drawn", "gave": "given", "broke": "broken", "held": "held", "began": "begun",
    "lost": "lost", "left": "left", "saw": "seen", "shot": "shot", "set": "set", "cut": "cut", "caught": "caught",
    "taught": "taught", "told": "told",
}  # fmt: skip
_COUNTED = re.compile(r"(?:how (?:many|much)|сколько) \w+", re.IGNORECASE)
COUNTING = re.compile(r"(?P<asking>how many|which|сколько) (?P<noun>[\w-]+) ", re.IGNORECASE)
_BEHIND = re.compile(r"(.+) \(([^()]+)\)\W*")


def ask_anew(word: str, earlier: str) -> str:
    """The earlier question with that question word: "when" + "Who stole it?" -> "when was it stolen?"."""
    question, topic = without_topic(earlier)
    asked = _ASKED.match(question)
    if asked is None and "?" not in question:  # a title, or a sentence: it asks nothing
        return with_topic(word, question.rstrip(" !."), topic)
    if _COUNTED.fullmatch(word):
        counted = COUNTING.match(question)
        return (
            with_topic(f"{word} {question[counted.end() :]}", topic) if counted else with_topic(word, topic_of(earlier))
        )
    rest = question[asked.end() :] if asked else _WHETHER.sub("", _uncapitalised(question))
    if asked and not _is_subject(word):
        rest = _as_clause(rest.rstrip(" ?!."), asked["asking"].casefold())
    return with_topic(f"{word} {rest}", topic)


def _is_subject(word: str) -> bool:
    return word.casefold().split()[0] in {"who", "what", "which"}


def _as_clause(rest: str, asked: str) -> str:
    """What stands behind the question word, so that "when" can be put in front of it."""
    if _HELPER.match(rest):
        return rest
    if asked.split()[0] in {"who", "what"}:
        return _passive(rest)
    if asked.split()[0] not in {"which", "how", "what"}:
        return rest
    noun, helper, tail = _around_helper(rest)
    if not helper:
        return rest
    return f"{helper} {noun} {tail}" if helper in {"is", "are", "was", "were"} else f"{helper} {tail} {noun}"


def _around_helper(rest: str) -> tuple[str, str, str]:
    """ "pay rise did the workers get" -> what is asked for, the helping verb, the rest."""
    words = rest.split()
    place = next((i for i, word in enumerate(words) if word.casefold() in AUXILIARY), None)
    if place is None:
        return rest, "", ""
    return " ".join(words[:place]), words[place].casefold(), " ".join(words[place + 1 :])


def _passive(rest: str) -> str:
    """ "stole the compass in May" -> "was the compass stolen in May", if the verb is known to allow it."""
    verb, _, behind = rest.partition(" ")
    participle = _IRREGULAR.get(verb, verb if verb.endswith("ed") else "")
    whole = next((phrase.text for phrase in phrases(rest) if behind.startswith(phrase.text)), "")
    if not participle or not whole:
        return rest
    return f"was {whole} {participle}{behind[len(whole) :]}"


def topic_of(earlier: str) -> str:
    """The earlier question without its question word: "Saltgate Bridge closed"."""
    question, topic = without_topic(earlier)
    asked = _ASKED.match(question)
    rest = question[asked.end() :] if asked else _WHETHER.sub("", question)
    rest = _HELPER.sub("", rest, count=1) if _HELPER.match(rest) else rest
    rest = rest.removeprefix("it ").removeprefix("there ").rstrip(" ?!.")
    return f"{rest}, {topic}" if topic else rest


def without_topic(earlier: str) -> tuple[str, str]:
    """A question, and what `with_topic` put behind it."""
    match = _BEHIND.fullmatch(earlier)
    return (match[1], match[2]) if match else (earlier, "")


def with_topic(question: str, *topics: str) -> str:
    """A question and, in brackets behind it, what it is about."""
    told = ", ".join(topic for topic in topics if topic)
    return as_question(f"{question.rstrip(' ?!.')} ({told})" if told else question)


def as_question(text: str) -> str:
    return text.rstrip(" ?!.") + "?"


def _uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]
