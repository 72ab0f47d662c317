"""A feed's history: archives that stay as they are, and hold all that the feed has carried."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from syndicator.domain.feed import Filter
from syndicator.jobs.build import MAX_ARCHIVE_ENTRIES
from syndicator.store import Store
from tests.fakes import ALL, SITE
from tests.jobs.press import ATOM, Press
from tests.processes.heard import HeardBell

FH = "{http://purl.org/syndication/history/1.0}archive"


@pytest.fixture
def press(store: Store, tmp_path: Path) -> Press:
    return Press(store, tmp_path / "documents")


def test_a_feed_without_a_past_has_no_archive(press: Press) -> None:
    press.prints(1, 2, 3)

    assert press.walk() == {"all.atom": [3, 2, 1]}
    assert set(press.links()) == {"self", "alternate"}
    assert b"history/1.0" not in press.content("all.atom")
    assert "next_url" not in json.loads(press.content("all.json"))


@pytest.mark.parametrize("extension", ["rss", "atom", "json"])
def test_the_older_half_becomes_an_archive_when_the_feed_is_full(press: Press, extension: str) -> None:
    press.prints(*range(1, 10))

    assert press.walk(extension) == {
        f"all.{extension}": [9, 8, 7, 6],  # the newest four, whatever is archived
        f"all/3.{extension}": [6, 5],
        f"all/2.{extension}": [4, 3],
        f"all/1.{extension}": [2, 1],
    }


@pytest.mark.parametrize("extension", ["rss", "atom"])
def test_archives_lead_in_both_directions_and_to_the_feed(press: Press, extension: str) -> None:
    press.prints(*range(1, 10))

    assert press.links(f"all/2.{extension}") | {"alternate": ""} == {
        "self": f"all/2.{extension}",
        "current": f"all.{extension}",
        "prev-archive": f"all/1.{extension}",
        "next-archive": f"all/3.{extension}",
        "alternate": "",
    }
    assert "prev-archive" not in press.links(f"all/1.{extension}")
    assert "next-archive" not in press.links(f"all/3.{extension}")
    assert len(list(press.root(f"all/2.{extension}").iter(FH))) == 1
    assert list(press.root(f"all.{extension}").iter(FH)) == []
    assert press.links(f"all.{extension}")["prev-archive"] == f"all/3.{extension}"


def test_archives_are_the_same_feed(press: Press) -> None:
    press.prints(*range(1, 7))

    ids = [press.root(path).findtext(f"{ATOM}id") for path in ("all.atom", "all/1.atom")]
    assert ids == [SITE.address(ALL, "atom")] * 2
    for path in ("all.json", "all/1.json", "all/2.json"):
        told = json.loads(press.content(path))
        assert told["feed_url"] == SITE.address(ALL, "json") != told.get("next_url")


def test_an_archive_is_written_once_and_again_for_its_follower_alone(press: Press) -> None:
    press.prints(*range(1, 7))
    before = press.files()
    press.prints(7, 8, 9, 10, 11, 12)

    after = press.files()
    assert "all/3.atom" not in before
    assert "all/4.atom" in after
    changed = {path for path in before if before[path] != after[path] and path.startswith("all/")}
    # the newest archive got a follower; JSON Feed has no word for that
    assert changed == {f"all/2.{ext}{end}" for ext in ("rss", "atom") for end in ("", ".gz", ".br")}


@pytest.mark.parametrize("change", ["correction", "retraction", "departure"])
def test_what_happens_to_an_archived_article_touches_its_archive_alone(press: Press, change: str) -> None:
    press.redeclare(replace(press.feeds[0], only=Filter(sections=("City",))))
    press.prints(*range(1, 13))
    before = press.files()
    assert press.carried("all/2.atom") == [4, 3]

    if change == "retraction":
        press.retracts("3")
    else:
        words = {"title": "Corrected"} if change == "correction" else {"section": "Sport"}
        press.publishes("3", **words)
    press.builds_all()

    after = press.files()
    touched = {
        path
        for path in before
        if before[path] != after[path] and not path.endswith((".gz", ".br", ".entries"))
    }
    expected = {f"all/2.{ext}" for ext in ("rss", "atom", "json")}
    if change == "retraction":  # which the feed tells of
        expected |= {"all.atom", "all.rss"}
    assert touched == expected
    assert press.carried("all/2.atom") == ([4, 3] if change == "correction" else [4])
    assert (b"Corrected" in press.content("all/2.json")) == (change == "correction")


def test_a_late_article_is_in_the_feed_until_it_is_archived(press: Press) -> None:
    """It is older than all that the feed shows: by its date alone it would be in no document."""
    press.prints(*range(1, 9))

    press.prints(99, published=press.clock() - timedelta(days=900))

    assert press.carried() == [8, 7, 6, 99]
    press.prints(9)
    assert press.walk() == {
        "all.atom": [9, 8, 7, 6],
        "all/4.atom": [7, 99],
        "all/3.atom": [6, 5],
        "all/2.atom": [4, 3],
        "all/1.atom": [2, 1],
    }


def test_what_comes_back_is_seen_again_and_no_archive_gains_by_it(press: Press) -> None:
    press.prints(*range(1, 9))
    press.retracts("2")
    press.builds_all()
    press.clock.tick(minutes=1)

    press.publishes("2", published=press.article(2).published)
    press.builds_all()

    assert press.carried("all/1.atom") == [1]
    assert 2 in press.carried()
    assert press.tombs() == {}


def test_a_long_past_is_archived_in_parts_and_rings_for_each(
    press: Press, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicator.jobs.build.MAX_ARCHIVE_ENTRIES", 40)  # ten archives, five of them new
    press.fill(60)
    press.bell = HeardBell(tmp_path / "broker")

    assert press.builds()

    assert [ring for ring in press.bell.rung if ring[0] == "build"] == [("build", "all")]
    assert len(press.walk()) == 6, "what is there is whole at every step"
    assert press.builds_all() > 2
    walked = press.walk()
    assert {key for keys in walked.values() for key in keys} == set(range(1, 61))
    assert len(walked) == 30
    assert press.links("all/1.atom")["next-archive"] == "all/2.atom"


def test_no_build_has_more_to_do_than_its_lease_allows() -> None:
    assert MAX_ARCHIVE_ENTRIES >= 1000  # the longest feed: one archive and the one before


def test_another_declaration_keeps_every_article_in_its_archive(press: Press) -> None:
    press.prints(*range(1, 10))
    before = press.walk()

    press.redeclare(replace(press.feeds[0], title="Another name", formats=("atom", "rss", "json")))
    press.builds_all()

    assert press.walk() == before
    for path in before:
        assert b"Another name" in press.content(path)


def test_another_condition_moves_those_alone_that_it_is_about(press: Press) -> None:
    press.prints(*range(1, 6), section="City")
    press.prints(*range(6, 10), section="Sport")
    assert press.carried("all/2.atom") == [4, 3]

    press.redeclare(replace(press.feeds[0], only=Filter(exclude=Filter(sections=("Sport",)))))
    press.builds_all()
    assert press.walk() == {
        "all.atom": [5, 4, 3, 2],
        "all/3.atom": [5],
        "all/2.atom": [4, 3],
        "all/1.atom": [2, 1],
    }

    press.redeclare(replace(press.feeds[0], only=Filter()))
    press.builds_all()
    assert {key for keys in press.walk().values() for key in keys} == set(range(1, 10))
    assert press.carried("all/1.atom") == [2, 1]


def test_archives_may_be_done_without(press: Press) -> None:
    press.prints(*range(1, 10))
    press.redeclare(replace(press.feeds[0], archive=False))
    press.builds_all()
    assert press.walk() == {"all.atom": [9, 8, 7, 6]}

    press.prints(10, 11, 12)
    press.retracts("1")
    press.builds_all()
    assert press.carried("all/1.atom") == [2], "what is retracted stands nowhere, linked or not"
    assert "all/4.atom" not in press.files()

    press.redeclare(replace(press.feeds[0], archive=True))
    press.builds_all()
    assert {key for keys in press.walk().values() for key in keys} == set(range(2, 13))


def test_formats_that_keep_no_archives_have_none(press: Press) -> None:
    class Passing:
        """The newest alone, as a news sitemap is."""

        extension, media_type, keeps_archives = "txt", "text/plain", False
        age: timedelta | None = None

        def entry(self, *_: Any) -> bytes:
            return b"."

        def document(self, *given: Any) -> bytes:
            return b"".join(given[3])

    press.formats["txt"] = Passing()
    press.redeclare(replace(press.feeds[0], formats=("atom", "txt")))

    press.prints(*range(1, 10))

    assert {p for p in press.files() if p.endswith(".txt")} == {"all.txt"}
    assert press.content("all.txt") == b"...."


def test_a_build_that_was_broken_off_leaves_nothing_behind(press: Press) -> None:
    """Its archives are closed on record, and are built by the next one."""
    press.prints(1, 2, 3)
    press.publishes("4")
    place = press.folder
    press.folder = place.with_name("in the way")
    press.folder.write_text("")
    assert not press.builds()

    press.folder = place
    press.clock.tick(minutes=5)
    press.builds_all()

    assert press.walk() == {"all.atom": [4, 3, 2, 1], "all/1.atom": [2, 1]}


def test_two_hands_never_close_the_same_archive(press: Press) -> None:
    press.fill(9)
    stale = press.store.claim_feed("all", press.clock(), timedelta(seconds=1))
    assert stale is not None
    press.clock.tick(seconds=2)
    other = press.store.claim_feed("all", press.clock(), timedelta(seconds=90))
    assert other is not None

    press.store.close_archives(stale, 4, press.clock(), limit=5)  # its lease has run out
    assert press.store.last_archive("all") == 0
    press.store.close_archives(other, 4, press.clock(), limit=5)
    assert press.store.last_archive("all") == 3


steps = st.lists(
    st.one_of(
        st.tuples(st.just("publishes"), st.integers(1, 12), st.integers(0, 4000)),
        st.tuples(
            st.sampled_from(["corrects", "retracts", "moves", "builds"]), st.integers(1, 12), st.just(0)
        ),
        st.tuples(st.just("lengthens"), st.integers(1, 7), st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=30)
@given(told=steps)
def test_no_article_falls_into_a_hole(
    told: list[tuple[str, int, int]],
    empty_store: Callable[[], Store],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever happens in whatever order: the documents hold exactly what is live, archives only shrink, and
    the feed itself is as long as it can be."""
    press = Press(empty_store(), tmp_path_factory.mktemp("history") / "d", only=Filter(sections=("City",)))
    had: dict[str, set[int]] = {}
    for verb, key, age in [*told, ("builds", 0, 0)]:
        press.clock.tick(minutes=1)
        match verb:
            case "publishes" | "corrects":
                published = press.clock() - timedelta(days=age)
                press.publishes(str(key), title=f"At {press.clock()}", published=published)
            case "retracts":
                press.retracts(str(key))
            case "moves":
                press.publishes(str(key), section="Sport")
            case "lengthens":
                press.redeclare(replace(press.feeds[0], length=key))
            case _:
                press.builds_all()
                walked = press.walk()
                carried = {int(a.key) for a in press.articles if a.section == "City"} & press.live()
                assert {k for keys in walked.values() for k in keys} == carried
                assert len(walked["all.atom"]) == min(press.feeds[0].length, len(carried))
                for path, keys in walked.items():
                    assert path == "all.atom" or set(keys) <= had.get(path, set(keys))
                    had[path] = set(keys)


def test_a_reader_of_the_whole_history_has_each_article_once(press: Press) -> None:
    press.prints(*range(1, 10))
    seen: dict[str, str] = {}

    for path in press.walk():
        for entry in etree.fromstring(press.content(path)).iterfind(f"{ATOM}entry"):
            seen.setdefault(entry.findtext(f"{ATOM}id") or "", entry.findtext(f"{ATOM}title") or "")

    assert sorted(seen.values()) == [f"Bridge {n} reopens" for n in range(1, 10)]


def test_a_folder_in_the_way_is_on_record(press: Press) -> None:
    press.folder.write_text("in the way")
    press.publishes("1")

    assert not press.builds()

    [row] = press.store.feeds()
    assert (row.failures, "File exists" in row.error) == (1, True)
