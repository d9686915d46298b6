"""A TOML file of well-known feeds -> Suggestions, for those who have no address at hand."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A feed that may be followed with one press."""

    title: str
    url: str
    language: str


def load_suggestions(path: Path) -> tuple[Suggestion, ...]:
    """In the file's order. None when there is no such file; a file that is wrong is logged and offers nothing."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["feed"]
        return tuple(Suggestion(row["title"], row["url"], row["language"]) for row in rows)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("no feeds are suggested: file=%s reason=%r", path, error)
        return ()


def in_order_for(language: str, suggestions: Sequence[Suggestion]) -> list[Suggestion]:
    """Those in the reader's language first."""
    return sorted(suggestions, key=lambda suggestion: suggestion.language != language)


def default_suggestions() -> Path:
    """Beside the starter articles, in the source code or in the current folder."""
    places = (base / "seeds" / "feeds.toml" for base in (Path(__file__).parents[1], Path.cwd()))
    return next(filter(Path.is_file, places), Path("seeds/feeds.toml"))
