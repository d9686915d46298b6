"""A text and its language -> the words it is searched by: lower-cased, stemmed, numbers in one spelling.

Texts mix languages, so each word is stemmed by its own script: a Russian article about "Apple's iPhones" is found by
"apple iphone". Only the words of two languages are told apart from function words; elsewhere every word has content.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import lru_cache
from itertools import pairwise

import Stemmer

from retrieval.text.scripts import script_of

_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian",
    "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
_CACHED_WORDS = 1 << 16  # about 10 MB; an article rarely has more than 1,000 different words, a corpus of news 50,000

_FOLDED = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "ё": "е", "\u0301": None, "\u00ad": None, "\u200b": None, "\ufeff": None}
)  # U+0301 is what is left of a stress mark where no composed letter exists
_CJK = r"\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0002fa1f"
_MARKS = r"\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e"  # signs within words
_LETTER = rf"[^\W_{_CJK}]|[{_MARKS}]"
_NUMBER_STARTS, _NUMBER_ENDS = r"(?<![\w.,])", r"(?!\d|[.,]\d)"
_TOKEN = re.compile(
    rf"""{_NUMBER_STARTS}(?P<grouped>\d{{1,3}}(?:(?:,\d{{3}})+|(?:[ ]\d{{3}})+|(?:\.\d{{3}}){{2,}})){_NUMBER_ENDS}
    |{_NUMBER_STARTS}(?P<decimal>\d+[.,]\d+){_NUMBER_ENDS}
    |(?<![\w.])(?P<acronym>[a-z](?:\.[a-z])+)(?!\w)
    |(?P<cjk>[{_CJK}]+)
    |(?P<word>(?:{_LETTER})+(?:'(?:{_LETTER})+)*)""",
    re.VERBOSE,
)

# "us" is missing from the English ones: lower-cased, it is a country.
_ENGLISH_STOP_WORDS = """
    a about above after again against all also am an and any are aren't as at be because been before being below
    between both but by can cannot can't could couldn't did didn't do does doesn't doing don't down during each few
    for from further had hadn't has hasn't have haven't having he her here hers herself him himself his how i i'd
    i'll i'm i've if in into is isn't it its itself just let me more most much many my myself no nor not of off on
    once only or other our ours ourselves out over own same shall she should shouldn't so some such than that the
    their theirs them themselves then there these they they're this those through to too under until up very was
    wasn't we we're were weren't what when where which while who whom whose why will with won't would wouldn't yes
    yet you your yours yourself yourselves tell please happened
"""
_RUSSIAN_STOP_WORDS = """
    а без более бы был была были было быть в вам вас весь во вот все всего всех вы где да даже для до его ее ей ему
    если есть еще же за здесь и из или им их к каждый как какая какие каким какими каких какого какое какой какому
    какую ко когда кого ком кому которая которого которое которой котором которую которые который которых кто куда
    ли либо лишь между меня мне много мной мои мой мы на над надо нам нас наш не него нее ней нем нет ни них но ну о
    об однако он она они оно от откуда очень по под почему при про с сам свое своей своих свой свою себе себя сейчас
    сколько скольких со та так также такая такие такой там те тем то тогда того той только том тоже тот ту ты у уж
    уже хотя чего чей чем через что чтобы чье чьи чья эта эти этим этих это этого этой этом этот эту я зачем отчего
    расскажи скажи пожалуйста случилось произошло
"""
_STOP_WORDS = {"en": frozenset(_ENGLISH_STOP_WORDS.split()), "ru": frozenset(_RUSSIAN_STOP_WORDS.split())}
_NONE: frozenset[str] = frozenset()
_stemmers = threading.local()  # a Stemmer keeps its state inside: one per thread and language


def stems(text: str, language: str) -> list[str]:
    """In the order of the text, repeated where repeated. `language` is ISO 639-1; an unknown one is not stemmed."""
    return [_stem(word, _language_of(word, language)) for word in _tokens(text)]


def content_stems(text: str, language: str) -> list[str]:
    """The stems that say what the text is about: without function words and question words (English, Russian)."""
    found = []
    for word in _tokens(text):
        spoken = _language_of(word, language)
        if word not in _STOP_WORDS.get(spoken, _NONE):
            found.append(_stem(word, spoken))
    return found


def _tokens(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_FOLDED)
    return [word for match in _TOKEN.finditer(folded) for word in _spelt(match)]


def _spelt(match: re.Match[str]) -> list[str]:
    """The one spelling under which a token is found, whichever way it was written."""
    token = match[0]
    match match.lastgroup:
        case "grouped":
            return [re.sub(r"\D", "", token)]
        case "decimal":
            return [token.replace(",", ".")]
        case "acronym":
            return [token.replace(".", "")]
        case "cjk":
            return [first + second for first, second in pairwise(token)] or [token]
    return [token.removesuffix("'s")]


@lru_cache(maxsize=_CACHED_WORDS)
def _language_of(word: str, language: str) -> str:
    """The language that a word of a text in `language` is stemmed by: its script's, where they disagree."""
    if "a" <= word[0] <= "ɏ":
        return language if script_of(language) == "latin" or language == "sr" else "en"
    if "Ѐ" <= word[0] <= "ӿ":
        return language if script_of(language) == "cyrillic" else "ru"
    return language


@lru_cache(maxsize=_CACHED_WORDS)
def _stem(word: str, language: str) -> str:
    algorithm = _ALGORITHMS.get(language)
    if algorithm is None or any(character.isdigit() for character in word):
        return word
    stemmer = getattr(_stemmers, algorithm, None)
    if stemmer is None:
        stemmer = Stemmer.Stemmer(algorithm, 0)  # 0: no second cache
        setattr(_stemmers, algorithm, stemmer)
    return str(stemmer.stemWord(word))
