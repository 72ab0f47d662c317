"""What is stored of a domain object is what is read again, field by field."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from syndicator.domain.article import Article, ArticleState, Photo
from syndicator.domain.delivery import Delivery, Receipt, Standing
from syndicator.domain.steady import SteadyTime
from syndicator.store import Store, schema
from syndicator.store.records import (
    _shared_fields,
    article_of,
    article_values,
    delivery_of,
    delivery_values,
)
from tests.fakes import NOON

ARTICLE = Article(
    url="https://river.example/2026/1",
    title="The bridge is open",
    summary="After two years.",
    content_html="<p>After two years.</p>",
    authors=("Ann", "Bo"),
    section="Town",
    tags=("bridge",),
    places=("Vang Thong",),
    language="en",
    photo=Photo(url="https://river.example/1.jpg", caption="The bridge", width=1200, height=800),
    note="An earlier version said three years.",
    urgent=True,
    story="bridge-2026",
    social="You can cross the river again.",
    guid="tag:river.example,2026:1",
    source="page",
    key="1",
    published=NOON,
    updated=NOON + timedelta(minutes=1),
    first_seen=NOON + timedelta(minutes=2),
    revision=3,
    state=ArticleState.EMBARGOED,
    release=NOON + timedelta(hours=1),
    operator_words="Cross the river, at last.",
)

DELIVERY = Delivery(
    id=7,
    channel="wall",
    guid=ARTICLE.guid,
    created=NOON,
    wants=3,
    has=2,
    receipt=Receipt(remote_id="p1", url="https://wall.example/p1"),
    standing=Standing.SENDING,
    attempts=4,
    next_attempt=NOON + timedelta(seconds=5),
    attempted=1,
    attempted_at=NOON + timedelta(seconds=1),
    rests_until=NOON + timedelta(seconds=60),
    rests_steadily=SteadyTime("boot", 60.5),
    round=2,
    posted_at=NOON,
    shows="0f1e",
    replies=(Receipt(remote_id="12", url="https://wall.example/12"),),
    photo_owed=2,
    reason="it did not answer",
)


@pytest.mark.parametrize("whole", [ARTICLE, DELIVERY])
def test_the_examples_leave_nothing_at_its_default(whole: Article | Delivery) -> None:
    assert [f.name for f in fields(whole) if getattr(whole, f.name) == f.default] == []


def test_an_article_and_its_delivery_are_read_as_they_were_written(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(
            insert(schema.article), {**article_values(ARTICLE), "operator_words": ARTICLE.operator_words}
        )
        row = connection.execute(select(schema.article)).one()
        assert article_of(row) == ARTICLE
        given = {"id": DELIVERY.id, "channel": DELIVERY.channel, "article_id": row.id, "published": NOON}
        connection.execute(insert(schema.delivery), {**delivery_values(DELIVERY), **given})
        stored = connection.execute(select(schema.delivery)).one()
        assert delivery_of(stored, ARTICLE.guid) == DELIVERY
        lost = replace(DELIVERY, receipt=None, has=None)
        assert delivery_values(lost)["remote_id"] is None


def test_what_an_operator_says_is_not_written_with_the_article() -> None:
    assert "operator_words" not in article_values(ARTICLE)


def test_a_field_without_a_column_is_not_left_unstored() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Longer(Delivery):
        mood: str = ""

    with pytest.raises(KeyError, match="mood"):
        _shared_fields(Longer, schema.delivery, "guid", "receipt", "standing")
