"""The corpus in, a line that says what it covers out: for whoever asks beside it."""

from __future__ import annotations

from bot.office import Office
from bot.sheet import clipped
from bot.types import Heard
from retrieval import Holdings

SOURCES_NAMED, SUBJECTS_NAMED = 3, 3
NAME_CHARACTERS = 60  # of a title or a source; an ellipsis shows the cut


def coverage_line(office: Office, heard: Heard) -> str:
    """Its sources, its days and what it writes about most; empty where there is nothing."""
    held = holdings_for(office, heard)
    if not held.articles:
        return ""
    parts = [office.say(heard, "coverage.articles", count=held.articles)]
    if held.oldest and held.newest:
        parts.append(office.texts.days(heard.chat.language, held.oldest, held.newest))
    parts += [", ".join(_short(held.sources[:SOURCES_NAMED]))] if held.sources else []
    if held.subjects:
        subjects = "; ".join(_short(held.subjects[:SUBJECTS_NAMED]))
        parts.append(office.say(heard, "coverage.lately", subjects=subjects))
    return " · ".join(parts)


def holdings_for(office: Office, heard: Heard) -> Holdings:
    """What there is for this chat: in a group by the sources that it chose."""
    return office.corpus.inventory.take(heard.chat.language, heard.chat.sources)


def _short(names: tuple[str, ...]) -> list[str]:
    return [clipped(name, NAME_CHARACTERS) for name in names]
