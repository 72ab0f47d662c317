"""Documents in a bucket of a real S3 server (OpenStack Swift), which is taken away and brought back."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import obstore
import pytest
import requests

from syndicator.cli.check import check
from syndicator.documents import DocumentError
from syndicator.documents.bucket_shelf import LOOK_EVERY_S, MAX_REQUESTED, BucketShelf
from syndicator.documents.shelf import Shelf
from syndicator.documents.split import SplitShelf
from syndicator.wiring.places import shelf as shelf_of
from tests.acceptance.world import desk, until
from tests.channels.local_server import closed_port
from tests.channels.servers import FakeMastodon
from tests.documents.swift_server import ACCESS_KEY, SECRET_KEY, Swift
from tests.documents.test_keeping import InBucket, document
from tests.documents.two_hands import replaced_by_two_hands
from tests.faults.room import Room, Site
from tests.web.test_web_process import answers

pytestmark = pytest.mark.slow  # databases or processes throughout

NUMBERS = count(1)


@pytest.fixture
def place(swift: Swift) -> Iterator[InBucket]:
    yield InBucket(swift)
    if not swift.answers():
        swift.start()


def test_objects_say_what_they_are_and_how_long_they_may_be_kept(place: InBucket) -> None:
    place.documents.replace("all", [document()])

    plain = place.about("all.rss")
    assert plain["Content-Type"] == "application/rss+xml"
    assert plain["Cache-Control"] == "max-age=300, stale-while-revalidate=300, stale-if-error=86400"
    assert "Content-Encoding" not in plain
    for ending, coding in (("gz", "gzip"), ("br", "br")):
        assert place.about(f"all.rss.{ending}") == {**plain, "Content-Encoding": coding}


def test_a_bucket_without_a_prefix_is_one_too(place: InBucket) -> None:
    bucket = place.opened(place=f"s3://{place.name}")

    bucket.replace("all", [document(b"at its root")])

    assert bucket.read("all.rss") == b"at its root"
    assert set(bucket.etags()) == {"all.rss", "all.rss.gz", "all.rss.br"}


def test_a_wrong_key_is_told_in_one_line_without_it(place: InBucket) -> None:
    bucket = place.opened(secret="wr0ng-secret")

    with pytest.raises(DocumentError, match=r"s3://.*/all\.rss: 403 Forbidden") as caught:
        bucket.replace("all", [document()])

    assert "wr0ng" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "wr0ng" not in repr(bucket)


def test_a_bucket_that_is_not_there_is_told(place: InBucket) -> None:
    bucket = place.opened(place="s3://nobody-has-made-this/feeds")

    for tries in (lambda: bucket.replace("all", [document()]), bucket.etags, bucket.check):
        with pytest.raises(DocumentError, match=r"^s3://nobody-has-made-this/feeds.*404 Not Found: .*bucket"):
            tries()


def test_a_server_that_is_away_is_told(place: InBucket) -> None:
    bucket = place.opened(port=closed_port())

    for tries in (lambda: bucket.replace("all", [document()]), lambda: bucket.read("all.rss"), bucket.check):
        with pytest.raises(DocumentError, match=r"^s3://.*: the server does not answer"):
            tries()


def test_a_shelf_serves_what_it_has_while_the_bucket_is_away(
    place: InBucket, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "syndicator")
    place.documents.replace("all", [document(b"before")])
    shelf = BucketShelf(place.documents)
    shelf.load("all.rss")
    shelf.look()
    served = shelf.load("all.rss")

    place.swift.stop()
    for _ in range(3):
        shelf.look()
        assert shelf.load("all.rss") is served
    told = [line for line in caplog.messages if line.startswith(f"documents: {place.documents.place}: ")]
    assert len(told) == 1
    assert told[0].endswith("they are served as they were")
    shelf.load("other.rss")
    place.swift.start()
    place.documents.replace("all", [document(b"after")])
    place.documents.replace("other", [document(b"asked for while it was away")])
    shelf.look()

    assert caplog.text.count(f"{place.documents.place} answers again") == 1
    after, other = shelf.load("all.rss"), shelf.load("other.rss")
    assert after is not None
    assert other is not None
    assert (after.variants[""], other.variants[""]) == (b"after", b"asked for while it was away")


def test_a_shelf_that_is_started_while_the_bucket_is_away_catches_up_by_itself(place: InBucket) -> None:
    place.documents.replace("all", [document(b"before")])
    place.swift.stop()
    shelf = BucketShelf(place.documents, every=0.2)

    shelf.start(["all.rss"])
    assert shelf.load("all.rss") is None
    assert shelf.has("all.rss")  # for all that is known
    place.swift.start()

    until(lambda: text(shelf) == b"before", "it catches up")
    place.swift.stop()
    until(lambda: shelf._is_away, "it notices")
    assert text(shelf) == b"before"
    shelf.close()


def test_a_defect_does_not_end_the_looking(place: InBucket, caplog: pytest.LogCaptureFixture) -> None:
    """Or the server would serve what it has for ever, and nobody would know."""

    class Spoilt(BucketShelf):
        looks = 0

        def _look(self) -> None:
            self.looks += 1
            if self.looks == 1:
                raise RuntimeError("a defect")
            super()._look()

    place.documents.replace("all", [document(b"before")])
    shelf = Spoilt(place.documents, every=0.1)

    shelf.start(["all.rss"])

    until(lambda: text(shelf) == b"before", "it goes on")
    assert "RuntimeError: a defect" in caplog.text
    shelf.close()


def test_archives_are_found_where_they_are(place: InBucket) -> None:
    place.documents.replace("all", [document(page=1)])
    shelf = BucketShelf(place.documents, every=0)

    for name in ("all/1.rss", "all/2.rss"):
        assert shelf.has(name)  # for all that is known
        assert shelf.load(name) is None
    shelf.look()
    assert shelf.has("all/1.rss")
    assert not shelf.has("all/2.rss")

    place.documents.replace("all", [document(page=2)])
    shelf.look()
    assert shelf.has("all/2.rss")


def test_what_is_removed_is_not_served_any_more(place: InBucket) -> None:
    place.documents.replace("all", [document()])
    shelf = BucketShelf(place.documents)
    shelf.load("all.rss")
    shelf.look()
    assert shelf.load("all.rss") is not None

    obstore.delete(place.swift.store(place.name), "news/feeds/all.rss")
    shelf.look()

    assert shelf.load("all.rss") is None


def test_nobody_waits_for_the_bucket_and_made_up_names_fill_no_memory(place: InBucket) -> None:
    shelf = BucketShelf(place.opened(port=closed_port()))

    for number in range(10 * MAX_REQUESTED):
        assert shelf.load(f"all/{number}.rss") is None

    assert len(shelf._requested) == MAX_REQUESTED


def test_a_shelf_that_is_started_is_ready_and_follows_by_itself(place: InBucket) -> None:
    place.documents.replace("all", [document(b"first")])
    shelf = BucketShelf(place.documents, every=0.2)

    shelf.start(["all.rss"])
    first = shelf.load("all.rss")
    assert first is not None
    assert first.variants[""] == b"first"

    place.documents.replace("all", [document(b"second")])
    until(lambda: text(shelf) == b"second", "it follows")
    shelf.close()


def test_two_hands_on_one_feed_leave_whole_documents(place: InBucket) -> None:
    """A lease that ran out can leave two: neither fails by the other's doing."""
    assert replaced_by_two_hands(place.documents, length=1000, times=5) == []
    assert len(set(place.documents.read("all.rss") or b"")) == 1


def test_a_newsroom_without_a_bucket_never_loads_its_client() -> None:
    modules = "sys, syndicator.wiring, syndicator.processes.web_server, syndicator.cli.check"
    program = f"import {modules}; print('obstore' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"


def text(shelf: Shelf) -> bytes:
    served = shelf.load("all.rss")
    return served.variants[""] if served else b""


def declared(place: InBucket) -> str:
    """What ``[keep]`` says of it."""
    return (
        f'documents = "s3://{place.name}/feeds"\n'
        f'[keep.s3]\nregion = "us-east-1"\nendpoint = "{place.swift.address}"\n'
        'access_key = "env:BUCKET_KEY"\nsecret_key = "env:BUCKET_SECRET"\n'
    )


@pytest.fixture
def room(tmp_path: Path, swift: Swift, place: InBucket, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """A whole newsroom whose documents are in the bucket, as it is declared."""
    monkeypatch.setenv("BUCKET_KEY", ACCESS_KEY)
    monkeypatch.setenv("BUCKET_SECRET", SECRET_KEY)
    keep = declared(place)
    with Site() as site, FakeMastodon() as channel:
        monkeypatch.setenv("FAULTS_TOKEN", channel.token)
        room = Room(tmp_path, site, channel, f"sqlite:///{tmp_path}/news.db", keep)
        room.begins()
        yield room
        room.store.engine.dispose()


def test_a_newsroom_keeps_its_documents_in_a_bucket(room: Room) -> None:
    assert set(room.titles()) == {"It was always so", "The wire was always so"}
    shelf = shelf_of(room.newsroom.declared)
    assert b"It was always so" in text(shelf)
    assert isinstance(shelf, BucketShelf)
    shelf.close()
    found = {result.what: result for result in check(room.folder)}
    assert found["documents"].ok
    assert found["documents"].said.startswith("are kept in s3://feeds-")


def test_a_bucket_that_is_away_stops_no_post_and_feeds_follow_later(room: Room, place: InBucket) -> None:
    shelf = shelf_of(room.newsroom.declared)
    room.site.publish(2, "In hard times")
    place.swift.stop()

    assert room.works() == []

    row = room.row("feed", "all")
    assert row.error.startswith(f"s3://{place.name}/feeds/all.")
    assert "the server does not answer" in row.error
    assert row.next_build > room.clock()
    assert room.posted() == ["In hard times"]
    assert shelf.load("all.rss") is not None
    found = {result.what: result for result in check(room.folder)}
    assert found["documents"].ok is False

    place.swift.start()
    assert room.works(minutes=5) == []
    assert "In hard times" in room.titles()
    assert room.row("feed", "all").error == ""
    until(lambda: b"In hard times" in text(shelf), "the web follows", patience=LOOK_EVERY_S * 4)
    assert isinstance(shelf, BucketShelf)
    shelf.close()


@pytest.fixture
def closed(swift: Swift) -> str:
    """A bucket that is for nobody but us."""
    name = f"closed-{next(NUMBERS)}"
    swift.make_bucket(name)
    return name


def test_private_feeds_are_in_a_bucket_of_their_own(
    room: Room, place: InBucket, swift: Swift, closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the moment that a feed is declared private there is nothing of it in the other one."""
    monkeypatch.setenv("BOARD", "correct-horse-battery")
    assert names(swift, place.name) >= {"feeds/all.rss", "feeds/wire.rss", "feeds/wire.rss.gz"}
    main = room.folder / "syndicator.toml"
    main.write_text(main.read_text().replace("[keep.s3]", f'private = "s3://{closed}/feeds"\n[keep.s3]'))
    with (room.folder / "feeds" / "wire.toml").open("a") as feed:
        feed.write('[readers]\nboard = "env:BOARD"\n')
    room.newsroom = room.opened()

    assert room.works() == []

    assert not {name for name in names(swift, place.name) if "wire" in name}
    assert names(swift, closed) >= {"feeds/wire.rss", "feeds/wire.rss.entries", "feeds/wire.html.br"}
    about = obstore.get(swift.store(closed), "feeds/wire.html", options={"head": True}).attributes
    assert about["Cache-Control"] == "private, max-age=60"
    assert about["Content-Type"] == "text/html; charset=utf-8"
    assert room.titles("wire") == ["The wire was always so"]
    shelf = shelf_of(room.newsroom.declared)
    assert isinstance(shelf, SplitShelf)
    assert shelf.load("all.rss") is not None
    assert shelf.load("wire.rss") is not None
    for each in (shelf.public, shelf.closed):
        assert isinstance(each, BucketShelf)
        each.close()
    found = {result.what: result for result in check(room.folder)}
    assert found["documents"].said == (
        f"are kept in s3://{place.name}/feeds; those of private feeds are kept in s3://{closed}/feeds"
    )


def names(swift: Swift, bucket: str) -> set[str]:
    return {each["path"] for each in obstore.list(swift.store(bucket)).collect()}


def test_a_web_server_that_is_started_before_its_bucket_recovers_by_itself(
    tmp_path: Path, place: InBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUCKET_KEY", ACCESS_KEY)
    monkeypatch.setenv("BUCKET_SECRET", SECRET_KEY)
    place.opened(place=f"s3://{place.name}/feeds").replace("all", [document(b"<rss/>")])
    with Site() as site, desk(tmp_path, site, {}, keep=declared(place)) as running:
        place.swift.stop()
        command = [sys.executable, "-m", "syndicator", "-C", str(tmp_path), "web"]
        with subprocess.Popen(command, env=running.environment) as web:

            def answer() -> tuple[int, bytes]:
                try:
                    got = requests.get(f"{running.base}/feeds/all.rss", timeout=5)
                except requests.ConnectionError:
                    return 0, b""
                return got.status_code, got.content

            until(lambda: answer()[0] == 503, "it says that it has nothing yet", patience=60)
            place.swift.start()
            until(lambda: answer() == (200, b"<rss/>"), "it recovers", patience=60)
            place.swift.stop()
            time.sleep(LOOK_EVERY_S * 2)
            assert answer() == (200, b"<rss/>")
            web.terminate()
            web.wait(20)


def test_news_and_private_feeds_go_over_the_wire_from_buckets(
    tmp_path: Path, place: InBucket, closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("BUCKET_KEY", ACCESS_KEY),
        ("BUCKET_SECRET", SECRET_KEY),
        ("BOARD", "correct-horse"),
    ):
        monkeypatch.setenv(name, value)
    public = place.opened(place=f"s3://{place.name}/feeds")
    public.replace("all", [document(b"<rss>(a)</rss>", entries=[b"(a)"])])
    place.opened(place=f"s3://{closed}/feeds").replace("board", [document(b"<private/>")])
    keep = declared(place).replace("[keep.s3]", f'private = "s3://{closed}/feeds"\n[keep.s3]')
    with Site() as site, desk(tmp_path, site, {}, keep=keep) as running:
        (tmp_path / "feeds" / "board.toml").write_text('title = "B"\n[readers]\nann = "env:BOARD"\n')
        command = [sys.executable, "-m", "syndicator", "-C", str(tmp_path), "web"]
        with subprocess.Popen(command, env=running.environment) as web:
            until(lambda: answers(running.port), "it listens", patience=60)

            def get(path: str, **headers: str) -> requests.Response:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return requests.get(f"{running.base}/feeds/{path}", headers=named, timeout=5)

            first = get("all.rss")
            public.replace("all", [document(b"<rss>(b)(a)</rss>", entries=[b"(b)", b"(a)"])])
            known = {"a_im": "feed", "if_none_match": first.headers["ETag"]}
            until(lambda: get("all.rss", **known).status_code == 226, "the news", patience=LOOK_EVERY_S * 4)
            assert get("all.rss", **known).content == b"<rss>(b)</rss>"
            assert get("board.rss").status_code == 401
            assert get("-/correct-horse/board.rss").content == b"<private/>"
            web.terminate()
            web.wait(20)


def test_real_processes_serve_a_bucket_and_outlive_its_absence(
    tmp_path: Path, place: InBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUCKET_KEY", ACCESS_KEY)
    monkeypatch.setenv("BUCKET_SECRET", SECRET_KEY)
    with Site() as site, desk(tmp_path, site, {}, keep=declared(place)) as running:
        site.publish(1, "It was always so")
        running.start()

        def titles() -> list[str]:
            try:
                return running.titles()
            except requests.HTTPError:  # 503: built, and not read from the bucket yet
                return []

        until(lambda: titles() == ["It was always so"], "the first look", running)

        place.swift.stop()
        site.publish(2, "In hard times")
        until(lambda: "s3://" in running.log.read_text(), "the operator is told", running)
        assert running.titles() == ["It was always so"]
        place.swift.start()

        until(lambda: "In hard times" in running.titles(), "it follows", running, patience=60)
        assert "Traceback" not in running.log.read_text()
