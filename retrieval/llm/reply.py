"""What a model wrote -> the sentences it proposes, whatever it wrapped them in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_REPLY = 20_000  # characters: five sentences with their ids are below 3,000
MOST_PROPOSED = 20

_NOTHING = re.compile(r"[\s`\[\]{}]*(?:jsonl?)?[\s`\[\]{}]*")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A sentence, and the ids that it cites."""

    text: str
    cites: tuple[str, ...]


def proposals(reply: str) -> list[Proposal]:
    """JSON objects with a text, in order: one a line, in an array, in a fence, with talk around them; what breaks off
    in the middle is left out."""
    decoder, reply = json.JSONDecoder(), reply[:MOST_REPLY]
    found: list[Proposal] = []
    at = reply.find("{")
    while at >= 0 and len(found) < MOST_PROPOSED:
        try:
            value, end = decoder.raw_decode(reply, at)
        except (ValueError, RecursionError):
            value, end = None, at + 1
        found += _proposed(value)
        at = reply.find("{", end)
    return found[:MOST_PROPOSED]


def says_nothing(reply: str) -> bool:
    """Whether it is empty, or an empty list: the model found no answer."""
    return _NOTHING.fullmatch(reply[:MOST_REPLY]) is not None


def _proposed(value: object) -> Iterator[Proposal]:
    """An object itself, or the objects in a list that it holds."""
    if not isinstance(value, dict):
        return
    text, cites = value.get("text"), value.get("cites", ())
    if isinstance(text, str):
        cites = [cites] if isinstance(cites, str) else cites
        named = [cite.strip("[] ") for cite in cites if isinstance(cite, str)] if isinstance(cites, list) else []
        yield Proposal(text, tuple(dict.fromkeys(named)))
        return
    for held in value.values():
        for inner in held if isinstance(held, list) else ():
            if isinstance(inner, dict) and isinstance(inner.get("text"), str):
                yield from _proposed(inner)
