"""Accounts on other servers, and what they claim."""

from __future__ import annotations

import json
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from syndicator.domain.errors import FetchError
from syndicator.fediverse.signed import Unverified
from syndicator.fediverse.strangers import Gone, Strangers, Unreachable
from syndicator.http.client import Response

ANN = "https://social.example/users/ann"
KEY_ID = f"{ANN}#main-key"


def profile(account: str = ANN, key_id: str = KEY_ID, **others: Any) -> dict[str, Any]:
    return {
        "id": account,
        "type": "Person",
        "inbox": f"{account}/inbox",
        "endpoints": {"sharedInbox": "https://social.example/inbox"},
        "publicKey": {"id": key_id, "owner": account, "publicKeyPem": "PEM"},
        **others,
    }


class Web:
    """What is at addresses, and how often each was asked for."""

    def __init__(self, pages: dict[str, Any], kind: str = "application/activity+json; charset=utf-8") -> None:
        self.pages, self.kind, self.asked, self.now = pages, kind, list[str](), 1000.0
        self.strangers = Strangers(self.fetch, lambda: self.now)

    def fetch(self, url: str) -> Response:
        self.asked.append(url)
        page = self.pages.get(url, 404)
        if isinstance(page, int):
            raise FetchError(url, f"{page}", status=page or None)
        place, content = page if isinstance(page, tuple) else (url, page)
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return Response(place, 200, CaseInsensitiveDict({"Content-Type": self.kind}), body)


def test_an_account_is_fetched_once() -> None:
    web = Web({ANN: profile()})

    for _ in range(3):
        ann = web.strangers.owner(KEY_ID)

    assert (ann.id, ann.public_key) == (ANN, "PEM")
    assert (ann.inbox, ann.shared_inbox) == (f"{ANN}/inbox", "https://social.example/inbox")
    assert web.asked == [ANN]


def test_a_key_may_have_an_address_of_its_own() -> None:
    key_id = f"{ANN}/main-key"
    web = Web({key_id: {"id": key_id, "owner": ANN, "publicKeyPem": "PEM"}, ANN: profile(key_id=key_id)})

    assert web.strangers.owner(key_id).id == ANN
    assert web.asked == [key_id, ANN]


@pytest.mark.parametrize("is_list", [False, True])
def test_a_keys_address_may_have_the_beginning_of_an_account(*, is_list: bool) -> None:
    """GoToSocial shows no more than that there (docs/federation/http_signatures.md, "Quirks")."""
    key_id = f"{ANN}/main-key"
    key = {"id": key_id, "owner": ANN, "publicKeyPem": "PEM"}
    stub = {"id": ANN, "type": "Person", "preferredUsername": "ann", "publicKey": [key] if is_list else key}
    web = Web({key_id: stub, ANN: profile(key_id=key_id)})

    ann = web.strangers.owner(key_id)

    assert (ann.id, ann.inbox, ann.key_id) == (ANN, f"{ANN}/inbox", key_id)
    assert web.asked == [key_id, ANN]


def test_one_of_several_keys() -> None:
    keys = [{"id": f"{ANN}#old", "owner": ANN, "publicKeyPem": "OLD"}, profile()["publicKey"]]
    web = Web({ANN: profile(publicKey=keys)})

    assert web.strangers.owner(KEY_ID).public_key == "PEM"


def test_a_key_is_fetched_anew_but_not_again_and_again() -> None:
    web = Web({ANN: profile()})
    web.strangers.owner(KEY_ID)
    assert web.strangers.owner_anew(KEY_ID) is None

    web.now += 3600
    web.pages[ANN] = profile(publicKey={"id": KEY_ID, "owner": ANN, "publicKeyPem": "NEW"})
    renewed = web.strangers.owner_anew(KEY_ID)

    assert renewed
    assert renewed.public_key == web.strangers.owner(KEY_ID).public_key == "NEW"
    assert len(web.asked) == 2


def test_an_account_is_not_kept_for_ever() -> None:
    web = Web({ANN: profile()})
    web.strangers.owner(KEY_ID)
    web.now += 90_000
    assert not web.strangers.is_known(KEY_ID)
    web.strangers.owner(KEY_ID)
    web.strangers.forget(ANN)
    assert not web.strangers.is_known(KEY_ID)


def test_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicator.fediverse.strangers.MAX_KEPT", 3)
    names = [f"https://social.example/users/{n}" for n in range(5)]
    web = Web({name: profile(name, f"{name}#main-key") for name in names})
    for name in names:
        web.strangers.owner(f"{name}#main-key")

    assert [web.strangers.is_known(f"{name}#main-key") for name in names] == [False] * 2 + [True] * 3


EVIL = "https://evil.example/users/eve"


@pytest.mark.parametrize(
    ("key_id", "pages", "reason"),
    [
        ("no address", {}, "no address"),
        ("file:///etc/passwd", {}, "no address"),
        (KEY_ID, {ANN: b"<html>"}, "no JSON"),
        (KEY_ID, {ANN: [1]}, "no object"),
        (KEY_ID, {ANN: {}}, "no owner"),
        (KEY_ID, {ANN: profile(EVIL)}, "no owner on its own server"),
        (KEY_ID, {ANN: profile(publicKey=None)}, "does not have that key"),
        (KEY_ID, {ANN: profile(key_id=f"{ANN}#other")}, "does not have that key"),
        (KEY_ID, {ANN: profile(publicKey={"id": KEY_ID, "owner": EVIL, "publicKeyPem": "PEM"})}, "own"),
        (KEY_ID, {ANN: profile(publicKey={"id": KEY_ID, "owner": ANN, "publicKeyPem": 7})}, "own"),
        (KEY_ID, {ANN: profile(inbox=f"{EVIL}/inbox")}, "inbox on its own server"),
        (KEY_ID, {ANN: profile(inbox=None)}, "inbox"),
        (KEY_ID, {ANN: (EVIL, profile())}, "another server"),
        # who may upload a file on a server is not everybody on it
        (
            "https://social.example/files/1#k",
            {
                "https://social.example/files/1": profile(key_id="https://social.example/files/1#k"),
                ANN: profile(),
            },
            "does not have that key",
        ),
        # the beginning of an account that does not have that key, and of one elsewhere
        (
            f"{ANN}/files/1",
            {
                f"{ANN}/files/1": {
                    "id": ANN,
                    "publicKey": {"id": f"{ANN}/files/1", "owner": ANN, "publicKeyPem": "PEM"},
                },
                ANN: profile(),
            },
            "does not have that key",
        ),
        (
            f"{EVIL}/key",
            {f"{EVIL}/key": {"id": ANN, "publicKey": {"id": f"{EVIL}/key", "owner": ANN}}, ANN: profile()},
            "own server",
        ),
        (KEY_ID, {ANN: {"id": ANN, "publicKey": ["x", 7, {"owner": 9}]}}, "no owner"),
        # a key that says whose it is, of whom nobody else does
        (
            f"{EVIL}/key",
            {f"{EVIL}/key": {"id": f"{EVIL}/key", "owner": ANN, "publicKeyPem": "PEM"}, ANN: profile()},
            "own server",
        ),
    ],
)
def test_what_is_not_believed(key_id: str, pages: dict[str, Any], reason: str) -> None:
    web = Web(pages)

    with pytest.raises(Unverified, match=reason):
        web.strangers.owner(key_id)
    assert not web.strangers.is_known(key_id)


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/ld+json", "text/html", ""])
def test_a_file_that_anybody_may_upload(kind: str) -> None:
    with pytest.raises(Unverified, match="answers with"):
        Web({ANN: profile()}, kind).strangers.owner(KEY_ID)


def test_the_other_name_of_the_type() -> None:
    kind = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
    assert Web({ANN: profile()}, kind).strangers.owner(KEY_ID).id == ANN


@pytest.mark.parametrize(("page", "error"), [(410, Gone), (404, Gone), (500, Unreachable), (0, Unreachable)])
def test_an_account_that_does_not_answer(page: int, error: type[Unverified]) -> None:
    with pytest.raises(error):
        Web({ANN: page}).strangers.owner(KEY_ID)


def test_another_servers_shared_inbox_is_not_used() -> None:
    web = Web({ANN: profile(endpoints={"sharedInbox": "https://evil.example/inbox"})})

    assert web.strangers.owner(KEY_ID).shared_inbox == ""
