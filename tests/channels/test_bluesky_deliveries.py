"""Deliveries to a real server of the AT Protocol whose answers are lost: a repeat is the same record, to the
letter, or none at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from syndicator.channels.bluesky import Bluesky
from syndicator.domain.article import Photo
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import PhotoError
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.contract import ImpatientInTrouble
from tests.channels.local_server import Act, Request, Trouble, half, reset, status
from tests.channels.pds import PdsProxy
from tests.channels.pictures import Pictures
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

PUT = "/xrpc/com.atproto.repo.putRecord"
LOST = Trouble(reset, at=PUT, after=True)

PHOTO = Photo(url="https://news.example/tram.jpg", alt="A tram")


@pytest.fixture
def server(pds: str) -> Iterator[PdsProxy]:
    with PdsProxy(pds) as proxy:
        yield proxy


@pytest.fixture
def story(store: Store, server: PdsProxy, tmp_path: Path) -> Iterator[Story]:
    (tmp_path / "password").write_text(server.account.password)
    story = Story(store)
    story.clock.now = datetime.now(UTC) - timedelta(days=3)
    story.baseline()
    story.photos = Pictures()
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", ImpatientInTrouble(server))
        story.real = Bluesky(
            name="wire",
            handle=server.account.handle,
            password=Secret(f"file:{tmp_path}/password"),
            server=server.address,
            session=session,
        )
        yield story


def written(server: PdsProxy) -> list[Request]:
    return [request for request in server.requests if request.path == PUT]


@pytest.mark.parametrize("act", [reset, half, status(502)])
@pytest.mark.parametrize("after", [False, True])
def test_a_repeat_is_the_same_record_to_the_letter(
    story: Story, server: PdsProxy, act: Act, after: bool
) -> None:
    server.trouble = Trouble(act, at=PUT, after=after)
    story.publishes(photo=PHOTO, language="lo")
    story.delivers()
    first_tried = story.delivery.attempted_at
    server.trouble = None
    story.delivers_until_done(hours=30)

    first, *repeats = [request.body for request in written(server)]
    assert repeats
    assert set(repeats) == {first}
    assert len(server.records) == 1
    assert story.delivery.standing is Standing.SENT
    assert first_tried
    made = datetime.fromisoformat(server.records[0]["value"]["createdAt"])
    assert abs(made - first_tried) < timedelta(milliseconds=1)


def test_what_was_corrected_meanwhile_is_an_edit_of_the_first_record(story: Story, server: PdsProxy) -> None:
    server.trouble = LOST
    story.publishes()
    story.delivers()
    server.trouble = None
    [before] = server.records
    story.publishes(title="The bridge reopens on Monday")
    story.delivers_until_done()

    [record] = server.records
    assert record["uri"] == before["uri"]
    assert record["value"]["createdAt"] == before["value"]["createdAt"]
    assert record["value"]["text"].startswith("The bridge reopens on Monday")
    assert written(server)[-1].fields()["swapRecord"] == before["cid"]
    assert story.delivery.standing is Standing.SENT


def test_a_repeat_whose_photo_is_lost_leaves_the_first_record(story: Story, server: PdsProxy) -> None:
    server.trouble = LOST
    story.publishes(photo=PHOTO)
    story.delivers()
    server.trouble = None
    before = server.records
    story.photos.trouble = {PHOTO.url: PhotoError("it is gone", lasting=True)}
    story.delivers_until_done()

    assert server.records == before
    assert story.delivery.standing is Standing.SENT


def test_a_post_of_which_nobody_knows_when_it_was_tried_bears_no_day_before_its_article(
    story: Story, server: PdsProxy
) -> None:
    story.publishes()
    [article] = story.articles
    channel = story.courier().channel
    post = replace(compose(article, channel.capabilities), since=article.first_seen - timedelta(days=1))
    channel.send(post, key=story.delivery.key)

    [record] = server.records
    made = datetime.fromisoformat(record["value"]["createdAt"])
    assert abs(made - article.first_seen) < timedelta(milliseconds=1)
