"""The delivery state machine with photos that come and go: none is lost, and none costs a second post."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from syndicator.domain.article import Photo
from syndicator.domain.capabilities import Capabilities
from syndicator.domain.errors import PhotoError
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.policy import OnCorrection
from syndicator.domain.post import Occasion
from syndicator.store import Store
from tests.jobs.test_delivery_machine import Channel, machine

pytestmark = pytest.mark.slow  # databases or processes throughout

PHOTO = Photo(url="https://ledger.example/lock.jpg", alt="The lock")


@dataclass
class PictureChannel(Channel):
    """One that shows photos."""

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, photo=PhotoLimits())


def photo_machine(fresh: Callable[[], Store]) -> type[RuleBasedStateMachine]:
    """The machine over a store that is empty at each of its beginnings."""

    class WithPhotos(machine(fresh)):  # type: ignore[misc] # made there
        def __init__(self) -> None:
            super().__init__()
            self.channel = PictureChannel(
                clock=self.story.clock, keys=True, finds=True, pause=lambda: self._current().pause()
            )

        @rule(key=st.sampled_from("ab"))
        def publish(self, key: str) -> None:
            self.versions[key] = self.alive[key] = self.versions.get(key, 0) + 1
            self.story.publishes(key, title=f"Version {self.versions[key]}", photo=PHOTO)

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

    return WithPhotos


@pytest.mark.parametrize("examples", [20])
def test_no_photo_is_lost_and_none_costs_a_post(empty_store: Callable[[], Store], examples: int) -> None:
    run_state_machine_as_test(
        photo_machine(empty_store),
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
