"""Pictures that stand in a text itself, and have no address."""

from __future__ import annotations

import pytest

from tests.sources.feed_documents import atom, json_feed, only, rss

TEXT = '<p>The ferry is late.</p><img src="data:image/{}"><p>It comes at noon.</p>'


@pytest.mark.parametrize("size", [300, 700_000])
@pytest.mark.parametrize("kind", ["png", "svg+xml", "jpeg"])
def test_they_cost_themselves_and_are_told(kind: str, size: int) -> None:
    markup = TEXT.format(f"{kind};base64,{'iVBORw0K' * (size // 8)}")
    escaped = markup.replace("<", "&lt;")

    for document in (
        rss(f"<title>Ferry</title><description>{escaped}</description>"),
        atom(f'<title>Ferry</title><content type="html">{escaped}</content>'),
        json_feed({"title": "Ferry", "content_html": markup}),
    ):
        sighting = only(document)

        assert sighting.content_html == "<p>The ferry is late.</p>\n<p>It comes at noon.</p>"
        assert sighting.photo is None
        assert any("1 of its pictures stand in its text" in line for line in sighting.warnings)


def test_a_placeholder_is_nothing_to_tell() -> None:
    markup = TEXT.format("gif;base64,R0lGODlhAQABAAAAACw=")

    assert only(json_feed({"title": "Ferry", "content_html": markup})).warnings == ()
