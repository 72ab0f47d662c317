"""What channels of Meta's services promise, beside ``contract``, against a ``GraphServer``."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.channels.instagram import Instagram
from syndicator.channels.threads import Threads
from syndicator.domain.capabilities import Spent
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.domain.ledger import Ledger, Wait
from syndicator.domain.pacing import Pace
from syndicator.domain.post import Post
from syndicator.http.stated_limits import listening
from syndicator.jobs.ports import Channel
from syndicator.secret import Secret
from tests.channels.contract import KEY, OTHER, HttpChannelContract
from tests.channels.graph_server import TOKEN_LIFE, GraphServer
from tests.channels.instagram_server import FakeInstagram
from tests.channels.local_server import Trouble, body, reset, status
from tests.channels.photo_host import FetchesPhotos
from tests.channels.threads_server import FakeThreads


class GraphContract(HttpChannelContract):
    """Errors by their numbers, and answers that are none."""

    def declined(self, channel: Channel, server: GraphServer, code: int, subcode: int) -> SyndicatorError:
        """What it means that every change is declined with these numbers."""
        server.forbids = (code, subcode)
        with pytest.raises(SyndicatorError, match="as you wish") as caught:
            channel.send(self.post(channel), key=KEY)
        return caught.value

    @pytest.mark.parametrize(
        ("code", "subcode", "error"),
        [
            (4, 0, TryLater),
            (32, 0, TryLater),
            (80001, 0, TryLater),
            (9, 2207042, TryLater),
            (10, 0, Misconfigured),
            (190, 0, Misconfigured),
            (190, 463, Misconfigured),
            (200, 0, Misconfigured),
            (368, 0, Misconfigured),
            (100, 1404078, Misconfigured),
            (-1, 2207051, Misconfigured),
            (4, 2207051, Misconfigured),
            (100, 0, Refused),
        ],
    )
    def test_errors_have_numbers(
        self, channel: Channel, server: GraphServer, code: int, subcode: int, error: type[SyndicatorError]
    ) -> None:
        assert isinstance(self.declined(channel, server, code, subcode), error)

    @pytest.mark.parametrize(
        "content",
        [
            b"{}",
            b"[]",
            b'{"id": null}',
            b'{"id": "me"}',
            b'{"error": {"code": "x"}}',
            b"\xff",
            b'{"id":' + b"[" * 9000,
        ],
    )
    def test_an_answer_that_nobody_understands_is_none(
        self, channel: Channel, server: GraphServer, content: bytes
    ) -> None:
        server.trouble = Trouble(body(content), at=self.at)

        with pytest.raises(OutcomeUnknown):
            channel.send(self.post(channel), key=KEY)

    @pytest.mark.parametrize(
        ("used", "app_used", "minutes", "rests"),
        [
            (12, 0, 0, None),
            (95, 0, 0, 10),
            (100, 0, 25, 25),
            (0, 95, 0, 10),
            (12, 95, 0, None),  # the business's own counts
            (0, 12, 0, None),
        ],
    )
    def test_an_account_rests_before_its_limits_are_exceeded(
        self,
        channel: Channel,
        server: GraphServer,
        used: int,
        app_used: int,
        minutes: int,
        rests: int | None,
    ) -> None:
        server.used, server.app_used, server.usage_minutes = used, app_used, minutes
        pace, now = Pace().of_service(channel.capabilities), datetime.now(UTC)

        with listening() as heard:
            channel.send(self.post(channel), key=KEY)

        ledger = Ledger()
        for kind, stated in heard.items():
            ledger = ledger.with_stated(kind, stated, now)
        for cost in (pace.cost_of_post, pace.cost_of_edit, pace.cost_of_deletion):
            wait = ledger.wait(pace, cost, now)
            assert (wait and round((wait.until - now) / timedelta(minutes=1))) == rests

    def test_a_usage_that_went_down_is_no_reason_to_rest(self, channel: Channel, server: GraphServer) -> None:
        with listening() as heard:
            server.used = 95
            channel.check()
            server.used = 20
            channel.check()

        assert Spent.REQUESTS not in heard

    def test_a_revoked_token_is_told(self, channel: Channel, server: GraphServer) -> None:
        server.revoked.add(server.token)

        with pytest.raises(Misconfigured, match="check the account, its token") as caught:
            channel.send(self.post(channel), key=KEY)

        assert server.token not in str(caught.value)


class ContainerContract(FetchesPhotos, GraphContract):
    """Posts in two steps, a container and its publication. ``containers``: where those are sent to."""

    containers: str
    quota: str

    def test_a_token_is_renewed(
        self, channel: Threads | Instagram, server: GraphServer, tmp_path: Path
    ) -> None:
        new = channel.renewed_token()

        assert server.token_age[new] == timedelta()
        (tmp_path / "new").write_text(new)
        replace(channel, token=Secret(f"file:{tmp_path}/new")).check()
        channel.check()  # the old one is as good as before

    @pytest.mark.parametrize(
        ("age", "why"), [(timedelta(hours=23), "refreshed yet"), (TOKEN_LIFE, "expired")]
    )
    def test_a_token_is_not_renewed_too_early_or_too_late(
        self, channel: Threads | Instagram, server: GraphServer, age: timedelta, why: str
    ) -> None:
        server.token_age[server.token] = age

        with pytest.raises(SyndicatorError, match=why) as caught:
            channel.renewed_token()

        assert server.token not in str(caught.value)

    @pytest.mark.parametrize(
        "content",
        [
            b"{}",
            b'"THAA"',
            b'{"access_token": null}',
            b'{"access_token": ""}',
            b'{"access_token": "a b"}',
            '{"access_token": "ຂ່າວ"}'.encode(),
            b'{"access_token": "a\\n"}',
        ],
    )
    def test_what_is_no_token_renews_none(
        self, channel: Threads | Instagram, server: GraphServer, content: bytes
    ) -> None:
        server.trouble = Trouble(body(content), at="/refresh_access_token")

        with pytest.raises(TryLater):
            channel.renewed_token()

    def test_what_is_not_ready_in_time_is_tried_later(
        self, channel: Channel, server: FakeThreads | FakeInstagram, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("syndicator.http.exchange.STEP_S", 2.0)
        monkeypatch.setattr("syndicator.http.graph_containers.POLL_S", 0.9)
        server.states = [("IN_PROGRESS", "")] * 100

        with pytest.raises(TryLater, match="not got the post ready: IN_PROGRESS"):
            channel.send(self.post(channel), key=KEY)

        assert server.posts == {}

    def test_what_nobody_sees_can_be_made_again(self, channel: Channel, server: GraphServer) -> None:
        server.trouble = Trouble(reset, at=self.containers, method="POST", after=True)

        with pytest.raises(SyndicatorError) as caught:
            channel.send(self.post(channel), key=KEY)

        assert isinstance(caught.value, TryLater)

    def test_a_limit_of_the_day_is_waited_for(
        self, channel: Channel, server: FakeThreads | FakeInstagram
    ) -> None:
        server.most = 0

        with pytest.raises(TryLater, match="limit reached"):
            channel.send(self.post(channel), key=KEY)

        assert channel.check() == "@example_news; may post, 0 of 0 posts left today"

    def test_what_is_left_of_the_day_is_planned_with(
        self, channel: Channel, server: FakeThreads | FakeInstagram
    ) -> None:
        server.most = 2
        pace, now = Pace().of_service(channel.capabilities), datetime.now(UTC)

        def wait_after(post: Post) -> Wait | None:
            with listening() as heard:
                channel.send(post, key=KEY)
            ledger = Ledger().with_stated(Spent.POSTS, heard[Spent.POSTS], now)
            assert heard[Spent.POSTS].most == 2
            return ledger.wait(pace, pace.cost_of_post, now)

        assert wait_after(self.post(channel)) is None
        wait = wait_after(self.post(channel, OTHER))
        assert wait is not None
        assert timedelta(minutes=59) < wait.until - now < timedelta(minutes=61)

    def test_a_day_that_is_full_is_planned_with(
        self, channel: Channel, server: FakeThreads | FakeInstagram
    ) -> None:
        server.most = 0

        with listening() as heard, pytest.raises(TryLater):
            channel.send(self.post(channel), key=KEY)

        assert (heard[Spent.POSTS].left, heard[Spent.POSTS].most) == (0, 0)

    def test_a_post_is_out_although_nobody_says_what_is_left(
        self, channel: Channel, server: FakeThreads | FakeInstagram
    ) -> None:
        server.trouble = Trouble(status(500), at=f"/{server.version}/{self.quota}")

        receipt = channel.send(self.post(channel), key=KEY)

        assert receipt.remote_id in server.posts

    def test_a_post_that_has_no_address_yet_is_out(
        self, channel: Channel, server: FakeThreads | FakeInstagram
    ) -> None:
        server.hides_addresses = True

        receipt = channel.send(self.post(channel), key=KEY)

        assert receipt.remote_id in server.posts
        assert receipt.url == ""
