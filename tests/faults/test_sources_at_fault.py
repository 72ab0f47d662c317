"""What sites and their servers do wrong: it is told by its address, and stops nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.channels.local_server import Act, Reply, Request, body, half, reset, status
from tests.faults.room import Room, announcing, endless, leading_to

pytestmark = pytest.mark.slow  # databases or processes throughout

HTML = "text/html; charset=utf-8"

ERROR_PAGE = b"<html><title>404 Not Found</title><h1>404 Not Found</h1><p>Sorry about that.</p></html>"

#: What the server of a page or feed does, and words of what the operator reads about it.
AT_FAULT: dict[str, tuple[Act, str]] = {
    "an error": (status(500), "500 Internal Server Error"),
    "half an answer": (half, "broke"),
    "a torn line": (reset, ""),
    "5 GB, announced": (announcing(5_000_000_000), "5,000,000,000 bytes; at most"),
    "no end": (endless, "more than"),
    "a circle": (leading_to("?again"), "redirects"),
    "a private address": (leading_to("http://169.254.169.254/latest/meta-data/"), "private network"),
    "a file": (leading_to("file:///etc/passwd"), "not an http or https address"),
}

#: What is wrong with a page that is answered by 200.
BROKEN: dict[str, tuple[Act, str]] = {
    "nothing": (body(b"", HTML), "no title found"),
    "noise": (body(bytes(range(256)) * 40, HTML), "no title found"),
    "markup cut off": (body(b"<html><head><ti", HTML), "no title found"),
    "an error page": (body(ERROR_PAGE, HTML), "an error page, although its status is 200"),
    "a page of 5 MB": (body(b"<h1>Long</h1><article><p>" + b"long " * 1_000_000, HTML), "at most"),
}

#: What is wrong with a feed that is answered by 200.
NO_FEED: dict[str, tuple[Act, str]] = {
    "an error page": (body(ERROR_PAGE, HTML), "feed"),
    "noise": (body(bytes(range(256)) * 40, "application/rss+xml"), "not XML"),
    "nothing": (body(b"", "application/rss+xml"), "feed"),
    "json of something": (body(b'{"error": "none"}'), "not a JSON Feed"),
}


def params(table: dict[str, tuple[Act, str]]) -> list[object]:
    return [pytest.param(act, said, id=name.replace(" ", "-")) for name, (act, said) in table.items()]


@pytest.mark.parametrize(("act", "said"), params(AT_FAULT | BROKEN))
def test_a_broken_page_is_named_and_read_once_it_is_mended(room: Room, act: Act, said: str) -> None:
    room.site.publish(2, "The broken one")
    room.site.publish(3, "The sound one")
    room.site.tells("From the wire")
    with room.site.in_trouble(act, "/news/2"):
        assert room.works() == []

        assert said in room.problem(f"{room.site.address}/news/2")
        assert room.row("source", "site").error == ""
        assert sorted(room.posted()) == ["From the wire", "The sound one"]
        assert set(room.titles()) >= {"From the wire", "The sound one"}

    for _ in range(12):
        assert room.works(minutes=10) == []
    assert room.row("source", "site").problems == []
    assert sorted(room.posted()) == ["From the wire", "The broken one", "The sound one"]
    assert "The broken one" in room.titles()


@pytest.mark.parametrize(("act", "said"), params(AT_FAULT))
def test_a_listing_that_fails_marks_its_source_and_no_other(room: Room, act: Act, said: str) -> None:
    room.site.publish(2, "Published in hard times")
    room.site.tells("From the wire")
    with room.site.in_trouble(act, "/news"):
        assert room.works() == []

        row = room.row("source", "site")
        assert f"{room.site.address}/news" in row.error
        assert said in row.error
        assert row.failures == 1
        assert room.clock() < row.next_look <= room.clock() + timedelta(hours=1)
        assert room.row("source", "wire").error == ""
        assert room.posted() == ["From the wire"]

    assert room.works(hours=1) == []
    assert room.row("source", "site").error == ""
    assert sorted(room.posted()) == ["From the wire", "Published in hard times"]


@pytest.mark.parametrize(("act", "said"), params(AT_FAULT | NO_FEED))
def test_a_feed_that_is_none_marks_its_source_and_no_other(room: Room, act: Act, said: str) -> None:
    room.site.publish(2, "From the site")
    room.site.tells("Told in hard times")
    with room.site.in_trouble(act, "/wire.rss"):
        assert room.works() == []

        row = room.row("source", "wire")
        assert f"{room.site.address}/wire.rss" in row.error
        assert said in row.error
        assert row.next_look > room.clock()
        assert room.row("source", "site").error == ""
        assert room.posted() == ["From the site"]

    assert room.works(hours=1) == []
    assert room.row("source", "wire").error == ""
    assert sorted(room.posted()) == ["From the site", "Told in hard times"]


def test_a_feed_that_breaks_off_is_read_as_far_as_it_goes_and_again(room: Room) -> None:
    room.site.tells("The second")
    room.site.tells("The first")
    whole = room.site._feed().encode()
    with room.site.in_trouble(body(whole[: whole.index(b"The second")], "application/rss+xml"), "/wire.rss"):
        assert room.works() == []
        assert f"{room.site.address}/wire.rss: not XML" in room.problem("not XML", "wire")
        assert "The first" in room.posted()

    assert room.works(minutes=5) == []
    assert {"The first", "The second"} <= set(room.posted())
    assert len(room.posted()) == len(set(room.posted()))


def asking(path: str) -> Request:
    return Request(method="GET", path=path, query={}, headers={}, body=b"")


def article_page(published: str) -> Reply:
    date = f'<meta property="article:published_time" content="{published}">' if published else ""
    text = (
        "<article><h1>A page of its own</h1><p>What happened, in one sentence.</p><p>And more.</p></article>"
    )
    return Reply(body=f"<html><head>{date}</head><body>{text}</body></html>".encode(), media_type=HTML)


def test_a_page_without_a_date_among_dated_ones_is_on_file_told_and_no_news(room: Room) -> None:
    room.site.publish(2, "Listed")
    room.site.replies["/news/2"] = article_page("")
    seen = room.clock()

    assert room.works() == []
    assert room.works(minutes=10) == []

    about = f"{room.site.address}/news/2: "
    told = [line.removeprefix(about) for line in room.row("source", "site").problems if about in line]
    assert room.article("A page of its own").published == seen
    assert "A page of its own" in room.titles()
    assert room.posted() == []
    assert "has no date, as others of its source do: in feeds, not posted" in told


@pytest.mark.parametrize("ahead", [timedelta(days=2), timedelta(days=300)])
def test_a_date_in_the_future_is_taken_for_a_mistake_and_told(room: Room, ahead: timedelta) -> None:
    room.site.publish(2, "Listed")
    room.site.replies["/news/2"] = article_page((room.clock() + ahead).isoformat())
    seen = room.clock()

    assert room.works() == []

    assert "is ahead of us" in room.problem(f"{room.site.address}/news/2")
    assert room.article("A page of its own").published == seen
    assert room.posted() == ["A page of its own"]
    assert "A page of its own" in room.titles()


def test_a_feed_entry_of_the_future_is_told_too(room: Room) -> None:
    room.site.tells("Told too early")
    later = format_datetime((room.clock() + timedelta(days=2)).astimezone(UTC), usegmt=True)
    feed = (
        room.site._feed()
        .replace("<pubDate>", f"<pubDate>{later}</pubDate><x>")
        .replace("</pubDate></item>", "</x></item>")
    )
    room.site.replies["/wire.rss"] = Reply(body=feed.encode(), media_type="application/rss+xml")

    assert room.works() == []

    assert "ahead of us" in " ".join(room.row("source", "wire").problems)
    assert "Told too early" in room.posted()


def test_two_articles_under_one_guid_are_two_articles(room: Room) -> None:
    room.site.tells("The one", guid="same")
    room.site.tells("The other", guid="same")

    assert room.works() == []
    assert room.works(minutes=10) == []

    assert sorted(room.posted()) == ["The one", "The other"]
    assert set(room.titles("wire")) >= {"The one", "The other"}
    assert "same" in room.problem("same", "wire")


def test_one_article_under_two_addresses_is_one_article(room: Room) -> None:
    room.site.publish(2, "The one")
    room.site.replies["/en/news/2"] = room.site.answer(asking("/news/2"))
    listing = b'<ul><li><a href="/news/2">The one</a></li><li><a href="/en/news/2">The one</a></li></ul>'
    room.site.replies["/news"] = Reply(body=listing, media_type=HTML)

    assert room.works() == []
    assert room.works(minutes=10) == []

    assert room.posted() == ["The one"]
    assert room.titles().count("The one") == 1


def test_what_the_wire_repeats_of_the_site_is_one_article(room: Room) -> None:
    room.site.publish(2, "The one")
    room.site.tells("The one, in other words", path="/news/2")

    assert room.works() == []
    assert room.works(minutes=10) == []

    assert len(room.posted()) == 1


def test_a_wrong_clock_of_the_feed_changes_nothing(room: Room) -> None:
    """Dates that every look finds changed are no corrections."""
    room.site.tells("The one")
    for _ in range(3):
        assert room.works(minutes=5) == []

    assert room.posted() == ["The one"]
    assert datetime.now(UTC) - room.article("The one").published < timedelta(hours=2)
