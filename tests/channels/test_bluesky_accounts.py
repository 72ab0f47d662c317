"""Posts of another account than the one that a Bluesky channel is declared for by now, against as much of a
server as that takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from syndicator.channels.bluesky import Bluesky
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Refused
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from tests.channels.contract import ARTICLE, CORRECTED, KEY
from tests.channels.local_server import LocalServer, Reply, Request, said


class TwoAccounts(LocalServer):
    """``accounts``: their permanent names, by handle. ``records``: of both, by account and key."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts = {"news.example": "did:plc:news", "sports.example": "did:plc:sports"}
        self.records: dict[tuple[str, str], Any] = {}

    def answer(self, request: Request) -> Reply:
        given = {**request.query, **(request.fields() if request.body else {})}
        place = (given.get("repo", ""), given.get("rkey", ""))
        match request.path.rpartition(".")[2]:
            case "createSession":
                handle = given["identifier"]
                access = {"accessJwt": f"access-{handle}", "refreshJwt": f"refresh-{handle}"}
                return said(200, {"did": self.accounts[handle], "handle": handle, **access})
            case "getSession":
                return said(200, {"handle": "any", "active": True})
            case "putRecord":
                self.records[place] = given["record"]
            case "deleteRecord":
                self.records.pop(place, None)
            case "getRecord" if place not in self.records:
                return said(400, {"error": "RecordNotFound", "message": "Could not locate record"})
        uri = f"at://{place[0]}/app.bsky.feed.post/{place[1]}"
        return said(200, {"uri": uri, "cid": "cid", "value": self.records.get(place, {})})


@pytest.fixture
def server() -> Iterator[TwoAccounts]:
    with TwoAccounts() as server:
        yield server


@pytest.fixture
def build(server: TwoAccounts, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Bluesky]]:
    monkeypatch.setenv("TEST_PASSWORD", "abcd-efgh-ijkl-mnop")
    with requests.Session() as session:
        session.trust_env = False
        yield lambda handle: Bluesky(
            name="wire",
            handle=handle,
            password=Secret("env:TEST_PASSWORD"),
            server=server.address,
            session=session,
        )


def posted(channel: Bluesky) -> Receipt:
    return channel.send(compose(ARTICLE, channel.capabilities), key=KEY)


def test_what_another_account_has_posted_is_left_to_a_person(
    server: TwoAccounts, build: Callable[[str], Bluesky]
) -> None:
    receipt, channel = posted(build("news.example")), build("sports.example")

    for attempt in (
        lambda: channel.delete(receipt, compose(ARTICLE, channel.capabilities)),
        lambda: channel.edit(receipt, compose(CORRECTED, channel.capabilities)),
    ):
        with pytest.raises(Refused, match=r"posted by news\.example, not sports\.example"):
            attempt()
    assert len(server.records) == 1


def test_an_account_that_was_renamed_deletes_its_posts(
    server: TwoAccounts, build: Callable[[str], Bluesky]
) -> None:
    receipt = posted(build("news.example"))
    server.accounts["desk.example"] = server.accounts.pop("news.example")
    channel = build("desk.example")

    channel.delete(receipt, compose(ARTICLE, channel.capabilities))

    assert server.records == {}


def test_what_is_gone_is_gone(server: TwoAccounts, build: Callable[[str], Bluesky]) -> None:
    channel = build("news.example")
    receipt = posted(channel)

    for each in (receipt, receipt, replace(receipt, url="")):
        channel.delete(each, compose(ARTICLE, channel.capabilities))

    assert server.records == {}
