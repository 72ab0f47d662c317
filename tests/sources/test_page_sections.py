"""The section of an article, where its page links to it and its metadata do not name it."""

from __future__ import annotations

import pytest

from syndicator.sources.pages.extract import Select, extract
from tests.sources.pages_of_a_site import page, story

CARD = (
    "<section><h2>Read more</h2><article class='card'><a href='/2'>Of the mill</a>"
    "<a class='gh-article-tag' href='/tag/sport/'>Sport</a></article></section>"
)


@pytest.mark.parametrize(
    "link",
    [
        "<a class='gh-article-tag' href='/tag/harbour/'>Harbour</a>",
        "<p>By Ed <a href='/tag/harbour/' class='kicker gh-article-tag'> <b>Harbour</b> </a></p>",
        "<div class='taxonomy-category wp-block-post-terms'><a href='/c/7' rel='tag'>Harbour</a></div>",
    ],
)
def test_a_link_of_the_theme_names_the_section(link: str) -> None:
    around = f"<article class='gh-article post'><header>{link}<h1>{{}}</h1></header>{{}}</article>{CARD}"
    markup = page("The ferry leaves again", story("ferry"), around=around)

    assert extract(markup, "https://town.example/1", select=Select()).get("section") == "Harbour"


TAGGED = '<meta property="article:tag" content="Harbour"><meta property="article:tag" content="Ferries">'


@pytest.mark.parametrize(
    ("head", "section"),
    [
        (TAGGED + '<meta name="generator" content="Ghost 5.130">', "Harbour"),
        (TAGGED + '<meta name="generator" content="ghost 6.2">', "Harbour"),
        (TAGGED + '<meta name="generator" content="WordPress 6.1.9">', ""),
        (TAGGED, ""),
        ('<meta name="generator" content="Ghost 5.130">', ""),
    ],
)
def test_of_ghost_the_first_tag_is_the_section_whatever_the_theme(head: str, section: str) -> None:
    """As in its own feed: ``<category>``."""
    markup = page("The ferry leaves again", story("ferry"), head)

    assert extract(markup, "https://town.example/1", select=Select()).get("section") == section
