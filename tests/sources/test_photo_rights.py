"""Who may use a lead photo, as feeds and pages say."""

from __future__ import annotations

import json

import pytest

from syndicator.sources.pages import normalise
from tests.sources.test_media_rss import photo_of
from tests.sources.test_page_pictures import photo, read

LICENSE = '<media:license href="https://l.example/t">Print only</media:license>'
PICTURE = '<media:content url="https://ledger.example/f.jpg" medium="image" width="900">'


@pytest.mark.parametrize(
    ("item", "rights"),
    [
        (
            f"{PICTURE}<media:copyright>© Ledger, web only</media:copyright></media:content>",
            "© Ledger, web only",
        ),
        (f'{PICTURE}</media:content><media:rights status="official"/>', "official"),
        (
            f"{PICTURE}<media:copyright>Ledger</media:copyright>{LICENSE}</media:content>",
            "Ledger; Print only",
        ),
        (f"{PICTURE}</media:content>", ""),
    ],
)
def test_feeds_say_it_by_media_rss(item: str, rights: str) -> None:
    found = photo_of(item)
    assert found is not None
    assert found.rights == rights


@pytest.mark.parametrize(
    ("terms", "rights"),
    [
        ({"copyrightNotice": "© Wire"}, "© Wire"),
        (
            {"license": "https://l.example/terms", "usageInfo": "Web only"},
            "Web only; https://l.example/terms",
        ),
        ({}, ""),
    ],
)
def test_pages_say_it_by_schema_org(terms: dict[str, str], rights: str) -> None:
    image = {"@type": "ImageObject", "url": "/up/f.jpg"} | terms
    article = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": "A ferry opens",
        "image": image,
    }
    head = f'<script type="application/ld+json">{json.dumps(article)}</script>'
    found = normalise.photo(read("<p>Sentence of a story that is long enough to be one.</p>", head))
    assert found is not None
    assert found.rights == rights


@pytest.mark.slow
def test_pages_say_it_where_it_is_declared() -> None:
    markup = '<img src="/up/f.jpg" width=800 height=600><p class=terms>Web only</p>'
    assert photo(markup, "/up/f.jpg", rights=".terms").rights == "Web only"
