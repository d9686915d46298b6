"""The buttons under an answer. Pure but for the keys that the store gives out."""

from __future__ import annotations

from bot.keeping.turns import Asked
from bot.office import Office
from bot.sheet import Buttons
from bot.types import Heard


def under_answer(office: Office, heard: Heard, asked: Asked) -> Buttons:
    """What may be done with an answer that was kept as the turn `asked.id`."""
    return ()
