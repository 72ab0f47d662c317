"""Feeds that say something else than they seem to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from requests.structures import CaseInsensitiveDict

from syndicator.domain.errors import SourceError
from syndicator.http.client import Response
from syndicator.sources.feeds.feed_document import Edition, FeedDocuments

URL = "https://ledger.example/news/ferry"


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


@pytest.mark.parametrize(
    "form",
    [
        "<form class='post-password-form'><p>Word:</p><input name='post_password' type='password'></form>",
        "<form action='/wp-login.php?action=postpass'><input name='post_password' type='password'></form>",
    ],
)
def test_an_entry_under_a_password_is_retracted_and_told(form: str) -> None:
    escaped = form.replace("<", "&lt;").replace(">", "&gt;")
    item = (
        f"<item><title>Protected: Ferry</title><link>{URL}</link><guid>f</guid>"
        f"<description>{escaped}</description><pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate></item>"
    )
    shown = edition(f"<rss version='2.0'><channel><title>t</title>{item}</channel></rss>".encode())

    assert [sighting.is_withdrawn for sighting in shown.sightings] == [True]
    assert "'f' is left out" in shown.problems[0]
