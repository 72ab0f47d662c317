"""Entries of feeds that show a lock in place of their article."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from syndicator.sources.feeds.entry_locks import LOCK_SIGN, WORDPRESS_EXCERPTS
from syndicator.sources.feeds.feed_document import Edition
from syndicator.sources.pages.locks import HEADLINE_ONLY, LockPolicy
from tests.sources.feed_documents import atom, json_feed, read, rss
from tests.sources.newsroom import Desk, Newsroom, html_reply
from tests.sources.test_locks import CALL, FORM, MEMBERS

MINUTE = timedelta(minutes=1)

PAID = "The ferry number paid leaves again"
SHORT = "What the council said"
FREE = "<p>The council met on Monday.</p>"
GATES = [
    f"<div class='gh-post-upgrade-cta'>{CALL}</div>",
    f"<div class='mepr-unauthorized-message'>{CALL}</div>",
    f"<div class='wp-block-jetpack-paywall'>{CALL}</div>",
    f"<div class='rcp_restricted'>{CALL}</div>",
]


def escaped(markup: str) -> str:
    return markup.replace("&", "&amp;").replace("<", "&lt;")


def documents(markup: str) -> list[str]:
    return [
        rss(
            f"<title>For some</title><description>{SHORT}</description>"
            f"<content:encoded>{escaped(markup)}</content:encoded>"
        ),
        atom(
            f"<title>For some</title><summary>{SHORT}</summary>"
            f'<content type="html">{escaped(markup)}</content>'
        ),
        json_feed({"title": "For some", "summary": SHORT, "content_html": markup}),
    ]


def withheld(edition: Edition) -> bool:
    [sighting] = edition.sightings
    assert bool(edition.problems) == sighting.is_withdrawn
    return sighting.is_withdrawn


@pytest.mark.parametrize("gate", GATES)
def test_of_an_entry_for_members_the_headline_goes_out(gate: str) -> None:
    for document in documents(FREE + gate):
        [sighting] = read(document).sightings

        assert (sighting.title, sighting.summary) == ("For some", SHORT)
        assert sighting.content_html == f"<p>{SHORT}</p>"
        assert HEADLINE_ONLY in sighting.warnings
        assert not sighting.is_withdrawn


@pytest.mark.parametrize("gate", GATES)
def test_or_nothing_or_all_as_is_declared(gate: str) -> None:
    for document in documents(FREE + gate):
        assert withheld(read(document, locked=LockPolicy.SKIP))

        edition = read(document, locked=LockPolicy.TEXT)
        assert not withheld(edition)
        assert "met on Monday" in edition.sightings[0].content_html


@pytest.mark.parametrize("gate", GATES)
def test_the_beginning_of_the_text_is_no_summary_of_it(gate: str) -> None:
    for description in (
        escaped(FREE + gate),
        (
            "The council met on [&amp;hellip;]</description><content:encoded>"
            f"{escaped(FREE + gate)}</content:encoded><description>"
        ),
    ):
        document = rss(f"<title>For some</title><description>{description}</description>")
        [sighting] = read(document).sightings

        assert (sighting.summary, sighting.content_html) == ("", "")


@pytest.mark.parametrize("excerpt", WORDPRESS_EXCERPTS)
def test_wordpress_says_in_its_language_that_there_is_a_password(excerpt: str) -> None:
    document = rss(f"<title>For some</title><description>{excerpt}</description>")
    with_form = rss(
        f"<title>For some</title><description>{escaped(f'<p>{excerpt}</p>')}</description>"
        f"<content:encoded>{escaped(FORM)}</content:encoded>"
    )

    assert withheld(read(document))
    assert withheld(read(document.replace("’", "&#8217;"), locked=LockPolicy.TEXT))
    assert withheld(read(with_form))


def test_an_article_about_such_a_text_is_one() -> None:
    text = (
        f"“{WORDPRESS_EXCERPTS[0]}” is what readers of the town's site saw on Monday, in place of its news."
    )

    assert not withheld(read(rss(f"<title>No news</title><description>{text}</description>")))


@pytest.mark.parametrize("name", [name for name in MEMBERS if not MEMBERS[name][0]])
def test_every_lock_of_pages_has_its_sign(name: str) -> None:
    assert LOCK_SIGN.search(MEMBERS[name][1])


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        running.publish("open")
        running.publish("paid").answer = html_reply(
            f"<title>{PAID}</title><article><h1>{PAID}</h1>"
            f"<p>It leaves.</p><aside class='gh-post-upgrade-cta'>{CALL}</aside></article>"
        )
        yield running


@pytest.mark.slow
def test_the_page_of_an_entry_tells_that_it_is_for_members(newsroom: Newsroom) -> None:
    shown = Desk(newsroom, every=MINUTE, locked=LockPolicy.SKIP).look()

    assert shown.new == ["id-open"]
    assert any("for members only" in problem for problem in shown.look.problems)
    assert shown.look.is_complete


@pytest.mark.slow
def test_what_the_feed_shows_of_it_goes_out_otherwise(newsroom: Newsroom) -> None:
    desk = Desk(newsroom, every=MINUTE)

    desk.look()

    one = desk.on_file["id-paid"]
    assert one.summary == "Ferry paid, in short."
    assert "Word lid" not in one.content_html
