"""The caption of a lead photo is never that of something else in the text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from requests.structures import CaseInsensitiveDict

from syndicator.domain.errors import SourceError
from syndicator.http.client import Response
from syndicator.sources.feed_document import Edition, FeedDocuments
from syndicator.sources.pictures import lead_photo
from syndicator.text.clean import sanitise

URL = "https://ledger.example/news/ferry"
PHOTO = '<img src="https://ledger.example/ferry.jpg" alt="A ferry">'


def caption(markup: str) -> str:
    photo = lead_photo((), (), sanitise(markup, URL), markup, URL)
    assert photo
    return photo.caption


@pytest.mark.parametrize(
    "other",
    [
        "<blockquote><p>It floats.</p><figcaption>Who said it</figcaption></blockquote>",
        "<figure><blockquote>It floats.</blockquote><figcaption>Who said it</figcaption></figure>",
        "<figure><table><tr><td>1</td><td>2</td></tr></table><figcaption>Passengers</figcaption></figure>",
    ],
)
def test_captions_of_other_things_are_not_the_photos(other: str) -> None:
    assert caption(f"<div>{PHOTO}<p>The ferry goes on.</p>{other}</div>") == ""


@pytest.mark.parametrize(
    "markup",
    [
        f"<figure>{PHOTO}<figcaption>The ferry at dawn</figcaption></figure><p>It goes on.</p>",
        f'<div class="wp-caption">{PHOTO}<p class="wp-caption-text">The ferry at dawn</p></div><p>On.</p>',
    ],
)
def test_its_own_is(markup: str) -> None:
    assert caption(markup) == "The ferry at dawn"


def edition(content: bytes) -> Edition:
    source = FeedDocuments(name="ledger", url="https://ledger.example/feed")
    response = Response(source.url, 200, CaseInsensitiveDict(), content)
    return source.edition(response, datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize(("alt", "expected"), [("Ferry goes on", ""), ("A ferry at dawn", "A ferry at dawn")])
def test_a_headline_is_no_alternative_text(alt: str, expected: str) -> None:
    text = f"&lt;img src='https://ledger.example/f.jpg' alt='{alt}'&gt;&lt;p&gt;It floats.&lt;/p&gt;"
    item = (
        f"<item><title>Ferry goes on</title><link>{URL}</link><description>{text}</description>"
        "<pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate></item>"
    )
    [sighting] = edition(
        f"<rss version='2.0'><channel><title>t</title>{item}</channel></rss>".encode()
    ).sightings

    assert sighting.photo
    assert sighting.photo.alt == expected


@pytest.mark.parametrize("content", [b"[]", b' [{"id": "1", "title": "One"}]'])
def test_a_list_is_no_json_feed_and_is_called_so(content: bytes) -> None:
    with pytest.raises(SourceError, match="not a JSON Feed: it has no list of items"):
        edition(content)
