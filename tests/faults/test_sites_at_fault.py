"""Sites that fail as a whole: nothing is retracted, corrected or posted that nobody meant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from syndicator.domain.brakes import hold_warnings
from tests.channels.local_server import Reply
from tests.faults.room import Room, run

pytestmark = pytest.mark.slow  # databases or processes throughout

HTML = "text/html; charset=utf-8"

LOGIN = (
    "<html lang=en><h1>Please log in</h1><article><p>Readers of this page need an account, which costs "
    "nothing.</p></article></html>"
)

#: Hours for which a site fails.
HOURS = 2


@pytest.fixture
def room(room: Room) -> Room:
    """A site of ten articles that were posted, the last of them a while ago."""
    for number in range(2, 11):
        room.site.publish(number, f"What the town talks about, part {number}")
        if number % 3 == 1:
            assert room.works(minutes=3) == []
    assert len(room.posted()) == 9
    return room


def fail(room: Room, reply: Reply, numbers: range) -> None:
    room.site.replies |= {f"/news/{number}": reply for number in numbers}


def as_it_was(room: Room, act: Callable[[], None]) -> None:
    """Whatever happens there, channels and feeds are as they were, and so is every post."""
    titles, posts = sorted(room.titles()), dict(room.channel.shelf.statuses)
    act()
    assert sorted(room.titles()) == titles
    assert room.channel.shelf.statuses == posts  # when they were edited, too


def pass_hours(room: Room, hours: int) -> None:
    for _ in range(hours * 3):
        assert room.works(minutes=20) == []


@pytest.mark.parametrize(
    ("reply", "numbers"),
    [
        pytest.param(Reply(status=404), range(1, 11), id="whole site 404"),
        pytest.param(Reply(status=410), range(1, 11), id="whole site 410"),
        pytest.param(Reply(status=503), range(1, 11), id="whole site 503"),
        pytest.param(Reply(status=410), range(1, 7), id="half of it 410"),
        pytest.param(Reply(body=LOGIN.encode(), media_type=HTML), range(1, 11), id="login page"),
    ],
)
def test_an_outage_changes_nothing_and_all_is_read_again_afterwards(
    room: Room, reply: Reply, numbers: range
) -> None:
    def outage() -> None:
        fail(room, reply, numbers)
        pass_hours(room, HOURS)
        assert room.row("source", "site").problems or hold_warnings(room.row("source", "site").held)
        room.site.replies.clear()
        pass_hours(room, HOURS)

    as_it_was(room, outage)

    assert room.row("source", "site").held == {}
    assert room.row("source", "site").problems == []
    room.site.pages[4].title = "Corrected after all"
    room.site.pages[4].note = "corrected"
    assert room.works(minutes=10) == []
    assert "Corrected after all" in room.posted()


def test_a_retraction_is_quick_while_the_site_is_well(room: Room) -> None:
    room.site.retract(5)

    assert room.works(minutes=2) == []

    assert "What the town talks about, part 5" not in [*room.posted(), *room.titles()]
    assert len(room.posted()) == 8


def test_a_flood_is_held_until_a_person_decides(room: Room) -> None:
    room.clock.tick(hours=2)
    for number in range(60):
        room.site.tells(f"All that ever happened, part {number}")
    room.site.publish(11, "From the site")

    assert room.works(minutes=10) == []

    assert len(room.posted()) == 10  # the site goes on
    assert len(room.entries("wire")) == 50  # as many as the feed has
    said = " ".join(run(room.folder, "status").stdout.decode().split())
    assert "60 new articles are in feeds, and not posted" in said
    assert run(room.folder, "allow", "wire").returncode == 0
    assert room.works(minutes=10) == []
    pass_hours(room, 1)
    assert len(room.posted()) == 70


def test_a_listing_that_says_410_once_is_looked_at_again(room: Room) -> None:
    room.site.replies |= {"/news": Reply(status=410), "/wire.rss": Reply(status=410)}
    room.works(minutes=5)
    assert [room.row("source", name).is_gone for name in ("site", "wire")] == [False, False]
    room.site.replies.clear()
    room.site.publish(11, "Afterwards")
    room.site.tells("Afterwards, on the wire")

    pass_hours(room, 1)

    assert {"Afterwards", "Afterwards, on the wire"} <= set(room.posted())


def test_entries_with_sessions_ids_are_told_of_once(room: Room) -> None:
    """A feed without guids, of which each request gets links of its own."""
    before = len(room.posted())
    stamp = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    for look in range(4):
        items = "".join(
            f"<item><link>{room.site.address}/wire/{n}?sid={look}</link><title>Told by {n}</title>"
            f"<description>What number {n} of the agency has to say about the bridge.</description>"
            f"<pubDate>{stamp}</pubDate></item>"
            for n in range(6)
        )
        feed = f'<rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'
        room.site.replies["/wire.rss"] = Reply(body=feed.encode(), media_type="application/rss+xml")
        assert room.works(minutes=10) == []

    assert len(room.posted()) == before + 6
    assert room.clock() - room.row("source", "wire").looked_at < timedelta(minutes=10)
