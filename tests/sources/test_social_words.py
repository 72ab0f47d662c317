"""What a newsroom wrote for social media, as its pages hold it."""

from __future__ import annotations

import pytest

from syndicator.sources.pages.extract import Select, extract


@pytest.mark.parametrize(
    "markup",
    [
        '<meta name="social" content="Cross it!\n\nThe first tram\nleaves at dawn.">',
        '<div class="social"><p>Cross it!</p><p>The first tram<br>leaves at dawn.</p></div>',
        '<div class="social">Cross it!<br><br>The first tram<br/>leaves   at\ndawn.</div>',
    ],
)
def test_it_keeps_its_paragraphs(markup: str) -> None:
    select = Select(social=".social, [name=social]")
    found = extract(f"<html><body>{markup}</body></html>", "https://ledger.example/news/1", select=select)
    assert found.get("social") == "Cross it!\n\nThe first tram\nleaves at dawn."
