"""REDbot looks at what is served: negotiation, validation, caching. https://redbot.org/"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.documents.directory import PRIVATE, Directory
from syndicator.jobs.ports import Document
from tests.fakes import NOON
from tests.formats.newsroom import article
from tests.web.test_news import publish
from tests.web.test_web_process import Served, serving_from

pytestmark = pytest.mark.slow  # a web server of its own


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with serving_from(folder) as served:
        publish(folder, [article(str(number)) for number in range(20)])
        board = Document(extension="rss", content=b"<rss>" + b"secret " * 99 + b"</rss>", modified=NOON)
        Directory(folder / "documents" / PRIVATE).replace("board", [board])
        yield served


def notes(url: str) -> dict[str, str]:
    """What REDbot says of an address: its notes, with their levels."""
    command = [str(Path(sys.executable).with_name("redbot")), "-o", "har", url]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    return {
        note["note_id"]: f"{note['level']}: {note['summary']}"
        for entry in json.loads(said)["log"]["entries"]
        for note in entry["_red_messages"]
    }


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/all.rss",
        "/feeds/all.atom",
        "/feeds/all.json",
        "/feeds/-/correct-horse-battery/board.rss",
        "/feeds/none.rss",
        "/",
    ],
)
def test_redbot_finds_nothing_bad(server: Served, path: str) -> None:
    found = notes(server.url + path)

    assert found["DATE_CORRECT"].startswith("GOOD")
    assert [said for said in found.values() if not said.startswith(("GOOD", "INFO"))] == []


def test_redbot_finds_what_a_feed_should_have(server: Served) -> None:
    found = notes(f"{server.url}/feeds/all.rss")

    good = {"CONNEG_GZIP_GOOD", "INM_304", "IMS_304", "FRESHNESS_FRESH", "STALE_IF_ERROR", "CL_CORRECT"}
    assert good <= set(found), sorted(found)
