"""The corpus in, a line that says what it covers out: for whoever asks beside it."""

from __future__ import annotations

from bot.office import Office
from bot.types import Heard


def coverage_line(office: Office, heard: Heard) -> str:
    """Its sources, its days and what it writes about most; empty where there is nothing."""
    return ""
