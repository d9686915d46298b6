"""What people think of answers -> questions for an evaluation, as `footnote eval` and `footnote calibrate` read them.

An answer that everybody found helpful is gold: its quotes hold the answer. Any other is for a person to judge: the row
says what people think, and is passed over until somebody has put the right answers in and taken "judge" out. Nobody's
number is in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from bot.keeping.ratings import Rated
from bot.keeping.turns import self_contained


def gold_rows(ratings: Iterable[Rated]) -> list[dict[str, Any]]:
    """One for each answer that was rated, in the order of its first rating."""
    by_turn: dict[int, list[Rated]] = {}
    for rating in ratings:
        by_turn.setdefault(rating.turn, []).append(rating)
    return [_row(of_turn) for of_turn in by_turn.values()]


def _row(of_turn: list[Rated]) -> dict[str, Any]:
    newest = of_turn[-1]
    opinions = Counter(rating.verdict for rating in of_turn)
    row: dict[str, Any] = {
        "id": f"turn-{newest.turn}",
        "question": self_contained(newest.question, newest.standalone),
        "opinions": dict(opinions),
    }
    if asked := newest.trace.get("asked"):
        row["asked"] = asked
    quotes = [{"article": quoted.article_id, "quote": quoted.quote} for quoted in newest.quotes]
    row |= {"outcome": newest.outcome, "said": quotes, "log": newest.trace.get("log")}
    if opinions.keys() != {"helpful"} or not quotes:
        return row | {"judge": True, "answers": [], "articles": []}
    answers = dict.fromkeys(quoted.answer or quoted.quote for quoted in newest.quotes)
    articles = dict.fromkeys(quoted.article_id for quoted in newest.quotes)
    first = {"quote": newest.quotes[0].quote, "quote_article": newest.quotes[0].article_id}
    return row | {"answerable": True, "answers": list(answers), "articles": list(articles), **first}
