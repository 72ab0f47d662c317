"""Threads, against a server built from the pages and the published calls of its API."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from syndicator.channels.threads import Threads, length
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Refused
from syndicator.domain.post import Occasion
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from tests.channels.contract import (
    ARTICLE,
    CORRECTED,
    KEY,
    OTHER,
    picture,
)
from tests.channels.graph_contract import ContainerContract
from tests.channels.threads_server import FakeThreads

PUBLISH = "/v1.0/me/threads_publish"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicator.http.graph_containers.POLL_S", 0.01)


SERVER = FakeThreads


def channel_at(address: str, secret: Secret, session: requests.Session) -> Threads:
    return Threads(name="profile", server=address, token=secret, session=session)


class TestThreads(ContainerContract):
    at, containers, quota = PUBLISH, "/v1.0/me/threads", "me/threads_publishing_limit"

    def test_a_post_has_text_photo_and_link(self, channel: Threads, server: FakeThreads) -> None:
        photographed = self.post(channel, photo=picture())
        receipt = channel.send(photographed, key=KEY)

        [post] = server.posts.values()
        assert photographed.photo
        assert post["image_url"] == photographed.photo.addresses[0]
        assert post["text"].endswith(ARTICLE.url)
        assert receipt.url == f"https://www.threads.com/@example_news/post/{receipt.remote_id}"

    def test_a_post_is_published_when_it_is_ready(self, channel: Threads, server: FakeThreads) -> None:
        server.states, server.not_ready = [("IN_PROGRESS", "")] * 2, 2

        channel.send(self.post(channel), key=KEY)

        assert len(server.posts) == 1
        assert [r.path for r in server.requests].count(PUBLISH) == 3

    def test_a_photo_that_cannot_be_fetched_is_left_out(
        self, channel: Threads, server: FakeThreads, remarks: list[str]
    ) -> None:
        post = self.post(channel, photo=picture())
        assert post.photo
        server.unreachable |= {*post.photo.addresses}

        channel.send(post, key=KEY)

        [shown] = server.posts.values()
        assert "image_url" not in shown
        [line] = remarks
        assert line.startswith("without its photo")

    @pytest.mark.parametrize("state", ["ERROR", "EXPIRED"])
    def test_a_photo_that_failed_there_is_left_out(
        self, channel: Threads, server: FakeThreads, state: str
    ) -> None:
        server.states = [("IN_PROGRESS", ""), (state, "UNKNOWN")]

        channel.send(self.post(channel, photo=picture()), key=KEY)

        assert [post.get("image_url") for post in server.posts.values()] == [None]

    @pytest.mark.parametrize("unreachable", [0, 1])
    def test_a_photo_is_fetched_from_whichever_address_has_it(
        self, channel: Threads, server: FakeThreads, unreachable: int
    ) -> None:
        photo, gone = picture(), ("https://news.example/tram.jpg", f"{self.host.address}/gone.jpg")
        reachable = self.host.put(photo)
        addresses = (gone[unreachable], reachable)[:: 1 if unreachable else -1]
        post = replace(self.post(channel), photo=replace(photo, addresses=addresses))

        channel.send(post, key=KEY)

        assert [each["image_url"] for each in server.posts.values()] == [reachable]

    def test_a_correction_is_a_reply(self, channel: Threads, server: FakeThreads) -> None:
        first = channel.send(self.post(channel), key=KEY)
        post = compose(CORRECTED, channel.capabilities, occasion=Occasion.CORRECTION)

        second = channel.send(replace(post, reply_to=first), key=f"{KEY}#2")

        assert server.posts[second.remote_id]["reply_to_id"] == first.remote_id
        assert CORRECTED.note in server.posts[second.remote_id]["text"]

    @pytest.mark.parametrize(
        ("text", "counted"),
        [("news", 4), ("ຂ່າວ", 4), ("é", 1), ("🚋", 4), ("👩‍👩‍👧‍👦", 25), ("🇱🇦", 8), ("1️⃣", 7), ("新聞", 2)],
    )
    def test_emoji_count_as_their_bytes(self, text: str, counted: int) -> None:
        assert length(text) == counted

    @given(st.text(), st.text())
    def test_a_longer_text_is_never_shorter(self, one: str, other: str) -> None:
        assert length(one) <= length(one + other)

    @pytest.mark.slow
    def test_a_post_is_found_among_many(self, channel: Threads, server: FakeThreads) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        for n in range(120):
            url = f"https://news.example/other/{n}"
            channel.send(self.post(channel, replace(OTHER, title=f"News {n}", url=url)), key=f"{n}")
        post = replace(self.post(channel), since=datetime.now(UTC) - timedelta(hours=1))

        found = channel.find(post, key=KEY)

        assert found == receipt
        assert found.is_current

    def test_what_another_profile_has_posted_is_left_to_a_person(
        self, channel: Threads, server: FakeThreads
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.username = "example_sports"

        with pytest.raises(Refused, match=r"posted by @example_news, not @example_sports") as caught:
            channel.delete(receipt, self.post(channel))
        assert receipt.url in str(caught.value)
        assert len(server.published) == 1
        channel.delete(
            Receipt(remote_id="18000000000000999"), self.post(channel)
        )  # nobody knows whose it was

    @pytest.mark.parametrize("entered", ["https://www.threads.com/x", "", "١"])
    def test_what_an_operator_enters_has_to_be_a_post(self, channel: Threads, entered: str) -> None:
        with pytest.raises(Refused, match="enter its number"):
            channel.delete(Receipt(remote_id=entered), self.post(channel))

    @pytest.mark.parametrize(("setting", "value"), [("version", "1"), ("server", "threads/x")])
    def test_settings_are_checked(self, channel: Threads, setting: str, value: str) -> None:
        changes: dict[str, Any] = {setting: value}

        with pytest.raises(ValueError, match=f"^{setting}: "):
            replace(channel, **changes)
