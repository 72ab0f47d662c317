"""Replies on Mastodon, and what becomes of them where the status that they are to answer is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.channels.mastodon import Mastodon
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import PostGone
from syndicator.domain.post import Post
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from tests.channels.contract import ARTICLE, OTHER, impatient_session
from tests.channels.servers import FakeMastodon


@pytest.fixture
def server() -> Iterator[FakeMastodon]:
    with FakeMastodon() as fake:
        yield fake


@pytest.fixture
def channel(server: FakeMastodon, tmp_path: Path) -> Iterator[Mastodon]:
    (tmp_path / "token").write_text(server.token)
    with impatient_session() as session:
        yield Mastodon(
            name="wire", server=server.address, token=Secret(f"file:{tmp_path}/token"), session=session
        )


def reply(channel: Mastodon, to: Receipt) -> Post:
    return replace(compose(OTHER, channel.capabilities), reply_to=to)


def test_a_reply_stands_under_its_status(channel: Mastodon, server: FakeMastodon) -> None:
    first = channel.send(compose(ARTICLE, channel.capabilities), key="1")
    channel.send(reply(channel, first), key="2")

    assert [status.answers for status in server.shelf.statuses.values()] == ["", first.remote_id]


def test_a_status_that_is_gone_cannot_be_answered(channel: Mastodon, server: FakeMastodon) -> None:
    first = channel.send(compose(ARTICLE, channel.capabilities), key="1")
    channel.delete(first, compose(ARTICLE, channel.capabilities))

    with pytest.raises(PostGone, match="is gone"):
        channel.send(reply(channel, first), key="2")
    assert not server.shelf.statuses


def test_a_spent_key_of_a_reply_is_not_taken_for_a_parent_that_is_gone(
    channel: Mastodon, server: FakeMastodon
) -> None:
    first = channel.send(compose(ARTICLE, channel.capabilities), key="1")
    second = channel.send(reply(channel, first), key="2")
    channel.delete(second, reply(channel, first))
    channel.send(reply(channel, first), key="2")

    assert len(server.shelf.statuses) == 2
