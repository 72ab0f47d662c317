"""Actors on record: keys, followers, notes and reactions, on both databases."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from syndicator.domain.recipient import RecipientState
from syndicator.fediverse.received import Deed
from syndicator.fediverse.record import ActorPost
from syndicator.fediverse.strangers import Stranger
from syndicator.store import Store, schema
from syndicator.store.actor_tables import actor_key
from syndicator.store.portable import export_record
from tests.fakes import NOON

ANN = "https://social.example/users/ann"
POST = ActorPost(
    id="a1",
    channel="wire",
    key="guid#wire",
    url="https://news.example/1",
    note={},
    digest="d",
    published=NOON,
)


def stranger(account: str = ANN, shared: str = "https://social.example/inbox", **changes: Any) -> Stranger:
    made = Stranger(
        id=account, key_id=f"{account}#k", public_key="PEM", inbox=f"{account}/inbox", shared_inbox=shared
    )
    return replace(made, **changes)


def state(store: Store, address: str, channel: str = "wire") -> RecipientState | None:
    recipient = store.recipient(channel, address)
    return recipient.state if recipient else None


def test_a_key_is_made_once_and_shown_to_nobody(store: Store) -> None:
    key = store.actor_key("wire", NOON)

    assert store.actor_key("wire", NOON + timedelta(days=1)) == key
    assert store.actor_key("city", NOON).private_key != key.private_key
    assert "PRIVATE KEY" in key.private_key
    assert "PRIVATE KEY" not in repr(key)
    assert "PUBLIC KEY" in key.public_key()


def test_no_private_key_is_in_an_export(sqlite_store: Store) -> None:
    sqlite_store.actor_key("wire", NOON)
    sqlite_store.follow("wire", stranger(), "r1", NOON)
    file = io.BytesIO()

    header = export_record(sqlite_store, file, lambda _header: lambda _rows: None)

    assert "actor_key" not in header.columns
    assert header.rows["follower"] == 1
    with sqlite_store.reading() as connection:
        key = connection.execute(select(actor_key)).one().private_key
    assert key.splitlines()[1].encode() not in file.getvalue()


def test_followers_of_one_server_are_one_recipient(store: Store) -> None:
    assert store.follow("wire", stranger(), "r1", NOON)
    assert not store.follow("wire", stranger(), "r2", NOON)
    assert store.follow("wire", stranger("https://social.example/users/ben"), "r3", NOON)
    assert store.follow("wire", stranger("https://lone.example/cid", shared=""), "r4", NOON)

    assert store.count_followers("wire") == (3, 2)
    assert store.count_followers("city") == (0, 0)
    assert state(store, "https://lone.example/cid/inbox") is RecipientState.ACTIVE


def test_a_recipient_leaves_with_its_last_follower_and_comes_back_with_the_next(store: Store) -> None:
    for name in ("ann", "ben"):
        store.follow("wire", stranger(f"https://social.example/users/{name}"), name, NOON)

    assert store.unfollow(ANN, NOON, "wire") == 1
    assert state(store, "https://social.example/inbox") is RecipientState.ACTIVE
    assert store.unfollow("https://social.example/users/ben", NOON) == 1
    assert state(store, "https://social.example/inbox") is RecipientState.LEFT
    assert store.unfollow(ANN, NOON) == 0

    store.follow("wire", stranger(), "again", NOON)
    assert state(store, "https://social.example/inbox") is RecipientState.ACTIVE


def test_what_is_undone_by_its_id_alone(store: Store) -> None:
    store.follow("wire", stranger(), "r1", NOON)
    store.follow("city", stranger(), "r2", NOON)

    assert store.unfollow(ANN, NOON, request="another") == 0
    assert store.unfollow(ANN, NOON, request="r2") == 1
    assert store.count_followers("wire")[0] == 1
    assert store.count_followers("city")[0] == 0


def test_a_follower_whose_inbox_is_another_one(store: Store) -> None:
    store.follow("wire", stranger(), "r1", NOON)
    store.change_state("wire", "https://social.example/inbox", RecipientState.DEAD, NOON, "gone")
    store.move_follower(stranger(), NOON)
    assert state(store, "https://social.example/inbox") is RecipientState.ACTIVE

    store.move_follower(stranger(shared="https://social.example/new"), NOON)
    assert state(store, "https://social.example/inbox") is RecipientState.LEFT
    assert state(store, "https://social.example/new") is RecipientState.ACTIVE
    assert store.is_follower(ANN)

    store.move_follower(stranger("https://social.example/users/nobody"), NOON)
    assert not store.is_follower("https://social.example/users/nobody")


def test_answers_are_owed_until_they_are_given(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(insert(schema.channel).values(name="wire"))
    store.follow("wire", stranger(), "r1", NOON)

    [owed] = store.owed_answers("wire", NOON, 10)
    assert (owed.account, owed.inbox, owed.request, owed.failures) == (ANN, f"{ANN}/inbox", "r1", 0)
    later = NOON + timedelta(minutes=1)
    store.settle_answer(owed, later)
    assert store.owed_answers("wire", NOON, 10) == []
    [owed] = store.owed_answers("wire", later, 10)
    assert owed.failures == 1

    store.follow("wire", stranger(), "r2", later)  # asked anew meanwhile
    store.settle_answer(owed, None)
    assert [each.request for each in store.owed_answers("wire", later, 10)] == ["r2"]
    assert [job.value for job, _ in store.due(later).jobs] == ["broadcast"]


def test_notes_by_their_delivery_and_the_newest_first(store: Store) -> None:
    store.keep_actor_post(POST)
    store.keep_actor_post(replace(POST, id="b2", key="other", published=NOON + timedelta(hours=1)))
    assert store.actor_post("wire", "a1") == POST
    assert store.actor_post("city", "a1") is None
    assert [post.id for post in store.newest_actor_posts("wire", 0, 10)] == ["b2", "a1"]

    gone = replace(POST, deleted=NOON, note={})
    store.keep_actor_post(gone)
    store.keep_actor_post(replace(POST, id="c3"))
    assert [post.id for post in store.actor_posts_of("wire", POST.key)] == ["a1", "c3"]
    assert [post.id for post in store.newest_actor_posts("wire", 1, 10)] == ["c3"]
    assert store.count_actor_posts("wire") == 2


def test_reactions_are_counted_once_and_taken_back(store: Store) -> None:
    store.keep_actor_post(POST)

    assert store.react("wire", "a1", Deed.LIKE, ANN, "l1")
    assert not store.react("wire", "a1", Deed.LIKE, ANN, "l2")  # nobody likes a post twice
    assert store.react("wire", "a1", Deed.SHARE, ANN, "s1")
    assert store.react("wire", "a1", Deed.REPLY, ANN, "r1")
    assert store.react("wire", "a1", Deed.REPLY, ANN, "r2")
    assert not store.react("wire", "zz", Deed.LIKE, ANN, "l3")
    assert not store.react("city", "a1", Deed.LIKE, ANN, "l3")
    assert store.reactions("a1") == {Deed.LIKE: 1, Deed.SHARE: 1, Deed.REPLY: 2}

    assert store.has_reaction(ANN, "l1")
    assert not store.take_back("https://evil.example/eve", "l1")
    assert store.take_back(ANN, "l1")
    assert not store.has_reaction(ANN, "l1")
    assert store.reactions("a1")[Deed.LIKE] == 0


def test_there_are_only_so_many(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicator.store.actors.MAX_REACTIONS", 3)
    store.keep_actor_post(POST)

    taken = [store.react("wire", "a1", Deed.REPLY, ANN, f"r{n}") for n in range(5)]

    assert taken == [True] * 3 + [False] * 2


def test_a_deleted_note_has_no_reactions(store: Store) -> None:
    store.keep_actor_post(POST)
    store.react("wire", "a1", Deed.LIKE, ANN, "l1")
    store.keep_actor_post(replace(POST, deleted=NOON))

    assert store.reactions("a1")[Deed.LIKE] == 0
    assert not store.react("wire", "a1", Deed.LIKE, ANN, "l1")
