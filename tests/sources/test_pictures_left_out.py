"""Pictures of an article that are not in what is made of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.domain.article import Sighting
from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
URL = "https://harbour.example/news/21"
SOURCE = PageSource(
    name="harbour",
    listings=(Listing(url="https://harbour.example/"),),
    article=r"/news/\d+",
    http=Http(),
)
TEXT = """<p>The crane is lifted onto the quay at dawn, when the tide is low and no tug has another ship.</p>
    <p>Forty people built it in the yard across the bay, where they had built no other for eleven years.</p>
    <p>Whoever wants to watch has to stand behind the fence of the fish market, the police wrote.</p>
    <p>From next spring on, freighters of every size can be unloaded here.</p>"""


def read(before: str, after: str = "") -> Sighting:
    page = f"""<!doctype html><html lang="en"><head><title>The crane arrives</title>
        <meta property="article:published_time" content="2026-11-20T09:00:00Z">
        <meta property="og:image" content="https://harbour.example/p/crane-at-dawn.jpg"></head><body><article>
        {before}<h1>The crane arrives</h1>{TEXT}{after}</article></body></html>"""
    return SOURCE.read(URL, NOW, page=page.encode())


def figure(name: str) -> str:
    return f'<figure><img src="/p/{name}.jpg" width="900"><figcaption>The {name}, seen.</figcaption></figure>'


@pytest.mark.parametrize("count", [1, 3, 30])
def test_pictures_with_captions_that_are_left_out_are_told_in_one_line(count: int) -> None:
    """Whatever drops them: here they stand where no text is."""
    figures = "".join(figure(f"yard-number-{'x' * number}-of-the-bay") for number in range(1, count + 1))
    seen = read("", f"<footer>{figures}</footer>")
    told = [warning for warning in seen.warnings if "pictures with captions" in warning]

    assert [line.partition(" ")[0] for line in told] == [str(count)]


@pytest.mark.parametrize(
    ("before", "after"), [(figure("crane-at-dawn"), ""), ("", ""), ("", "<aside>{}</aside>")]
)
def test_the_lead_photo_and_others_pictures_are_not_missed(before: str, after: str) -> None:
    assert read(before, after.format(figure("ferry-of-the-south"))).warnings == ()
