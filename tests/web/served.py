"""A web server in a process of its own: python -m tests.web.served FOLDER PORT [PATIENCE [PROXY ...]]"""

from __future__ import annotations

import sys
from pathlib import Path

from syndicator.processes.parent_watch import watch_parent
from syndicator.secret import Secret
from syndicator.store import open_store
from syndicator.web import serve as serving
from syndicator.web.feeds import fast_lane
from tests.web.house import House

#: The hubs that its feeds name.
HUBS = ("https://hub.example/", "https://hub.example/it's/another?one=1")

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    house = House(folder, open_store(f"sqlite:///{folder}/syndicator.db"))
    house.builds("all", "<rss>" + "news " * 5000 + "</rss>")
    if sys.argv[3:]:
        fast_lane.IDLE_TIMEOUT_S, serving.IDLE_CHECK_EVERY_S = int(sys.argv[3]), 1
    house.builds_private()
    key = folder / "key"
    key.write_text("correct-horse-battery")
    app = house.app(access={"board": {"ann": Secret(f"file:{key}")}}, hubs=HUBS, proxies=tuple(sys.argv[4:]))
    watch_parent()
    serving.serve(app, host="127.0.0.1", port=int(sys.argv[2]))
