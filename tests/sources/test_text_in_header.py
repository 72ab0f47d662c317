"""Texts that a page builder has put into a header, as it does with any section."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.domain.article import Sighting
from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
URL = "https://bellfounders.example/the-new-bell"
TEXT = "".join(
    f"<p>On day {day} the founders dug the pit deeper, and the clay that they found went into the mould of "
    f"the bell, which has to dry for as many weeks as it weighs hundredweights.</p>"
    for day in range(1, 12)
)
BOX = "<section><h2>See our bells</h2><p>Ask for an offer, whatever the size of your tower.</p></section>"


def read(main: str) -> Sighting:
    source = PageSource(
        name="bells",
        listings=(Listing(url="https://bellfounders.example/"),),
        article=r"/[\w-]+$",
        http=Http(),
    )
    page = f"""<!doctype html><html lang="en"><head><title>The new bell is cast</title></head>
        <body><main>{main}</main></body></html>"""
    return source.read(URL, NOW, page=page.encode())


@pytest.mark.parametrize(
    "main",
    [
        f'<header class="section_post"><h1>The new bell is cast</h1><div>{TEXT}</div></header>{BOX}',
        f"<h1>The new bell is cast</h1><div><header><div>{TEXT}</div></header></div>{BOX}",
    ],
)
def test_a_text_in_a_header_is_the_articles(main: str) -> None:
    content = read(main).content_html

    assert content.count("<p>On day") == 11


def test_a_header_of_short_lines_is_none() -> None:
    places = "".join(f"<p>Tower no. {number} in the valley of bells</p>" for number in range(40))

    content = read(
        f"<header>{places}</header><article><h1>The new bell is cast</h1>{TEXT}</article>"
    ).content_html

    assert "Tower" not in content
    assert content.count("<p>On day") == 11
