"""Whether this process is to end: long jobs then finish what is under way, and begin nothing more."""

from __future__ import annotations

import threading

#: Set once, by whoever minds the process.
STOPPING = threading.Event()
