"""The garbage collector of a process that starts: hardly anything that is made until it is ready is garbage,
and looking for it again and again takes a tenth of the time.
"""

from __future__ import annotations

import gc

#: Objects that are made between two looks for garbage: of the interpreter, and while a process starts. A
#: worker makes four times as many until it is ready.
#: https://docs.python.org/3/library/gc.html#gc.set_threshold
USUAL_OBJECTS = gc.get_threshold()[0]
START_OBJECTS = 50_000


def collect_seldom() -> None:
    """For a process that starts, or that is over in seconds."""
    gc.set_threshold(START_OBJECTS)


def collect_as_usual() -> None:
    """For a process that is ready, and runs for months. What it has made so far stays: nobody looks for
    garbage in it again, which is most of what such a look costs."""
    gc.freeze()
    gc.set_threshold(USUAL_OBJECTS)
