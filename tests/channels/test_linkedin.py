"""Pages of organisations on LinkedIn, against a server built from the pages of its API."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from syndicator.channels.linkedin import LinkedIn
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, PostGone, Refused, TryLater
from syndicator.domain.fixed import own_id
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Style
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from syndicator.text.little_text import commentary, escaped
from tests.channels.contract import (
    ARTICLE,
    CORRECTED,
    KEY,
    OTHER,
    HttpChannelContract,
    picture,
)
from tests.channels.linkedin_server import FakeLinkedIn, readable
from tests.channels.local_server import Trouble, body, reset, status

POSTS = "/rest/posts"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicator.http.linkedin_api.POLL_S", 0.01)


SERVER = FakeLinkedIn


def channel_at(address: str, secret: Secret, session: requests.Session) -> LinkedIn:
    return LinkedIn(
        name="page", server=address, organization=FakeLinkedIn.organization, token=secret, session=session
    )


class TestLinkedIn(HttpChannelContract):
    at = POSTS

    def test_a_post_without_a_photo_has_a_card_of_its_link(
        self, channel: LinkedIn, server: FakeLinkedIn
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)

        [(urn, post)] = server.posts.items()
        assert post["content"] == {
            "article": {"source": ARTICLE.url, "title": ARTICLE.title, "description": ARTICLE.summary}
        }
        assert receipt.url == f"https://www.linkedin.com/feed/update/{urn}/"

    def test_a_photo_is_waited_for(self, channel: LinkedIn, server: FakeLinkedIn) -> None:
        server.states = ["PROCESSING", "PROCESSING"]

        channel.send(self.post(channel, photo=picture()), key=KEY)

        [published] = server.published
        assert published.photo == picture().content
        assert published.alt == "A tram on the bridge at dawn"
        assert published.text.endswith(ARTICLE.url)

    def test_a_photo_that_is_not_ready_in_time_is_tried_later(
        self, channel: LinkedIn, server: FakeLinkedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("syndicator.http.exchange.STEP_S", 2.0)
        monkeypatch.setattr("syndicator.http.linkedin_api.POLL_S", 1.2)
        server.states = ["PROCESSING"] * 10_000

        with pytest.raises(TryLater, match="not got the photo ready: PROCESSING"):
            channel.send(self.post(channel, photo=picture()), key=KEY)

        assert server.posts == {}

    @pytest.mark.parametrize("state", ["PROCESSING_FAILED", "WAITING_UPLOAD"])
    def test_a_photo_that_failed_there_is_left_out(
        self, channel: LinkedIn, server: FakeLinkedIn, state: str, remarks: list[str]
    ) -> None:
        server.states = ["PROCESSING", state]

        channel.send(self.post(channel, photo=picture()), key=KEY)

        assert server.published[0].photo is None
        assert server.published[0].leads_to(ARTICLE.url)
        assert remarks == [f"without its photo: 127.0.0.1 has made nothing of it: {state}"]

    def test_a_photo_that_is_refused_is_left_out(
        self, channel: LinkedIn, server: FakeLinkedIn, remarks: list[str]
    ) -> None:
        photo = PhotoFile(content=b"<html>none</html>", media_type="image/jpeg", width=10, height=10)

        channel.send(self.post(channel, photo=photo), key=KEY)

        assert server.published[0].photo is None
        [line] = remarks
        assert line.startswith("without its photo")

    def test_photos_go_nowhere_else(self, channel: LinkedIn, server: FakeLinkedIn) -> None:
        server.uploads_to = "http://169.254.169.254"

        with pytest.raises(Misconfigured, match="wants photos uploaded to 169"):
            channel.send(self.post(channel, photo=picture()), key=KEY)

    @given(st.text(max_size=80))
    def test_nothing_in_a_text_is_markup(self, text: str) -> None:
        assert readable(escaped(text)) == text

    def test_a_text_is_not_cut_at_its_first_parenthesis(
        self, channel: LinkedIn, server: FakeLinkedIn
    ) -> None:
        odd = replace(
            ARTICLE,
            title="Profit up (by 5%) *again* @home #1 {sic} [a|b] <c> ~d_e\\f",
            url="https://news.example/a_b(c)*d/~e?x=[1]#part",
        )

        channel.send(self.post(channel, odd, picture()), key=KEY)

        [published] = server.published
        assert published.text.startswith(odd.title)
        assert published.text.endswith("https://news.example/a%5Fb%28c%29%2Ad/%7Ee?x=%5B1%5D#part")
        assert channel.find(self.post(channel, odd, picture()), key=KEY)

    def test_hashtags_are_markup(self, channel: LinkedIn) -> None:
        style = Style(hashtags={"City": "Vientiane"})

        post = compose(ARTICLE, channel.capabilities, style)

        assert "\n#Vientiane" in commentary(post)
        assert readable(commentary(post)) == post.text

    def test_a_card_of_another_headline_is_told(self, channel: LinkedIn, server: FakeLinkedIn) -> None:
        bare = replace(ARTICLE, photo=None)
        receipt = channel.send(self.post(channel, bare), key=KEY)

        with pytest.raises(Refused, match="the photo or the card of a post cannot be exchanged"):
            channel.edit(receipt, self.post(channel, replace(CORRECTED, photo=None)))

        assert CORRECTED.title in server.published[0].text
        same_card = replace(bare, note="An earlier version had the wrong photographer.", revision=2)
        assert channel.edit(receipt, self.post(channel, same_card)) == receipt

    def test_a_duplicate_is_the_post_itself(self, channel: LinkedIn, server: FakeLinkedIn) -> None:
        first = channel.send(self.post(channel), key=KEY)

        assert channel.send(self.post(channel), key=KEY) == first
        assert len(server.posts) == 1

    def test_a_duplicate_of_what_was_deleted_is_tried_later(
        self, channel: LinkedIn, server: FakeLinkedIn
    ) -> None:
        server.remembers = True
        receipt = channel.send(self.post(channel), key=KEY)
        channel.delete(receipt, self.post(channel))

        with pytest.raises(TryLater, match="which was deleted") as caught:
            channel.send(self.post(channel), key=KEY)
        assert not caught.value.whole_channel
        server.deleted.clear()
        assert channel.send(self.post(channel), key=KEY) != receipt
        assert len(server.posts) == 1

    def test_a_duplicate_that_may_not_be_looked_at_is_left_open(
        self, channel: LinkedIn, server: FakeLinkedIn
    ) -> None:
        channel.send(self.post(channel), key=KEY)
        server.may_read = False

        with pytest.raises(OutcomeUnknown, match="r_organization_social") as caught:
            channel.send(self.post(channel), key=KEY)
        assert caught.value.is_over

    def test_a_duplicate_of_another_articles_post_is_refused(
        self, channel: LinkedIn, server: FakeLinkedIn
    ) -> None:
        channel.send(self.post(channel, OTHER), key=KEY)
        [(urn, there)] = server.posts.items()
        ours = channel.send(self.post(channel), key=KEY)
        del server.posts[ours.remote_id.partition("|")[0]]
        error = {"errorDetails": {"inputErrors": [{"code": "DUPLICATE_POST"}]}, "message": f"as {urn}"}
        server.trouble = Trouble(status(422, error), at=POSTS, method="POST")

        with pytest.raises(Refused, match=f"{urn} is no post of this article"):
            channel.send(self.post(channel), key=KEY)
        assert there in server.posts.values()

    @pytest.mark.parametrize(
        "value",
        [
            {"message": "no"},
            {"errorDetails": {"inputErrors": [{"code": "DUPLICATE_POST"}]}},
            {"errorDetails": {"inputErrors": [{"code": "OTHER"}]}, "message": "urn:li:share:1"},
            {"errorDetails": None, "message": "urn:li:share:1"},
        ],
    )
    def test_what_else_is_not_taken_is_refused(
        self, channel: LinkedIn, server: FakeLinkedIn, value: dict[str, Any]
    ) -> None:
        server.trouble = Trouble(status(422, value), at=POSTS, method="POST")

        with pytest.raises(Refused):
            channel.send(self.post(channel), key=KEY)

    def test_a_post_without_a_name_may_be_there(self, channel: LinkedIn, server: FakeLinkedIn) -> None:
        server.trouble = Trouble(body(b"", code=201), at=POSTS, method="POST")

        with pytest.raises(OutcomeUnknown, match="names no post"):
            channel.send(self.post(channel), key=KEY)

    @pytest.mark.slow
    def test_a_post_is_found_among_many(self, channel: LinkedIn, server: FakeLinkedIn) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        for n in range(150):
            url = f"https://news.example/other/{n}"
            channel.send(self.post(channel, replace(OTHER, title=f"News {n}", url=url)), key=f"{n}")
        post = replace(self.post(channel), since=datetime.now(UTC) - timedelta(hours=1))

        found = channel.find(post, key=KEY)

        assert found is not None
        assert found.url == receipt.url
        assert found.is_current

    def test_a_token_that_may_not_read_finds_nothing_out(
        self, channel: LinkedIn, server: FakeLinkedIn
    ) -> None:
        server.may_read = False

        with pytest.raises(OutcomeUnknown, match="r_organization_social"):
            channel.find(self.post(channel), key=KEY)
        assert "may not read its own posts" in channel.check()

    def test_a_post_that_is_gone_is_told_as_gone(self, channel: LinkedIn, server: FakeLinkedIn) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.posts.clear()

        with pytest.raises(PostGone):
            channel.edit(receipt, self.post(channel, CORRECTED))

    def test_a_version_that_is_no_more_is_told(self, channel: LinkedIn) -> None:
        with pytest.raises(Misconfigured, match="declare a later version than 202301"):
            replace(channel, version="202301").send(self.post(channel), key=KEY)

    def test_what_another_organisation_has_posted_is_left_to_a_person(
        self, channel: LinkedIn, server: FakeLinkedIn
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.others.add(own_id(receipt))

        for attempt in (
            lambda: channel.edit(receipt, self.post(channel, CORRECTED)),
            lambda: channel.delete(receipt, self.post(channel)),
        ):
            with pytest.raises(Refused, match=f"is no post of organization {server.organization}") as caught:
                attempt()
            assert receipt.url in str(caught.value)
        assert channel.send(self.post(channel, OTHER), key=KEY)

    @pytest.mark.parametrize("may_read", [True, False])
    def test_what_may_not_be_changed_of_our_own_stops_the_channel(
        self, channel: LinkedIn, server: FakeLinkedIn, *, may_read: bool
    ) -> None:
        """As when its person is no administrator of the page any more."""
        receipt = channel.send(self.post(channel), key=KEY)
        server.may_read = may_read
        for method, act in (
            ("POST", lambda: channel.edit(receipt, self.post(channel, CORRECTED))),
            ("DELETE", lambda: channel.delete(receipt, self.post(channel))),
        ):
            server.trouble = Trouble(status(403), at="/rest/posts/", method=method)
            with pytest.raises(Misconfigured, match="answers 403"):
                act()

    def test_a_revoked_token_is_told(self, channel: LinkedIn, server: FakeLinkedIn) -> None:
        server.revoked.add(server.token)

        with pytest.raises(Misconfigured, match="revoked") as caught:
            channel.send(self.post(channel), key=KEY)

        assert server.token not in str(caught.value)

    def test_a_look_that_is_torn_is_made_again(self, channel: LinkedIn, server: FakeLinkedIn) -> None:
        server.trouble = Trouble(reset, at=POSTS, method="GET")

        with pytest.raises(TryLater):
            channel.find(self.post(channel), key=KEY)

    @pytest.mark.parametrize("entered", ["https://www.linkedin.com/x", "123", "", "urn:li:person:7"])
    def test_what_an_operator_enters_has_to_be_a_post(self, channel: LinkedIn, entered: str) -> None:
        with pytest.raises(Refused, match="enter its URN"):
            channel.edit(Receipt(remote_id=entered), self.post(channel, CORRECTED))

    @pytest.mark.parametrize(
        ("setting", "value"),
        [("organization", "News"), ("version", "202613"), ("server", "linkedin.com/x y")],
    )
    def test_settings_are_checked(self, channel: LinkedIn, setting: str, value: str) -> None:
        changes: dict[str, Any] = {setting: value}

        with pytest.raises(ValueError, match=f"^{setting}: "):
            replace(channel, **changes)
