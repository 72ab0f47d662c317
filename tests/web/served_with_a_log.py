"""A web server with a hub, which tells what happens: python -m tests.web.served_with_a_log FOLDER PORT"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from syndicator.processes.parent_watch import watch_parent
from syndicator.store import open_store
from syndicator.web.serve import serve
from tests.web.house import House
from tests.web.test_web_hub import reception

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    folder = Path(sys.argv[1])
    house = House(folder, open_store(f"sqlite:///{folder}/syndicator.db"))
    house.builds("all")
    watch_parent()
    serve(house.app(hub=reception(house.store)), host="127.0.0.1", port=int(sys.argv[2]))
