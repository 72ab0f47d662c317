"""A backup is put back: nothing is posted that is out there already, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from syndicator.channels.mastodon import Mastodon
from syndicator.channels.outbox import Outbox
from syndicator.channels.webhook import Webhook
from syndicator.domain.decisions import was_not_posted, was_posted
from syndicator.domain.delivery import Standing
from syndicator.jobs.deliver import deliver
from syndicator.secret import Secret
from syndicator.store import Store, schema
from syndicator.store.mark import read_mark, write_mark
from syndicator.wiring import notice_older_record
from tests.channels.contract import impatient_session
from tests.channels.servers import FakeMastodon, FakeReceiver
from tests.fakes import FakeChannel, sighting
from tests.jobs.newsroom import Story

Backup = dict[str, list[dict[str, Any]]]


def back_up(store: Store) -> Backup:
    """All that is in the database, as a dump has it."""
    with store.reading() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(table.select())]
            for table in schema.metadata.sorted_tables
        }


def put_back(store: Store, backup: Backup) -> None:
    with store.writing() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(table.delete())
        for table in schema.metadata.sorted_tables:
            if backup[table.name]:
                connection.execute(table.insert(), backup[table.name])


class Newsroom(Story):
    """A story of which there is a backup."""

    def a_day_passes(self, **span: float) -> Backup:
        """One article is posted, one is pending, a backup is made; then all kinds of things happen."""
        self.publishes("posted")
        self.delivers()
        self.clock.tick(seconds=1)
        self.publishes("pending")
        backup = back_up(self.store)
        self.delivers()
        self.clock.tick(**span)
        self.publishes("new")
        self.publishes("undated", published=None)
        self.publishes("late")
        self.delivers_until_done(hours=1)
        self.publishes("posted", title="Bridge posted, corrected")
        self.delivers_until_done(hours=1)
        self.clock.tick(**span)
        return backup

    def goes_on(self) -> None:
        for _ in range(2):
            self.look()
            self.delivers_until_done(hours=6)


@pytest.fixture
def story(store: Store) -> Newsroom:
    story = Newsroom(store)
    story.max_age = timedelta(days=3)
    story.baseline()
    return story


def titles(server: FakeMastodon) -> list[str]:
    return sorted(post.text.splitlines()[0] for post in server.published)


@pytest.mark.parametrize("remembers_keys", [True, False])
@pytest.mark.parametrize("age", [{"minutes": 1}, {"hours": 1}, {"days": 1}])
def test_mastodon_is_asked_before_anything_is_posted(
    story: Newsroom, mastodon: Mastodon, server: FakeMastodon, age: dict[str, float], remembers_keys: bool
) -> None:
    story.real = replace(mastodon, remembers_keys=remembers_keys)
    backup = story.a_day_passes(**age)
    before = dict(server.shelf.statuses)
    assert len(before) == 5

    put_back(story.store, backup)
    assert story.store.restore(story.clock()) == {"wire": 1}
    story.clock.tick(seconds=5)
    story.goes_on()
    assert server.shelf.statuses.keys() == before.keys()
    assert {d.standing for d in story.deliveries} == {Standing.SENT}
    assert len(story.deliveries) == 5

    edits = {name for name, status in server.shelf.statuses.items() if status.edited_at}
    assert edits == {name for name, status in before.items() if status.edited_at}, "what is right stays"
    story.publishes("late", title="Bridge corrected after all")
    story.publishes("really new")
    story.retracts("new")
    story.goes_on()
    assert titles(server) == [
        "Bridge corrected after all",
        "Bridge pending reopens",
        "Bridge posted, corrected",
        "Bridge really new reopens",
        "Bridge undated reopens",
    ]


def test_what_was_never_posted_is(story: Newsroom, mastodon: Mastodon, server: FakeMastodon) -> None:
    story.real = mastodon
    story.publishes("pending")
    backup = back_up(story.store)
    story.clock.tick(hours=2)
    story.source.shows = [sighting("unseen", published=story.clock()), *story.source.shows]
    put_back(story.store, backup)
    story.store.restore(story.clock())

    story.goes_on()

    assert titles(server) == ["Bridge pending reopens", "Bridge unseen reopens"]


def test_a_correction_that_was_made_while_nobody_looked_follows(
    story: Newsroom, mastodon: Mastodon, server: FakeMastodon
) -> None:
    """The article is recorded anew as it is by now; its post says what it said then."""
    story.real = mastodon
    backup = back_up(story.store)
    story.publishes("new")
    story.delivers()
    story.clock.tick(hours=2)
    story.source.shows = [sighting("new", published=story.source.shows[0].published, title="Bridge shut")]
    put_back(story.store, backup)
    story.store.restore(story.clock())

    story.goes_on()

    assert titles(server) == ["Bridge shut"]


def test_an_outbox_looks_at_its_own_files(story: Newsroom, tmp_path: Path) -> None:
    with impatient_session() as session:
        story.real = Outbox(name="wire", folder=tmp_path, session=session)
        backup = story.a_day_passes(days=1)
        before = sorted(tmp_path.rglob("*.json"))
        put_back(story.store, backup)
        story.store.restore(story.clock())
        story.goes_on()

    assert sorted(tmp_path.rglob("*.json")) == before
    assert len(before) == 5
    assert {d.standing for d in story.deliveries} == {Standing.SENT}


def test_receivers_of_a_webhook_know_what_they_have_had(story: Newsroom, tmp_path: Path) -> None:
    with FakeReceiver() as receiver, impatient_session() as session:
        (tmp_path / "secret").write_text(receiver.secret)
        story.real = Webhook(
            name="wire", url=receiver.address, secret=Secret(f"file:{tmp_path}/secret"), session=session
        )
        backup = story.a_day_passes(hours=2)
        before = [message["type"] for message in receiver.messages]
        put_back(story.store, backup)
        story.store.restore(story.clock())
        story.goes_on()

    assert [message["type"] for message in receiver.messages] == before
    assert before.count("article.published") == 5


@pytest.mark.parametrize("is_out", [True, False])
def test_what_a_channel_cannot_tell_is_left_to_a_person(story: Newsroom, is_out: bool) -> None:
    story.channel = FakeChannel(key_memory=None, can_find=False)
    story.publishes("pending")
    backup = back_up(story.store)
    put_back(story.store, backup)
    story.store.restore(story.clock())

    story.goes_on()
    assert story.delivery.standing is Standing.UNKNOWN
    assert "send" not in story.channel.requests
    ruling = was_posted(None) if is_out else was_not_posted
    story.store.rule(story.delivery.id, ruling, story.clock(), event="an operator has looked")
    story.goes_on()
    assert story.channel.requests.count("send") == (0 if is_out else 1)


def test_embargoed_articles_that_have_gone_out_since_are_looked_for(
    story: Newsroom, mastodon: Mastodon, server: FakeMastodon
) -> None:
    story.real = mastodon
    then = story.clock() + timedelta(hours=1)
    story.publishes("embargoed", published=then, embargo=then)
    assert story.delivery.standing is Standing.HELD
    backup = back_up(story.store)
    story.clock.tick(hours=2)
    story.store.release_due(story.clock(), story.editor.file)
    story.delivers()
    assert len(server.published) == 1
    story.clock.tick(hours=2)
    put_back(story.store, backup)
    story.store.restore(story.clock())

    story.store.release_due(story.clock(), story.editor.file)
    story.delivers_until_done()

    assert len(server.published) == 1
    assert [d.standing for d in story.deliveries] == [Standing.SENT]


def test_restoring_twice_changes_nothing(story: Newsroom) -> None:
    story.publishes("pending")
    story.store.restore(story.clock())
    once = story.deliveries
    story.store.restore(story.clock())

    assert story.deliveries == once
    deliver(story.deliverer(), "wire")
    assert story.channel.requests == ["find", "send"]


def test_a_mark_tells_how_much_has_happened(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    assert read_mark(folder) == 0
    write_mark(folder, 41)
    write_mark(folder, 42)
    assert read_mark(folder) == 42
    assert [path.name for path in folder.iterdir()] == ["newest-event"]

    (folder / "newest-event").write_text("damaged")
    assert read_mark(folder) == 0
    write_mark(tmp_path / "photos" / "newest-event" / "no folder", 1)


def test_a_worker_notices_that_its_database_is_older_than_what_has_happened(
    story: Newsroom, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app: Any = SimpleNamespace(
        store=story.store, declared=SimpleNamespace(keep=SimpleNamespace(photos=tmp_path))
    )
    story.publishes("pending")
    backup = back_up(story.store)
    story.delivers()
    notice_older_record(app)
    assert caplog.text == ""

    put_back(story.store, backup)
    notice_older_record(app)
    assert "taken for a backup that was put back" in caplog.text
    story.delivers()

    assert story.channel.requests == ["send", "find", "edit"], "nobody knows what it shows"
    assert story.delivery.standing == Standing.SENT
