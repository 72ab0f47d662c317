"""Shortcodes that a system has left on a page as they were written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicator.domain.article import Sighting
from syndicator.http.client import Http
from syndicator.sources.page import Listing, PageSource
from syndicator.sources.pages.extract import Select

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
URL = "https://harbour.example/crane"
QUAY = "https://harbour.example/p/quay-at-noon.jpg"
BEFORE = "<p>The crane is lifted onto the quay at dawn, when the tide is low and no tug has another ship.</p>"
AFTER = """<p>It was built in the yard across the bay, where they had built no other since the war.</p>
    <p>Whoever wants to watch has to stand behind the fence of the fish market, the police wrote.</p>
    <p>From next spring on, freighters of every size can be unloaded here, day and night.</p>"""


def read(between: str, content: str = "") -> Sighting:
    source = PageSource(
        name="harbour",
        listings=(Listing(url="https://harbour.example/"),),
        article=r"/\w+$",
        select=Select(content=content),
        http=Http(),
    )
    page = f"""<!doctype html><html lang="en"><head><title>The crane arrives</title>
        <meta property="article:published_time" content="2026-11-20T09:00:00Z">
        <script>var shown = "[gallery ids='1']";</script></head><body><main><article>
        <h1>The crane arrives</h1>
        <div class="entry-content">{BEFORE}{between}{AFTER}</div></article></main></body></html>"""
    return source.read(URL, NOW, page=page.encode())


@pytest.mark.parametrize("content", ["", ".entry-content"])
def test_a_caption_is_its_pictures(content: str) -> None:
    seen = read(
        f'[caption id="a_3" width="800"]<img src="{QUAY}"> The quay at noon. Photo: Bo Xi[/caption]', content
    )

    assert seen.photo
    assert (seen.photo.url, seen.photo.caption, seen.photo.credit) == (QUAY, "The quay at noon", "Bo Xi")
    assert "[" not in seen.content_html
    assert "<p>The quay at noon" not in seen.content_html
    assert [line for line in seen.warnings if line.endswith("taken out: [caption]")]


@pytest.mark.parametrize("content", ["", ".entry-content"])
def test_what_they_enclose_stays_and_is_told_of_once(content: str) -> None:
    box = (
        "<p>The crane's driver, who had come from the north, was the first one to climb up to its cabin.</p>"
    )
    seen = read(f"<p>[vc_row][harbour_box kind='wide']</p>{box}<p>[/harbour_box][/vc_row]</p>", content)

    assert box in seen.content_html
    assert "[" not in seen.content_html
    assert [line for line in seen.warnings if "shortcodes" in line] == [
        "shortcodes that its system has not shown are taken out: [vc_row], [harbour_box]"
    ]


def test_what_editors_and_scripts_write_stays() -> None:
    seen = read(
        "<p>The mayor [sic] said: the crane [...] is too large for the [old] quay, and for its bridge.</p>"
    )

    assert "The mayor [sic] said: the crane [...] is" in seen.content_html
    assert seen.warnings == ()
