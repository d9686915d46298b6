"""A thread -> one that the processor serves after others, where it computes for long and others must not wait."""

from __future__ import annotations

import os
import sys
import threading


def give_way(steps: int) -> None:
    """The calling thread goes behind by so many steps of niceness, from where whoever started it stands."""
    if sys.platform == "linux":  # elsewhere it would be the whole process
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + steps)
