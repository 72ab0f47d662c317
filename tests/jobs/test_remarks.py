"""What a channel leaves out of a post, or cannot do with it later, is in the delivery's history."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import pytest

from syndicator.channels.mastodon import Mastodon
from syndicator.domain.article import Photo
from syndicator.domain.capabilities import Capabilities
from syndicator.domain.delivery import Receipt, Standing
from syndicator.domain.errors import PhotoRefused, TryLater
from syndicator.domain.post import Post, Style
from syndicator.jobs.deliver import deliver
from syndicator.remarks import gathering, goes_without, remark, with_photo_if_taken
from tests.channels.local_server import Trouble, status
from tests.channels.pictures import Pictures
from tests.channels.servers import FakeMastodon
from tests.fakes import FakeChannel
from tests.jobs.newsroom import Story

PHOTO = Photo(url="https://ledger.example/weir.jpg", alt="A weir at dusk")


@dataclass
class Fussy(FakeChannel):
    """Shows no photos, nor more of a mention than words; a secret of its own is in what it says."""

    def send(self, post: Post, *, key: str) -> Receipt:
        remark("the token is s3cret")
        goes_without("the mention of @noy", "nobody has this name")
        return with_photo_if_taken(post, lambda post: self._without_photo(post, key))

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        goes_without("the mention of @noy", "nobody has this name")
        return super().edit(receipt, post)

    def _without_photo(self, post: Post, key: str) -> Receipt:
        if post.photo:
            raise PhotoRefused("415: no pictures here")
        return super().send(post, key=key)


@pytest.fixture
def fussy(story: Story) -> Fussy:
    story.channel = Fussy()
    story.baseline()
    return story.channel


def delivers(story: Story) -> None:
    courier = replace(story.courier(), redact=lambda text: text.replace("s3cret", "***"))
    deliver(story.deliverer(courier), "wire")


def test_all_of_it_is_one_line_of_the_history(
    story: Story, fussy: Fussy, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    story.publishes(photo=PHOTO)
    delivers(story)

    assert story.events[-1] == (
        "posted https://wire.example/p1; the token is ***; "
        "without the mention of @noy: nobody has this name; without its photo: 415: no pictures here"
    )
    [line] = [each for each in caplog.records if "no pictures here" in each.message]
    assert line.levelno == logging.WARNING
    assert fussy.shown["p1"].photo is None
    assert story.delivery.standing is Standing.SENT


def test_an_edit_tells_it_too(story: Story, fussy: Fussy) -> None:
    story.publishes()
    delivers(story)
    story.publishes(title="Another title")
    delivers(story)

    assert story.events[-1] == (
        "edited https://wire.example/p1; without the mention of @noy: nobody has this name"
    )


def test_a_step_that_fails_tells_what_it_left_out(story: Story, fussy: Fussy) -> None:
    fussy.before = [TryLater("503")]
    story.publishes()
    delivers(story)

    assert story.events[-1].startswith("send: 503; the token is ***; without the mention of @noy")
    assert story.delivery.standing is Standing.PENDING


@pytest.mark.parametrize(
    ("refused", "told"),
    [("/api/v2/media", "; without its photo: 127.0.0.1 answers 422: too dark"), ("/nowhere", "")],
)
def test_a_service_that_refuses_a_photo(
    story: Story, server: FakeMastodon, mastodon: Mastodon, refused: str, told: str
) -> None:
    story.real = mastodon
    story.photos = Pictures()
    story.baseline()
    server.trouble = Trouble(status(422, {"error": "too dark"}), at=refused)
    story.publishes(photo=PHOTO)
    story.delivers()

    [post] = server.published
    assert story.events[-1].endswith(f"/{post.remote_id}{told}")
    assert "as it was sent" not in story.events[-1]


@pytest.mark.parametrize("longer", [0, 1])
def test_an_alternative_text_that_is_cut(story: Story, longer: int) -> None:
    story.baseline()
    story.publishes(photo=replace(PHOTO, alt="w" * (100 + longer)))
    story.delivers()

    assert story.events[-1].endswith(" (alternative text cut: no room)") == bool(longer)
    [post] = story.channel.shown.values()
    assert len(post.alt) == 100


def test_that_of_a_further_photo(story: Story) -> None:
    story.channel = Album()
    story.baseline()
    further = Photo(url="https://ledger.example/lock.jpg", alt="l" * 101)
    courier = replace(story.courier(), style=Style(photos=2), further_photos=lambda article: [further])
    story.publishes(photo=PHOTO)
    deliver(story.deliverer(courier), "wire")

    assert f" ({further.url}: alternative text cut: no room)" in story.events[-1]
    [post] = story.channel.shown.values()
    assert [len(each.alt) for each in post.further] == [100]


@dataclass
class Album(FakeChannel):
    """Shows two photos."""

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, photos=2)


def test_each_is_told_once_and_where_it_belongs(caplog: pytest.LogCaptureFixture) -> None:
    with gathering() as outer:
        remark("one")
        with gathering() as inner:
            remark("two")
            remark("two")
        remark("three")
    remark("four")

    assert (outer, inner) == (["one", "three"], ["two"])
    assert caplog.messages == ["four"]
