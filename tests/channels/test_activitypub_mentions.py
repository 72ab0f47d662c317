"""Mentions in an actor's notes: who is meant is found by WebFinger, and told by their server alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from syndicator.channels.activitypub import ActivityPub
from syndicator.domain.article import Article
from syndicator.domain.errors import FetchError
from syndicator.domain.post import Post, Style
from syndicator.domain.recipient import RecipientState
from syndicator.fediverse import mentioned
from syndicator.fediverse.accounts import Accounts, NoAccount
from syndicator.jobs.double_knock import SCHEMES
from syndicator.posts.compose import compose
from syndicator.store import Store
from tests.channels.actors import NAME, Newsroom, newsroom, utc_now
from tests.channels.contract import ARTICLE, KEY, OTHER, OTHER_KEY
from tests.channels.fediverse_server import FollowersServer
from tests.channels.local_server import Trouble, body, reset, status

TOLD = replace(ARTICLE, title="The Harbour Board mends the weir", summary="It was time.")
AGAIN = replace(TOLD, title="The Harbour Board mends the old weir", revision=2)


@pytest.fixture(autouse=True)
def accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mentioned, "ACCOUNTS", Accounts())


@pytest.fixture
def board() -> Iterator[FollowersServer]:
    """The server of who is mentioned, where nobody follows."""
    with FollowersServer() as opened:
        link = {"rel": "self", "type": "application/activity+json", "href": opened.account("board")}
        opened.webfinger = {"links": [{"rel": "other"}, link]}
        yield opened


@pytest.fixture
def room(board: FollowersServer, sqlite_store: Store) -> Iterator[Newsroom]:
    host = board.address.removeprefix("http://")
    with newsroom(sqlite_store, allow=(host,)) as opened:
        board.key_of = opened.public_key
        yield opened
    SCHEMES.forget(host)


def handle(board: FollowersServer) -> str:
    return f"board@{board.address.removeprefix('http://')}"


def post(channel: ActivityPub, board: FollowersServer, article: Article = TOLD) -> Post:
    style = Style(mentions={"Harbour Board": f"@{handle(board)}"})
    return compose(article, channel.capabilities, style)


def kinds(board: FollowersServer) -> list[str]:
    return [each["type"] for each in board.timeline.activities]


def note_of(room: Newsroom) -> dict[str, Any]:
    [kept] = room.store.newest_actor_posts(NAME, 0, 5)
    return kept.note


def test_who_is_mentioned_is_named_linked_and_told(room: Newsroom, board: FollowersServer) -> None:
    receipt = room.channel.send(post(room.channel, board), key=KEY)
    room.broadcasts()

    [create] = board.timeline.activities
    account, note = board.account("board"), create["object"]
    assert note["tag"] == [{"type": "Mention", "href": account, "name": f"@{handle(board)}"}]
    assert create["cc"] == note["cc"] == [room.channel.actor.followers, account]
    assert f'<a href="{account}" class="u-url mention">@<span>{handle(board)}</span></a>' in note["content"]
    assert board.asked_for == [f"acct:{handle(board)}"]
    assert receipt.is_current


def test_they_are_told_of_its_correction_and_deletion_and_of_nothing_else(
    room: Newsroom, board: FollowersServer
) -> None:
    receipt = room.channel.send(post(room.channel, board), key=KEY)
    room.channel.send(post(room.channel, board, OTHER), key=OTHER_KEY)
    room.channel.edit(receipt, post(room.channel, board, AGAIN))
    room.channel.delete(receipt, post(room.channel, board, AGAIN))
    room.channel.delete(receipt, post(room.channel, board, AGAIN))
    room.broadcasts()

    assert kinds(board) == ["Create", "Update", "Delete"]
    assert board.timeline.notes == {}
    recipient = room.store.recipient(NAME, board.shared_inbox)
    assert recipient
    assert recipient.state is RecipientState.ACTIVE
    assert room.broadcasts() == 0


def test_where_somebody_follows_the_server_is_told_once_of_everything(
    room: Newsroom, board: FollowersServer
) -> None:
    room.is_followed(board)
    room.channel.send(post(room.channel, board), key=KEY)
    room.channel.send(post(room.channel, board, OTHER), key=OTHER_KEY)
    room.broadcasts()

    assert kinds(board) == ["Accept", "Create", "Create"]


def test_who_follows_later_is_told_of_everything_from_then_on(room: Newsroom, board: FollowersServer) -> None:
    room.channel.send(post(room.channel, board), key=KEY)
    room.broadcasts()
    room.is_followed(board)
    room.channel.send(post(room.channel, board, OTHER), key=OTHER_KEY)
    room.broadcasts()

    assert kinds(board) == ["Create", "Accept", "Create"]


def test_who_leaves_and_is_mentioned_is_told_of_that_alone(room: Newsroom, board: FollowersServer) -> None:
    room.is_followed(board)
    room.broadcasts()
    room.store.unfollow(board.account("ann"), utc_now())
    room.channel.send(post(room.channel, board, OTHER), key=OTHER_KEY)
    room.channel.send(post(room.channel, board), key=KEY)
    room.broadcasts()

    assert kinds(board) == ["Accept", "Create"]
    assert "Harbour" not in board.published[0].text
    assert handle(board) in board.published[0].text


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(status(404), at="/.well-known"),
        Trouble(status(500), at="/users"),
        Trouble(reset, at="/users"),
        Trouble(body(b'{"links": []}'), at="/.well-known"),
        Trouble(body(b'{"links": {"self": 1}}'), at="/.well-known"),
        Trouble(body(b"<html>", "text/html"), at="/.well-known"),
        Trouble(body(b"[" * 100_000), at="/.well-known"),
        Trouble(body(b"x" * 2_000_000), at="/.well-known"),
        Trouble(body(b"{}"), at="/users"),
        Trouble(body(b'{"id": "https://other.example/a"}', "application/activity+json"), at="/users"),
        Trouble(
            body(
                b'{"links": [{"rel": "self", "type": "application/activity+json", "href": "http://127.0.0.1:1/u"}]}'
            ),
            at="/.well-known",
        ),
    ],
)
def test_who_is_not_found_stands_there_as_words_and_is_told(
    room: Newsroom, board: FollowersServer, remarks: list[str], trouble: Trouble
) -> None:
    board.trouble = trouble
    room.channel.send(post(room.channel, board), key=KEY)
    room.broadcasts()

    note = note_of(room)
    assert "tag" not in note
    assert note["cc"] == [room.channel.actor.followers]
    assert f"@{handle(board)}" in note["content"]
    assert board.timeline.activities == []
    [line] = remarks
    assert line.startswith(f"without the mention of @{handle(board)}: ")
    assert len(line) < 500


def test_an_inbox_elsewhere_is_not_believed(
    room: Newsroom, board: FollowersServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = board.profile("board") | {"inbox": "https://victim.example/inbox"}
    monkeypatch.setattr(board, "profile", lambda _name: profile)
    room.channel.send(post(room.channel, board), key=KEY)

    assert note_of(room)["cc"] == [room.channel.actor.followers]
    assert room.store.active_recipients(NAME) == 0


def test_that_there_is_no_answer_is_kept_for_a_while() -> None:
    now, asked = [0.0], list[str]()
    accounts = Accounts(lambda: now[0])

    def fetch(url: str, *, is_declared: bool) -> Any:
        assert is_declared
        asked.append(url)
        raise FetchError(url, "no answer")

    for at, requests in ((0.0, 1), (599.0, 1), (601.0, 2)):
        now[0] = at
        with pytest.raises(NoAccount, match=r"gov\.example: no answer"):
            accounts.find("Board@gov.example", fetch)
        assert len(asked) == requests
    assert asked[0] == "https://gov.example/.well-known/webfinger?resource=acct:Board@gov.example"


@pytest.mark.parametrize(
    "odd", ["board", "@", "a b@x.example", "board@", "board@x/../y", "board@x.example?z"]
)
def test_what_is_no_handle_is_asked_of_nobody(odd: str) -> None:
    def fetch(url: str, *, is_declared: bool) -> Any:
        raise AssertionError(url)

    with pytest.raises(NoAccount, match="it is no handle"):
        Accounts().find(odd, fetch)
