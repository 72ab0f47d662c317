"""Links of a listing that a declared pattern misses."""

from __future__ import annotations

import pytest

from syndicator.sources.sites.listing import ListingReader
from syndicator.text.markup import parse
from syndicator.text.tracking import clean_url

URL = "https://herald.example/"


def missed(markup: str, article: str) -> list[str]:
    return ListingReader(article=article, key=clean_url, item="li", date="").missed(parse(markup), URL)


@pytest.mark.parametrize(
    "slug",
    [
        "ຂົວເປີດ",
        "brücke-offen",
        "%d0%bc%d0%be%d1%81%d1%82",
    ],
)
def test_letters_that_a_pattern_does_not_take_are_told(slug: str) -> None:
    markup = f'<ul><li><a href="/news/{slug}/">One</a><li><a href="/news/two/">Two</a></ul>'

    assert missed(markup, r"/news/[a-z0-9-]+/$") == [f"{URL}news/{slug}/"]
    assert missed(markup, r"/news/[^/]+/$") == []


def test_other_links_are_not() -> None:
    markup = '<a href="/about%20us/">About</a><a href="https://elsewhere.example/news/%C3%BC/">Else</a>'

    assert missed(markup, r"/news/[a-z0-9-]+/$") == []
