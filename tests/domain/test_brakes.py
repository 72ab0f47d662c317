"""What may pass and what is held: pure decisions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.domain.brakes import (
    MAX_LIVE,
    OPEN_SPAN,
    PAST_FACTOR,
    REREAD_EVERY,
    USUAL,
    WINDOW_FACTOR,
    WINDOWED,
    BrakedKind,
    Brakes,
    Decision,
    Held,
    Judgement,
    decided,
    hold_warnings,
    holding,
    judge,
    to_read_again,
)
from syndicator.domain.past import Past
from tests.fakes import NOON

KINDS = st.sampled_from(BrakedKind)


def some(count: int, first: int = 0) -> dict[str, str]:
    return {str(number): f"Title {number}" for number in range(first, first + count)}


class Source:
    """A source's row, look after look, as the database keeps it."""

    def __init__(self, brakes: Brakes | None = None, live: int = MAX_LIVE) -> None:
        self.brakes, self.live, self.now = brakes or Brakes(), live, NOON
        self.past, self.held = Past(), dict[BrakedKind, Held]()

    def looks(
        self,
        kind: BrakedKind = BrakedKind.NEWS,
        keys: Mapping[str, str] | None = None,
        *,
        alive: tuple[str, ...] = (),
        decision: str = "",
        is_whole: bool = True,
        after: timedelta = timedelta(minutes=1),
    ) -> Judgement:
        self.now += after
        self.held = decided(self.held, decision, self.brakes, self.now)
        judgement = judge(
            {kind: keys or {}},
            alive,
            held=self.held,
            past=self.past,
            brakes=self.brakes,
            live=self.live,
            is_whole=is_whole,
            now=self.now,
        )
        self.past = Past.read(json.loads(json.dumps(judgement.past.stored())))
        stored = {kind.value: each.stored() for kind, each in judgement.held.items()}
        self.held = holding(json.loads(json.dumps(stored)))
        return judgement


@pytest.mark.parametrize(
    ("kind", "live", "usual"),
    [
        (BrakedKind.NEWS, 0, 15),
        (BrakedKind.NEWS, 100, 50),
        (BrakedKind.CHANGED, 12, 10),
        (BrakedKind.CHANGED, 60, 30),
        (BrakedKind.WITHDRAWN, 1, 3),
        (BrakedKind.WITHDRAWN, 100, 10),
    ],
)
def test_what_newsrooms_do_passes(kind: BrakedKind, live: int, usual: int) -> None:
    judgement = Source(live=live).looks(kind, some(usual))

    assert judgement.held == {}
    assert not judgement.stopped[kind]


@pytest.mark.parametrize(
    ("kind", "live", "mass"),
    [
        (BrakedKind.NEWS, 20, 300),
        (BrakedKind.CHANGED, 20, 20),
        (BrakedKind.CHANGED, 100, 300),
        (BrakedKind.WITHDRAWN, 10, 10),
        (BrakedKind.WITHDRAWN, 20, 10),
        (BrakedKind.WITHDRAWN, 100, 21),
    ],
)
def test_a_mass_is_held_whole_and_told(kind: BrakedKind, live: int, mass: int) -> None:
    source = Source(live=live)
    judgement = source.looks(kind, some(mass))

    assert set(judgement.stopped[kind]) == set(some(mass))
    [line] = hold_warnings({k: h.stored() for k, h in source.held.items()})
    assert line.startswith(f"{mass} ")
    assert "Title 0; Title 1; Title 2" in line


def test_a_mass_that_is_read_in_parts_is_a_mass() -> None:
    """A look reads so many pages at the most, and says that there are more."""
    source = Source()
    assert len(source.looks(keys=some(50), is_whole=False).stopped[BrakedKind.NEWS]) == 50
    assert len(source.looks(keys=some(50, 50), is_whole=False).stopped[BrakedKind.NEWS]) == 100

    assert len(source.looks(keys=some(7, 100)).stopped[BrakedKind.NEWS]) == 107  # the rest of it
    assert "200" not in source.looks(keys=some(1, 200)).stopped[BrakedKind.NEWS]  # what comes afterwards


def test_however_much_news_it_is_in_all_many_small_looks_pass() -> None:
    source = Source()

    for look in range(100):
        news = source.looks(BrakedKind.NEWS, some(3, 3 * look), after=timedelta(seconds=2))
        assert not news.stopped[BrakedKind.NEWS]


@pytest.mark.parametrize("kind", sorted(WINDOWED))
@pytest.mark.parametrize("part", [1, 3, 10])
def test_a_mass_that_comes_in_small_looks_is_held_within_the_hour(kind: BrakedKind, part: int) -> None:
    """A template that breaks page after page, as each is read again."""
    source, passed = Source(), 0
    for look in range(300 // part):
        judgement = source.looks(kind, some(part, part * look), after=timedelta(seconds=2))
        passed += part - len(set(some(part, part * look)) & set(judgement.stopped[kind]))

    assert passed <= WINDOW_FACTOR * USUAL[kind].most
    assert len(source.held[kind].keys) == 300 // part * part - passed


@pytest.mark.parametrize("kind", sorted(WINDOWED))
def test_what_a_newsroom_does_in_a_day_passes(kind: BrakedKind) -> None:
    """One article again and again, and many of them hour after hour."""
    source = Source()
    for _ in range(200):
        assert not source.looks(kind, some(1), after=timedelta(seconds=5)).stopped[kind]
    for look in range(100):
        assert not source.looks(kind, some(5, 5 * look), after=timedelta(minutes=10)).stopped[kind]
    assert len(json.dumps(source.past.stored())) < 2000


def test_what_a_clock_ahead_has_noted_of_late_counts_no_more() -> None:
    source = Source()
    for look in range(3):
        source.looks(BrakedKind.CHANGED, some(25, 100 * look), after=timedelta(days=3))
    source.looks(after=timedelta(days=-9))

    assert not source.looks(BrakedKind.CHANGED, some(30, 900)).stopped[BrakedKind.CHANGED]


def test_other_kinds_pass_meanwhile() -> None:
    source = Source()
    source.looks(BrakedKind.WITHDRAWN, some(100))

    assert not source.looks(BrakedKind.NEWS, some(1, 500)).stopped[BrakedKind.NEWS]
    assert BrakedKind.WITHDRAWN in source.held


def test_what_comes_after_a_mass_of_changes_joins_it_and_news_does_not() -> None:
    source = Source()
    source.looks(BrakedKind.CHANGED, some(100))
    assert source.looks(BrakedKind.CHANGED, some(1, 500), after=timedelta(hours=2)).stopped[
        BrakedKind.CHANGED
    ]
    assert len(source.held[BrakedKind.CHANGED].keys) == 101

    source.looks(BrakedKind.NEWS, some(100))
    assert "600" not in source.looks(BrakedKind.NEWS, some(1, 600)).stopped[BrakedKind.NEWS]
    assert len(source.held[BrakedKind.NEWS].keys) == 100


def test_a_source_that_has_always_done_so_much_may() -> None:
    source = Source()
    for day in range(1, 5):
        assert not source.looks(keys=some(45, 100 * day), after=timedelta(days=1)).stopped[BrakedKind.NEWS]

    assert not source.looks(keys=some(130, 1000), after=timedelta(days=1)).stopped[BrakedKind.NEWS]
    assert source.looks(keys=some(130, 2000), after=timedelta(days=40)).stopped[BrakedKind.NEWS]


@pytest.mark.parametrize("kind", BrakedKind)
def test_what_the_declaration_says_counts(kind: BrakedKind) -> None:
    strict = Brakes(most_news=0, most_changed=0, most_withdrawn=0)
    assert Source(strict).looks(kind, some(1)).stopped[kind]
    lax = Brakes(most_news=1000, most_changed=1000, most_withdrawn=1000)
    assert not Source(lax).looks(kind, some(1000)).stopped[kind]


@pytest.mark.parametrize("kind", [BrakedKind.CHANGED, BrakedKind.WITHDRAWN])
def test_what_the_site_shows_again_as_it_was_is_held_no_longer(kind: BrakedKind) -> None:
    source = Source()
    source.looks(kind, some(100))

    source.looks(kind, alive=tuple(some(60)))
    assert len(source.held[kind].keys) == 40
    source.looks(kind, alive=tuple(some(100)))
    assert source.held == {}


def test_news_and_withdrawals_that_are_allowed_are_made_good_at_once() -> None:
    for kind in (BrakedKind.NEWS, BrakedKind.WITHDRAWN):
        source = Source()
        source.looks(kind, some(100))

        judgement = source.looks(kind, decision=Decision.ALLOW)

        assert set(judgement.freed[kind]) == set(some(100))
        assert hold_warnings({k: h.stored() for k, h in source.held.items()}) == []
        assert not source.looks(kind, some(100, 100)).stopped.get(kind)  # the rest of the same mass
        source.looks(kind, after=OPEN_SPAN)
        assert source.held == {}


def test_changes_that_are_allowed_pass_as_they_are_read_again() -> None:
    source = Source()
    source.looks(BrakedKind.CHANGED, some(100))
    assert to_read_again(source.held, source.now) == ()
    assert set(to_read_again(source.held, source.now + REREAD_EVERY)) == set(some(100))

    first = source.looks(BrakedKind.CHANGED, some(50), decision=Decision.ALLOW)
    assert not first.stopped.get(BrakedKind.CHANGED)
    assert set(to_read_again(source.held, source.now)) == set(some(50, 50))
    assert not source.looks(BrakedKind.CHANGED, some(80, 50)).stopped.get(BrakedKind.CHANGED)

    assert source.held[BrakedKind.CHANGED].keys == ()
    assert source.looks(BrakedKind.CHANGED, some(100), after=2 * OPEN_SPAN).stopped[BrakedKind.CHANGED]


@pytest.mark.parametrize("kind", BrakedKind)
def test_what_is_forgotten_is_not_made_good(kind: BrakedKind) -> None:
    source = Source()
    source.looks(kind, some(100))

    judgement = source.looks(kind, decision=Decision.FORGET)

    assert not judgement.freed.get(kind)
    assert source.held == {}


@pytest.mark.parametrize("kind", BrakedKind)
def test_time_decides_where_the_declaration_says_so(kind: BrakedKind) -> None:
    source = Source(Brakes(hold=timedelta(hours=6)))
    source.looks(kind, some(100))

    source.looks(kind, after=timedelta(hours=5))
    assert source.held[kind].open_until is None
    source.looks(kind, after=timedelta(hours=1))
    assert source.held[kind].open_until


@given(st.lists(st.tuples(KINDS, st.integers(0, 80), st.integers(1, 90)), max_size=30), st.integers(0, 100))
def test_no_look_lets_more_pass_than_the_limit(looks: list[tuple[BrakedKind, int, int]], live: int) -> None:
    """Whatever a source does: each look passes whole or not at all, nothing is forgotten that is held, and
    none passes more than the largest of those before makes likely."""
    source, number = Source(live=live), 0
    for kind, count, minutes in looks:
        at = source.now + timedelta(minutes=minutes)  # by then another day may have begun
        before, largest = source.held.get(kind), source.past.largest(kind, at)
        keys = some(count, number)
        number += count
        judgement = source.looks(kind, keys, after=timedelta(minutes=minutes))
        went = [key for key in keys if key not in judgement.stopped[kind]]
        assert len(went) in (0, count)
        kept = set(source.held[kind].keys) if kind in source.held else set()
        assert kept == (set(before.keys) if before else set()) | (set(keys) - set(went))
        assert len(went) <= max(USUAL[kind].limit(live), PAST_FACTOR * largest)


@pytest.mark.parametrize("days", [1, 400])
def test_what_a_clock_ahead_has_counted_brakes_nothing_once_it_is_right(days: int) -> None:
    source = Source()
    source.looks(BrakedKind.NEWS, some(40), after=timedelta(days=days))
    for minutes in (-days * 24 * 60, 90):
        judgement = source.looks(
            BrakedKind.NEWS, some(30, 100 * abs(minutes)), after=timedelta(minutes=minutes)
        )

        assert not judgement.stopped[BrakedKind.NEWS]


def test_what_a_clock_ahead_has_held_goes_on_in_its_time_once_it_is_right() -> None:
    source = Source(Brakes(hold=timedelta(hours=2)))
    source.looks(BrakedKind.NEWS, some(60), after=timedelta(days=9))
    source.looks(after=timedelta(days=-9))

    assert len(source.looks(after=timedelta(hours=3)).freed[BrakedKind.NEWS]) == 60


def test_brakes_that_a_clock_ahead_has_opened_close_in_their_time_once_it_is_right() -> None:
    source = Source()
    source.looks(BrakedKind.NEWS, some(60))
    source.looks(decision=Decision.ALLOW, after=timedelta(days=9))
    source.looks(after=timedelta(days=-9))
    source.looks(after=OPEN_SPAN + timedelta(minutes=1))

    assert len(source.looks(BrakedKind.NEWS, some(60, 1000)).stopped[BrakedKind.NEWS]) == 60
