"""Readers that ask for the news alone (RFC 3229, ``A-IM: feed``), and caches between them and us."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
import requests

from syndicator import formats
from syndicator.documents.directory import Directory
from syndicator.domain.article import Article
from syndicator.jobs.ports import Document, History
from syndicator.web.feeds import deltas, resources, serving
from tests.fakes import ALL, NOON, SITE
from tests.formats.newsroom import article
from tests.web.browser import Browser
from tests.web.house import House
from tests.web.test_web_process import Served, serving_from, until

pytestmark = pytest.mark.slow  # databases or processes throughout

RSS = "/feeds/all.rss"

STORIES = [article(str(number), published=NOON - timedelta(hours=number)) for number in range(9)]


@pytest.fixture(autouse=True)
def looking_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "LOOK_EVERY_S", 0)


def publish(folder: Path, stories: Sequence[Article]) -> None:
    """Build the feed of all, in every format, of these stories."""
    documents = []
    for name in ALL.formats:
        form = formats.kind(name)()
        entries = [form.entry(SITE, ALL, each) for each in stories]
        content = form.document(SITE, ALL, stories, entries, History())
        documents.append(Document(extension=form.extension, content=content, modified=NOON, entries=entries))
    Directory(folder / "documents").replace("all", documents)


@pytest.fixture
def tag(house: House, browser: Browser) -> str:
    """Of the version before the latest, which has one story more."""
    publish(house.folder, STORIES[1:])
    known = browser.get(RSS).headers["etag"]
    publish(house.folder, STORIES)
    return known


def test_a_reader_is_sent_the_news(browser: Browser, tag: str) -> None:
    whole = browser.get(RSS)

    news = browser.get(RSS, a_im="feed", if_none_match=tag)

    assert news.status == 226
    assert news.headers["im"] == "feed"
    assert news.headers["delta-base"] == tag
    assert news.headers["etag"] == whole.headers["etag"]
    assert news.headers["cache-control"] == "no-store, im"
    assert news.headers["vary"] == "A-IM, Accept-Encoding"
    assert news.headers["content-type"] == whole.headers["content-type"]
    assert news.headers["content-length"] == str(len(news.body))
    assert [each.id for each in feedparser.parse(news.body).entries] == [STORIES[0].guid]
    assert browser.get(RSS, a_im="feed", if_none_match=news.headers["etag"]).status == 304


def test_news_are_compressed_where_that_pays(browser: Browser, tag: str) -> None:
    news = browser.get(RSS, a_im="feed", if_none_match=tag, accept_encoding="gzip")

    assert news.headers["content-encoding"] == "gzip"
    assert len(news.body) < len(gzip.decompress(news.body))
    assert news.headers["etag"] == browser.get(RSS, accept_encoding="gzip").headers["etag"]
    assert browser.get(RSS, if_none_match=news.headers["etag"], accept_encoding="gzip").status == 304


def test_news_in_json_are_json(browser: Browser, house: House) -> None:
    publish(house.folder, STORIES[3:])
    known = browser.get("/feeds/all.json").headers["etag"]
    publish(house.folder, STORIES)

    news = browser.get("/feeds/all.json", a_im="feed", if_none_match=known)

    assert [each["id"] for each in json.loads(news.body)["items"]] == [each.guid for each in STORIES[:3]]


def test_what_was_only_withdrawn_leaves_no_news(browser: Browser, house: House) -> None:
    publish(house.folder, STORIES)
    known = browser.get(RSS).headers["etag"]
    publish(house.folder, STORIES[2:])

    news = browser.get(RSS, a_im="feed", if_none_match=known)

    assert news.status == 226
    assert not feedparser.parse(news.body).entries


@pytest.mark.parametrize(
    "asked",
    [
        {"if_none_match": "{tag}"},
        {"a_im": "feed"},
        {"a_im": "feed;q=0", "if_none_match": "{tag}"},
        {"a_im": "vcdiff", "if_none_match": "{tag}"},
        {"a_im": "feed", "if_none_match": '"0123456789abcdef01234567"'},
        {"a_im": "feed", "if_none_match": '"nonsense"'},
        {"a_im": "feed", "if_modified_since": "Sat, 28 Feb 2026 12:00:00 GMT"},
        {"a_im": "feed", "if_none_match": "{tag}", "via": "1.1 cache"},
        {"a_im": "feed", "if_none_match": "{tag}", "x_forwarded_for": "192.0.2.1"},
        {"a_im": "feed", "if_none_match": "{tag}", "cdn_loop": "cdn.example"},
    ],
)
def test_everybody_else_is_sent_everything(browser: Browser, tag: str, asked: dict[str, str]) -> None:
    answer = browser.get(RSS, **{name: value.replace("{tag}", tag) for name, value in asked.items()})

    assert answer.status == 200
    assert len(feedparser.parse(answer.body).entries) == len(STORIES)
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "im" not in answer.headers


def test_asked_for_its_head_a_feed_is_whole(browser: Browser, tag: str) -> None:
    asked = {"a-im": "feed", "if-none-match": tag}

    assert browser.ask("HEAD", RSS, asked).status == 200


def test_where_everything_is_new_everything_is_sent(browser: Browser, house: House) -> None:
    publish(house.folder, STORIES[:2])
    known = browser.get(RSS).headers["etag"]
    publish(house.folder, STORIES[4:])

    assert browser.get(RSS, a_im="feed", if_none_match=known).status == 200


def test_news_that_are_kept_are_few(browser: Browser, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deltas, "MAX_DELTAS", 3)
    app = browser.app
    assert isinstance(app, serving.FeedServer)

    for number in range(10):
        news = browser.get(RSS, a_im="feed", if_none_match=f'{tag}, "{number:024}"')
        assert news.status == 226
        assert len(app.deltas._kept) <= 3


def test_scripts_may_ask_for_news(browser: Browser) -> None:
    assert "A-IM" in browser.ask("OPTIONS", RSS, {}).headers["access-control-allow-headers"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with serving_from(tmp_path) as served:
        yield served


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_feedparser_polls(server: Served, tmp_path: Path, extension: str) -> None:
    """A real reader over the wire: everything, then one entry, then nothing."""
    url = f"{server.url}/feeds/all.{extension}"

    def publishes(stories: Sequence[Article]) -> None:
        before = requests.head(url, timeout=10).headers["ETag"]
        publish(tmp_path, stories)
        until(lambda: requests.head(url, timeout=10).headers["ETag"] != before, "served")

    publishes(STORIES[1:])
    first = feedparser.parse(url)
    publishes(STORIES)
    second = feedparser.parse(url, etag=first.etag, modified=first.get("modified"))
    third = feedparser.parse(url, etag=second.etag, modified=second.get("modified"))

    assert (first.status, len(first.entries)) == (200, 8)
    assert (second.status, [each.id for each in second.entries]) == (226, [STORIES[0].guid])
    assert (third.status, third.entries) == (304, [])
    assert not any(each.bozo for each in (first, second, third))
