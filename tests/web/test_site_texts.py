"""Files that channels want to be found on the site."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from syndicator.channels.indexnow import IndexNow
from syndicator.documents.directory_shelf import DirectoryShelf
from syndicator.processes.web_server import site_texts
from syndicator.store import Store
from syndicator.store.engine import connect
from syndicator.web import create_app
from tests.fakes import SITE, FakeBell
from tests.web.browser import browsing


@pytest.mark.parametrize("folder", ["/", "/lo/news/"])
def test_a_channels_key_is_served_at_its_path(tmp_path: Path, folder: str) -> None:
    key = "5f1d0c2e8a7b4936"
    channel = IndexNow(
        name="engines", key_file=f"https://news.example{folder}{key}.txt", session=requests.Session()
    )
    app = create_app(
        site=SITE,
        feeds={},
        formats={},
        shelf=DirectoryShelf(tmp_path),
        store=Store(connect("sqlite:////nowhere/at/all.db")),
        bell=FakeBell(),
        host="127.0.0.1",
        password="pw",
        texts=site_texts([channel, object()]),
    )
    with browsing(app) as browser:
        answer = browser.get(f"{folder}{key}.txt")
        assert (answer.status, answer.text) == (200, key)
        assert answer.headers["content-type"].startswith("text/plain")
        assert browser.get("/another-key-of-any-kind.txt").status == 404
