"""A photo that is replaced, added or taken away is noticed on the listing, if that shows it."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from syndicator.sources.sites.listing import ListingReader

URL = "https://harbour.example/"
READER = ListingReader(article=r"/story/\d", key=str, item="li, article", date="")


def item_of(picture: str) -> str:
    markup = f"<ul><li><a href=/story/1>{picture}The ferry leaves</a><p>At eight.</p></li></ul>"
    [link] = {link.item for link in READER.links(LexborHTMLParser(markup), URL, "")}
    return link


FERRY = item_of("<img src=/photos/ferry.jpg>")


@pytest.mark.parametrize(
    "picture",
    [
        "",
        "<img src=/photos/quay.jpg>",
        "<img src=/2026/11/ferry.jpg>",
        "<img src=/photos/ferry-2.jpg>",
        "<img data-src=/photos/quay.jpg src='data:image/gif;base64,R0lG'>",
        "<img data-lazy-src=/photos/quay.jpg src=/photos/ferry.jpg>",
    ],
)
def test_another_picture_or_none_is_noticed(picture: str) -> None:
    assert item_of(picture) != FERRY


@pytest.mark.parametrize(
    "picture",
    [
        "<img src='/photos/ferry.jpg?v=3&amp;token=a8f3'>",
        "<img src=https://cdn2.harbour.example/photos/ferry.jpg>",
        "<img src=/photos/ferry-300x200.jpg>",
        "<img src=/photos/size/w600/ferry.jpg>",
        "<img src='data:image/gif;base64,R0lG' data-src=/photos/ferry.jpg loading=lazy>",
        "<img src=/photos/ferry.jpg alt='The ferry' width=3>",
    ],
)
def test_another_size_server_or_token_is_nothing_new(picture: str) -> None:
    assert item_of(picture) == FERRY


@pytest.mark.parametrize("address", ["http://[", "//[x/a.jpg", "\ud800", "x" * 5000])
def test_what_is_no_address_breaks_nothing(address: str) -> None:
    assert item_of(f"<img src='{address}'>")
