"""A question of a conversation -> the ways it may be meant: by itself, or carried by the questions before it.

    does it lean? | the earlier questions, made one that stands by itself | its words carried over

Rules for English and Russian, without a language model: a pronoun becomes what the earlier question mentions, a bare
question word asks the earlier question anew, a name takes the place of a name. Where no rule fits, the earlier
question's own words stand in front.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from retrieval.asked.leaning import (
    Pointer,
    asking,
    asks_more,
    is_fragment,
    is_source,
    pointers,
    stance,
    without_opener,
)
from retrieval.asked.question import understand
from retrieval.asked.rephrase import COUNTING, as_question, ask_anew, topic_of, with_topic, without_topic
from retrieval.types import Question, Turn
from retrieval.words.kinds import WORD
from retrieval.words.noun_phrases import DATE, DETERMINER, PREPOSITION, Mention, mentions, phrases, words_of

CHAIN = 3  # earlier questions that are looked at, the last ones

_SUBJECT_WHO = re.compile(
    r"who (?!(?:did|does|do|will|would|can|could|should|am|shall|may|might|must)\b)(?:else )?(.+)", re.IGNORECASE
)
_ANSWERED = re.compile(r"(?:what|which)\b(?! (?:is|was|are|were|happen\w*|caused|led)\b)", re.IGNORECASE)
_EVENT = re.compile(r"\bit (?:last|happen|occur|take place)", re.IGNORECASE)
_PLACED = words_of("in on at near inside")
_ADVERB = re.compile(
    r"(?:\w+ly|free|safe|надолго|навсегда|давно|скоро|далеко|дорого|много|часто|опасно|долго|быстро"
    r"|бесплатно|точно|сейчас)",
    re.IGNORECASE,
)
_SIDES = {"for": "against", "against": "for", "за": "против", "против": "за"}
_ALIKE = {"во": "в", "об": "о", "обо": "о", "со": "с", "ко": "к", "near": "in", "at": "in", "inside": "in", "на": "в"}
_SOURCE = re.compile(
    r"\baccording to (?:the )?[\w-]+(?: [A-Z][\w-]*)*|\b(?:согласно|по (?:словам|данным|мнению|версии"
    r"|информации|сообщени\w+)) [^?,]+",
)


def readings(text: str, previous: Sequence[Turn], languages: Collection[str]) -> list[Question]:
    """The ways a question may be meant, by itself first; at least one.

    `previous`: the conversation before it, oldest first. `languages`: those that the articles are in.
    """
    alone = understand(text, languages)
    earlier = _standing(turn.question for turn in previous[-CHAIN:])
    leans = stance(alone.text) if earlier else "stands"
    if previous and previous[-1].pointed:
        alone = replace(alone, lately=previous[-1].articles, about=previous[-1].articles)
    if leans == "stands":
        return [alone]
    carried = replace(_carried(alone, earlier, languages), lately=previous[-1].articles)
    return [carried] if leans == "leans" else [alone, carried]


def _standing(questions: Iterable[str]) -> str:
    """The last of them, made self-contained by those before it."""
    standing = ""
    for question in questions:
        tidy = " ".join(question.split())
        standing = carry(tidy, standing) if standing and stance(tidy) != "stands" else tidy
    return standing


def _carried(alone: Question, earlier: str, languages: Collection[str]) -> Question:
    carried = understand(carry(alone.text, earlier), languages)
    body = without_opener(alone.text).body
    inherits = asks_more(body) or is_fragment(body)  # "and Brandt?" asks what the earlier question did
    asked_for = carried.asked_for if inherits else alone.asked_for
    return replace(carried, text=alone.text, asked_for=asked_for, about=alone.about)


def carry(text: str, earlier: str) -> str:
    """A question that leans on an earlier one, which stands by itself -> one that stands by itself."""
    body = without_opener(text).body
    if asks_more(body):
        return earlier
    if asking(body):
        return ask_anew(asking(body), earlier)
    resolved, complete = _resolved(body, earlier)
    if is_fragment(body):
        return _in_its_place(resolved.rstrip(" ?!."), earlier)
    if complete:
        return as_question(resolved)
    return _about_the_same(body, earlier) or with_topic(body, topic_of(earlier))


def _about_the_same(body: str, earlier: str) -> str:
    """ "What did Trump say?" after what another said "about tariffs": the same is meant."""
    own = [mention for mention in mentions(body) if mention.named]
    kept = [m for m in phrases(earlier) if m.before and m.text not in body]
    if not own or not kept or any(pointers(body)):
        return ""
    return _at_the_end(" ".join(f"{mention.before} {mention.text}" for mention in kept), body)


# --- pronouns: what the earlier question mentions


def _resolved(body: str, earlier: str) -> tuple[str, bool]:
    """The question with its pointers replaced, and whether there were any and all could be."""
    found = list(pointers(body))
    if _EVENT.search(body) and any(mention.named for mention in mentions(earlier)):
        return body, False
    parts, done, complete, said = [], 0, True, ""
    for pointer in found:
        target = _target(pointer, earlier)
        complete = complete and bool(target)
        known = [phrase.text for phrase in phrases(earlier) if phrase.text in said]
        if target and target not in said and not (known and pointer.kind == "thing"):
            said += target
            start, end, put = _put(pointer, target, body)
            parts += [body[done:start], put]
            done = end
    resolved = "".join([*parts, body[done:]])
    return resolved, complete and bool(found)


def _put(pointer: Pointer, target: str, body: str) -> tuple[int, int, str]:
    """Where the target goes, and how it is written there."""
    start, end = pointer.span
    if not pointer.possessive:
        return start, end, target
    if _is_russian(body):
        noun = WORD.match(body, end + 1)
        return (start, noun.end(), f"{noun.group()} {target}") if noun else (start, end, target)
    if not target.startswith("the p"):
        return start, end, f"{target}{chr(39) if target.endswith('s') else chr(39) + 's'}"
    noun = WORD.match(body, end + 1)
    return (start, noun.end(), f"the {noun.group()} of {target}") if noun else (start, end, target)


def _target(pointer: Pointer, earlier: str) -> str:
    """What it stands for, or nothing when that is not clear."""
    question, _ = without_topic(earlier)
    found = phrases(earlier)
    if pointer.kind == "place":
        return _place(found)
    if pointer.kind in {"that", "then"}:
        return ""
    if not _is_russian(earlier) and pointer.kind != "thing" and not any(m.kind == "person" for m in found):
        doer = _who_did(question, plural=pointer.kind == "any")
        if doer:
            return doer
    if pointer.kind == "thing":
        found = [mention for mention in found if _may_be_it(mention, question)]
    return _only(found, pointer.kind, russian=_is_russian(earlier))


def _may_be_it(mention: Mention, question: str) -> bool:
    """After "what did the diver find in the bay", "it" is what was found: neither the diver nor the bay."""
    if _ANSWERED.match(question):
        return mention.before not in _PLACED | {""}
    return mention.before not in _PLACED


def _only(found: Sequence[Mention], kind: str, *, russian: bool) -> str:
    """The one that fits: the surest kind first."""
    if russian or kind == "any":
        return found[0].text if len(found) == 1 else ""
    sure = [mention for mention in found if mention.kind == kind] or [m for m in found if m.kind == "any"]
    if kind == "person":
        sure = sure or [mention for mention in found if mention.named]  # a ship is a she
    return sure[0].text if len(sure) == 1 else ""


def _place(found: Sequence[Mention]) -> str:
    placed = [m for m in found if _ALIKE.get(m.before, m.before) in {"in", "on", "в"}]
    return f"{placed[0].before} {placed[0].text}" if len(placed) == 1 else ""


def _who_did(question: str, *, plural: bool) -> str:
    """ "Who stole the compass?" -> "the person who stole the compass"."""
    match = _SUBJECT_WHO.match(question)
    if match is None:
        return ""
    single = re.match(r"(?:is|was|has|\w+[^s]s)\b", match[1])
    return f"the {'people' if plural and not single else 'person'} who {match[1].rstrip(' ?!.')}"


# --- a fragment: put in the place of its like


def _in_its_place(fragment: str, earlier: str) -> str:
    if any(pointers(fragment)):
        return earlier  # nobody knows who "she" is: ask again, near the articles of before
    if "the person who " in fragment and _SUBJECT_WHO.match(earlier):
        return as_question(f"Who is {fragment}")
    for like in (DATE, _SOURCE):
        if like.fullmatch(fragment) or (like is _SOURCE and is_source(fragment)):
            match = like.search(earlier)
            return _with(earlier, match.span(), fragment) if match else _at_the_end(fragment, earlier)
    if fragment.casefold() in _SIDES:
        other = re.search(rf"\b{_SIDES[fragment.casefold()]}\b", earlier, re.IGNORECASE)
        return _with(earlier, other.span(), fragment) if other else _at_the_end(fragment, earlier)
    first, _, rest = fragment.partition(" ")
    before = first.casefold() if rest and first.casefold() in PREPOSITION else ""
    found = _parallel(rest if before else fragment, before, earlier)
    if found:
        return _with(earlier, found.span, rest if before else fragment)
    counting = COUNTING.match(earlier)
    if counting and not before:
        return _with(earlier, counting.span("noun"), _bare_noun(fragment))
    return _at_the_end(fragment, earlier) if before else with_topic(*without_topic(earlier), fragment)


def _parallel(fragment: str, before: str, earlier: str) -> Mention | None:
    """What the fragment takes the place of: a name of a name, behind the same preposition."""
    if _ADVERB.fullmatch(fragment):
        return None
    named = any(word[0].isupper() for word in WORD.findall(fragment))
    whole = next((m for m in phrases(earlier) if m.text in fragment), None)
    if whole:
        return whole  # "her husband", who was found to be "Ilse Brandt's husband"
    candidates = [m for m in mentions(earlier) if m.named is named]
    candidates = candidates or [m for m in mentions(earlier) if m.before == before]
    same = [m for m in candidates if _ALIKE.get(m.before, m.before) == _ALIKE.get(before, before)]
    if same:
        return same[0]
    return candidates[0] if len(candidates) == 1 and not before else None


def _bare_noun(fragment: str) -> str:
    first, _, rest = fragment.partition(" ")
    return rest if rest and first.casefold() in DETERMINER else fragment


def _with(text: str, place: tuple[int, int], put: str) -> str:
    return text[: place[0]] + put + text[place[1] :]


def _at_the_end(fragment: str, earlier: str) -> str:
    return as_question(f"{earlier.rstrip(' ?!.')} {fragment}")


# --- words


def _is_russian(text: str) -> bool:
    return re.search("[а-яё]", text, re.IGNORECASE) is not None
