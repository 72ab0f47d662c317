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
    ],
)
def test_the_primary_tag_is_the_section_in_ghost_s_themes(link: str) -> None:
    around = f"<article class='gh-article post'><header>{link}<h1>{{}}</h1></header>{{}}</article>{CARD}"
    markup = page("The ferry leaves again", story("ferry"), around=around)

    assert extract(markup, "https://town.example/1", select=Select()).get("section") == "Harbour"
