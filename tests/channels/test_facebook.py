"""Pages of Facebook, against a server built from the Graph API's pages and specifications."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from syndicator.channels.facebook import Facebook
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import (
    Misconfigured,
    OutcomeUnknown,
    PostGone,
    Refused,
    SyndicatorError,
    TryLater,
)
from syndicator.domain.photo import PhotoFile
from syndicator.secret import Secret
from tests.channels.contract import (
    ARTICLE,
    CORRECTED,
    KEY,
    OTHER,
    picture,
)
from tests.channels.graph_contract import GraphContract
from tests.channels.graph_server import FakePage
from tests.channels.local_server import Trouble, reset, status

FEED = f"/{FakePage.version}/{FakePage.page}/feed"


SERVER = FakePage


def channel_at(address: str, secret: Secret, session: requests.Session) -> Facebook:
    return Facebook(name="page", server=address, page=FakePage.page, token=secret, session=session)


class TestFacebook(GraphContract):
    at = f"/{FakePage.version}/{FakePage.page}"

    def test_a_post_without_a_photo_has_the_card_of_its_link(
        self, channel: Facebook, server: FakePage
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)

        [post] = server.posts.values()
        assert (post["message"], post["link"]) == (f"{ARTICLE.title}\n\n{ARTICLE.summary}", ARTICLE.url)
        assert receipt.url == f"https://www.facebook.com/{receipt.remote_id}"
        assert receipt.is_current

    def test_a_post_with_a_photo_has_its_link_in_the_text(self, channel: Facebook, server: FakePage) -> None:
        channel.send(self.post(channel, photo=picture()), key=KEY)

        [post] = server.posts.values()
        assert post["photo"] == picture().content
        assert post["alt"] == "A tram on the bridge at dawn"
        assert post["message"].endswith(ARTICLE.url)

    @pytest.mark.parametrize("content", [b"<html>no photo</html>", b"x" * 40_001])
    def test_a_photo_that_is_refused_is_left_out(
        self, channel: Facebook, server: FakePage, remarks: list[str], content: bytes
    ) -> None:
        server.max_photo_bytes = 40_000
        photo = PhotoFile(content=content, media_type="image/jpeg", width=10, height=10)

        receipt = channel.send(self.post(channel, photo=photo), key=KEY)

        [post] = server.published
        assert post.remote_id == receipt.remote_id
        assert post.photo is None
        assert post.leads_to(ARTICLE.url)
        [line] = remarks
        assert line.startswith("without its photo")

    def test_the_same_photo_is_no_change_of_it(self, channel: Facebook, server: FakePage) -> None:
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)
        corrected = replace(CORRECTED, photo=ARTICLE.photo)

        assert channel.edit(receipt, self.post(channel, corrected, picture())) == receipt
        # A photo that cannot be had at the moment is no photo that was taken away.
        assert channel.edit(receipt, self.post(channel, corrected)) == receipt

    def test_nobody_is_mentioned(self, channel: Facebook, server: FakePage) -> None:
        channel.send(
            self.post(channel, replace(ARTICLE, title="Ask @[104500000000009] and @[1:2:x]")), key=KEY
        )

        assert "@[" not in server.published[0].text
        assert "104500000000009" in server.published[0].text

    @pytest.mark.slow
    def test_a_post_is_found_among_many(self, channel: Facebook, server: FakePage) -> None:
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)
        for n in range(150):
            url = f"https://news.example/other/{n}"
            channel.send(self.post(channel, replace(OTHER, title=f"News {n}", url=url)), key=f"{n}")
        post = replace(self.post(channel, photo=picture()), since=datetime.now(UTC) - timedelta(hours=1))

        found = channel.find(post, key=KEY)

        assert found is not None
        assert found.url == receipt.url
        assert found.is_current

    def test_what_was_posted_before_is_not_looked_at(self, channel: Facebook, server: FakePage) -> None:
        channel.send(self.post(channel), key=KEY)
        later = replace(self.post(channel), since=datetime.now(UTC) + timedelta(hours=1))

        assert channel.find(later, key=KEY) is None

    @pytest.mark.parametrize("edited", [True, False])
    def test_a_post_that_is_gone_is_told_as_gone(
        self, channel: Facebook, server: FakePage, edited: bool
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.posts.clear()

        if edited:
            with pytest.raises(PostGone):
                channel.edit(receipt, self.post(channel, CORRECTED))
        else:
            channel.delete(receipt, self.post(channel))

    @pytest.mark.parametrize("entered", ["https://facebook.com/x", "123", "", "1_2/photos"])
    def test_what_an_operator_enters_has_to_be_a_post(self, channel: Facebook, entered: str) -> None:
        with pytest.raises(Refused, match="enter its number"):
            channel.edit(Receipt(remote_id=entered), self.post(channel, CORRECTED))

    @pytest.mark.parametrize(
        ("code", "subcode", "error"),
        [
            (1, 0, OutcomeUnknown),
            (2, 0, OutcomeUnknown),
            (1609005, 0, TryLater),
            (100, 1609005, TryLater),
            (100, 33, Misconfigured),
        ],
    )
    def test_errors_of_pages_have_numbers(
        self, channel: Facebook, server: FakePage, code: int, subcode: int, error: type[SyndicatorError]
    ) -> None:
        assert isinstance(self.declined(channel, server, code, subcode), error)

    @pytest.mark.parametrize("numbers", [(1609005, 0), (100, 1609005)])
    def test_a_page_that_was_not_read_yet_keeps_no_other_news_from_going_out(
        self, channel: Facebook, server: FakePage, numbers: tuple[int, int]
    ) -> None:
        caught = self.declined(channel, server, *numbers)

        assert isinstance(caught, TryLater)
        assert not caught.whole_channel

    @pytest.mark.parametrize("act", ["send", "send a photo", "find"])
    def test_a_page_that_is_not_there_stops_the_channel(self, channel: Facebook, act: str) -> None:
        elsewhere = replace(channel, page="104500000000077")
        post = self.post(channel, photo=picture() if act == "send a photo" else None)
        attempt = elsewhere.find if act == "find" else elsewhere.send

        with pytest.raises(Misconfigured, match="page: 104500000000077 is no Page of this token"):
            attempt(post, key=KEY)

    def test_what_is_out_is_found_when_it_is_refused_as_a_duplicate(
        self, channel: Facebook, server: FakePage
    ) -> None:
        server.trouble = Trouble(reset, at=FEED, after=True)
        with pytest.raises(OutcomeUnknown):
            channel.send(self.post(channel), key=KEY)
        server.trouble = None

        again = replace(self.post(channel), since=datetime.now(UTC) + timedelta(minutes=1))
        assert channel.send(again, key=KEY).remote_id == server.published[0].remote_id
        assert len(server.published) == 1

    @pytest.mark.parametrize("numbers", [(506, 0), (100, 1366051)])
    def test_a_duplicate_that_is_not_found_is_left_open(
        self, channel: Facebook, server: FakePage, numbers: tuple[int, int]
    ) -> None:
        channel.send(self.post(channel), key=KEY)
        server.lags, server.forbids = True, numbers

        with pytest.raises(OutcomeUnknown, match="no post of the Page leads to") as caught:
            channel.send(self.post(channel), key=KEY)
        assert caught.value.is_over

    def test_what_another_page_has_posted_is_left_to_a_person(
        self, channel: Facebook, server: FakePage
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.page = "104500000000002"
        moved = replace(channel, page=server.page)

        for attempt in (
            lambda: moved.delete(receipt, self.post(channel)),
            lambda: moved.edit(receipt, self.post(channel, CORRECTED)),
        ):
            with pytest.raises(Refused, match=f"posted by Page {FakePage.page}, not {server.page}") as caught:
                attempt()
            assert not isinstance(caught.value, PostGone)
        assert len(server.published) == 1

    def test_a_limit_lasts_as_long_as_the_service_says(self, channel: Facebook, server: FakePage) -> None:
        server.forbids, server.usage_minutes = (80001, 0), 25
        before = datetime.now(UTC)

        with pytest.raises(TryLater) as caught:
            channel.send(self.post(channel), key=KEY)

        assert caught.value.not_before is not None
        waits = caught.value.not_before - before
        assert timedelta(minutes=25) <= waits < timedelta(minutes=26)

    @pytest.mark.parametrize(
        "usage",
        ["no JSON", "[]", '{"1": [{"estimated_time_to_regain_access": null}]}', '{"1": [{}]}', "[" * 9000],
    )
    def test_a_usage_that_says_nothing_is_none(self, channel: Facebook, server: FakePage, usage: str) -> None:
        value = {"error": {"message": "slow down", "code": 32}}
        server.trouble = Trouble(status(400, value, X_Business_Use_Case_Usage=usage), at=FEED)

        with pytest.raises(TryLater, match="slow down") as caught:
            channel.send(self.post(channel), key=KEY)

        assert caught.value.not_before is None

    def test_the_token_is_the_pages_own(self, channel: Facebook, server: FakePage) -> None:
        assert channel.check() == f"Page Example News ({server.page}); may post (untried)"

        with pytest.raises(Misconfigured, match="not of Page 5"):
            replace(channel, page="5").check()

    def test_a_look_that_is_torn_is_made_again(self, channel: Facebook, server: FakePage) -> None:
        server.trouble = Trouble(reset, at=FEED, method="GET")

        with pytest.raises(TryLater):
            channel.find(self.post(channel), key=KEY)

    @pytest.mark.parametrize(
        ("setting", "value"), [("page", "News"), ("page", "١٢"), ("version", "26"), ("server", "graph/x")]
    )
    def test_settings_are_checked(self, channel: Facebook, setting: str, value: str) -> None:
        changes: dict[str, Any] = {setting: value}

        with pytest.raises(ValueError, match=f"^{setting}: "):
            replace(channel, **changes)
