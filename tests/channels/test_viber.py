"""Viber's Channels, against a server built from the documentation of their API."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests

from syndicator.channels.viber import Viber
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.secret import Secret
from tests.channels.contract import ARTICLE, KEY, HttpChannelContract
from tests.channels.local_server import Act, Trouble, body, reset, status
from tests.channels.viber_server import FakeViber

SERVER = FakeViber


def channel_at(address: str, secret: Secret, session: requests.Session) -> Viber:
    return Viber(name="wire", server=address, sender=FakeViber.admin, token=secret, session=session)


class TestViber(HttpChannelContract):
    at = "/pa/post"

    def test_a_long_lao_text_is_as_long_as_may_be(self, channel: Viber, server: FakeViber) -> None:
        post = self.post(channel, replace(ARTICLE, summary="ນັກຂ່າວຂອງພວກເຮົາ ລາຍງານ ຈາກແຂວງ. " * 400))
        channel.send(post, key=KEY)

        assert server.published[0].text == post.text
        assert 6800 < post.length <= 7000

    @pytest.mark.parametrize("act", [reset, status(502), status(500), body(b'{"status": "?"}')])
    def test_after_a_lost_answer_nobody_posts_again(
        self, channel: Viber, server: FakeViber, act: Act
    ) -> None:
        server.trouble = Trouble(act, at=self.at, after=True)
        with pytest.raises(OutcomeUnknown):
            channel.send(self.post(channel), key=KEY)
        server.trouble = None

        with pytest.raises(OutcomeUnknown, match="look there"):
            channel.find(self.post(channel), key=KEY)
        assert channel.capabilities.key_memory is None
        assert len(server.published) == 1

    @pytest.mark.parametrize(
        ("code", "error"),
        [
            (3, Refused),
            (4, Refused),
            (7, Misconfigured),
            (9, Misconfigured),
            (20, Misconfigured),
            (99, OutcomeUnknown),
            (-1, OutcomeUnknown),
        ],
    )
    def test_codes_say_what_to_do(
        self, channel: Viber, server: FakeViber, code: int, error: type[SyndicatorError]
    ) -> None:
        server.forbids = code

        with pytest.raises(error, match=rf"'as you wish' \({code}\) to post"):
            channel.send(self.post(channel), key=KEY)

    def test_too_many_are_waited_for(self, channel: Viber, server: FakeViber) -> None:
        server.left = 0

        with pytest.raises(TryLater, match="tooManyRequests") as caught:
            channel.send(self.post(channel), key=KEY)

        assert caught.value.rests_account

    def test_a_revoked_token_stops_the_channel(self, channel: Viber, server: FakeViber) -> None:
        server.revoked = True

        for attempt in (channel.check, lambda: channel.send(self.post(channel), key=KEY)):
            with pytest.raises(Misconfigured, match="invalidAuthToken"):
                attempt()

    def test_a_webhook_that_is_not_set_stops_the_channel(self, channel: Viber, server: FakeViber) -> None:
        server.webhook_is_set = False

        with pytest.raises(Misconfigured, match="webhookNotSet"):
            channel.send(self.post(channel), key=KEY)

    def test_a_sender_who_is_no_admin_is_told_who_is(self, channel: Viber, server: FakeViber) -> None:
        lost = replace(channel, sender="x")

        with pytest.raises(Misconfigured, match=r"none of the Channel's admins: Noy \(01234567890A==\)$"):
            lost.check()
        with pytest.raises(Misconfigured, match="NotAuthorized"):
            lost.send(self.post(lost), key=KEY)

    def test_a_trial_names_who_posts_where(self, channel: Viber) -> None:
        assert channel.check() == "Noy in the Channel 'River News'"


@pytest.mark.parametrize(("setting", "value"), [("sender", " "), ("server", "viber.com")])
def test_what_makes_no_sense_is_refused(channel: Viber, setting: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^{setting}: "):
        replace(channel, **{setting: value})  # type: ignore[arg-type]  # wrong on purpose
