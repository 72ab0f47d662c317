"""Apprise, against a server built from the OpenAPI document of its API."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import requests

from syndicator.channels.apprise import Apprise
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused
from syndicator.domain.post import Style
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from tests.channels.apprise_server import FakeApprise
from tests.channels.contract import ARTICLE, KEY, HttpChannelContract, picture
from tests.channels.local_server import Act, Trouble, reset, status

SERVER = FakeApprise


def channel_at(address: str, secret: Secret, session: requests.Session) -> Apprise:
    return Apprise(name="wire", server=address, key=secret, session=session)


@pytest.fixture
def secret(server: FakeApprise) -> str:
    return server.key


class TestApprise(HttpChannelContract):
    at = "/notify/"

    def test_a_notification_has_a_title_and_a_body_with_the_link(
        self, channel: Apprise, server: FakeApprise
    ) -> None:
        replace(channel, tag="desk").send(self.post(channel), key=KEY)

        [(fields, _)] = server.sent
        assert fields == {
            "title": ARTICLE.title,
            "body": f"{ARTICLE.summary}\n\n{ARTICLE.url}",
            "type": "info",
            "format": "text",
            "tag": "desk",
        }

    def test_a_text_of_the_newsrooms_own_making_has_no_title(
        self, channel: Apprise, server: FakeApprise
    ) -> None:
        style = Style(templates={"*": "{{ headline }} ({{ section }}) {{ link }}"})
        channel.send(compose(ARTICLE, channel.capabilities, style), key=KEY)

        [(fields, _)] = server.sent
        assert "title" not in fields
        assert fields["body"].endswith(f"(City) {ARTICLE.url}")

    @pytest.mark.parametrize("most", [280, 4000])
    def test_a_long_lao_text_is_as_long_as_declared(
        self, channel: Apprise, server: FakeApprise, most: int
    ) -> None:
        channel = replace(channel, max_characters=most)
        post = self.post(channel, replace(ARTICLE, summary="ນັກຂ່າວຂອງພວກເຮົາ ລາຍງານ ຈາກແຂວງ. " * 400))
        channel.send(post, key=KEY)

        assert server.published[0].text == post.text
        assert most * 0.8 < len(post.text) <= most

    def test_a_photo_that_is_not_taken_is_left_out(
        self, channel: Apprise, server: FakeApprise, remarks: list[str]
    ) -> None:
        server.takes_files = False

        channel.send(self.post(channel, photo=picture()), key=KEY)

        assert [published.photo for published in server.published] == [None]
        [line] = remarks
        assert line.startswith("without its photo: 127.0.0.1 answers 400: Bad attachment")

    @pytest.mark.parametrize("services", [1, 3])
    def test_a_service_that_fails_leaves_the_outcome_unknown(
        self, channel: Apprise, server: FakeApprise, services: int
    ) -> None:
        server.services, server.failing = services, 1

        with pytest.raises(OutcomeUnknown, match="could not be sent; some services may have it") as caught:
            channel.send(self.post(channel), key=KEY)

        assert caught.value.is_over
        assert len(server.published) == (services > 1)

    @pytest.mark.parametrize("act", [reset, status(502), status(500)])
    def test_after_a_lost_answer_nobody_is_notified_again(
        self, channel: Apprise, server: FakeApprise, act: Act
    ) -> None:
        server.trouble = Trouble(act, at=self.at, after=True)
        with pytest.raises(OutcomeUnknown):
            channel.send(self.post(channel), key=KEY)
        server.trouble = None

        with pytest.raises(OutcomeUnknown, match="look on each service"):
            channel.find(self.post(channel), key=KEY)
        assert channel.capabilities.key_memory is None
        assert len(server.published) == 1

    @pytest.mark.parametrize("revoked", ["another-key", ""])
    def test_a_key_under_which_nothing_is_stops_the_channel(
        self, channel: Apprise, server: FakeApprise, tmp_path: Path, revoked: str
    ) -> None:
        (tmp_path / "token").write_text(revoked or server.key)
        server.services = 0

        for attempt in (
            channel.check,
            lambda: channel.send(self.post(channel), key=KEY),
            lambda: channel.send(self.post(channel, photo=picture()), key=KEY),
        ):
            with pytest.raises(Misconfigured, match=r"nothing is saved there under file:.*/token for"):
                attempt()

    @pytest.mark.parametrize("code", [404, 405])
    def test_what_is_no_apprise_stops_the_channel(
        self, channel: Apprise, server: FakeApprise, code: int
    ) -> None:
        server.trouble = Trouble(status(code))

        for attempt in (channel.check, lambda: channel.send(self.post(channel), key=KEY)):
            with pytest.raises(Misconfigured, match="no Apprise API"):
                attempt()

    def test_a_text_that_is_too_large_is_refused(self, channel: Apprise, server: FakeApprise) -> None:
        server.trouble = Trouble(status(431), at=self.at)

        with pytest.raises(Refused):
            channel.send(self.post(channel), key=KEY)

    def test_a_trial_counts_the_services_and_shows_none(self, channel: Apprise, server: FakeApprise) -> None:
        server.services = 2

        assert channel.check() == "2 services on 127.0.0.1, untried"

    @pytest.mark.parametrize("wrong", ["a/b", "k" * 129, "ab c"])
    def test_what_is_no_key_is_told_without_showing_it(
        self, channel: Apprise, tmp_path: Path, wrong: str
    ) -> None:
        (tmp_path / "token").write_text(wrong)

        with pytest.raises(Misconfigured, match="holds no key") as caught:
            channel.check()
        assert wrong not in str(caught.value)


@pytest.mark.parametrize(("setting", "value"), [("server", "apprise"), ("max_characters", 10)])
def test_what_makes_no_sense_is_refused(channel: Apprise, setting: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{setting}: "):
        replace(channel, **{setting: value})  # type: ignore[arg-type]  # wrong on purpose
