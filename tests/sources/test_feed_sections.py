"""Sections and tags of feeds that mean nothing: what systems call articles that nobody has put anywhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from syndicator.domain.article import Sighting
from syndicator.http.client import Http
from syndicator.sources.feed import FeedSource

NOW = datetime(2026, 3, 2, tzinfo=UTC)
URL = "https://harbour.example/feed"


def only_entry(document: str) -> Sighting:
    source = FeedSource(name="harbour", url=URL, http=Http())
    return source.read(URL, NOW, document.encode())


def rss(*categories: str, generator: str = "") -> str:
    tags = "".join(f"<category>{name}</category>" for name in categories)
    return (
        f"<rss version='2.0'><channel><title>Harbour</title><generator>{generator}</generator><item>"
        f"<title>The ferry leaves</title><link>https://harbour.example/ferry</link>{tags}"
        "<description>It left at eight.</description></item></channel></rss>"
    )


@pytest.mark.parametrize("empty", ["Uncategorized", "Non classé", "Без рубрики", "ບໍ່ມີໝວດໝູ່"])
def test_a_section_that_means_nothing_is_none(empty: str) -> None:
    entry = only_entry(rss(empty))

    assert (entry.section, entry.tags) == ("", ())


def test_what_stands_beside_it_stays() -> None:
    entry = only_entry(rss("City", "uncategorised", "Ferries"))

    assert (entry.section, entry.tags) == ("City", ("City", "Ferries"))


def test_a_tag_does_not_take_its_place() -> None:
    assert only_entry(rss("Uncategorized", "ferries, old")).section == ""


def test_so_it_is_in_json() -> None:
    items = [
        {"id": "1", "url": "https://harbour.example/1", "title": "Ferry", "tags": ["Allgemein", "Hafen"]}
    ]
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "Harbour", "items": items}

    entry = only_entry(json.dumps(document))

    assert (entry.section, entry.tags) == ("", ("Hafen",))
