"""What time does to feeds: retractions, returns, embargoes, age; and that corrections can be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syndicator.domain.feed import Filter
from syndicator.jobs.sweep import Sweeper, sweep
from syndicator.store import Store
from tests.fakes import NOON
from tests.jobs.press import Press
from tests.processes.heard import HeardBell

pytestmark = pytest.mark.slow  # databases or processes throughout

EXTENSIONS = ("rss", "atom", "json")
TOMBSTONES = b"purl.org/atompub/tombstones"


@pytest.fixture
def press(store: Store, tmp_path: Path) -> Press:
    press = Press(store, tmp_path / "documents")
    press.bell = HeardBell(tmp_path / "broker")
    return press


def swept(press: Press) -> list[tuple[str, str]]:
    """What a sweep rings for now."""
    press.bell.rung.clear()
    sweeper = Sweeper(store=press.store, editor=press.editor, bell=press.bell, clock=press.clock)
    sweep(sweeper, "beat")
    return press.bell.rung


# Retractions


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_what_is_retracted_leaves_every_document(press: Press, extension: str) -> None:
    press.prints(*range(1, 10))

    for key in ("2", "6", "9"):
        press.retracts(key)
    press.builds_all()

    walked = press.walk(extension)
    assert {key for keys in walked.values() for key in keys} == {1, 3, 4, 5, 7, 8}
    assert len(walked[f"all.{extension}"]) == 4


def test_atom_tells_readers_what_to_take_back(press: Press) -> None:
    press.prints(1, 2, 3)
    assert TOMBSTONES not in press.content("all.atom")
    press.retracts("2")
    press.builds_all()

    withdrawn = press.article(2)
    assert press.tombs() == {2: withdrawn.updated.isoformat()}
    root = press.root("all.atom")
    names = [child.tag.rpartition("}")[2] for child in root]
    assert names.index("deleted-entry") < names.index("entry")
    assert press.root("all.atom").findtext("{http://www.w3.org/2005/Atom}updated") == press.tombs()[2]
    assert TOMBSTONES not in press.content("all.rss")


def test_the_latest_retractions_alone_are_told(press: Press) -> None:
    press.prints(*range(1, 9))
    for key in range(1, 7):
        press.retracts(str(key))
        press.clock.tick(minutes=1)
    press.builds_all()

    assert list(press.tombs()) == [6, 5, 4, 3]
    assert TOMBSTONES not in press.content("all/1.atom")


def test_what_merely_moves_is_not_taken_back(press: Press) -> None:
    press.redeclare(replace(press.feeds[0], only=Filter(sections=("City",))))
    press.prints(1, 2, 3)

    press.publishes("2", section="Sport")
    press.builds_all()

    assert press.carried() == [3, 1]
    assert press.tombs() == {}


def test_what_comes_back_has_no_tombstone(press: Press) -> None:
    press.prints(1, 2, 3)
    press.retracts("2")
    press.builds_all()
    assert press.tombs()

    press.clock.tick(minutes=1)
    press.publishes("2", published=press.article(2).published)
    press.builds_all()

    assert press.tombs() == {}
    assert sorted(press.carried()) == [1, 2, 3]


def test_what_comes_back_elsewhere_has_none_either(press: Press) -> None:
    press.redeclare(replace(press.feeds[0], only=Filter(sections=("City",))))
    press.prints(1, 2)
    press.retracts("2")
    press.builds_all()

    press.clock.tick(minutes=1)
    press.publishes("2", section="Sport")
    press.builds_all()

    assert press.tombs() == {}
    assert press.carried() == [1]


def test_what_was_never_carried_is_not_taken_back(press: Press) -> None:
    press.prints(1)
    press.publishes("2", embargo=press.clock() + timedelta(days=1))
    press.retracts("2")
    press.builds_all()

    assert press.tombs() == {}


# Corrections


@pytest.mark.parametrize("length", ["full", "summary"])
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_correction_and_its_time_can_be_seen_in_every_format(
    press: Press, extension: str, length: Any
) -> None:
    press.redeclare(replace(press.feeds[0], content=length))
    press.prints(1)
    press.clock.tick(hours=2)

    press.publishes("1", note="An earlier version named the wrong bridge.", updated=press.clock())
    press.builds_all()

    document = press.content(f"all.{extension}")
    assert b"An earlier version named the wrong bridge." in document
    moment = press.article(1).updated.isoformat()
    assert (moment.replace("+00:00", "Z") if extension == "json" else moment).encode() in document


# Embargoes


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_an_embargoed_article_is_in_nothing_until_its_time_and_then_at_once(
    press: Press, extension: str
) -> None:
    press.prints(1)
    press.publishes("2", title="Under embargo", embargo=press.clock() + timedelta(hours=1))
    press.builds_all()
    assert b"Under embargo" not in press.content(f"all.{extension}")
    assert ("build", "all") not in swept(press)

    press.clock.tick(hours=1)

    assert ("build", "all") in swept(press)
    press.builds_all()
    assert b"Under embargo" in press.content(f"all.{extension}")


def test_what_was_out_and_is_withheld_goes_like_a_retraction_and_comes_back_later(press: Press) -> None:
    press.prints(1, 2)
    press.clock.tick(minutes=1)
    press.publishes("2", embargo=press.clock() + timedelta(hours=1))
    press.builds_all()

    assert press.carried() == [1]
    [gone] = press.tombs().values()

    press.clock.tick(hours=1)
    swept(press)
    press.builds_all()

    assert press.carried() == [2, 1]
    assert press.tombs() == {}
    assert press.article(2).updated > datetime.fromisoformat(gone)


# Age


def test_an_article_leaves_a_feed_when_it_is_too_old_and_the_sweep_knows_when(press: Press) -> None:
    press.redeclare(replace(press.feeds[0], age=timedelta(hours=48)))
    press.prints(1)
    press.clock.now = NOON + timedelta(hours=24)
    press.prints(2)
    assert press.carried() == [2, 1]

    press.clock.now = NOON + timedelta(hours=48) - timedelta(seconds=1)
    assert ("build", "all") not in swept(press)
    press.clock.tick(seconds=1)
    assert ("build", "all") in swept(press)
    press.builds_all()

    for extension in EXTENSIONS:
        assert press.carried(f"all.{extension}") == [2]
    assert ("build", "all") not in swept(press)
    assert (press.folder / "all.atom").stat().st_mtime == press.clock().timestamp()
    press.clock.now = NOON + timedelta(hours=72)
    assert ("build", "all") in swept(press)
    press.builds_all()
    assert press.carried() == []
    assert ("build", "all") not in swept(press)


def test_a_feed_with_an_age_keeps_no_archives(press: Press) -> None:
    press.redeclare(replace(press.feeds[0], age=timedelta(hours=48)))
    press.prints(*range(1, 10))

    assert press.walk() == {"all.atom": [9, 8, 7, 6]}
    assert press.store.last_archive("all") == 0


def test_a_format_may_have_an_age_of_its_own(press: Press) -> None:
    press.formats["rss"].age = timedelta(hours=2)
    press.prints(1)
    press.clock.now = NOON + timedelta(hours=1)
    press.prints(2)

    press.clock.now = NOON + timedelta(hours=2)
    assert ("build", "all") in swept(press)
    press.builds_all()

    assert press.carried("all.rss") == [2]
    assert press.carried("all.atom") == [2, 1]


def test_age_is_the_one_way_in_which_a_document_depends_on_the_clock(press: Press) -> None:
    press.prints(1, 2, 3)
    before = press.files()
    press.clock.tick(days=400)

    assert ("build", "all") not in swept(press)
    press.redeclare(replace(press.feeds[0], description="", max_age=61))
    press.builds_all()

    assert press.files() == before
