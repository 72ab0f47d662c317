"""Our own feeds, read by a newsroom that has them as a source: the article that went in comes out."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings

from syndicator import formats
from syndicator.domain.article import Article, Sighting
from syndicator.formats import _text
from syndicator.text.clean import sanitise
from syndicator.text.tracking import clean_url
from tests.formats.newsroom import article, articles, in_every_script, tidy, written
from tests.sources.feed_documents import read

pytestmark = pytest.mark.slow  # every feed is written and read

NAMES = ("rss", "atom", "json")


def read_back(name: str, sent: Article) -> Sighting:
    edition = read(written(formats.kind(name)(), [sent]))
    assert not edition.problems
    [sighting] = edition.sightings
    assert all("ahead of us" in warning for warning in sighting.warnings)
    return sighting


def check(name: str, sent: Article) -> None:
    got = read_back(name, sent)
    sent = _text.cleaned(sent)
    terms = tuple(_text.terms(sent))
    assert got.key == sent.guid
    assert (got.title, got.authors) == (sent.title, tuple(_text.authors(sent)))
    assert (got.section, got.tags) == ("".join(terms[:1]), terms)
    if sent.content_html and sent.summary:
        assert got.summary == sent.summary
    note = f"<p><em>{html.escape(sent.note, quote=False)}</em></p>\n" if sent.note else ""
    if sent.content_html:
        assert got.content_html == note + sanitise(sent.content_html, sent.url)
    if sent.language:
        assert got.language.partition("-")[0]
    if sent.photo is None:
        assert got.photo is None
        return
    assert got.photo
    assert got.photo.url == _text.uri(sent.photo.url)
    if name == "json":
        assert (got.photo.caption, got.photo.credit, got.photo.alt) == (
            sent.photo.caption,
            sent.photo.credit,
            sent.photo.alt,
        )
    else:  # which have one place for the two
        assert (got.photo.caption, got.photo.credit) == (
            sent.photo.caption or sent.photo.alt,
            sent.photo.credit,
        )


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(sent=articles(tidy))
def test_what_went_in_comes_out(name: str, sent: Article) -> None:
    check(name, sent)


@pytest.mark.parametrize("name", NAMES)
def test_in_every_script(name: str) -> None:
    for sent in in_every_script():
        check(name, sent)
        assert read_back(name, sent).url == clean_url(_text.uri(sent.url))


@pytest.mark.parametrize("name", NAMES)
def test_dates_come_out(name: str) -> None:
    sent = article(updated=article().published + timedelta(hours=1))

    got = read_back(name, sent)

    assert got.published
    assert got.updated
    assert got.published.replace(microsecond=0) == sent.published
    assert got.updated.replace(microsecond=0) == sent.updated


@pytest.mark.parametrize("name", NAMES)
def test_what_looks_like_markup_comes_out(name: str) -> None:
    sent = article(
        title="What’s new in <b>HTML</b> &amp; co",
        summary="Use <p>, &lt;b> or <video>.",
        authors=("Ada, Ben & Co", "x@harbour.example"),
        tags=("<i>", "12345678", "a &amp; b"),
        section="",
    )
    sent = replace(sent, photo=replace(sent.photo, caption="A <b> & a <c>", alt="")) if sent.photo else sent

    check(name, sent)
