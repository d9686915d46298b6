"""What a database told -> the same without asking it again, as long as nothing was written since.

Every question asks after the same passages, articles and stories, and each row that SQLite gives costs its reader a
turn of Python's lock, which others want.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeVar

MOST = 50_000  # entries: some ten megabytes

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory:
    """Of one state of the database; of about `most` entries, then it begins anew. Safe to use from several threads: at
    worst two read the same.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._state: object = None
        self._kept: dict[tuple[str, Any], Any] = {}

    def look(self, state: object) -> None:
        """That is the database's state now: what was read in another is forgotten."""
        if state != self._state:
            self._kept, self._state = {}, state  # in this order: nobody finds what is old under the new state

    def one(self, kind: str, key: Hashable, read: Callable[[], V]) -> V:
        """What `read` tells, once."""
        return self.several(kind, (key,), lambda _: {key: read()})[key]

    def several(self, kind: str, keys: Iterable[K], read: Callable[[list[K]], Mapping[K, V]]) -> dict[K, V]:
        """In the order of `keys`. `read` is given those that are not remembered; what it does not know is left out."""
        kept = self._kept  # whoever reads while another forgets, writes into what is forgotten
        if len(kept) >= self._most:
            kept = self._kept = {}
        asked = list(keys)
        known = {key: kept[kind, key] for key in asked if (kind, key) in kept}
        if len(known) == len(asked):
            return known
        found = read([key for key in asked if key not in known])
        kept.update({(kind, key): value for key, value in found.items()})
        return {key: (known if key in known else found)[key] for key in asked if key in known or key in found}
