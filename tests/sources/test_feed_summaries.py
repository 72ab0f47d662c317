"""What an entry says first: no heading and no caption runs into it."""

from __future__ import annotations

import pytest

from tests.sources.feed_documents import atom, json_feed, only, rss

FIGURE = '<figure><img src="https://harbour.example/a.jpg"><figcaption>{}</figcaption></figure>'


@pytest.mark.parametrize(
    "description",
    [
        "<h3>At the quay</h3>The ferry is <b>late</b>.<ul><li>Again</li></ul>",
        f"{FIGURE.format('Waiting. Photo: Ana Roe')}The ferry is <b>late</b>.<br><br>Again",
        (
            '<div class="wp-caption"><img src="/a.jpg"><p class="wp-caption-text">Waiting</p></div>'
            "<p>The ferry is late.</p><h2>Why</h2><p>Again</p>"
        ),
        (
            '<table class="tr-caption-container"><tr><td><img src="/a.jpg"></td></tr>'
            '<tr><td class="tr-caption">Waiting</td></tr></table>The ferry is late. Again'
        ),
    ],
)
def test_a_description_begins_with_its_text(description: str) -> None:
    sighting = only(rss(f"<title>Ferry</title><description><![CDATA[{description}]]></description>"))

    assert sighting.summary == "The ferry is late. Again"


def test_a_description_of_nothing_else_is_what_it_is() -> None:
    assert (
        only(rss("<title>Ferry</title><description>&lt;h2&gt;Late&lt;/h2&gt;</description>")).summary
        == "Late"
    )


def test_a_text_about_captions_is_as_it_is() -> None:
    summary = "A caption of 5 <h2> elements: class=caption"
    escaped = "A caption of 5 &amp;lt;h2&amp;gt; elements: class=caption"

    assert only(rss(f"<title>Ferry</title><description>{escaped}</description>")).summary == summary


@pytest.mark.parametrize("caption", ["Waiting", "<p>Waiting</p>"])
def test_a_content_begins_with_its_text(caption: str) -> None:
    content = f"{FIGURE.format(caption)}<h2>At the quay</h2><p>The ferry is late.</p><p>Again.</p>"
    escaped = content.replace("&", "&amp;").replace("<", "&lt;")

    in_json = only(json_feed({"title": "Ferry", "content_html": content}))
    in_atom = only(atom(f'<title>Ferry</title><content type="html">{escaped}</content>'))

    assert (in_json.summary, in_atom.summary) == ("The ferry is late.",) * 2
    assert in_json.photo
    assert in_json.photo.caption == "Waiting"
