"""What a person did in the last minute and today in, whether it is enough out."""

from __future__ import annotations

from bot.office import Office
from bot.people.rules import Budget
from bot.types import Heard, Reply


class Budgets:
    """Of each person. Administrators have none."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def refusal(self, heard: Heard, budget: Budget) -> Reply | None:
        """Spends one. A polite word when there is nothing left; None: go on."""
        return None
