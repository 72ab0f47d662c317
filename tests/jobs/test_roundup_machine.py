"""Round-ups, driven at random: several workers, lost answers, corrections, retractions, and a backlog of two.

Whatever happens, no article is ever named in two posts; and in the end every live one is told of, once, under
its newest headline, and no withdrawn one is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from syndicator.domain.capabilities import NEVER, Capabilities
from syndicator.domain.delivery import Receipt, Standing
from syndicator.domain.post import Post
from syndicator.jobs.courier import Courier
from syndicator.store import Store
from tests.jobs.workers import FATES, Channel, Workers, drive

pytestmark = pytest.mark.slow  # databases throughout

KEYS = "abcdef"


class Network(Channel):
    """Finds posts by the addresses in them; edits them, or not."""

    edits: bool = True

    @property
    def capabilities(self) -> Capabilities:
        able = super().capabilities
        return able if self.edits else replace(able, edit_within=NEVER)

    def find(self, post: Post, *, key: str) -> Receipt | None:
        self.pause()
        for name, each in self.shown.items():
            if any(address in each.text.split() for address in post.addresses):
                return Receipt(remote_id=name)
        return None


class Roundups(Workers):
    channel_class = Network
    channel: Network
    at_once = 6

    def courier(self) -> Courier:
        return replace(super().courier(), backlog=2, roundup=True)

    @rule(keys=st.booleans(), edits=st.booleans())
    @precondition(lambda self: not self.versions)
    def choose(self, keys: bool, edits: bool) -> None:
        self.channel.keys, self.channel.edits = keys, edits

    @rule(keys=st.sets(st.sampled_from(KEYS), min_size=1))
    def publish(self, keys: set[str]) -> None:
        for key in sorted(keys):
            self.publish_one(key)

    @rule()
    @precondition(lambda self: not self.versions)
    def publish_many(self) -> None:
        self.publish(set(KEYS))

    @rule(fate=FATES, seconds=st.sampled_from([1, 100]))
    @precondition(lambda self: not self.versions)
    def one_meets_its_fate_and_more_follow(
        self, fate: tuple[float | None, Exception | None], seconds: int
    ) -> None:
        """What chance alone would seldom put in a row: it would be left over, and may be out there."""
        self.publish({KEYS[0]})
        self.channel.fates.append(fate)
        self.somebody_works_through()
        self.passes(seconds)
        self.publish(set(KEYS[1:]))
        self.somebody_works_through()

    @rule(key=st.sampled_from(KEYS))
    def retract(self, key: str) -> None:
        self.retract_one(key)

    @rule(key=st.sampled_from(KEYS), fate=FATES)
    @precondition(lambda self: self.alive)
    def one_goes_and_comes_back(self, key: str, fate: tuple[float | None, Exception | None]) -> None:
        """What chance alone would seldom put in a row."""
        self.retract_one(key)
        self.channel.fates.append(fate)
        self.somebody_works_through()
        self.publish_one(key)

    @rule(fate=FATES, first=st.integers(0, 2))
    def foretell(self, fate: tuple[float | None, Exception | None], first: int) -> None:
        self.channel.fates += [(0.0, None)] * first + [fate]

    @rule(seconds=st.sampled_from([6, 61, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.all_finish()
        self.passes(seconds)

    def _named(self) -> Counter[str]:
        words = Counter(word for post in self.channel.shown.values() for word in post.text.split())
        return Counter({key: words[f"https://ledger.example/{key}"] for key in KEYS})

    @invariant()
    def nobody_is_told_of_twice(self) -> None:
        assert max(self._named().values()) <= 1, self._named()

    def teardown(self) -> None:
        """In the end the newest headline of each stands once, or nothing."""
        ends = (Standing.SENT, Standing.GATHERED)
        self.comes_to_rest(
            self.nobody_is_told_of_twice, lambda: all(d.standing in ends for d in self.story.deliveries)
        )
        assert self._named() == Counter({key: int(key in self.alive) for key in KEYS})
        if self.channel.edits:
            texts = " ".join(post.text for post in self.channel.shown.values()).split()
            for key, version in self.alive.items():
                at = texts.index(f"https://ledger.example/{key}")
                assert str(version) in texts[max(0, at - 11) : at]


@pytest.mark.parametrize("examples", [15])
def test_never_twice_never_lost(empty_store: Callable[[], Store], examples: int) -> None:
    drive(Roundups, empty_store, examples, steps=20)
