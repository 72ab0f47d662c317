"""Attack: the page of a private feed, opened at its secret address, with all that a browser asks for then.

Its own files once led below the secret, were not there, and counted as wrong guesses."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from selectolax.lexbor import LexborHTMLParser

from syndicator.documents.directory import PRIVATE, Directory
from syndicator.domain.feed import Site
from syndicator.formats import kind
from syndicator.formats.html import Html
from syndicator.jobs.ports import Document, History
from tests.fakes import NOON, SITE
from tests.formats.newsroom import article
from tests.web.house import BOARD
from tests.web.test_web_process import Served, serving_from

PAGE = "/feeds/-/correct-horse-battery/board.html"

LOCAL = replace(SITE, hubs=("https://hub.example/",))


def written(site: Site = LOCAL) -> bytes:
    form: Html = kind("html")()
    carried = [article(photo=None)]
    return form.document(
        replace(site, hubs=()), BOARD, carried, [form.entry(site, BOARD, a) for a in carried], History()
    )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with serving_from(tmp_path) as served:
        documents = [
            Document(extension="html", content=written(), modified=NOON),
            Document(extension="rss", content=b"<private/>", modified=NOON),
        ]
        Directory(tmp_path / "documents" / PRIVATE).replace("board", documents)
        yield served


def addresses(page: bytes) -> set[str]:
    """All that the page leads to, or has, of ours."""
    nodes = LexborHTMLParser(page).css("[href], [src]")
    named = {str(node.attributes.get("href") or node.attributes.get("src")) for node in nodes}
    return {name for name in named if "://" not in name}


def test_all_that_a_private_page_names_is_there(server: Served) -> None:
    answer = requests.get(server.url + PAGE, timeout=10)
    named = addresses(answer.content)

    assert {"board.rss", "/", "/static/icon.svg"} <= named
    for address in named:
        assert requests.get(urljoin(server.url + PAGE, address), timeout=10).status_code == 200
    assert "hub" not in answer.headers["Link"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_reading_it_again_and_again_is_no_guess(server: Served) -> None:
    for _ in range(12):
        answer = requests.get(server.url + PAGE, timeout=10)
        assert answer.status_code == 200
        for address in addresses(answer.content):
            requests.get(urljoin(server.url + PAGE, address), timeout=10)

    assert requests.get(server.url + "/feeds/-/wrong/board.html", timeout=10).status_code == 404


def test_its_password_opens_it_with_the_same_files(server: Served) -> None:
    url = server.url + "/feeds/board.html"
    page = requests.get(url, auth=("ann", "correct-horse-battery"), timeout=10)

    assert page.content == written()
    for address in addresses(page.content):
        found = requests.get(urljoin(url, address), auth=("ann", "correct-horse-battery"), timeout=10)
        assert found.status_code == 200


def test_behind_a_path_its_files_are_there(tmp_path: Path) -> None:
    named = addresses(written(replace(LOCAL, feeds_url="https://news.example/rss/feeds")))

    assert {"/rss/", "/rss/static/icon.svg"} <= named


@pytest.mark.slow  # a browser
def test_a_browser_shows_it_whole(server: Served) -> None:
    browsers = [path for name in ("chromium", "google-chrome") if (path := shutil.which(name))]
    if not browsers:
        pytest.skip("no Chromium is installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=browsers[0], args=["--no-sandbox"])
        tab = chromium.new_page(color_scheme="dark")
        answers: list[tuple[int, str]] = []
        complaints: list[str] = []
        tab.on("response", lambda response: answers.append((response.status, response.url)))
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        for _ in range(12):
            tab.goto(server.url + PAGE, wait_until="networkidle")

        assert {status for status, _ in answers} <= {200, 304}, answers
        assert any("/static/style.css" in url for _, url in answers)
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 19, 17)"
        assert tab.locator(".addresses code").inner_text() == server.url + PAGE.replace(".html", ".rss")
        assert complaints == []
        chromium.close()
