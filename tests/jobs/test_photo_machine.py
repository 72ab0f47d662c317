"""The delivery state machine with photos that come and go: none is lost, and none costs a second post."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from syndicator.domain.article import Photo
from syndicator.domain.capabilities import Capabilities
from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.policy import OnCorrection
from syndicator.domain.post import Occasion
from syndicator.store import Store
from tests.jobs.test_delivery_machine import Deliveries
from tests.jobs.workers import Channel, drive

pytestmark = pytest.mark.slow  # databases or processes throughout

PHOTO = Photo(url="https://ledger.example/lock.jpg", alt="The lock")


@dataclass
class PictureChannel(Channel):
    """One that shows photos."""

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, photo=PhotoLimits())


class WithPhotos(Deliveries):
    channel_class = PictureChannel

    @rule(key=st.sampled_from("ab"))
    def publish(self, key: str) -> None:
        self.publish_one(key, photo=PHOTO)

    @rule(is_lasting=st.booleans())
    @precondition(lambda self: self.versions)
    def photos_fail(self, is_lasting: bool) -> None:
        trouble = PhotoError("503", lasting=False) if not is_lasting else None
        self.story.photos.trouble[PHOTO.url] = trouble or PhotoError("404", lasting=True, may_come=True)

    @rule()
    def photos_come(self) -> None:
        self.story.photos.trouble.clear()

    def teardown(self) -> None:
        """In the end every post that can be edited has its photo, unless nobody asks for it any more."""
        self.story.photos.trouble.clear()
        super().teardown()
        articles = {article.key: article for article in self.story.articles}
        given_up = any("it stays" in event for event in self.story.events)
        if self.policy.on_correction is OnCorrection.EDIT and not given_up:
            news = [p for p in self.channel.shown.values() if p.occasion is Occasion.NEWS]
            bare = [p.article.key for p in news if not p.photo and articles[p.article.key].photo]
            assert not bare


@pytest.mark.parametrize("examples", [20])
def test_no_photo_is_lost_and_none_costs_a_post(empty_store: Callable[[], Store], examples: int) -> None:
    drive(WithPhotos, empty_store, examples, steps=25)
