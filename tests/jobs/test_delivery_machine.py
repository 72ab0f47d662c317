"""The delivery state machine, driven at random: several workers, and a channel that answers late or never."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from syndicator.domain.decisions import retry
from syndicator.domain.delivery import Standing
from syndicator.domain.policy import OnCorrection, Policy
from syndicator.domain.post import Occasion
from syndicator.jobs.courier import Courier
from syndicator.store import Store
from tests.jobs.workers import FATES, Workers, drive

pytestmark = pytest.mark.slow  # databases or processes throughout


class Deliveries(Workers):
    def __init__(self) -> None:
        super().__init__()
        self.policy = Policy()

    def courier(self) -> Courier:
        return replace(super().courier(), policy=self.policy)

    @rule(keys=st.booleans(), way=st.sampled_from(["edit", "repost", "notice"]))
    @precondition(lambda self: not self.versions)
    def choose(self, keys: bool, way: str) -> None:
        self.channel.keys = keys
        self.channel.deletes = way != "notice"
        if way == "repost":
            self.policy = Policy(on_correction=OnCorrection.REPOST, repost_within=timedelta(days=365))

    @rule(key=st.sampled_from("ab"))
    def publish(self, key: str) -> None:
        self.publish_one(key)

    @rule(key=st.sampled_from("ab"))
    def retract(self, key: str) -> None:
        self.retract_one(key)

    @rule(fate=FATES)
    def foretell(self, fate: tuple[float | None, Exception | None]) -> None:
        self.channel.fates.append(fate)

    @rule(fate=FATES, key=st.sampled_from("ab"), seconds=st.sampled_from([0, 6, 30]))
    def news_meets_its_fate(
        self, fate: tuple[float | None, Exception | None], key: str, seconds: int
    ) -> None:
        """What chance alone would seldom put in a row: news, a worker from beginning to end, a while."""
        self.publish(key)
        self.channel.fates.append(fate)
        self.somebody_works_through()
        self.passes(seconds)

    @rule(seconds=st.sampled_from([1, 6, 30, 61]))
    def time_passes(self, seconds: int) -> None:
        """Workers go on within their request's time; who is stopped for longer has a rule of its own."""
        if seconds > 1:
            self.all_finish()
        self.passes(seconds)

    @rule(key=st.integers(1, 2))
    def an_operator_is_impatient(self, key: int) -> None:
        for delivery in self.story.deliveries:
            if delivery.id == key and delivery.standing in (Standing.PENDING, Standing.REFUSED):
                self.story.store.rule(key, retry, self.story.clock(), event="retried")

    @invariant()
    def never_two_posts_for_one_article(self) -> None:
        guids = [post.article.guid for post in self.channel.shown.values()]
        assert len(guids) == len(set(guids)), guids

    def teardown(self) -> None:
        """In the end the newest revision stands, or nothing."""
        self.comes_to_rest(
            self.never_two_posts_for_one_article,
            lambda: all(d.standing is Standing.SENT for d in self.story.deliveries),
        )
        news = [p for p in self.channel.shown.values() if p.occasion is Occasion.NEWS]
        shown = {p.article.key: p.text.splitlines()[0] for p in news}
        assert shown == {key: f"Version {version}" for key, version in self.alive.items()}


@pytest.mark.parametrize("examples", [20])
def test_never_twice_never_stale_never_lost(empty_store: Callable[[], Store], examples: int) -> None:
    drive(Deliveries, empty_store, examples, steps=25)
