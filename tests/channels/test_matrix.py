"""Matrix, against a real homeserver."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicator.channels.matrix import Matrix
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, PostGone, Refused, TryLater
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Occasion, Style
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from tests.channels.contract import (
    ARTICLE,
    CORRECTED,
    KEY,
    OTHER,
    OTHER_KEY,
    HttpChannelContract,
    ImpatientInTrouble,
    picture,
)
from tests.channels.local_server import Trouble, reset, status
from tests.channels.synapse import V3, SynapseProxy

pytestmark = pytest.mark.slow  # databases or processes throughout

UPLOAD = "/_matrix/media/v3/upload"


@pytest.fixture
def server(synapse: str) -> Iterator[SynapseProxy]:
    with SynapseProxy(synapse) as proxy:
        yield proxy


@pytest.fixture
def secret(server: SynapseProxy) -> str:
    return server.token


@pytest.fixture
def build(server: SynapseProxy, tmp_path: Path) -> Iterator[Callable[[str], Matrix]]:
    (tmp_path / "token").write_text(server.token)
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", ImpatientInTrouble(server))
        yield lambda address: Matrix(
            name="wire",
            server=address,
            room=server.room,
            token=Secret(f"file:{tmp_path}/token"),
            session=session,
        )


@pytest.fixture
def channel(build: Callable[[str], Matrix], server: SynapseProxy) -> Matrix:
    return build(server.address)


class TestMatrix(HttpChannelContract):
    @pytest.fixture(autouse=True)
    def sends(self, server: SynapseProxy) -> None:
        self.at = f"{V3}/rooms/{quote(server.room, safe='')}/send"

    def test_a_photo_has_the_text_as_its_caption(self, channel: Matrix, server: SynapseProxy) -> None:
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)

        [message] = server.messages
        credit = "ຮູບ: Noy S. / Example News"
        link = ARTICLE.url.replace("&", "&amp;")
        assert message["msgtype"] == "m.image"
        assert message["filename"] == "photo.jpg"
        assert message["info"] == {"mimetype": "image/jpeg", "size": len(picture().content), "w": 64, "h": 48}
        assert message["body"] == f"{ARTICLE.title}\n\n{ARTICLE.summary}\n\n{credit}\n\n{ARTICLE.url}"
        assert message["formatted_body"] == (
            f"<strong>{ARTICLE.title}</strong><br><br>{ARTICLE.summary}<br><br>{credit}<br><br>"
            f'<a href="{link}">news.example</a>'
        )
        assert message["m.mentions"] == {}
        assert receipt.is_current

    @pytest.mark.parametrize(("notice", "expected"), [(False, "m.text"), (True, "m.notice")])
    def test_without_a_photo_it_is_text(
        self, channel: Matrix, server: SynapseProxy, notice: bool, expected: str
    ) -> None:
        channel = replace(channel, notice=notice)
        receipt = channel.send(self.post(channel), key=KEY)
        channel.edit(receipt, self.post(channel, CORRECTED))

        assert [event["content"]["msgtype"] for event in server.events] == [expected, expected]

    def test_a_room_is_found_by_its_alias(self, channel: Matrix, server: SynapseProxy) -> None:
        named = replace(channel, room=server.alias)

        receipt = named.send(self.post(named), key=KEY)

        [message] = server.messages
        assert receipt.remote_id == f"{server.room} {message['event_id']}"
        assert receipt.url.startswith(f"https://matrix.to/#/{server.alias}/$")
        for link in (receipt.url, f"{receipt.url}?via=localhost", message["event_id"]):
            named.edit(Receipt(remote_id=link), self.post(named, CORRECTED))
        assert CORRECTED.title in server.published[0].text

    @pytest.mark.parametrize("entered", ["", "42", "https://matrix.to/#/#news:example.org"])
    def test_what_is_no_message_is_told(self, channel: Matrix, entered: str) -> None:
        with pytest.raises(Refused, match="is no message: enter its link"):
            channel.edit(Receipt(remote_id=entered), self.post(channel))

    def test_nobody_is_mentioned_but_who_is_declared(self, channel: Matrix, server: SynapseProxy) -> None:
        article = replace(ARTICLE, title="@room: Noy S. and @mayor:localhost met", summary="<b>no</b> & so")
        style = Style(mentions={"Noy S.": "@noy:localhost"})

        channel.send(compose(article, channel.capabilities, style), key=KEY)

        [message] = server.messages
        assert message["m.mentions"] == {"user_ids": ["@noy:localhost"]}
        assert '<a href="https://matrix.to/#/@noy:localhost">Noy S.</a>' in message["formatted_body"]
        assert message["formatted_body"].startswith("<strong>@room: <a href=")
        assert "&lt;b&gt;no&lt;/b&gt; &amp; so" in message["formatted_body"]

    def test_a_long_lao_text_fills_the_message_and_its_correction(
        self, channel: Matrix, server: SynapseProxy
    ) -> None:
        long = replace(
            CORRECTED,
            summary="ນັກຂ່າວຂອງພວກເຮົາ ລາຍງານ ຈາກແຂວງ. " * 600,
            url="https://news.example/" + "ກ" * 800 + "&x" * 2000,
        )
        post = self.post(channel, long, picture())
        assert 11_000 < post.length <= 12_000

        receipt = channel.send(post, key=KEY)
        channel.edit(receipt, post)

        assert [published.text for published in server.published] == [post.text]

    @settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        title=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300),
        summary=st.text('a\\"<&\n\x7fກ👩', max_size=200),
        times=st.integers(1, 200),
    )
    def test_what_was_composed_is_never_too_long(
        self, channel: Matrix, server: SynapseProxy, title: str, summary: str, times: int
    ) -> None:
        article = replace(ARTICLE, title=title, summary=summary * times)
        post = self.post(channel, article)

        receipt = channel.send(post, key=f"{title}{summary}{times}")

        channel.edit(receipt, replace(post, article=replace(article, revision=2)))
        published = server.published[-1]
        assert published.text.split() == post.text.split()

    def test_a_correction_is_told_from_the_one_before_it(self, channel: Matrix, server: SynapseProxy) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        channel.edit(receipt, self.post(channel, CORRECTED))

        channel.edit(receipt, self.post(channel, replace(ARTICLE, revision=3)))

        assert len(server.events) == 3
        assert ARTICLE.title in server.published[0].text

    def test_nothing_is_left_of_what_was_taken_back(self, channel: Matrix, server: SynapseProxy) -> None:
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)
        for revision in (2, 3):
            channel.edit(receipt, self.post(channel, replace(CORRECTED, revision=revision), picture()))
        assert len(server.events) == 3

        channel.delete(receipt, self.post(channel))

        assert [event["content"] for event in server.events] == [{}, {}, {}]

    def test_a_message_that_was_deleted_there_is_not_posted_anew(
        self, channel: Matrix, server: SynapseProxy
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        channel.delete(receipt, self.post(channel))

        with pytest.raises(PostGone, match="was deleted there"):
            channel.edit(receipt, self.post(channel, CORRECTED))
        with pytest.raises(PostGone):
            channel.send(replace(self.post(channel, OTHER), reply_to=receipt), key=OTHER_KEY)
        assert server.published == []

    def test_a_running_story_is_a_reply(self, channel: Matrix, server: SynapseProxy) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        answer = channel.send(replace(self.post(channel, OTHER), reply_to=receipt), key=OTHER_KEY)
        channel.edit(answer, self.post(channel, replace(OTHER, title="Ferry again", revision=2)))

        first, second, _ = server.events
        assert second["content"]["m.relates_to"] == {"m.in_reply_to": {"event_id": first["event_id"]}}
        assert "Ferry again" in server.published[1].text
        assert channel.find(self.post(channel, OTHER), key=OTHER_KEY) == answer

    def test_is_found_after_the_server_has_forgotten_its_key(
        self, channel: Matrix, server: SynapseProxy, tmp_path: Path
    ) -> None:
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)
        channel.edit(receipt, self.post(channel, CORRECTED))
        for number in range(120):
            text = {"msgtype": "m.text", "body": "chatter"}
            server.call("PUT", f"{V3}/rooms/{quote(server.room)}/send/m.room.message/chat{number}", text)
        (tmp_path / "token").write_text(server.log_in()["access_token"])

        assert channel.find(self.post(channel), key=KEY) == receipt
        nowhere = replace(ARTICLE, url="https://news.example/never", first_seen=datetime.now(UTC))
        assert channel.find(self.post(channel, nowhere), key="another") is None

        channel.delete(receipt, self.post(channel))
        assert channel.find(self.post(channel), key=KEY) is None

    def test_a_new_token_of_the_same_device_knows_its_posts(
        self, channel: Matrix, server: SynapseProxy, tmp_path: Path
    ) -> None:
        device = server.call("GET", f"{V3}/account/whoami")["device_id"]
        first = channel.send(self.post(channel), key=KEY)
        (tmp_path / "token").write_text(server.log_in(device_id=device)["access_token"])

        assert channel.send(self.post(channel), key=KEY) == first
        assert len(server.events) == 1

    def test_a_repeat_says_whether_it_is_current(self, channel: Matrix, server: SynapseProxy) -> None:
        server.trouble = Trouble(reset, at=self.at, after=True)
        with pytest.raises(OutcomeUnknown):
            channel.send(self.post(channel, photo=picture()), key=KEY)
        server.trouble = None

        assert channel.send(self.post(channel, photo=picture()), key=KEY).is_current
        assert not channel.send(self.post(channel, CORRECTED, picture()), key=KEY).is_current
        assert len(server.events) == 1

    def test_what_cannot_be_read_back_is_posted(
        self, channel: Matrix, server: SynapseProxy, remarks: list[str]
    ) -> None:
        server.trouble = Trouble(status(502), at=self.at.replace("/send", "/event"))

        assert not channel.send(self.post(channel), key=KEY).is_current

        [line] = remarks
        assert line.startswith("it cannot be read back: ")
        assert len(server.events) == 1

    @pytest.mark.parametrize("size", [1_300_000, 40_000_000])
    def test_a_photo_too_large_for_the_server_is_left_out(
        self, channel: Matrix, server: SynapseProxy, remarks: list[str], size: int
    ) -> None:
        """Far beyond its limit, the server hangs up."""
        large = PhotoFile(content=bytes(size), media_type="image/png", width=9, height=9)

        channel.send(self.post(channel, photo=large), key=KEY)

        assert server.messages[0]["msgtype"] == "m.text"
        [line] = remarks
        assert line.startswith("without its photo: ")

    def test_a_photo_that_is_not_allowed_is_left_out(
        self, channel: Matrix, server: SynapseProxy, caplog: pytest.LogCaptureFixture
    ) -> None:
        full = {"errcode": "M_FORBIDDEN", "error": "You have exceeded your upload quota"}
        server.trouble = Trouble(status(403, full), at=UPLOAD)

        channel.send(self.post(channel, photo=picture()), key=KEY)

        assert "exceeded your upload quota" in caplog.text
        assert server.published[0].photo is None

    @pytest.mark.parametrize("act", [reset, status(500), status(502)])
    def test_a_photo_that_gets_no_answer_is_tried_later(
        self, channel: Matrix, server: SynapseProxy, act: Callable[..., None]
    ) -> None:
        server.trouble = Trouble(act, at=UPLOAD)

        with pytest.raises(TryLater, match="photo: ") as caught:
            channel.send(self.post(channel, photo=picture()), key=KEY)

        assert not caught.value.whole_channel
        assert server.events == []

    def test_the_servers_own_limit_is_waited_for(self, channel: Matrix, server: SynapseProxy) -> None:
        server.limit(per_second=1)
        before = datetime.now(UTC)

        def send_many() -> None:
            for number in range(20):
                channel.send(self.post(channel), key=f"{KEY}{number}")

        with pytest.raises(TryLater, match="Too Many Requests") as caught:
            send_many()

        assert caught.value.rests_account
        assert caught.value.not_before is not None
        assert timedelta(0) < caught.value.not_before - before < timedelta(minutes=1)

    def test_a_limit_in_the_body_alone_is_obeyed(self, channel: Matrix, server: SynapseProxy) -> None:
        limited = {"errcode": "M_LIMIT_EXCEEDED", "error": "slow down", "retry_after_ms": 90_000}
        server.trouble = Trouble(status(429, limited), at=self.at)
        before = datetime.now(UTC)

        with pytest.raises(TryLater, match="slow down") as caught:
            channel.send(self.post(channel), key=KEY)

        assert caught.value.not_before is not None
        assert timedelta(seconds=85) < caught.value.not_before - before < timedelta(seconds=120)

    def test_a_revoked_token_stops_the_channel(self, channel: Matrix, server: SynapseProxy) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        server.call("POST", f"{V3}/logout", {})

        for attempt in (
            lambda: channel.send(self.post(channel, OTHER), key=OTHER_KEY),
            lambda: channel.edit(receipt, self.post(channel, CORRECTED)),
            lambda: channel.delete(receipt, self.post(channel)),
            lambda: channel.find(self.post(channel), key=KEY),
            channel.check,
        ):
            with pytest.raises(Misconfigured, match="was revoked"):
                attempt()

    def test_a_login_that_has_run_out_stops_the_channel(
        self, channel: Matrix, server: SynapseProxy, tmp_path: Path
    ) -> None:
        (tmp_path / "token").write_text(server.log_in(refresh_token=True)["access_token"])
        time.sleep(1.1)  # as long as homeserver.yaml has it

        with pytest.raises(Misconfigured, match="log in again with the same device_id"):
            channel.send(self.post(channel), key=KEY)

    def test_what_another_account_has_posted_is_left_to_a_person(
        self, channel: Matrix, server: SynapseProxy, tmp_path: Path
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        other, token = server.new_account()
        server.call("POST", f"{V3}/join/{quote(server.room)}", {}, token=token)
        (tmp_path / "token").write_text(token)

        for attempt in (
            lambda: channel.edit(receipt, self.post(channel, CORRECTED)),
            lambda: channel.delete(receipt, self.post(channel)),
        ):
            with pytest.raises(Refused, match=f"posted by {server.robot}, not {other}") as caught:
                attempt()
            assert receipt.url in str(caught.value)
        assert [ARTICLE.title in each.text for each in server.published] == [True]
        assert len(server.events) == 1  # no correction that no client shows
        assert channel.send(self.post(channel, OTHER), key=OTHER_KEY)

    def test_an_account_that_may_deletes_what_another_has_posted(
        self, channel: Matrix, server: SynapseProxy, tmp_path: Path
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        other, token = server.new_account()
        server.call("POST", f"{V3}/join/{quote(server.room)}", {}, token=token)
        levels = server.state("m.room.power_levels")
        path = f"{V3}/rooms/{quote(server.room)}/state/m.room.power_levels"
        server.call("PUT", path, {**levels, "users": {**levels["users"], other: 50}})
        (tmp_path / "token").write_text(token)

        channel.delete(receipt, self.post(channel))

        assert server.published == []

    def test_what_stands_in_a_room_that_it_left_is_left_to_a_person(
        self, channel: Matrix, server: SynapseProxy
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        moved = replace(channel, room=server.new_room())
        moved.edit(receipt, self.post(channel, CORRECTED))
        assert CORRECTED.title in server.published[0].text
        server.call("POST", f"{V3}/rooms/{quote(server.room)}/leave", {})

        for attempt in (
            lambda: moved.edit(receipt, self.post(channel)),
            lambda: moved.delete(receipt, self.post(channel)),
        ):
            with pytest.raises(Refused, match="it was posted in"):
                attempt()
        assert moved.send(self.post(channel), key=KEY)

        server.call("POST", f"{V3}/logout", {})
        with pytest.raises(Misconfigured, match="was revoked"):
            moved.delete(receipt, self.post(channel))

    def test_nothing_in_one_room_answers_what_is_in_another(
        self, channel: Matrix, server: SynapseProxy
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        moved = replace(channel, room=server.new_room())

        with pytest.raises(PostGone, match="another room"):  # it stands by itself
            moved.send(replace(self.post(channel, OTHER), reply_to=receipt), key=OTHER_KEY)
        notice = compose(ARTICLE, channel.capabilities, occasion=Occasion.RETRACTION)
        with pytest.raises(Refused, match="another room") as caught:
            moved.send(replace(notice, reply_to=receipt), key=OTHER_KEY)
        assert not isinstance(caught.value, PostGone)

    def test_who_is_not_in_the_room_is_told(self, channel: Matrix, server: SynapseProxy) -> None:
        server.call("POST", f"{V3}/rooms/{quote(server.room)}/leave", {})

        for attempt in (channel.check, lambda: channel.send(self.post(channel), key=KEY)):
            with pytest.raises(Misconfigured, match="not in"):
                attempt()

    def test_an_encrypted_room_is_told(self, channel: Matrix, server: SynapseProxy) -> None:
        path = f"{V3}/rooms/{quote(server.room)}/state/m.room.encryption"
        server.call("PUT", path, {"algorithm": "m.megolm.v1.aes-sha2"})

        with pytest.raises(Misconfigured, match="is encrypted"):
            channel.check()

    def test_an_alias_that_nobody_has_stops_the_channel(self, channel: Matrix) -> None:
        lost = replace(channel, room="#nowhere:localhost")

        for attempt in (lost.check, lambda: lost.send(self.post(lost), key=KEY)):
            with pytest.raises(Misconfigured, match="#nowhere:localhost not found"):
                attempt()

    def test_what_is_no_homeserver_is_told(self, channel: Matrix, server: SynapseProxy) -> None:
        server.trouble = Trouble(status(404, {"detail": "no such page"}))

        for attempt in (channel.check, lambda: channel.send(self.post(channel), key=KEY)):
            with pytest.raises(Misconfigured, match="a homeserver at http"):
                attempt()

    def test_a_trial_names_account_room_and_device(self, channel: Matrix, server: SynapseProxy) -> None:
        who = channel.check()

        assert who.startswith(f"{server.robot} in {server.room} (device ")

    @pytest.mark.parametrize(
        "room", ["news", "@news:example.org", "#news", "!", "! a", "https://matrix.to/#/!a"]
    )
    def test_what_is_no_room_is_refused(self, channel: Matrix, room: str) -> None:
        with pytest.raises(ValueError, match=r"^room: "):
            replace(channel, room=room)
