"""Actors as other servers read them, and what they send."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.documents.directory_shelf import DirectoryShelf
from syndicator.fediverse.keys import new_private_key
from syndicator.fediverse.received import Deed
from syndicator.fediverse.signatures import Scheme
from syndicator.fediverse.signed_fetch import SignedFetch
from syndicator.fediverse.strangers import Strangers
from syndicator.http.client import Http
from syndicator.jobs.job import Job
from syndicator.posts.compose import compose
from syndicator.store import Store
from syndicator.web import create_app
from syndicator.web.activitypub.fediverse import Fediverse
from syndicator.web.activitypub.routes import actor_routes
from tests.channels.actors import NAME, Newsroom, newsroom, utc_now
from tests.channels.contract import ARTICLE, KEY, OTHER, OTHER_KEY
from tests.channels.fediverse_server import ACTIVITY_JSON, FollowersServer
from tests.fakes import SITE
from tests.web.browser import Answer, Browser, browsing

pytestmark = pytest.mark.slow  # databases or processes throughout

BASE = "https://feeds.news.example"
INBOX = f"{BASE}/ap/{NAME}/inbox"
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


@dataclass
class Place:
    """Our server and another one."""

    room: Newsroom
    server: FollowersServer
    browser: Browser
    log: list[str] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return self.room.store

    def get(self, path: str, accept: str = ACTIVITY_JSON) -> Answer:
        return self.browser.get(path.removeprefix(BASE), accept=accept)

    def sends(
        self,
        activity: dict[str, Any],
        url: str = INBOX,
        scheme: Scheme = Scheme.DRAFT,
        name: str = "ann",
        **other: str,
    ) -> Answer:
        headers, body = self.server.signed(url, activity, scheme, name)
        return self.browser.ask("POST", url.removeprefix(BASE), {**headers, **other}, body)

    def activity(self, kind: str, about: Any, name: str = "ann", number: int = 1) -> dict[str, Any]:
        account = self.server.account(name)
        return {"id": f"{account}#{kind}-{number}", "type": kind, "actor": account, "object": about}

    def follow(self, name: str = "ann") -> dict[str, Any]:
        return self.activity("Follow", self.room.channel.actor.id, name)

    @property
    def fetched(self) -> list[str]:
        return [request.path for request in self.server.requests if request.method == "GET"]

    @property
    def followers(self) -> int:
        return self.store.count_followers(NAME)[0]


@contextmanager
def place(
    folder: Path, store: Store, moves: Mapping[str, Any] | None = None, **limits: Any
) -> Iterator[Place]:
    with FollowersServer() as server:
        host = server.address.removeprefix("http://")
        with newsroom(store, BASE, allow=(host,), **(moves or {})) as room:
            actor = room.channel.actor
            fetch = SignedFetch(Http(allow=(host,), setting="[hub] allow"), actor, store)
            fediverse = Fediverse(
                actors={NAME: actor},
                store=store,
                strangers=Strangers(fetch),
                counting={NAME},
                **limits,
            )
            app = create_app(
                site=SITE,
                feeds={},
                formats={},
                shelf=DirectoryShelf(folder),
                store=store,
                bell=room.bell,
                host="127.0.0.1",
                password="pw",
                clock=utc_now,
                more_routes=lambda context: actor_routes(context, fediverse),
            )
            with browsing(app) as browser:
                yield Place(room, server, browser)


@pytest.fixture
def here(tmp_path: Path, store: Store) -> Iterator[Place]:
    with place(tmp_path, store) as opened:
        yield opened


class TestReading:
    @pytest.mark.parametrize(
        "resource",
        [
            "acct:news@news.example",
            "acct:News@News.example",
            "acct:news@feeds.news.example",
            "acct:@news@news.example",
            f"{BASE}/ap/wire",
        ],
    )
    def test_an_account_is_found(self, here: Place, resource: str) -> None:
        answer = here.browser.get(f"/.well-known/webfinger?resource={resource}")

        assert answer.status == 200
        assert answer.headers["content-type"] == "application/jrd+json"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.json["subject"] == "acct:news@news.example"
        [own] = [link for link in answer.json["links"] if link["rel"] == "self"]
        assert own == {"rel": "self", "type": ACTIVITY_JSON, "href": f"{BASE}/ap/wire"}

    @pytest.mark.parametrize("resource", ["acct:desk@news.example", "acct:Desk@feeds.news.example"])
    def test_an_account_is_found_by_the_name_that_it_had(self, here: Place, resource: str) -> None:
        path = f"/.well-known/webfinger?resource={resource}"
        assert here.browser.get(path).status == 404
        here.store.name_actor(NAME, "desk@news.example", utc_now())

        answer = here.browser.get(path)

        assert (answer.status, answer.json["subject"]) == (200, "acct:news@news.example")

    @pytest.mark.parametrize("resource", ["acct:other@news.example", "acct:news@evil.example", "acct:", "x"])
    def test_others_are_not(self, here: Place, resource: str) -> None:
        assert here.browser.get(f"/.well-known/webfinger?resource={resource}").status == 404
        assert here.browser.get("/.well-known/webfinger").status == 400

    def test_the_profile(self, here: Place) -> None:
        answer = here.get("/ap/wire")

        assert (answer.status, answer.headers["content-type"]) == (200, ACTIVITY_JSON)
        assert answer.headers["vary"] == "Accept"
        profile = answer.json
        assert profile["id"] == f"{BASE}/ap/wire"
        assert (profile["type"], profile["preferredUsername"]) == ("Service", "news")
        assert profile["publicKey"]["owner"] == profile["id"]
        assert profile["publicKey"]["publicKeyPem"] == here.store.actor_key(NAME, utc_now()).public_key()
        assert "PRIVATE" not in answer.text
        assert profile["endpoints"] == {"sharedInbox": f"{BASE}/ap/inbox"}
        assert {"alsoKnownAs", "movedTo"}.isdisjoint(profile)

    def test_a_profile_names_the_accounts_that_move_in_and_out(self, tmp_path: Path, store: Store) -> None:
        old, new = "https://old.example/users/news", "https://new.example/users/news"
        with place(tmp_path, store, moves={"also_known_as": (old,), "moved_to": new}) as here:
            profile = here.get("/ap/wire").json

        assert (profile["alsoKnownAs"], profile["movedTo"]) == ([old], new)

    def test_people_are_led_to_the_site(self, here: Place) -> None:
        receipt = here.room.channel.send(compose(ARTICLE, here.room.channel.capabilities), key=KEY)

        for path, target in (
            ("/ap/wire", "https://news.example/"),
            (receipt.url, ARTICLE.url),
            ("/ap/wire/tags/ວຽງຈັນ", "https://news.example/"),
        ):
            answer = here.get(path, accept=HTML)
            assert (answer.status, answer.headers["location"]) == (303, target)

    def test_a_note_and_its_tombstone(self, here: Place) -> None:
        channel = here.room.channel
        post = compose(ARTICLE, channel.capabilities)
        receipt = channel.send(post, key=KEY)
        assert here.get(receipt.url).json["id"] == receipt.url

        channel.delete(receipt, post)

        for accept in (ACTIVITY_JSON, 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'):
            answer = here.get(receipt.url, accept)
            assert (answer.status, answer.json["type"]) == (410, "Tombstone")
            assert ARTICLE.title not in answer.text
        assert here.get(receipt.url, HTML).status == 410
        assert here.get("/ap/wire/posts/none").status == 404

    def test_the_outbox(self, here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("syndicator.web.activitypub.reading.PAGE_SIZE", 1)
        channel = here.room.channel
        for key, article in ((KEY, ARTICLE), (OTHER_KEY, OTHER)):
            channel.send(compose(article, channel.capabilities), key=key)

        outbox = here.get("/ap/wire/outbox").json
        assert outbox["totalItems"] == 2
        titles, address = [], outbox["first"]
        while address:
            page = here.get(address).json
            titles += [item["type"] for item in page["orderedItems"]]
            address = page.get("next", "")
        assert titles == ["Create", "Create"]
        for wrong in ("0", "-1", "x", "51", "9" * 30, "²"):
            assert here.get(f"/ap/wire/outbox?page={wrong}").status == 404

    def test_followers_are_counted_and_not_named(self, here: Place) -> None:
        here.room.is_followed(here.server)

        answer = here.get("/ap/wire/followers")

        assert answer.json["totalItems"] == 1
        assert "ann" not in answer.text
        assert here.get("/ap/wire/following").json["totalItems"] == 0

    def test_what_kind_of_server_this_is(self, here: Place) -> None:
        [link, _] = here.browser.get("/.well-known/nodeinfo").json["links"]
        nodeinfo = here.browser.get(link["href"].removeprefix(BASE)).json

        assert nodeinfo["version"] == "2.1"
        assert nodeinfo["software"]["name"] == "syndicator"
        assert nodeinfo["usage"] == {"users": {"total": 1}, "localPosts": 0}
        assert here.browser.get("/nodeinfo/3.0").status == 404

    @pytest.mark.parametrize("path", ["", "/outbox", "/followers", "/posts/a", "/tags/x"])
    def test_an_actor_that_there_is_not(self, here: Place, path: str) -> None:
        assert here.get(f"/ap/nobody{path}").status == 404


class TestInbox:
    @pytest.mark.parametrize("scheme", list(Scheme))
    @pytest.mark.parametrize("url", [INBOX, f"{BASE}/ap/inbox"])
    def test_a_follower(self, here: Place, scheme: Scheme, url: str) -> None:
        assert here.sends(here.follow(), url, scheme).status == 202

        assert here.followers == 1
        assert here.room.bell.rung == [(Job.BROADCAST, NAME)]
        here.server.key_of = here.room.public_key
        here.room.broadcasts()
        [accept] = here.server.timeline.activities
        assert (accept["type"], accept["object"]["id"]) == ("Accept", here.follow()["id"])

    def test_a_follower_whose_key_has_an_address_of_its_own(self, here: Place) -> None:
        """As everybody's has on GoToSocial."""
        here.server.key_part = "/main-key"

        assert here.sends(here.follow()).status == 202
        assert here.followers == 1
        assert here.fetched == ["/users/ann/main-key", "/users/ann"]

        here.server.gone.add("ann")
        here.sends(here.activity("Delete", here.server.account("ann")))
        assert here.followers == 0

    def test_the_fetch_of_a_key_is_signed(self, here: Place) -> None:
        here.sends(here.follow())

        [request] = [each for each in here.server.requests if each.method == "GET"]
        assert f'keyId="{BASE}/ap/wire#main-key"' in request.headers["signature"]
        assert ACTIVITY_JSON in request.headers["accept"]

    def test_a_key_is_fetched_once(self, here: Place) -> None:
        for _ in range(3):
            here.sends(here.follow())
        assert here.fetched == ["/users/ann"]

    def test_who_follows_no_more(self, here: Place) -> None:
        for end in (
            here.activity("Undo", here.follow()),
            here.activity("Undo", here.follow()["id"]),
            here.activity("Block", here.room.channel.actor.id),
            here.activity("Delete", here.server.account("ann")),
        ):
            here.sends(here.follow())
            assert here.followers == 1
            assert here.sends(end).status == 202
            assert here.followers == 0

    def test_an_account_that_is_gone_with_its_key(self, here: Place) -> None:
        here.room.is_followed(here.server)
        here.server.gone.add("ann")

        assert here.sends(here.activity("Delete", here.server.account("ann"))).status == 202

        assert here.followers == 0

    def test_nobody_ends_others_accounts(self, here: Place) -> None:
        """A key that there is not is no account that there is not."""
        here.room.is_followed(here.server, "ann")
        here.server.gone.add("nobody")
        delete = here.activity("Delete", here.server.account("ann"))

        assert here.sends(delete, name="nobody").status == 401
        assert here.followers == 1

    def test_what_becomes_of_strangers_costs_nothing(self, here: Place) -> None:
        for activity in (
            here.activity("Delete", here.server.account("ann")),
            here.activity("Update", here.server.account("ann")),
            here.activity("Delete", "https://social.example/notes/1"),
            here.activity("Undo", here.activity("Like", "https://social.example/notes/1")),
            here.activity("Like", "https://social.example/notes/1"),
            here.activity("Create", {"id": "https://social.example/notes/1", "type": "Note"}),
            here.activity("Follow", "https://social.example/users/ben"),
            here.activity("Move", here.server.account("ann")),
        ):
            assert here.sends(activity).status == 202
        assert here.fetched == []

    def test_reactions_are_counted(self, here: Place) -> None:
        receipt = here.room.channel.send(compose(ARTICLE, here.room.channel.capabilities), key=KEY)
        like = here.activity("Like", receipt.url)
        reply = here.activity(
            "Create", {"id": f"{here.server.address}/n/1", "type": "Note", "inReplyTo": receipt.url}
        )
        for activity in (like, like, here.activity("Announce", receipt.url), reply):
            assert here.sends(activity).status == 202
        assert here.store.reactions(receipt.remote_id) == {Deed.LIKE: 1, Deed.SHARE: 1, Deed.REPLY: 1}
        assert here.get(receipt.url).json["likes"]["totalItems"] == 1

        here.sends(here.activity("Undo", like, number=2))
        here.sends(here.activity("Delete", {"id": f"{here.server.address}/n/1", "type": "Tombstone"}))
        assert here.store.reactions(receipt.remote_id) == {Deed.LIKE: 0, Deed.SHARE: 1, Deed.REPLY: 0}

    def test_a_complaint_reaches_a_person(self, here: Place, caplog: pytest.LogCaptureFixture) -> None:
        receipt = here.room.channel.send(compose(ARTICLE, here.room.channel.capabilities), key=KEY)

        assert here.sends(here.activity("Flag", [here.room.channel.actor.id, receipt.url])).status == 202

        assert f"{here.server.account('ann')} reports {here.room.channel.actor.id}" in caplog.text

    def test_a_key_that_was_changed(self, here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        here.sends(here.follow())
        here.server.private_key = new_private_key()
        assert here.sends(here.follow()).status == 401  # it was fetched just now

        monkeypatch.setattr("syndicator.fediverse.strangers.MIN_AGE_S", 0.0)
        assert here.sends(here.follow()).status == 202
        assert here.fetched == ["/users/ann", "/users/ann"]

    def test_a_profile_that_was_changed(self, here: Place) -> None:
        here.sends(here.follow())
        assert here.sends(here.activity("Update", {"id": here.server.account("ann")})).status == 202
        assert here.fetched == ["/users/ann", "/users/ann"]


class TestWhatIsNotTaken:
    def test_what_is_not_signed(self, here: Place) -> None:
        body = json.dumps(here.follow()).encode()
        answer = here.browser.ask("POST", "/ap/wire/inbox", {"content-type": ACTIVITY_JSON}, body)
        assert (answer.status, answer.text) == (401, "the request is not signed\n")
        assert here.fetched == []

    def test_what_was_signed_for_another_place(self, here: Place) -> None:
        headers, body = here.server.signed("https://other.example/ap/wire/inbox", here.follow())
        assert here.browser.ask("POST", "/ap/wire/inbox", headers, body).status == 401

    def test_another_body(self, here: Place) -> None:
        headers, _ = here.server.signed(INBOX, here.follow())
        other = json.dumps(here.follow("ben")).encode()
        assert here.browser.ask("POST", "/ap/wire/inbox", headers, other).status == 401
        assert here.fetched == []

    def test_another_person_of_the_same_server(self, here: Place) -> None:
        assert here.sends(here.follow("ben"), name="ann").status == 401
        assert here.followers == 0

    def test_a_person_of_another_server(self, here: Place) -> None:
        follow = {**here.follow(), "actor": "https://victim.example/users/vic"}
        assert here.sends(follow).status == 401
        assert here.fetched == []

    @pytest.mark.parametrize(
        ("kind", "body", "status"),
        [
            (ACTIVITY_JSON, b"{", 400),
            (ACTIVITY_JSON, b"[]", 400),
            (ACTIVITY_JSON, b"{}", 400),
            (ACTIVITY_JSON, b'{"a":' * 10_000, 400),
            (ACTIVITY_JSON, b" " * 300_000, 413),
            ("text/html", b"{}", 415),
            ("application/x-www-form-urlencoded", b"a=b", 415),
            ("", b"{}", 415),
        ],
    )
    def test_what_is_no_activity(self, here: Place, kind: str, body: bytes, status: int) -> None:
        assert here.browser.ask("POST", "/ap/wire/inbox", {"content-type": kind}, body).status == status

    def test_a_request_without_an_id_cannot_be_answered(self, here: Place) -> None:
        follow = {name: value for name, value in here.follow().items() if name != "id"}
        assert here.sends(follow).status == 202
        assert here.followers == 0

    def test_a_crowd_of_one_server(
        self, here: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr("syndicator.store.followers.MAX_OF_SERVER", 1)
        codes = [here.sends(here.follow(name), name=name).status for name in ("ann", "ben", "cid")]

        assert codes == [202, 403, 403]
        assert here.followers == 1
        assert caplog.text.count("no more are taken") == 1

    def test_an_inbox_that_there_is_not(self, here: Place) -> None:
        assert here.sends(here.follow(), f"{BASE}/ap/nobody/inbox").status == 404
        assert here.browser.get("/ap/wire/inbox").status == 405

    def test_a_server_that_does_not_answer(self, here: Place) -> None:
        here.server.__exit__()
        answer = here.sends(here.follow())
        here.server.__init__(here.server.server_address[1])  # type: ignore[misc]  # to be closed by its owner
        here.server.__enter__()

        assert answer.status == 503
        assert answer.headers["retry-after"] == "60"

    def test_an_inner_address_is_not_asked(self, here: Place) -> None:
        inner = "http://127.0.0.1:9/users/ann"
        follow = {**here.follow(), "actor": inner}
        headers, body = here.server.signed(INBOX, follow)
        headers["signature"] = headers["signature"].replace(here.server.account("ann"), inner)
        answer = here.browser.ask("POST", "/ap/wire/inbox", headers, body)

        assert answer.status == 503
        assert "[hub]" not in answer.text

    def test_too_many_from_one_address(self, tmp_path: Path, store: Store) -> None:
        with place(tmp_path, store, requests=3) as here:
            codes = [here.sends(here.follow()).status for _ in range(5)]
            assert codes == [202, 202, 202, 429, 429]

    def test_too_many_of_one_server(self, tmp_path: Path, store: Store) -> None:
        with place(tmp_path, store, host_requests=3) as here:
            answers = [here.sends(here.follow()) for _ in range(5)]
            assert [answer.status for answer in answers] == [202, 202, 202, 429, 429]
            assert int(answers[-1].headers["retry-after"]) > 0

    @pytest.mark.slow
    @given(
        path=st.sampled_from(["/ap/inbox", "/ap/wire/inbox"]),
        headers=st.dictionaries(
            st.sampled_from(["signature", "signature-input", "digest", "date", "content-digest", "host"]),
            st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
        ),
        body=st.binary(max_size=60) | st.just(b'{"type":"Follow","actor":"https://a.example/"}'),
    )
    @settings(max_examples=60, deadline=None)
    def test_nothing_is_a_defect(
        self, shared: Place, path: str, headers: dict[str, str], body: bytes
    ) -> None:
        answer = shared.browser.ask("POST", path, {"content-type": ACTIVITY_JSON, **headers}, body)
        assert 400 <= answer.status < 500


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, sqlite_stores: Any) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("shared")
    store = sqlite_stores.made(folder)
    with place(folder, store, requests=100_000) as opened:
        yield opened
    store.engine.dispose()


def test_where_nobody_is_to_be_followed_there_is_nothing(tmp_path: Path, store: Store) -> None:
    app = create_app(
        site=SITE,
        feeds={},
        formats={},
        shelf=DirectoryShelf(tmp_path),
        store=store,
        bell=None,  # type: ignore[arg-type]  # nobody rings
        host="127.0.0.1",
        clock=lambda: datetime.now(UTC),
    )
    with browsing(app) as browser:
        assert browser.get("/ap/wire").status == 404
        assert browser.get("/.well-known/webfinger?resource=acct:a@b").status == 404
