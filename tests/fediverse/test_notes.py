"""Posts as notes: their words, and nothing but what servers let through."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from syndicator.channels.activitypub import ActivityPub
from syndicator.domain.article import Article
from syndicator.domain.delivery import Receipt
from syndicator.domain.post import Style
from syndicator.fediverse.notes import content, note
from syndicator.posts.compose import compose
from tests.channels.contract import ARTICLE
from tests.channels.fediverse_server import text_of
from tests.fediverse.test_received import ACTOR

NOW = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
LET_THROUGH = {"html", "head", "body", "p", "br", "a", "span", "-text"}


def html_of(article: Article, style: Style | None = None) -> tuple[str, str]:
    """A post's content, and the text that it has."""
    post = compose(article, ActivityPub.capabilities, style or Style())
    return content(ACTOR, post), post.text


def tags(html: str) -> set[str]:
    return {node.tag or "" for node in LexborHTMLParser(html).css("*")}


@pytest.mark.parametrize(
    "title", ["<b>Bold</b> & more", "5 > 3 < 7", "<script>alert(1)</script>", "ຂ່າວ & ນ້ຳ", 'A "quoted" title']
)
def test_what_looks_like_markup_is_text(title: str) -> None:
    html, text = html_of(replace(ARTICLE, title=title))

    assert text_of(html) == text
    assert title in text_of(html)
    assert tags(html) <= LET_THROUGH


def test_the_link_is_whole_and_shown_in_part() -> None:
    url = "https://www.news.example/2026/" + "long-" * 20 + "?a=1&b=2"
    html, _ = html_of(replace(ARTICLE, url=url))

    [link] = LexborHTMLParser(html).css("a")
    assert link.attributes["href"] == url
    assert link.text() == url
    hidden = [span.text() for span in link.css("span.invisible")]
    assert hidden[0] == "https://www."
    assert [len(span.text()) for span in link.css("span.ellipsis")] == [30]


def test_a_hashtag_leads_to_a_page_of_ours() -> None:
    html, text = html_of(ARTICLE, Style(hashtags={"city": "ນະຄອນຫຼວງ"}))

    [tag] = LexborHTMLParser(html).css('a[rel="tag"]')
    assert tag.text() == "#ນະຄອນຫຼວງ"
    assert (tag.attributes["href"] or "").startswith(f"{ACTOR.id}/tags/%")
    assert text_of(html) == text


def test_what_a_note_says_of_itself() -> None:
    post = replace(
        compose(replace(ARTICLE, language="", photo=None), ActivityPub.capabilities),
        reply_to=Receipt(remote_id="a1", url=ACTOR.post("a1")),
    )
    document = note(ACTOR, "b2", post, NOW, NOW)

    assert document["inReplyTo"] == ACTOR.post("a1")
    assert document["published"] == document["updated"] == "2026-11-26T18:00:00Z"
    assert "contentMap" not in document
    assert "attachment" not in document


@pytest.mark.slow
@given(
    title=st.text(min_size=1, max_size=80).filter(str.strip),
    summary=st.text(max_size=200),
    section=st.sampled_from(["City", ""]),
)
@settings(max_examples=100, deadline=None)
def test_no_text_becomes_markup(title: str, summary: str, section: str) -> None:
    article = replace(ARTICLE, title=title, summary=summary, section=section)
    html, _ = html_of(article, Style(hashtags={"city": "town"}))

    assert tags(html) <= LET_THROUGH
    for link in LexborHTMLParser(html).css("a"):
        assert (link.attributes["href"] or "").startswith(("https://", "http://"))
