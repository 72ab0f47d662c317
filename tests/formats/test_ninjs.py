"""ninjs 3.1: valid by IPTC's own schema, and what agency clients find in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from jsonschema import ValidationError

from syndicator.domain.article import Article, ArticleState
from syndicator.domain.changes import withdraw
from syndicator.domain.feed import Feed
from syndicator.formats.ninjs import Ninjs
from syndicator.jobs.ports import History
from tests.formats import schemas
from tests.formats.newsroom import (
    FEED,
    NINE,
    PHOTO,
    SHORT,
    SITE,
    article,
    articles,
    either_feed,
    several,
    tidy,
    written,
)

#: Asked of dates here: jsonschema leaves formats alone.
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def said(
    carried: Sequence[Article], feed: Feed = FEED, withdrawn: Sequence[Article] = (), page: int | None = None
) -> Any:
    return orjson.loads(written(Ninjs(), carried, feed, history=History(page=page, withdrawn=withdrawn)))


def entry(sent: Article, feed: Feed = FEED) -> Any:
    [item] = said([sent], feed)["associations"]
    return item


@pytest.mark.slow
@given(carried=several, withdrawn=several, feed=either_feed)
def test_a_document_and_each_of_its_items_meet_the_schema(
    carried: list[Article], withdrawn: list[Article], feed: Feed
) -> None:
    document = said(carried, feed, [withdraw(each, NINE) for each in withdrawn])

    schemas.ninjs().validate(document)
    assert RFC_3339.fullmatch(document.get("versionCreated", "2026-03-01T09:30:00Z"))
    for item in document["associations"]:
        schemas.ninjs().validate({about: value for about, value in item.items() if about != "name"})
        assert all(RFC_3339.fullmatch(item[about]) for about in item if about.endswith("Created"))


@pytest.mark.parametrize(
    "change", [{"pubStatus": "retracted"}, {"urgency": 10}, {"headline": "x"}, {"uri": 1}]
)
def test_the_schema_is_in_force(change: dict[str, object]) -> None:
    """Inside of associations, too."""
    document = said([article()])
    document["associations"][0] |= change

    with pytest.raises(ValidationError):
        schemas.ninjs().validate(document)


def test_an_item_says_what_the_article_says() -> None:
    item = entry(
        article(
            places=("Vang Thong", "Vang Thong"), revision=3, note="Not 200 m.", urgent=True, tags=("City",)
        )
    )

    assert item == {
        "name": "Bridge 1 reopens",
        "uri": "tag:ledger.example,2026-03-01:page/1",
        "standard": {
            "name": "ninjs",
            "version": "3.1",
            "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
        },
        "type": "text",
        "representationType": "full",
        "version": "3",
        "versionCreated": "2026-03-01T10:30:00Z",
        "contentCreated": "2026-03-01T09:30:00Z",
        "firstCreated": "2026-03-01T09:30:00Z",
        "pubStatus": "usable",
        "urgency": 1,
        "copyrightHolder": "The River Ledger",
        "copyrightNotice": "© 2026 The River Ledger",
        "edNote": "Not 200 m.",
        "language": "en",
        "headlines": [{"role": "main", "contentType": "text/plain", "value": "Bridge 1 reopens"}],
        "descriptions": [
            {"role": "text", "contentType": "text/plain", "value": "Trams cross the river again."}
        ],
        "bodies": [
            {
                "role": "html",
                "contentType": "text/html",
                "value": "<p><em>Not 200 m.</em></p>"
                '<p>Trams <a href="https://ledger.example/map">cross</a> the river again.</p>',
            }
        ],
        "by": "Noi Vongsa, Ben & Jo",
        "subjects": [{"name": "City", "rel": "classifies"}],
        "places": [{"name": "Vang Thong"}],
        "altIds": [{"role": "url", "value": "https://ledger.example/1"}],
        "associations": [
            {
                "name": "lead",
                "uri": PHOTO.url,
                "type": "picture",
                "descriptions": [
                    {"role": "caption", "contentType": "text/plain", "value": PHOTO.caption},
                    {"role": "alt", "contentType": "text/plain", "value": PHOTO.alt},
                ],
                "by": "S. Keo",
                "renditions": [
                    {
                        "name": "original",
                        "href": PHOTO.url,
                        "contentType": "image/jpeg",
                        "width": 1200,
                        "height": 800,
                        "sizeInBytes": 123_456,
                    }
                ],
            }
        ],
    }


def test_the_document_is_a_composite_as_new_as_its_newest_change() -> None:
    gone = withdraw(article("2"), datetime(2026, 3, 9, tzinfo=UTC))

    document = said([article("1")], withdrawn=[gone])

    assert document["type"] == "composite"
    assert document["uri"] == "https://feeds.ledger.example/feeds/all.ninjs.json"
    assert document["versionCreated"] == "2026-03-09T00:00:00Z"
    assert said([], page=3)["uri"] == "https://feeds.ledger.example/feeds/all/3.ninjs.json"
    assert "versionCreated" not in said([])


def test_a_retracted_article_is_canceled_and_says_nothing_any_more() -> None:
    gone = withdraw(article("2", title="A name that was wrong", note="It was not he."), NINE + timedelta(1))

    live, canceled = said([article("1")], withdrawn=[gone])["associations"]

    assert live["pubStatus"] == "usable"
    assert canceled["pubStatus"] == "canceled"
    assert canceled["uri"] == gone.guid
    assert canceled["version"] == "2"
    assert canceled["edNote"] == "It was not he."
    assert not {"bodies", "headlines", "descriptions", "associations", "by"} & set(canceled)
    assert "A name that was wrong" not in str(canceled)


def test_an_article_that_is_withheld_says_until_when_and_nothing_else() -> None:
    until = NINE + timedelta(1)
    held = replace(article("2", title="Too early"), state=ArticleState.EMBARGOED, release=until)

    [withheld] = said([], withdrawn=[held])["associations"]

    assert withheld["pubStatus"] == "withheld"
    assert withheld["embargoedUntil"] == until.astimezone(UTC).isoformat().replace("+00:00", "Z")
    assert "Too early" not in str(withheld)


def test_a_feed_of_summaries_says_that_its_items_are_partial() -> None:
    item = entry(article(), SHORT)

    assert item["representationType"] == "partial"
    assert "bodies" not in item
    assert item["descriptions"][0]["value"] == "Trams cross the river again."


def test_sites_do_not_share_what_they_claim() -> None:
    form, other = Ninjs(), replace(SITE, title="The Other", copyright="© The Other")

    ours, theirs = (orjson.loads(form.entry(site, FEED, article())) for site in (SITE, other))

    assert (ours["copyrightHolder"], theirs["copyrightHolder"]) == ("The River Ledger", "The Other")
    assert theirs["copyrightNotice"] == "© The Other"


@pytest.mark.slow
@given(sent=articles(tidy))
def test_what_the_newsroom_says_comes_back_from_ninjs(sent: Article) -> None:
    item = entry(sent)

    assert item["uri"] == sent.guid
    assert item["headlines"][0]["value"] == sent.title
    assert [each["value"] for each in item.get("descriptions", [])] == (
        [sent.summary] if sent.summary else []
    )
    assert item.get("language", "") == sent.language
    assert item.get("by", "") == ", ".join(sent.authors)
    assert [each["name"] for each in item.get("places", [])] == list(dict.fromkeys(sent.places))
    assert datetime.fromisoformat(item["firstCreated"]) == sent.published
    assert datetime.fromisoformat(item["versionCreated"]) == sent.updated
    assert ("associations" in item) == (sent.photo is not None)
    [body] = item.get("bodies", [{"value": ""}])
    assert body["value"].endswith(sent.content_html)
