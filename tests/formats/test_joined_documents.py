"""Entries are rendered once and joined; nobody can tell."""

from __future__ import annotations

import json
import locale
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from selectolax.lexbor import LexborHTMLParser

from syndicator import formats
from syndicator.domain.article import Article
from syndicator.domain.feed import Feed
from syndicator.formats import _text
from syndicator.formats._xml_feed import XmlFeed, entry_options
from syndicator.jobs.ports import History
from tests.formats.newsroom import FEED, SITE, article, either_feed, several, written

pytestmark = pytest.mark.slow  # feedgen writes every feed, too

NAMES = sorted(formats.kind.built_in)


NO_HISTORY = History()

numbers = st.none() | st.integers(1, 5000)

histories = st.builds(
    History,
    page=numbers,
    previous=numbers,
    following=numbers,
    withdrawn=several,
)


def by_feedgen_alone(
    feed: Feed, carried: Sequence[Article], dialect: str, history: History = NO_HISTORY
) -> bytes:
    """The document as feedgen writes it from one generator with all entries in it."""
    form = formats.kind(dialect)()
    assert isinstance(form, XmlFeed)
    updated = _text.newest([*carried, *history.withdrawn])
    generator = form.new_feed(form.heading(SITE, feed, updated, history))
    for each in carried:
        generator.add_entry(form.new_entry(_text.cleaned(each), entry_options(feed)), order="append")
    return form.write_feed(generator)


def as_lxml_writes(document: bytes) -> bytes:
    """With the references that lxml would have made of ``&`` and ``<`` in plain text."""
    return document.replace(b"&#x26;", b"&amp;").replace(b"&#x3C;", b"&lt;")


@pytest.mark.parametrize("dialect", ["rss", "atom"])
@given(carried=several, feed=either_feed, history=st.just(NO_HISTORY) | histories)
def test_joined_entries_are_what_feedgen_writes_byte_for_byte(
    dialect: str, carried: list[Article], feed: Feed, history: History
) -> None:
    form = formats.kind(dialect)()

    document = as_lxml_writes(written(form, carried, feed, history=history))

    assert document == by_feedgen_alone(feed, carried, dialect, history)


@pytest.mark.parametrize("dialect", ["rss", "atom"])
@pytest.mark.parametrize("count", [0, 1, 20, 300])
def test_feeds_of_any_length_are_joined_alike(dialect: str, count: int) -> None:
    carried = [article(str(n)) for n in range(count)]

    document = as_lxml_writes(written(formats.kind(dialect)(), carried))

    assert document == by_feedgen_alone(FEED, carried, dialect)


@pytest.mark.parametrize("name", NAMES)
@given(carried=several, feed=either_feed)
def test_the_same_articles_give_the_same_bytes(name: str, carried: list[Article], feed: Feed) -> None:
    again = [replace(each) for each in carried]

    assert written(formats.kind(name)(), carried, feed) == written(formats.kind(name)(), again, feed)


@pytest.mark.parametrize("name", NAMES)
@given(carried=several)
def test_whatever_an_article_holds_the_document_can_be_read(name: str, carried: list[Article]) -> None:
    document = written(formats.kind(name)(), carried)

    match name:
        case "json":
            count = len(json.loads(document)["items"])
        case "html":
            count = len(LexborHTMLParser(document).css("article"))
        case "ninjs":
            count = len(json.loads(document)["associations"])
        case "sitemap" | "news":  # which name the feed's page when there is no article
            count = len(etree.fromstring(document)) - (not carried)
        case _:
            root = etree.fromstring(document)
            count = len(root.findall(".//item")) + len(root.findall("{http://www.w3.org/2005/Atom}entry"))
    assert count == len(carried)


@pytest.mark.parametrize("name", NAMES)
def test_entries_stand_in_the_order_they_are_given(name: str) -> None:
    form = formats.kind(name)()

    for carried in permutations([article("1"), article("2"), article("3")]):
        document = written(form, carried)

        places = [document.index(each.url.encode()) for each in carried]
        assert places == sorted(places)


@pytest.mark.parametrize("name", NAMES)
def test_an_address_that_is_none_is_said_to_be_none(name: str) -> None:
    """The build leaves that article out, and tells the operator; the others are served."""
    with pytest.raises(ValueError, match="Invalid IPv6"):
        formats.kind(name)().entry(SITE, FEED, article(url="https://[half/1"))
    with pytest.raises(ValueError, match="is no host name"):
        formats.kind(name)().entry(SITE, FEED, article(url="https://ນ\u200bx..example/1"))


@pytest.mark.parametrize("dialect", ["rss", "atom"])
def test_rendering_leaves_the_locale_alone(dialect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """feedgen's own way switches it for the whole process, under the feet of other threads."""

    def refuse(*_: object) -> None:
        raise AssertionError("the locale belongs to the process")

    monkeypatch.setattr(locale, "setlocale", refuse)

    document = written(formats.kind(dialect)(), [article()])

    assert (b"<pubDate>Sun, 01 Mar 2026 09:30:00 +0000</pubDate>" in document) == (dialect == "rss")
