"""A process's rounds of signs of life and chores, as the log tells of them."""

from __future__ import annotations

import logging

import pytest

from syndicator.domain.errors import SyndicatorError
from syndicator.store import Store
from syndicator.store.pulse import Pulse
from tests.fakes import NOON


def test_a_round_is_judged_as_a_whole_and_told_of_once(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "syndicator.store.pulse")
    pulse, done = Pulse("worker-1", "worker"), []

    def away() -> None:
        raise SyndicatorError("the disk is full")

    for _ in range(3):
        pulse.beat(store, NOON, away, lambda: done.append(1))
    assert pulse.error == "the disk is full"
    pulse.beat(store, NOON)

    assert [record.getMessage() for record in caplog.records] == [
        "worker: no sign of life: the disk is full",
        "worker: the database can be written again",
    ]
    assert done == [1, 1, 1], "one chore does not keep another from being done"
    assert store.alive(NOON) == {"worker": 1}


def test_a_defect_in_a_chore_is_no_trouble_of_the_database(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    pulse = Pulse("web-1")

    pulse.beat(store, NOON, lambda: 1 / 0)

    assert pulse.error == ""
    assert "ZeroDivisionError" in caplog.text
