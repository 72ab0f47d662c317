"""What serving holds in memory: every document of 100 and of 10,000 feeds is asked for, twice.

    ./run bench memory

Documents are 36 kB, as they are, and in two codings; the web process keeps
``documents.shelf.MAX_MEMORY_BYTES`` of them.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from syndicator.documents.directory import Directory  # noqa: E402 - the path comes first
from syndicator.documents.directory_shelf import DirectoryShelf  # noqa: E402
from syndicator.documents.shelf import MAX_MEMORY_BYTES  # noqa: E402
from syndicator.domain.feed import Feed  # noqa: E402
from syndicator.formats.html import Html  # noqa: E402
from syndicator.formats.rss import Rss  # noqa: E402
from syndicator.jobs.ports import Document  # noqa: E402
from syndicator.store.console import Console  # noqa: E402
from syndicator.store.engine import connect  # noqa: E402
from syndicator.web import create_app  # noqa: E402
from tests.fakes import SITE, FakeBell  # noqa: E402

FEEDS = (100, 10_000)

#: Words in a document.
WORDS = 6_000


def resident() -> float:
    """Megabytes."""
    return float(psutil.Process().memory_info().rss) / 1e6


def measure(count: int, folder: Path) -> None:
    """Print what a process holds before and after all documents of so many feeds were asked for."""
    feeds = {
        name: Feed(name=name, title=name, formats=("rss",)) for name in (f"feed-{n}" for n in range(count))
    }
    app = create_app(
        site=SITE,
        feeds=feeds,
        formats={"rss": Rss(), "html": Html()},
        shelf=DirectoryShelf(folder),
        store=Console(connect(f"sqlite:///{folder}/none.db")),
        bell=FakeBell(),
        host="127.0.0.1",
    )
    before, chance = resident(), random.Random(1)  # noqa: S311 - text, not secrets
    documents = Directory(folder)
    for name in feeds:
        text = " ".join(f"{chance.randrange(100_000):05}" for _ in range(WORDS)).encode()
        documents.replace(name, [Document(extension="rss", content=text, modified=datetime.now(UTC))])
        for _ in range(2):
            response = app.respond("GET", f"/feeds/{name}.rss", {b"accept-encoding": b"gzip"})
            if response is None or not response[0].as_bytes.startswith(b"HTTP/1.1 200 "):
                raise RuntimeError(f"{name} was not served")
        documents.remove(name)  # the disk is not what is measured
    print(
        f"{count:>7,} feeds: {before:.0f} MB when it starts, {resident():.0f} MB when all were read",
        flush=True,
    )


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        measure(int(sys.argv[2]), Path(sys.argv[3]))
        return
    print(f"documents kept in memory: {MAX_MEMORY_BYTES / 1e6:.0f} MB at most")
    for count in FEEDS:
        with tempfile.TemporaryDirectory(prefix="syndicator-bench-") as folder:
            subprocess.run([sys.executable, __file__, "--measure", str(count), folder], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
