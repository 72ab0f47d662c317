"""What feeds have no words for, read where an entry or its page has it: note, story, words for posts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from syndicator.http.client import Http
from syndicator.sources.feed import FeedSource
from syndicator.sources.feeds.entry_page import completed
from syndicator.sources.feeds.own_fields import OwnFields
from tests.channels.local_server import Reply
from tests.sources.feed_documents import atom, json_feed, read, rss
from tests.sources.newsroom import Desk, Newsroom, html_reply

CMS = 'xmlns:cms="https://cms.example/ns"'
DECLARED = OwnFields(note="cms:correction", story="cms:arc@id", social="cms:share")
WRITTEN = (
    f'<cms:correction {CMS}>The number was 145 &amp;amp; not 130.</cms:correction><cms:arc {CMS} id="4711"/>'
    f"<cms:share {CMS}>Cross it!\n\nThe first tram leaves   at dawn.</cms:share>"
)
OWN = ("The number was 145 & not 130.", "4711", "Cross it!\n\nThe first tram leaves at dawn.")


def own(sighting: Any) -> tuple[str, str, str]:
    return sighting.note, sighting.story, sighting.social


@pytest.mark.parametrize(
    "document",
    [
        rss(f"<title>Tram</title><description>Rails.</description>{WRITTEN}"),
        rss(f"<title>Tram</title><description>Rails.</description><cms:box {CMS}>{WRITTEN}</cms:box>"),
        atom(f"<title>Tram</title><summary>Rails.</summary>{WRITTEN}"),
    ],
)
def test_elements_of_an_entry_have_them(document: str) -> None:
    [sighting] = read(document, entry=DECLARED).sightings
    assert own(sighting) == OWN
    assert [sighting.origins[name] for name in ("note", "story", "social")] == [
        "entry: cms:correction",
        "entry: cms:arc@id",
        "entry: cms:share",
    ]
    assert not sighting.unread


def test_words_in_markup_keep_their_paragraphs() -> None:
    share = f"<cms:share {CMS}><![CDATA[<p>Cross it!</p><p>The first tram<br>leaves.</p>]]></cms:share>"
    [sighting] = read(
        rss(f"<title>Tram</title><description>Rails.</description>{share}"), entry=DECLARED
    ).sightings
    assert sighting.social == "Cross it!\n\nThe first tram\nleaves."


def test_elements_without_a_prefix_are_named_as_they_are_written() -> None:
    [sighting] = read(
        rss("<title>Tram</title><description>Rails.</description><dossier>Tram lines</dossier>"),
        entry=OwnFields(story="dossier", social="cms:share"),
    ).sightings
    assert (sighting.story, sighting.social) == ("Tram lines", "")


@pytest.mark.parametrize("story", [4711, "4711"])
def test_keys_of_a_json_feed_have_them(story: object) -> None:
    item = {
        "id": "1",
        "url": "https://harbour.example/1",
        "title": "Tram",
        "content_text": "Rails.",
        "date_published": "2026-03-01T09:00:00Z",
        "_cms": {"arc": {"id": story}, "share": OWN[2], "correction": "The number was 145 & not 130."},
    }
    names = OwnFields(note="_cms.correction", story="_cms.arc.id", social="_cms.share")
    [sighting] = read(json_feed(item), entry=names).sightings
    assert own(sighting) == OWN


@pytest.mark.parametrize("odd", [None, [], {"share": {"a": "b"}}, {"share": ["x"]}, "share", {"share": True}])
def test_what_is_no_text_is_none_and_told(odd: object) -> None:
    item = {
        "id": "1",
        "url": "https://harbour.example/1",
        "title": "Tram",
        "content_text": "Rails.",
        "date_published": "2026-03-01T09:00:00Z",
        "_cms": odd,
    }
    [sighting] = read(json_feed(item), entry=OwnFields(social="_cms.share")).sightings
    assert sighting.social == ""
    told = "its _cms.share is not as JSON Feed has it: left out"
    assert (told in sighting.warnings) == (isinstance(odd, dict) and odd != {})


def test_a_document_too_broken_to_tell_tells_nothing() -> None:
    broken = rss(f"<title>Tram</title><description>Rails.</description>{WRITTEN}").replace(
        "</item></channel></rss>", "</item><item><title>Half"
    )
    edition = read(broken.replace("<item>", "<item><item/>", 1), entry=DECLARED)
    for sighting in edition.sightings:
        assert own(sighting) == OWN or set(sighting.unread) == {"note", "story", "social"}


def test_tags_name_the_story_of_an_entry() -> None:
    [sighting] = read(
        rss("<title>Tram</title><description>Rails.</description><category>story:tram-lines</category>")
    ).sightings
    assert "story:tram-lines" in sighting.tags


@pytest.mark.parametrize("name", ["cms share", "a@b@c", "@id", "<cms:share>"])
def test_what_names_no_element_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^entry\.social: "):
        FeedSource(name="harbour", url="https://harbour.example/", entry=OwnFields(social=name), http=Http())


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        running.publish("s1", answer=page("4711", "Cross it!"))
        yield running


def page(story: str, social: str) -> Reply:
    title = "The ferry number s1 leaves again"
    head = f"<title>{title}</title><meta name='arc' content='{story}'><meta name='share' content='{social}'>"
    body = (
        f"<article><h1>{title}</h1><p>The ferry leaves, its owner said. {'It is late. ' * 20}</p></article>"
    )
    return html_reply(f"<html lang='en'><head>{head}</head><body>{body}</body></html>")


SELECT = OwnFields(story="[name=arc]", social="[name=share]")


@pytest.mark.slow  # looks at pages
def test_pages_of_entries_have_them_where_they_are_read_anyway(newsroom: Newsroom) -> None:
    desk = Desk(newsroom, every=timedelta(minutes=1), complete=True, select=SELECT)
    desk.look()
    assert (desk.on_file["id-s1"].story, desk.on_file["id-s1"].social) == ("4711", "Cross it!")
    desk.look()  # the page is not read: what was on file stays
    assert (desk.on_file["id-s1"].story, desk.on_file["id-s1"].social) == ("4711", "Cross it!")


def test_what_a_broken_document_does_not_tell_is_on_no_page_either() -> None:
    [entry] = read(rss("<title>Tram</title><description>Rails.</description>"), entry=DECLARED).sightings
    there = replace(entry, section="City", social="Cross it!", origins={})
    broken = replace(entry, unread=("note", "story", "social"))
    found = completed(broken, there, selected=("note",))
    assert (found.section, found.social, found.unread) == ("City", "Cross it!", ("story",))
    assert completed(replace(entry, unread=("note",)), there, selected=("note",)).unread == ()


@pytest.mark.parametrize("complete", [None, False])
def test_selectors_without_pages_are_refused(newsroom: Newsroom, complete: bool | None) -> None:
    with pytest.raises(ValueError, match=r"^select: .* complete = true"):
        FeedSource(name="harbour", url=newsroom.address, complete=complete, select=SELECT, http=Http())


def test_a_selector_that_is_none_is_refused(newsroom: Newsroom) -> None:
    with pytest.raises(ValueError, match=r"^select\.story: "):
        FeedSource(
            name="harbour", url=newsroom.address, complete=True, select=OwnFields(story="[["), http=Http()
        )
