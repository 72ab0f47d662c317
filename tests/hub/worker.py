"""A worker in a process of its own: python -m tests.hub.worker DATABASE FOLDER TIME"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from syndicator.store import open_store
from tests.hub.story import HubStory

if __name__ == "__main__":
    story = HubStory(open_store(sys.argv[1]), Path(sys.argv[2]), begins=False)
    story.clock.now = datetime.fromisoformat(sys.argv[3])
    story.distributes()
