"""What validators demand: published schemas, and their further rules here."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from syndicator import formats
from syndicator.domain.article import Article
from syndicator.domain.feed import Feed
from syndicator.jobs.ports import History
from syndicator.text.clean import sanitise
from tests.formats import schemas
from tests.formats.newsroom import (
    FEED,
    NINE,
    PHOTO,
    SITE,
    any_article,
    article,
    articles,
    either_feed,
    nasty,
    written,
)

pytestmark = pytest.mark.slow  # every document meets every grammar

NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
}

#: RFC 3986: what may stand in a URI at all, and no per cent sign but in an escape.
URI = re.compile(r"https?://(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2})+")

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|\+00:00)")

several = st.lists(any_article, max_size=3, unique_by=lambda each: each.guid)

#: As a feed has it, and as an archive has it.
histories = st.builds(
    History, previous=st.none() | st.just(3), withdrawn=st.lists(articles(nasty), max_size=2)
) | st.builds(History, page=st.just(4), previous=st.none() | st.just(3), following=st.none() | st.just(5))


def found(element: Any, path: str) -> list[Any]:
    return list(element.findall(path, NAMES))


def body_of(name: str, document: bytes) -> str:
    """The text of the only entry."""
    if name == "json":
        return str(orjson.loads(document)["items"][0]["content_html"])
    [body] = found(etree.fromstring(document), ".//content:encoded" if name == "rss" else ".//atom:content")
    return str(body.text)


@given(carried=several, feed=either_feed, history=histories)
def test_atom_meets_the_grammar_of_rfc_4287(carried: list[Article], feed: Feed, history: History) -> None:
    root = etree.fromstring(written(formats.kind("atom")(), carried, feed, history=history))

    schemas.atom().assertValid(root)


@settings(max_examples=50)
@given(carried=several, feed=either_feed, history=histories)
def test_json_feed_meets_its_schema(carried: list[Article], feed: Feed, history: History) -> None:
    document = written(formats.kind("json")(), carried, feed, history=history)
    schemas.json_feed().validate(orjson.loads(document))


@given(carried=several, feed=either_feed)
def test_rss_meets_the_profile(carried: list[Article], feed: Feed) -> None:
    """https://www.rssboard.org/rss-profile"""
    [channel] = found(etree.fromstring(written(formats.kind("rss")(), carried, feed)), "channel")

    for name in ("title", "link", "description", "language", "ttl"):
        assert len(found(channel, name)) == 1
    assert [link.get("href") for link in found(channel, "atom:link[@rel='self']")] == [
        f"https://feeds.ledger.example/feeds/{feed.name}.rss"
    ]
    assert [link.get("href") for link in found(channel, "atom:link[@rel='hub']")] == list(SITE.hubs)
    for item in found(channel, "item"):
        _meets_the_profile(item)
    guids = Counter(guid.text for guid in found(channel, "item/guid"))
    assert set(guids.values()) <= {1}


def _meets_the_profile(item: Any) -> None:
    counts = Counter(child.tag for child in item)
    for name in ("title", "link", "guid", "pubDate", "description"):
        assert counts[name] == 1
    assert counts["enclosure"] <= 1
    assert counts["author"] == 0, "an author is an e-mail address; bylines are dc:creator"
    assert [guid.get("isPermaLink") for guid in found(item, "guid")] == ["false"]
    assert URI.fullmatch(item.findtext("link"))
    assert item.findtext("title").strip()
    assert item.findtext("description").strip()
    tags = [child.tag for child in item]
    encoded = f"{{{NAMES['content']}}}encoded"
    assert encoded not in tags or tags.index("description") < tags.index(encoded)
    for enclosure in found(item, "enclosure"):
        assert URI.fullmatch(enclosure.get("url"))
        assert enclosure.get("length").isdigit()
        assert "/" in enclosure.get("type")


def test_tombstones_meet_rfc_6721() -> None:
    """Sections 3 and 3.1: which entry, when, and once; the name space is declared where it is used alone."""
    gone = [article(key, updated=NINE + timedelta(minutes=int(key))) for key in ("2", "3")]
    form = formats.kind("atom")()

    root = etree.fromstring(written(form, [article("1")], history=History(withdrawn=gone)))

    tombs = root.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert [(tomb.get("ref"), tomb.get("when")) for tomb in tombs] == [
        (each.guid, each.updated.isoformat()) for each in gone
    ]
    assert all(RFC_3339.fullmatch(tomb.get("when", "")) for tomb in tombs)
    assert "at" in root.nsmap
    assert b"tombstones" not in written(form, [article("1")])


@given(carried=several, feed=either_feed)
def test_atom_meets_what_no_grammar_says(carried: list[Article], feed: Feed) -> None:
    """RFC 4287 sections 4.1.1, 4.1.2 and 4.2.6."""
    root = etree.fromstring(written(formats.kind("atom")(), carried, feed))

    assert found(root, "atom:author/atom:name"), "the author of entries that name none"
    assert root.findtext("atom:id", None, NAMES) == f"https://feeds.ledger.example/feeds/{feed.name}.atom"
    for entry in found(root, "atom:entry"):
        alternates = [
            (link.get("type"), link.get("hreflang")) for link in found(entry, "atom:link[@rel='alternate']")
        ]
        assert len(alternates) == len(set(alternates)) == 1
        assert found(entry, "atom:content") or found(entry, "atom:summary")
        assert all(text.text.strip() for text in found(entry, "atom:content") + found(entry, "atom:summary"))
        for link in found(entry, "atom:link"):
            assert URI.fullmatch(link.get("href"))


@pytest.mark.parametrize("name", ["rss", "atom"])
@given(carried=several)
def test_photos_meet_media_rss(name: str, carried: list[Article]) -> None:
    """https://www.rssboard.org/media-rss"""
    root = etree.fromstring(written(formats.kind(name)(), carried))

    assert not found(root, ".//media:group"), "a group is of several renditions"
    for content in found(root, ".//media:content"):
        assert content.get("medium") == "image"
        assert URI.fullmatch(content.get("url"))
        assert all(
            content.get(about, "1").isdigit() and content.get(about) != "0" for about in ("width", "height")
        )
        assert all(credit.get("role") == "photographer" for credit in found(content, "media:credit"))
        assert all(child.text for child in content)


@given(carried=several)
def test_json_feed_says_times_and_addresses_as_it_must(carried: list[Article]) -> None:
    document = orjson.loads(written(formats.kind("json")(), carried))

    assert next(iter(document)) == "version"
    assert document["hubs"] == [{"type": "WebSub", "url": hub} for hub in SITE.hubs]
    assert "caption" in document["_syndicator"]["about"]
    for item in document["items"]:
        assert RFC_3339.fullmatch(item["date_published"])
        assert RFC_3339.fullmatch(item["date_modified"])
        assert item.get("content_html") or item.get("content_text")
        assert URI.fullmatch(item["url"])


@pytest.mark.parametrize("name", ["rss", "atom", "json"])
def test_a_feed_nothing_is_in_yet_is_a_feed(name: str) -> None:
    document = written(formats.kind(name)(), [])

    if name == "json":
        assert orjson.loads(document)["items"] == []
    else:
        root = etree.fromstring(document)
        assert not found(root, ".//item")
        assert not found(root, ".//lastBuildDate")
        assert root.findtext("atom:updated", "2000", NAMES).startswith("2000")


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_a_feed_is_as_new_as_its_newest_change(name: str) -> None:
    first = article("1")
    corrected = article("2", updated=first.updated + timedelta(days=2))

    root = etree.fromstring(written(formats.kind(name)(), [first, corrected]))

    when = {"rss": "Tue, 03 Mar 2026 10:30:00 +0000", "atom": "2026-03-03T10:30:00+00:00"}[name]
    path = {"rss": "channel/lastBuildDate", "atom": "atom:updated"}[name]
    assert [each.text for each in found(root, path)] == [when]


@pytest.mark.parametrize(
    ("icon", "shown"),
    [
        ("https://ledger.example/icon.PNG?v=2", True),
        ("https://ledger.example/icon.svg", False),
        ("https://ledger.example/favicon.ico", False),
        ("", False),
    ],
)
def test_a_feed_shows_the_sites_icon_where_rss_may_show_it(icon: str, shown: bool) -> None:
    """https://www.rssboard.org/rss-profile#element-channel-image"""
    site = replace(SITE, icon=icon)

    [channel] = found(etree.fromstring(written(formats.kind("rss")(), [article()], site=site)), "channel")
    atom = etree.fromstring(written(formats.kind("atom")(), [article()], site=site))

    assert [each.findtext("url") for each in found(channel, "image")] == ([icon] if shown else [])
    for image in found(channel, "image"):
        assert image.findtext("title") == channel.findtext("title")
        assert image.findtext("link") == channel.findtext("link")
        assert (image.findtext("width"), image.findtext("height")) == ("144", "144")
    assert [each.text for each in found(atom, "atom:icon")] == ([icon] if icon else [])
    assert not found(atom, "atom:logo"), "which is twice as wide as high"


def test_no_two_atom_entries_are_of_the_same_moment() -> None:
    """However many articles change at once, readers can tell their entries apart by it. One that was never
    corrected does not look as if it was."""
    carried = [article(str(n), published=NINE, updated=NINE) for n in range(200)]

    entries = found(etree.fromstring(written(formats.kind("atom")(), carried)), "atom:entry")
    told = [each.findtext("atom:updated", None, NAMES) for each in entries]

    assert len(set(told)) == 200
    assert all(moment.startswith("2026-03-01T09:30:00.") for moment in told)
    assert [each.findtext("atom:published", None, NAMES) for each in entries] == told


@pytest.mark.parametrize("name", ["rss", "atom", "json"])
def test_what_is_unusual_is_carried_whole(name: str) -> None:
    long = article("1", title="long " * 2000, published=datetime(1931, 5, 1, tzinfo=UTC))

    document = written(formats.kind(name)(), [long]).decode()

    assert ("long " * 2000).strip() in document
    assert ("01 May 1931" if name == "rss" else "1931-05-01") in document


@pytest.mark.parametrize("name", ["rss", "atom", "json"])
def test_players_in_a_page_are_links_in_a_feed(name: str) -> None:
    """Readers show no frames, and aggregators refuse feeds for them."""
    page = '<p>See:</p><iframe src="//video.example/embed/1" title="The bridge, a film"></iframe>'
    sent = article(content_html=sanitise(page, "https://ledger.example/1"))

    body = body_of(name, written(formats.kind(name)(), [sent]))

    assert body == '<p>See:</p>\n<p><a href="https://video.example/embed/1">The bridge, a film</a></p>'


def test_a_photo_nobody_has_measured_is_no_enclosure() -> None:
    """Its length is required there, and not known."""
    sent = article(photo=replace(PHOTO, length=None))

    rss = etree.fromstring(written(formats.kind("rss")(), [sent]))
    atom = etree.fromstring(written(formats.kind("atom")(), [sent]))
    [item] = orjson.loads(written(formats.kind("json")(), [sent]))["items"]

    assert not found(rss, ".//enclosure")
    assert not found(atom, ".//atom:link[@rel='enclosure']")
    assert "attachments" not in item
    for root in (rss, atom):
        assert [each.get("url") for each in found(root, ".//media:content")] == [PHOTO.url]
    assert item["image"] == PHOTO.url


def test_a_photo_behind_a_name_is_no_enclosure() -> None:
    """RFC 9110 section 4.2.4: an address that holds one is not to be handed on."""
    sent = article(photo=replace(PHOTO, url="https://desk@ledger.example/bridge.jpg"))

    assert not found(etree.fromstring(written(formats.kind("rss")(), [sent])), ".//enclosure")


def test_a_summary_is_html_and_not_plain_text() -> None:
    """https://www.rssboard.org/rss-profile#element-channel-item-description"""
    document = written(formats.kind("rss")(), [article(summary="How <video> works")])

    assert b"<description>How &amp;lt;video&amp;gt; works</description>" in document


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_plain_text_that_looks_like_markup_is_told_to_be_none(name: str) -> None:
    """https://www.rssboard.org/rss-profile#data-types-characterdata"""
    said = "How <video> & &copy; work"
    sent = article(title=said, authors=(said,), section=said, photo=replace(PHOTO, caption=said, credit=said))

    document = written(formats.kind(name)(), [sent], replace(FEED, title=said, description=said))

    texts = {
        "rss": ("title", "description", "dc:creator", "media:title", "media:credit"),
        "atom": ("title", "subtitle", "name", "media:title", "media:credit"),
    }
    for element in texts[name]:
        start = rf"<{element}(?: [^>]*)?>".encode()
        assert re.search(start + b"How &#x3C;video&gt; &#x26; &#x26;copy; work</", document), element
    assert b"R&amp;D for 3 &lt; 5</title>" in written(formats.kind(name)(), [article(title="R&D for 3 < 5")])


def test_entries_say_their_own_language() -> None:
    lao = article(language="lo", title="ຂົວເປີດຄືນ")

    rss = etree.fromstring(written(formats.kind("rss")(), [lao]))
    atom = etree.fromstring(written(formats.kind("atom")(), [lao]))

    assert [each.text for each in found(rss, ".//dc:language")] == ["lo"]
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert [each.get(lang) for each in found(atom, "atom:entry")] == ["lo"]
    assert atom.get(lang) == "en-GB"
