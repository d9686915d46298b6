"""What a button carries, as text and back: a subscription that nobody has yet, an article that answered, a number."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.types import Kind, Matching, Rhythm, Subscription, Wishes

_DIGITS = 19  # of the greatest number of 64 bits


def pack_proposal(subscription: Subscription) -> str:
    """One line of JSON; the number is left out: whatever begins anew gets a new one."""
    fields = asdict(subscription) | {"since": subscription.since.isoformat()}
    del fields["id"]
    return json.dumps(fields, ensure_ascii=False, sort_keys=True)


def unpack_proposal(text: str) -> Subscription | None:
    """None for what is no proposal, or one of another version's."""
    try:
        fields = json.loads(text)
        kept = {"wishes": _wishes(fields["wishes"]), "kind": Kind(fields["kind"])}
        return Subscription(**fields | kept | {"since": datetime.fromisoformat(fields["since"])})
    except (ValueError, TypeError, KeyError):
        return None


def unpack_offer(packed: str) -> tuple[str, str] | None:
    """An article and the question that it answered, as stands behind buttons of long ago. None for anything else."""
    try:
        article_id, question = json.loads(packed)
    except (ValueError, TypeError):
        return None
    return str(article_id), str(question)


def read_number(text: str) -> int | None:
    """A row's number; None for what is none, or greater than any (a button's data may be forged)."""
    is_number = text.isascii() and text.isdecimal() and len(text) < _DIGITS
    return int(text) if is_number else None


def _wishes(fields: dict[str, Any]) -> Wishes:
    words = {"must": tuple(fields["must"]), "must_not": tuple(fields["must_not"])}
    return Wishes(**fields | words | {"rhythm": Rhythm(fields["rhythm"]), "matching": Matching(fields["matching"])})
