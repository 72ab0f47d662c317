"""Sources file and feeds are built at the same time, by many hands: none waits for another for ever, and in
the end every article is where it belongs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Event

import pytest

from syndicator.domain.article import ArticleState
from syndicator.jobs.store_ports import Wakeups
from syndicator.store import Store
from tests.fakes import ALL, NOON, sighting
from tests.jobs.press import Press

pytestmark = pytest.mark.slow  # databases or processes throughout

WRITERS = 3
ROUNDS = 25
BATCH = 6


def test_filing_and_building_at_once_lose_nothing(store: Store, tmp_path: Path) -> None:
    press = Press(store, tmp_path / "documents")
    press.redeclare(press.feeds[0], replace(ALL, name="too", length=3))
    press.shows(*(sighting(str(key), published=NOON - timedelta(minutes=key)) for key in range(30)))
    editor, now = press.editor, press.clock()

    has_built = Event()

    def write(hand: int) -> list[Wakeups]:
        chance, rung = Random(hand), []  # noqa: S311 - the same each time
        for round_ in range(ROUNDS):
            keys = chance.sample(range(30), BATCH)
            if round_ == ROUNDS // 2:  # both at once, on however busy a machine
                assert has_built.wait(60)
            shown = [
                sighting(
                    f"{key}",
                    title=f"By {hand} in round {round_}",
                    published=NOON - timedelta(minutes=key),
                    is_withdrawn=chance.random() < 0.3,
                )
                for key in keys
            ]
            rung.append(store.file(shown, lambda known, s: editor.filing(known, s, since=NOON, now=now), now))
        return rung

    def work(name: str) -> None:
        while not all(each.done() for each in written):
            if press.builds(name):
                has_built.set()

    with ThreadPoolExecutor(WRITERS + 4) as pool:
        written = [pool.submit(write, hand) for hand in range(WRITERS)]
        built = [pool.submit(work, name) for name in ("all", "too", "all", "too")]
        assert all(len(each.result()) == ROUNDS for each in written)
        for each in built:
            each.result()

    press.builds_all()
    press.builds_all("too")
    live = {int(article.key) for article in press.articles if article.state is ArticleState.LIVE}
    assert live
    for feed in ("all", "too"):
        assert {key for keys in press.walk(feed=feed).values() for key in keys} == live
