"""Feeds over HTTP: conditions, codings, caches, and what they survive."""

from __future__ import annotations

import gzip
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest

from syndicator.documents.directory_shelf import DirectoryShelf
from syndicator.store import Store
from syndicator.web.feeds import resources
from tests.fakes import ALL, NOON, SITE
from tests.web import house as houses
from tests.web.browser import Browser, browsing
from tests.web.house import FORMATS, House

RSS = "/feeds/all.rss"
LAST_MODIFIED = "Sun, 01 Mar 2026 12:00:00 GMT"


@pytest.fixture(autouse=True)
def looking_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "LOOK_EVERY_S", 0)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/feeds/all.rss", "application/rss+xml; charset=utf-8"),
        ("/feeds/all.atom", "application/atom+xml; charset=utf-8"),
        ("/feeds/all.json", "application/feed+json; charset=utf-8"),
    ],
)
def test_a_feed_is_served_as_what_it_is(browser: Browser, path: str, media_type: str) -> None:
    answer = browser.get(path)

    assert (answer.status, answer.body) == (200, b"<rss/>")
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-length"] == "6"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["last-modified"] == LAST_MODIFIED
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in answer.headers
    assert answer.headers["etag"].startswith('"')


def test_caches_are_told_how_long(browser: Browser) -> None:
    said = browser.get("/feeds/city.rss").headers["cache-control"]

    assert said == "max-age=300, stale-while-revalidate=300, stale-if-error=86400"


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({}, "max-age=60, stale-while-revalidate=60, stale-if-error=86400"),
        (
            {"max_age": 5, "stale_while_revalidate": 9, "stale_if_error": 7},
            "max-age=5, stale-while-revalidate=9, stale-if-error=7",
        ),
        ({"stale_while_revalidate": 0, "stale_if_error": 0}, "max-age=60"),
        ({"is_private": True}, "private, max-age=60"),
    ],
)
def test_a_feed_says_how_it_is_kept(declared: dict[str, Any], said: str) -> None:
    feed = replace(ALL, **declared)
    resource = resources.Resource(SITE, feed, FORMATS["rss"], DirectoryShelf(Path()))

    assert dict(resource.headers)[b"cache-control"].decode() == said


def test_a_feed_names_itself_and_its_hubs(house: House) -> None:
    with browsing(house.app(hubs=("https://hub.example/", "https://other.example/"))) as browser:
        assert browser.get(RSS).headers["link"] == (
            '<https://feeds.ledger.example/feeds/all.rss>; rel="self", '
            '<https://hub.example/>; rel="hub", <https://other.example/>; rel="hub"'
        )


@pytest.mark.parametrize(
    ("coding", "expand"), [("gzip", gzip.decompress), ("br", brotli.decompress), ("identity", bytes)]
)
def test_each_coding_carries_the_same_feed_under_its_own_tag(
    browser: Browser, house: House, coding: str, expand: object
) -> None:
    house.builds("all", "<rss>" + "news " * 500 + "</rss>")
    plain = browser.get(RSS)

    answer = browser.get(RSS, accept_encoding=coding)

    assert callable(expand)
    assert expand(answer.body) == plain.body
    assert answer.headers.get("content-encoding", "identity") == coding
    assert answer.headers["content-length"] == str(len(answer.body))
    assert (answer.headers["etag"] == plain.headers["etag"]) == (coding == "identity")
    assert len(answer.body) < len(plain.body) or coding == "identity"


def test_a_reader_that_refuses_every_coding_is_told_so(browser: Browser) -> None:
    answer = browser.get(RSS, accept_encoding="identity;q=0")

    assert answer.status == 406
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_none_match": "{tag}"}, 304),
        ({"if_none_match": "W/{tag}"}, 304),
        ({"if_none_match": '"other", {tag}'}, 304),
        ({"if_none_match": "*"}, 304),
        ({"if_none_match": '"other"'}, 200),
        ({"if_modified_since": LAST_MODIFIED}, 304),
        ({"if_modified_since": "Mon, 02 Mar 2026 12:00:00 GMT"}, 304),
        ({"if_modified_since": "Sat, 28 Feb 2026 12:00:00 GMT"}, 200),
        ({"if_modified_since": "nonsense"}, 200),
        ({"if_none_match": '"other"', "if_modified_since": LAST_MODIFIED}, 200),
        ({"if_none_match": "{tag}", "if_modified_since": "Sat, 28 Feb 2026 12:00:00 GMT"}, 304),
        ({"if_none_match": "{tag}", "accept_encoding": "gzip"}, 200),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditions_are_met(browser: Browser, method: str, headers: dict[str, str], status: int) -> None:
    tag = browser.get(RSS).headers["etag"]
    asked = {name: value.replace("{tag}", tag) for name, value in headers.items()}

    answer = browser.ask(method, RSS, asked)

    assert answer.status == status
    if status == 304 or method == "HEAD":
        assert answer.body == b""


def test_an_unchanged_feed_says_again_what_caches_need(browser: Browser) -> None:
    whole = browser.get(RSS, accept_encoding="gzip")

    same = browser.get(RSS, accept_encoding="gzip", if_none_match=whole.headers["etag"])

    assert (same.status, same.body) == (304, b"")
    for name in "etag", "cache-control", "vary", "link", "access-control-allow-origin":
        assert same.headers[name] == whole.headers[name]
    assert "content-length" not in same.headers


def test_head_says_all_that_get_says(browser: Browser) -> None:
    assert browser.ask("HEAD", RSS, {}).headers == browser.get(RSS).headers


def test_a_rebuilt_feed_is_served_at_once(browser: Browser, house: House) -> None:
    before = browser.get(RSS)
    house.builds("all", "<new/>", NOON + timedelta(minutes=1))

    after = browser.get(RSS, if_none_match=before.headers["etag"])

    assert (after.status, after.body) == (200, b"<new/>")
    assert after.headers["last-modified"] == "Sun, 01 Mar 2026 12:01:00 GMT"


def test_a_feed_survives_the_loss_of_its_compressed_files(browser: Browser, house: House) -> None:
    for ending in "gz", "br":
        (house.folder / "documents" / f"all.rss.{ending}").unlink()

    assert gzip.decompress(browser.get(RSS, accept_encoding="gzip").body) == b"<rss/>"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_feeds_are_only_read(browser: Browser, method: str) -> None:
    answer = browser.ask(method, RSS, {})

    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


def test_scripts_of_other_sites_may_ask_conditionally(browser: Browser) -> None:
    answer = browser.ask("OPTIONS", RSS, {"origin": "https://reader.example"})

    assert answer.status == 204
    assert "If-None-Match" in answer.headers["access-control-allow-headers"]
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_feed_that_is_not_built_yet_is_asked_for_again(house: House) -> None:
    shutil.rmtree(house.folder / "documents")
    with browsing(house.app()) as browser:
        answer = browser.get(RSS)

    assert answer.status == 503
    assert answer.headers["retry-after"] == "10"
    assert answer.headers["cache-control"] == "no-store"


def test_a_feed_that_cannot_be_read_is_no_defect(browser: Browser, house: House) -> None:
    document = house.folder / "documents" / "all.rss"
    document.unlink()
    document.mkdir()

    assert browser.get(RSS).status == 503


def test_an_archive_is_served_under_its_own_name(house: House) -> None:
    house.builds("city", "<archive/>", page=12)
    with browsing(house.app(hubs=("https://hub.example/",))) as browser:
        answer = browser.get("/feeds/city/12.rss")
        again = browser.get("/feeds/city/12.rss", if_none_match=answer.headers["etag"])

    assert (answer.status, answer.body, again.status) == (200, b"<archive/>", 304)
    assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"
    assert answer.headers["link"] == '<https://feeds.ledger.example/feeds/city/12.rss>; rel="self"'
    assert answer.headers["last-modified"] == LAST_MODIFIED
    assert answer.headers["cache-control"] == (
        "max-age=3600, stale-while-revalidate=3600, stale-if-error=86400"
    )


@pytest.mark.parametrize(
    "path", ["2.rss", "1.atom", "01.rss", "0.rss", "-1.rss", "x.rss", ".rss", "1", "1.rss/", "9999999999.rss"]
)
def test_an_archive_that_is_not_there_leads_to_the_feed(house: House, path: str) -> None:
    house.builds("city", page=1)
    with browsing(house.app()) as browser:
        answer = browser.get(f"/feeds/city/{path}")

    assert answer.status == 404
    assert 'href="/feeds/city.rss"' in answer.text


@pytest.mark.parametrize("changes", [{"archive": False}, {"age": timedelta(days=2)}])
def test_a_feed_that_keeps_no_archives_serves_none(
    house: House, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]
) -> None:
    house.builds("city", page=1)
    monkeypatch.setattr(houses, "CITY", replace(houses.CITY, **changes))  # type: ignore[arg-type]
    with browsing(house.app()) as browser:
        assert browser.get("/feeds/city/1.rss").status == 404


def test_an_unknown_feed_leads_to_the_nearest_one(browser: Browser) -> None:
    answer = browser.get("/feeds/citty.rss")

    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "/feeds/citty.rss" in answer.text
    assert 'href="/feeds/city.rss"' in answer.text


@pytest.mark.parametrize("path", ["/feeds/nowhere", "/feeds/city.atom", "/feeds/../x", "/feeds/a/b"])
def test_no_other_address_serves_a_file(browser: Browser, path: str) -> None:
    assert browser.get(path).status == 404


@pytest.mark.parametrize("path", ["/feeds", "/feeds/"])
def test_the_place_of_all_feeds_leads_to_their_list(browser: Browser, path: str) -> None:
    answer = browser.get(path)

    assert (answer.status, answer.headers["location"]) == (301, "/")


def test_what_resembles_no_feeds_name_leads_to_none(browser: Browser) -> None:
    assert 'href="/feeds/city' not in browser.get("/feeds/nope.rss").text
    assert 'href="/feeds/all' not in browser.get("/feeds/nope.rss").text


def test_feeds_are_served_while_the_database_is_down(house: House, store: Store) -> None:
    store.engine.dispose()
    database = house.folder / "syndicator.db"
    database.unlink()
    database.mkdir()
    with browsing(house.app()) as browser:
        assert browser.get(RSS).status == 200
        assert browser.get("/").status == 200
        assert browser.get("/healthz").status == 200
        assert browser.get("/console").status == 503
        assert "syndicator_database_up 0.0" in browser.get("/metrics").text
        ready = browser.get("/readyz")

    assert ready.status == 503
    assert ready.json["checks"]["documents"]["ok"] is True
    assert ready.json["checks"]["database"]["ok"] is False


def test_a_document_is_looked_at_again_after_a_moment(
    browser: Browser, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 0.01, 0.03])
    monkeypatch.setattr(resources, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(resources, "monotonic", lambda: next(times))
    browser.get(RSS)
    house.builds("all", "<new/>", NOON + timedelta(minutes=1))

    assert [browser.get(RSS).body, browser.get(RSS).body] == [b"<rss/>", b"<new/>"]


def test_memory_is_the_shelfs_to_limit(house: House) -> None:
    """What is prepared for answering must not keep documents that the shelf has dropped."""
    app = house.app()
    with browsing(app) as browser:
        browser.get(RSS)
        resource = app.catalog.find(RSS)
        assert resource is not None
        document, prepared = resource._current
        assert document() is not None
        assert prepared
        assert isinstance(resource.shelf, DirectoryShelf)
        resource.shelf.cache.clear()
        assert document() is None
        assert not prepared
        assert browser.get(RSS).status == 200
