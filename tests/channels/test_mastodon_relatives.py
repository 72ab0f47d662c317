"""Mastodon's relatives: told apart by what they say, and served as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from syndicator.channels.mastodon import Mastodon
from syndicator.domain.capabilities import ALWAYS, NEVER
from syndicator.domain.errors import OutcomeUnknown, PostGone, Refused, TryLater
from syndicator.domain.post import Post, Style
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from tests.channels.contract import ARTICLE, KEY, impatient_session, picture
from tests.channels.local_server import Trouble, half
from tests.channels.mastodon_relatives import FakeAkkoma, FakeFriendica, FakeGoToSocial, FakePixelfed
from tests.channels.servers import FakeMastodon

STATUSES = "/api/v1/statuses"
SETTINGS: dict[type[FakeMastodon], dict[str, Any]] = {
    FakeGoToSocial: {"remembers_keys": False, "max_characters": 5000, "description_limit": 5000},
    FakeAkkoma: {"remembers_keys": False, "max_characters": 5000, "description_limit": 5000},
    FakeFriendica: {"remembers_keys": False},
    FakePixelfed: {"remembers_keys": False, "needs_photo": True, "edits": False},
}


@pytest.fixture(params=SETTINGS, ids=lambda kind: kind.__name__)
def server(request: pytest.FixtureRequest) -> Iterator[FakeMastodon]:
    with request.param() as fake:
        yield fake


@pytest.fixture
def undeclared(server: FakeMastodon, tmp_path: Path) -> Iterator[Mastodon]:
    (tmp_path / "token").write_text(server.token)
    with impatient_session() as session:
        token = Secret(f"file:{tmp_path}/token")
        yield Mastodon(name="wire", server=server.address, token=token, session=session)


@pytest.fixture
def channel(undeclared: Mastodon, server: FakeMastodon) -> Mastodon:
    return replace(undeclared, **SETTINGS[type(server)])


def post(channel: Mastodon, *, has_photo: bool = True) -> Post:
    return compose(ARTICLE, channel.capabilities, photo=picture() if has_photo else None)


def test_check_names_the_software_and_what_to_declare(
    undeclared: Mastodon, channel: Mastodon, server: FakeMastodon
) -> None:
    told = undeclared.check()

    names = {
        FakeGoToSocial: "GoToSocial 0.20.2",
        FakeAkkoma: "Akkoma 3.13.2",
        FakeFriendica: "Friendica 2024.12",
    }
    assert f"the server is {names.get(type(server), 'Pixelfed 0.12.6')}" in told
    for name, value in SETTINGS[type(server)].items():
        shown = str(value).lower() if isinstance(value, bool) else f"{name} is {value}"
        assert (f"{name} = {shown}" if isinstance(value, bool) else shown) in told
    assert channel.check() == "@newsroom on 127.0.0.1; may post, with photos"


def test_a_post_is_there_as_it_was_sent(channel: Mastodon, server: FakeMastodon) -> None:
    receipt = channel.send(post(channel), key=KEY)

    assert receipt.differs == ""
    assert [each.remote_id for each in server.published] == [receipt.remote_id]
    channel.delete(receipt, post(channel))
    assert server.published == []


def test_a_lost_answer_is_looked_up_and_never_repeated(channel: Mastodon, server: FakeMastodon) -> None:
    assert channel.capabilities.key_memory is None
    server.trouble = Trouble(half, at=STATUSES, after=True)
    with pytest.raises(OutcomeUnknown):
        channel.send(post(channel), key=KEY)
    server.trouble = None

    found = channel.find(post(channel), key=KEY)
    assert found is not None
    assert found.remote_id == server.published[0].remote_id


def test_what_a_server_is_counts_more_than_what_is_declared(
    undeclared: Mastodon, server: FakeMastodon
) -> None:
    """Whatever was planned for a server with keys is planned anew, once: it may be a repeat."""
    with pytest.raises(TryLater, match="declare remembers_keys = false") as caught:
        undeclared.send(post(undeclared), key=KEY)
    assert not caught.value.rests_account
    assert server.published == []
    assert undeclared.capabilities.key_memory is None

    server.trouble = Trouble(half, at=STATUSES, after=True)
    with pytest.raises(OutcomeUnknown):
        undeclared.send(post(undeclared), key=KEY)
    server.trouble = None
    found = undeclared.find(post(undeclared), key=KEY)
    assert found is not None
    assert [each.remote_id for each in server.published] == [found.remote_id]
    assert all("Idempotency-Key" not in request.headers for request in server.requests)
    asked = [request.path for request in server.requests if request.path.endswith("/instance")]
    assert len(asked) == len(set(asked))  # once in a process


def test_a_repeat_that_was_planned_before_the_server_was_known_is_none(
    undeclared: Mastodon, channel: Mastodon, server: FakeMastodon
) -> None:
    channel.send(post(channel), key=KEY)  # by a process that has ended since

    with pytest.raises(TryLater):
        undeclared.send(post(undeclared), key=KEY)
    assert len(server.published) == 1


def test_a_server_that_needs_a_photo_is_sent_none_without(undeclared: Mastodon, server: FakeMastodon) -> None:
    with pytest.raises(TryLater):
        undeclared.send(post(undeclared, has_photo=False), key=KEY)

    if isinstance(server, FakePixelfed):
        with pytest.raises(Refused, match="card = true"):
            undeclared.send(post(undeclared, has_photo=False), key=KEY)
    else:
        undeclared.send(post(undeclared, has_photo=False), key=KEY)


def test_an_edit_that_a_server_does_not_have_tells_no_deletion(
    undeclared: Mastodon, channel: Mastodon, server: FakeMastodon
) -> None:
    receipt = channel.send(post(channel), key=KEY)

    if isinstance(server, FakePixelfed):
        with pytest.raises(Refused, match="stands") as caught:
            undeclared.edit(receipt, post(channel))
        assert not isinstance(caught.value, PostGone)
    else:
        undeclared.edit(receipt, post(channel))


def test_a_post_that_failed_before_is_not_refused_for_its_key(
    channel: Mastodon, server: FakeMastodon
) -> None:
    """Some keep a key although nothing came of it."""
    server.trouble = Trouble(half, at=STATUSES, after=False)
    with pytest.raises(OutcomeUnknown):
        channel.send(post(channel), key=KEY)
    server.trouble = None
    channel.send(post(channel), key=KEY)
    channel.send(post(channel), key=KEY)
    assert len(server.published) == 2


def test_edits_are_there_where_they_are(channel: Mastodon, server: FakeMastodon) -> None:
    has_edits = not isinstance(server, FakePixelfed)
    assert channel.capabilities.edit_within == (ALWAYS if has_edits else NEVER)
    receipt = channel.send(post(channel), key=KEY)
    if has_edits:
        channel.edit(receipt, post(channel, has_photo=False))
        assert server.published[0].photo is None


def test_no_post_without_a_photo_where_one_is_needed(channel: Mastodon, server: FakeMastodon) -> None:
    if channel.needs_photo:
        with pytest.raises(Refused, match="card = true"):
            channel.send(post(channel, has_photo=False), key=KEY)
        assert all(request.path != STATUSES for request in server.requests)
    else:
        channel.send(post(channel, has_photo=False), key=KEY)
        assert len(server.published) == 1


@pytest.mark.parametrize("words", ["Pictures of war. " * 12, "ຮູບ ກ່ຽວກັບ ສົງຄາມ " * 10])
def test_a_warning_is_as_long_as_the_server_takes_it(
    undeclared: Mastodon, channel: Mastodon, server: FakeMastodon, words: str, remarks: list[str]
) -> None:
    """Pixelfed counts code points, of which a Lao letter with its tone mark has two."""
    words = words.strip()
    capabilities = replace(channel.capabilities, text=5000)
    warned = compose(ARTICLE, capabilities, Style(warnings={"City": words}), photo=picture())
    assert warned.warning == words

    with pytest.raises(TryLater):
        undeclared.send(warned, key=KEY)
    for each in undeclared, channel:
        each.send(warned, key=f"{KEY}{id(each)}")

    sent = [json.loads(r.body)["spoiler_text"] for r in server.requests if r.path == STATUSES]
    if isinstance(server, FakePixelfed):
        assert len({*sent}) == 1
        assert 100 < len(sent[-1]) <= 140
        assert words.startswith(sent[-1].rstrip("…"))
        assert words.removeprefix(sent[-1].rstrip("…"))[0] == " "
        assert remarks == [f"warning cut to {len(sent[-1])} characters: the server takes 140"]
    else:
        assert sent == [words, words]
        assert remarks == []
