"""How processes are told apart that do jobs. A module of its own: ``syndicator up`` needs no more of them."""

from __future__ import annotations

#: The environment's variables for processes that ``syndicator up`` starts: the mark of the process in the
#: tokens of the rows that it has in hand (16 characters), and those of processes in its place that are dead
#: for certain (separated by blanks), whose leases end at once.
MARK_VARIABLE, DEAD_VARIABLE = "SYNDICATOR_MARK", "SYNDICATOR_DEAD"
