"""An actor and its followers, who verify what they are sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from syndicator.channels.activitypub import ActivityPub
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, PostGone
from syndicator.domain.post import Style
from syndicator.domain.recipient import RecipientState
from syndicator.fediverse import documents
from syndicator.fediverse.signatures import Scheme
from syndicator.jobs.job import Job
from syndicator.posts.compose import compose
from syndicator.store import Store
from tests.channels.actors import NAME, Newsroom, followed_newsroom, newsroom, utc_now
from tests.channels.contract import ARTICLE, CORRECTED, KEY, OTHER, OTHER_KEY, ChannelContract
from tests.channels.fediverse_server import FollowersServer
from tests.channels.local_server import Trouble, status
from tests.store.announced import announcements_of

pytestmark = pytest.mark.slow  # databases or processes throughout

SERVER = FollowersServer

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@pytest.fixture
def room(server: FollowersServer, sqlite_store: Store) -> Iterator[Newsroom]:
    with followed_newsroom(sqlite_store, server) as opened:
        server.settle = opened.broadcasts
        yield opened


@pytest.fixture
def channel(room: Newsroom) -> ActivityPub:
    return room.channel


@pytest.fixture
def secret(room: Newsroom) -> str:
    return room.store.actor_key(NAME, utc_now()).private_key


class TestActivityPub(ChannelContract):
    def test_a_trial_says_where_it_posts_to(self, channel: ActivityPub, server: FollowersServer) -> None:  # type: ignore[override]  # of this server
        """It looks for its own name, as anybody does who wants to follow."""
        found = trial(channel, server)

        assert found.check() == f"@news@{found.domain}: 1 followers at 1 inboxes"
        assert server.published == []

    @pytest.mark.parametrize("leads_to", ["https://other.example/ap/wire", None])
    def test_a_name_that_does_not_lead_here(
        self, channel: ActivityPub, server: FollowersServer, leads_to: str | None
    ) -> None:
        found = trial(channel, server)
        server.webfinger = {"links": [{"href": leads_to}]} if leads_to else None

        with pytest.raises(
            Misconfigured, match=r"pass /\.well-known/webfinger on to http://feeds\.news\.example"
        ):
            found.check()

    def test_where_nobody_can_follow_it(self, sqlite_store: Store) -> None:
        with newsroom(sqlite_store, "http://127.0.0.1:8000", domain="") as room:
            assert "declare [web] public_url" in room.channel.check()

    def test_a_note_says_what_servers_ask_for(self, channel: ActivityPub, server: FollowersServer) -> None:
        receipt = channel.send(self.post(channel), key=KEY)

        assert len(server.published) == 1
        create = server.timeline.activities[-1]
        note = create["object"]
        assert (create["type"], create["actor"]) == ("Create", channel.actor.id)
        assert create["to"] == note["to"] == [PUBLIC]
        assert create["cc"] == note["cc"] == [channel.actor.followers]
        assert note["id"] == note["url"] == receipt.url == channel.actor.post(receipt.remote_id)
        assert note["attributedTo"] == channel.actor.id
        assert note["contentMap"] == {"lo-LA": note["content"]}
        assert "summary" not in note
        assert note["attachment"] == [
            {
                "type": "Image",
                "url": "https://news.example/tram.jpg",
                "mediaType": "image/jpeg",
                "name": "A tram on the bridge at dawn",
                "summary": "A tram on the bridge at dawn",
            }
        ]

    def test_a_warning_and_hashtags(self, channel: ActivityPub, server: FollowersServer) -> None:
        style = Style(hashtags={"city": "ວຽງຈັນ"}, warnings={"city": "traffic"})
        channel.send(compose(ARTICLE, channel.capabilities, style), key=KEY)

        assert len(server.published) == 1
        [note] = server.timeline.notes.values()
        assert (note["summary"], note["sensitive"]) == ("traffic", True)
        [tag] = note["tag"]
        assert (tag["type"], tag["name"]) == ("Hashtag", "#ວຽງຈັນ")
        assert tag["href"] in note["content"]

    def test_an_update_is_newer_and_has_an_id_of_its_own(
        self, channel: ActivityPub, server: FollowersServer
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        for article in (CORRECTED, ARTICLE, CORRECTED):  # back and forth, within a second
            channel.edit(receipt, self.post(channel, article))

        [published] = server.published
        assert CORRECTED.title in published.text
        updates = [each for each in server.timeline.activities if each["type"] == "Update"]
        assert len({each["id"] for each in updates}) == 3
        times = [each["object"]["updated"] for each in updates]
        assert times == sorted(set(times))

    def test_what_was_deleted_is_told_as_a_tombstone(
        self, channel: ActivityPub, server: FollowersServer
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        channel.delete(receipt, self.post(channel))

        assert server.published == []
        delete = server.timeline.activities[-1]
        assert (delete["type"], delete["object"]["type"]) == ("Delete", "Tombstone")
        assert delete["object"]["id"] == receipt.url
        with pytest.raises(PostGone):
            channel.edit(receipt, self.post(channel, CORRECTED))

    def test_what_is_published_again_is_another_note(
        self, channel: ActivityPub, server: FollowersServer
    ) -> None:
        first = channel.send(self.post(channel), key=KEY)
        channel.delete(first, self.post(channel))
        second = channel.send(self.post(channel), key=KEY)

        assert first.remote_id != second.remote_id
        assert [each.remote_id for each in server.published] == [second.remote_id]

    def test_an_answer_to_another_post_stays_one(self, channel: ActivityPub, server: FollowersServer) -> None:
        first = channel.send(self.post(channel), key=KEY)
        reply = channel.send(replace(self.post(channel, OTHER), reply_to=first), key=OTHER_KEY)
        channel.edit(reply, self.post(channel, replace(OTHER, title="Another title")))

        assert len(server.published) == 2
        assert server.timeline.notes[reply.url]["inReplyTo"] == first.url

    def test_nothing_was_posted(self, channel: ActivityPub) -> None:
        assert channel.find(self.post(channel), key=KEY) is None
        channel.delete(Receipt(remote_id="none"), self.post(channel))

    def test_a_repeat_says_the_same_to_the_letter(
        self, channel: ActivityPub, server: FollowersServer
    ) -> None:
        server.trouble = Trouble(status(503), at="/inbox", after=True)
        channel.send(self.post(channel), key=KEY)
        assert len(server.published) == 1
        server.trouble = None
        recipient = channel.actors.recipient(NAME, server.shared_inbox)  # type: ignore[attr-defined]  # the store
        assert recipient.failures == 1

        bodies = {request.body for request in server.requests if b'"Create"' in request.body}
        assert len(bodies) == 1


def trial(channel: ActivityPub, server: FollowersServer) -> ActivityPub:
    """The channel, if its name were of this server's domain, and led to it."""
    site = replace(channel.site, feeds_url="http://feeds.news.example/feeds")
    found = replace(channel, domain=server.address.removeprefix("http://"), site=site)
    server.webfinger = documents.webfinger(found.actor)
    return found


class TestFollowers:
    def test_who_asks_to_follow_is_answered(self, room: Newsroom, server: FollowersServer) -> None:
        request = room.is_followed(server, "ben")
        room.broadcasts()

        accepts = [each for each in server.timeline.activities if each["type"] == "Accept"]
        assert {each["object"]["actor"] for each in accepts} == {server.account("ann"), server.account("ben")}
        accept = next(each for each in accepts if each["object"]["id"] == request)
        assert accept["object"]["object"] == room.channel.actor.id

        room.broadcasts()
        assert len([each for each in server.timeline.activities if each["type"] == "Accept"]) == 2

    def test_an_answer_that_is_not_taken_is_given_again(
        self, room: Newsroom, server: FollowersServer
    ) -> None:
        server.trouble = Trouble(status(502), at="/users/ann/inbox")
        room.broadcasts()
        assert room.store.due(utc_now()).jobs == []
        server.trouble = None

        [owed] = room.store.owed_answers(NAME, utc_now().replace(year=2100), 10)
        assert owed.failures == 1
        room.store.settle_answer(replace(owed, failures=0), utc_now())
        assert (Job.BROADCAST, NAME) in room.store.due(utc_now()).jobs
        room.broadcasts()
        assert server.timeline.activities[-1]["type"] == "Accept"
        assert room.store.due(utc_now()).jobs == []

    def test_a_server_is_sent_a_post_once_for_all_its_people(
        self, room: Newsroom, server: FollowersServer
    ) -> None:
        for name in ("ben", "cid", "dee"):
            room.is_followed(server, name)
        room.channel.send(compose(ARTICLE, room.channel.capabilities), key=KEY)
        room.broadcasts()

        assert [each["type"] for each in server.timeline.activities].count("Create") == 1
        assert room.store.count_followers(NAME) == (4, 1)

    @pytest.mark.parametrize("scheme", list(Scheme))
    def test_a_server_that_verifies_one_scheme_alone(
        self, room: Newsroom, server: FollowersServer, scheme: Scheme
    ) -> None:
        server.schemes = {scheme}
        for key, article in ((KEY, ARTICLE), (OTHER_KEY, OTHER)):
            room.channel.send(compose(article, room.channel.capabilities), key=key)
            room.broadcasts()

        assert len(server.timeline.notes) == 2
        posted = [request for request in server.requests if request.method == "POST"]
        # an answer and two posts; the first knock is in vain, once
        assert len(posted) == (3 if scheme is Scheme.DRAFT else 4)

    def test_a_server_that_verifies_nothing(self, room: Newsroom, server: FollowersServer) -> None:
        server.schemes = set()
        room.channel.send(compose(ARTICLE, room.channel.capabilities), key=KEY)
        room.broadcasts()

        recipient = room.store.recipient(NAME, server.shared_inbox)
        assert recipient
        assert (recipient.failures, recipient.reason) == (1, "answers 401")

    @pytest.mark.parametrize(
        ("code", "state", "failures"),
        [
            (410, RecipientState.DEAD, 0),
            (404, RecipientState.ACTIVE, 1),
            (500, RecipientState.ACTIVE, 1),
            (429, RecipientState.ACTIVE, 1),
            (301, RecipientState.ACTIVE, 1),
            (403, RecipientState.ACTIVE, 0),
            (422, RecipientState.ACTIVE, 0),
        ],
    )
    def test_what_servers_answer(
        self, room: Newsroom, server: FollowersServer, code: int, state: RecipientState, failures: int
    ) -> None:
        server.trouble = Trouble(status(code), at="/inbox")
        room.channel.send(compose(ARTICLE, room.channel.capabilities), key=KEY)
        room.broadcasts()

        recipient = room.store.recipient(NAME, server.shared_inbox)
        assert recipient
        assert (recipient.state, recipient.failures) == (state, failures)
        assert f"{code}" in recipient.reason

    def test_an_address_in_a_private_network_is_not_sent_to(self, sqlite_store: Store) -> None:
        with FollowersServer() as server, newsroom(sqlite_store) as room:
            room.is_followed(server)
            room.channel.send(compose(ARTICLE, room.channel.capabilities), key=KEY)
            room.broadcasts()

            assert server.requests == []
            recipient = room.store.recipient(NAME, server.shared_inbox)
            assert recipient
            assert recipient.failures == 1

    def test_who_follows_later_is_told_what_is_new_from_then_on(
        self, room: Newsroom, server: FollowersServer
    ) -> None:
        room.store.unfollow(server.account("ann"), utc_now())
        room.channel.send(compose(ARTICLE, room.channel.capabilities), key=KEY)
        room.is_followed(server, "ben")
        room.channel.send(compose(OTHER, room.channel.capabilities), key=OTHER_KEY)
        room.broadcasts()

        assert [each["type"] for each in server.timeline.activities] == ["Accept", "Create"]


def test_the_account_moves_out(sqlite_store: Store) -> None:
    target = "https://social.example/users/news"
    with FollowersServer() as server:
        host = server.address.removeprefix("http://")
        with newsroom(sqlite_store, allow=(host,), moved_to=target) as room:
            server.key_of = room.public_key
            room.is_followed(server)
            for _ in range(3):
                room.channel.tell_declared()
                room.broadcasts()

    moves = [each for each in server.timeline.activities if each["type"] == "Move"]
    assert len(moves) == 1
    assert (moves[0]["object"], moves[0]["target"]) == (room.channel.actor.id, target)


@pytest.mark.parametrize("change", [{"handle": "desk"}, {"domain": "ledger.example"}])
def test_another_name_is_told_and_keeps_its_followers(
    sqlite_store: Store, change: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with FollowersServer() as server:
        host = server.address.removeprefix("http://")
        with newsroom(sqlite_store, allow=(host,)) as room:
            server.key_of = room.public_key
            room.is_followed(server)
            room.channel.tell_declared()
            room.channel.tell_declared()
            room.broadcasts()
            assert caplog.text == ""

            room.channel = replace(room.channel, **change)  # type: ignore[arg-type]  # settings are texts
            for _ in range(3):
                room.channel.tell_declared()
                room.broadcasts()
            room.channel.send(compose(ARTICLE, room.channel.capabilities), key=KEY)
            room.broadcasts()

    told = server.timeline.activities
    assert [each["type"] for each in told] == ["Accept", "Update", "Create"]
    actor = room.channel.actor
    assert (told[1]["object"]["id"], told[1]["object"]["preferredUsername"]) == (actor.id, actor.handle)
    [line] = [each.getMessage() for each in caplog.records]
    assert line.startswith(f"channel wire: it is @{actor.full_name} now, and was @news@news.example: its 1 ")


@pytest.mark.parametrize(
    ("change", "name", "shown"),
    [
        ({"title": "The Ledger"}, "name", "The Ledger"),
        ({"summary": "News of the harbour"}, "summary", "<p>News of the harbour</p>"),
        (
            {"icon": "https://news.example/i.png"},
            "icon",
            {"type": "Image", "url": "https://news.example/i.png"},
        ),
        ({"automated": False}, "type", "Organization"),
        (
            {"also_known_as": ("https://old.example/users/news",)},
            "alsoKnownAs",
            ["https://old.example/users/news"],
        ),
    ],
)
def test_another_profile_is_told_each_time_that_it_changes(
    sqlite_store: Store,
    change: dict[str, Any],
    name: str,
    shown: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with FollowersServer() as server:
        host = server.address.removeprefix("http://")
        with newsroom(sqlite_store, allow=(host,)) as room:
            server.key_of = room.public_key
            room.is_followed(server)
            first, other = room.channel, replace(room.channel, **change)
            for channel in (first, first, other, other, first, other):
                channel.tell_declared()
                room.broadcasts()

    told = [each["object"] for each in server.timeline.activities if each["type"] == "Update"]
    assert [each.get(name) == shown for each in told] == [True, False, True]
    assert {each["id"] for each in told} == {room.channel.actor.id}
    assert caplog.text == ""


def test_a_record_of_names_alone_is_no_other_profile(sqlite_store: Store) -> None:
    """As it was kept before there were profiles in it."""
    with newsroom(sqlite_store) as room:
        room.store.name_actor(NAME, room.channel.actor.full_name, utc_now())
        room.channel.tell_declared()
        assert announcements_of(room.store, NAME, "renamed") == []

        replace(room.channel, title="The Ledger").tell_declared()
        assert len(announcements_of(room.store, NAME, "renamed")) == 1


def test_a_name_that_comes_back_is_told_again(sqlite_store: Store) -> None:
    with newsroom(sqlite_store) as room:
        for handle in ("news", "desk", "news", "desk"):
            replace(room.channel, handle=handle).tell_declared()

    assert room.store.actor_names(NAME) == ["desk@news.example", "news@news.example"]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"handle": "@news"}, "handle"),
        ({"handle": "ຂ່າວ"}, "handle"),
        ({"handle": ""}, "handle"),
        ({"domain": "https://news.example"}, "domain"),
        ({"domain": "News.example"}, "domain"),
        ({"also_known_as": ("@news@social.example",)}, "also_known_as"),
        ({"moved_to": "@news@social.example"}, "moved_to"),
    ],
)
def test_settings_that_cannot_be_meant(sqlite_store: Store, settings: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason), newsroom(sqlite_store, **settings):
        pass
