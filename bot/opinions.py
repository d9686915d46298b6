"""`footnote feedback`: what people think of the answers, in a table, or as questions for an evaluation."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

from bot.errand import Errand
from bot.keeping.ratings import Rated
from bot.operating.gold import gold_rows
from bot.printed import print_document, print_rows
from bot.sheet import clipped
from bot.store import open_store
from bot.terminal import ANSWERED

NEWEST = 20  # that are listed; the export has all


def show_feedback(errand: Errand) -> int:
    """Returns the exit code."""
    with closing(open_store(errand.settings.data)) as store:
        if errand.arguments.export is not None:
            rows = gold_rows(store.ratings.all())
            _write(rows, errand.arguments.export)
            judged = sum(not row.get("judge") for row in rows)
            sys.stderr.write(errand.say("opinions.exported", count=len(rows), judged=judged) + "\n")
            return ANSWERED
        counts, newest = store.ratings.counts(), store.ratings.newest(NEWEST)
    if errand.arguments.json:
        print_document({"counts": dict(counts), "newest": [_document(rating) for rating in newest]})
    elif not newest:
        sys.stdout.write(errand.say("opinions.none") + "\n")
    else:
        print_rows((errand.say(f"opinions.{opinion}"), str(count)) for opinion, count in counts.items())
        sys.stdout.write("\n")
        print_rows(_row(errand, rating) for rating in newest)
    return ANSWERED


def _write(rows: list[dict[str, object]], target: Path) -> None:
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if str(target) == "-":
        sys.stdout.write(lines)
    else:
        target.write_text(lines, encoding="utf-8")


def _document(rating: Rated) -> dict[str, object]:
    return {
        "rated": rating.rated_at.isoformat(),
        "opinion": rating.verdict,
        "question": rating.question,
        "outcome": rating.outcome,
        "articles": list(dict.fromkeys(quoted.article_id for quoted in rating.quotes)),
    }


def _row(errand: Errand, rating: Rated) -> tuple[str, ...]:
    day = rating.rated_at.date().isoformat()
    return day, errand.say(f"opinions.{rating.verdict}"), clipped(rating.question)
