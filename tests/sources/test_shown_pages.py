"""Articles of pages show what the page shows, once, and not what it has taken back."""

from __future__ import annotations

import pytest

from syndicator.sources.pages.extract import Select, extract

URL = "https://gazette.example/1"
SELECT = Select(content="article")


def body_of(article: str) -> str:
    page = f"<html><head><title>The quay</title></head><body><article>{article}</article></body></html>"
    return extract(page, URL, select=SELECT).get("content_html")


@pytest.mark.parametrize(
    ("pictures", "address"),
    [
        ('<img data-src="/b.jpg"><noscript><img src="/b.jpg"></noscript>', "https://gazette.example/b.jpg"),
        (
            '<p><img src="data:image/gif,x"></p><noscript><img src="/b-large.jpg"></noscript>',
            "https://gazette.example/b-large.jpg",
        ),
    ],
)
def test_a_picture_that_loads_late_is_printed_once(pictures: str, address: str) -> None:
    body = body_of(f"<p>The quay was mended.</p>{pictures}<p>It took a year.</p>")

    assert body.count("<img") == 1
    assert address in body


def test_deleted_paragraphs_and_calls_for_scripts_are_no_text() -> None:
    body = body_of(
        "<p>The quay was mended.</p><del><p>It cost a million.</p><p>Or two.</p></del>"
        "<noscript><p>Switch on JavaScript to comment.</p></noscript><p>It cost <s>much</s> little.</p>"
    )

    assert body == "<p>The quay was mended.</p>\n<p>It cost <s>much</s> little.</p>"
