"""The index of sitemaps: what search engines are pointed to once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from syndicator import formats
from syndicator.documents.directory import Directory
from syndicator.documents.directory_shelf import DirectoryShelf
from syndicator.domain.feed import Feed
from syndicator.jobs.ports import Document
from syndicator.store import Store
from syndicator.store.engine import connect
from syndicator.web import create_app
from tests.fakes import NOON, SITE, FakeBell
from tests.web.browser import Browser, browsing

GRAMMAR = Path(__file__).parents[1] / "schemas" / "sitemap-index.xsd"

FEEDS = [
    Feed(name="all", title="Everything", formats=("rss", "sitemap", "news")),
    Feed(name="city", title="City", formats=("rss", "sitemap")),
    Feed(name="wire", title="Wire"),
    Feed(name="board", title="Board", formats=("rss", "sitemap"), is_private=True),
]


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def browser(documents: Path) -> Iterator[Browser]:
    """Over a database that cannot be opened: sitemaps need none."""
    app = create_app(
        site=SITE,
        feeds={feed.name: feed for feed in FEEDS},
        formats={name: formats.kind(name)() for name in formats.kind.built_in},
        shelf=DirectoryShelf(documents),
        store=Store(connect("sqlite:////nowhere/at/all.db")),
        bell=FakeBell(),
        host="127.0.0.1",
    )
    with browsing(app) as browser:
        yield browser


def builds(documents: Path, feed: str, *extensions: str) -> None:
    made = [
        Document(extension=each, content=b"<urlset/>", modified=NOON + timedelta(days=n))
        for n, each in enumerate(extensions)
    ]
    Directory(documents).replace(feed, made)


def listed(document: str) -> dict[str, str]:
    root = etree.fromstring(document.encode())
    etree.XMLSchema(etree.parse(GRAMMAR)).assertValid(root)
    return {str(sitemap[0].text): str(sitemap[1].text) for sitemap in root}


def test_the_index_names_every_sitemap_that_there_is(browser: Browser, documents: Path) -> None:
    builds(documents, "all", "rss", "sitemap.xml", "news.xml")
    builds(documents, "city", "rss")

    answer = browser.get("/sitemap.xml")

    assert answer.headers["content-type"] == "application/xml"
    assert listed(answer.text) == {
        f"{SITE.feeds_url}/all.sitemap.xml": (NOON + timedelta(days=1)).isoformat(),
        f"{SITE.feeds_url}/all.news.xml": (NOON + timedelta(days=2)).isoformat(),
    }


def test_archives_are_named_too_newest_first(browser: Browser, documents: Path) -> None:
    builds(documents, "city", "sitemap.xml")
    (documents / "city").mkdir()
    for name in ("2.sitemap.xml", "10.sitemap.xml", "10.sitemap.xml.gz", "3.rss", "x.sitemap.xml"):
        (documents / "city" / name).write_text("<urlset/>")

    addresses = list(listed(browser.get("/sitemap.xml").text))

    assert addresses == [f"{SITE.feeds_url}/city{end}.sitemap.xml" for end in ("", "/10", "/2")]


def test_private_feeds_are_not_named(browser: Browser, documents: Path) -> None:
    builds(documents, "city", "sitemap.xml")
    builds(documents, "board", "sitemap.xml")
    (documents / "board").mkdir()
    (documents / "board" / "1.sitemap.xml").write_text("<urlset/>")

    assert list(listed(browser.get("/sitemap.xml").text)) == [f"{SITE.feeds_url}/city.sitemap.xml"]


def test_without_a_sitemap_there_is_no_index(browser: Browser, documents: Path) -> None:
    """One that lists nothing would not be valid."""
    builds(documents, "wire", "rss", "sitemap.xml")

    answer = browser.get("/sitemap.xml")

    assert answer.status == 404
    assert 'no feed has "sitemap"' in answer.text


def test_the_list_of_feeds_leads_people_to_sitemaps_and_readers_to_feeds(browser: Browser) -> None:
    page = browser.get("/").text

    assert 'href="/feeds/all.sitemap.xml"' in page
    assert "News sitemap" in page
    head = page.partition("</head>")[0]
    assert "all.rss" in head
    assert "sitemap" not in head
