"""Alerts by mail, against a real relay."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.channels.mail import Mail
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.domain.post import Occasion
from syndicator.mail.line import quoted
from syndicator.mail.message import address, message_id
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from tests.channels.contract import ARTICLE, CORRECTED, KEY, ChannelContract, impatient_session, picture
from tests.channels.local_server import closed_port
from tests.channels.mail_server import PASSWORD, USER, MailRelay, page_of, running


@pytest.fixture
def server() -> Iterator[MailRelay]:
    with running(MailRelay()) as relay:
        yield relay


@pytest.fixture
def secret() -> str:
    return PASSWORD


@pytest.fixture
def channel(server: MailRelay) -> Iterator[Mail]:
    with impatient_session() as session:
        yield Mail(
            name="alerts",
            to="Readers <alerts@lists.news.example>",
            sender="ຂ່າວ Example News <news@news.example>",
            relay=server.address,
            session=session,
        )


@pytest.fixture
def logging_in(channel: Mail, secret: str, tmp_path: Path) -> Mail:
    (tmp_path / "password").write_text(secret)
    return replace(channel, user=USER, password=Secret(f"file:{tmp_path}/password"))


class TestMail(ChannelContract):
    def test_a_message_has_words_page_and_photo(self, channel: Mail, server: MailRelay) -> None:
        receipt = channel.send(self.post(channel, photo=picture()), key=KEY)

        [mail] = server.messages
        assert server.envelopes == [("news@news.example", ["alerts@lists.news.example"])]
        assert mail["Subject"] == ARTICLE.title
        assert mail["From"].addresses[0].display_name == "ຂ່າວ Example News"
        assert mail["To"] == "Readers <alerts@lists.news.example>"
        assert mail["Content-Language"] == "lo-LA"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Message-ID"] == f"<{receipt.remote_id}>"
        assert [part.get_content_type() for part in mail.walk()] == [
            "multipart/alternative",
            "text/plain",
            "multipart/related",
            "text/html",
            "image/jpeg",
        ]
        assert all(len(line) <= 998 for line in server.raw[0].split(b"\r\n"))
        assert server.raw[0].isascii()

    def test_the_headline_leads_to_the_article_and_stands_once(
        self, channel: Mail, server: MailRelay
    ) -> None:
        channel.send(self.post(channel), key=KEY)

        page = page_of(server.messages[0])
        assert page.count(ARTICLE.title) == 2  # in the title of the page, too
        assert server.published[0].links == (ARTICLE.url, ARTICLE.url)

    def test_what_looks_like_markup_is_text(self, channel: Mail, server: MailRelay) -> None:
        odd = replace(ARTICLE, title='<b>5 > 3 & "more"</b>', summary="<script>alert(1)</script> was said.")

        channel.send(self.post(channel, odd), key=KEY)

        assert "<script" not in page_of(server.messages[0])
        assert server.messages[0]["Subject"] == odd.title

    def test_a_headline_makes_no_header(self, channel: Mail, server: MailRelay) -> None:
        odd = replace(ARTICLE, title="News\r\nBcc: strangers@evil.example\u2028X: y")

        channel.send(self.post(channel, odd), key=KEY)

        assert server.messages[0]["Bcc"] is None
        assert "Bcc" in server.messages[0]["Subject"]

    def test_a_correction_is_in_the_thread_of_its_alert(self, channel: Mail, server: MailRelay) -> None:
        first = channel.send(self.post(channel), key=KEY)
        post = compose(CORRECTED, channel.capabilities, occasion=Occasion.CORRECTION)

        channel.send(replace(post, reply_to=first), key=f"{KEY}#2")

        mail = server.messages[1]
        assert mail["In-Reply-To"] == mail["References"] == server.messages[0]["Message-ID"]
        assert mail["Message-ID"] != server.messages[0]["Message-ID"]
        assert CORRECTED.note in server.published[1].text

    def test_a_retraction_is_in_the_thread_and_leads_nowhere(self, channel: Mail, server: MailRelay) -> None:
        first = channel.send(self.post(channel), key=KEY)
        post = compose(ARTICLE, channel.capabilities, occasion=Occasion.RETRACTION)

        channel.send(replace(post, reply_to=first), key=f"{KEY}#2")

        assert server.messages[1]["References"] == server.messages[0]["Message-ID"]
        assert server.published[1].links == ()

    def test_a_repeat_is_known_by_its_id(self, channel: Mail, server: MailRelay) -> None:
        first, second = (channel.send(self.post(channel), key=KEY) for _ in range(2))

        assert first == second
        assert {mail["Message-ID"] for mail in server.messages} == {f"<{message_id(KEY, channel.sender)}>"}

    @pytest.mark.parametrize(
        ("stage", "reply", "error"),
        [
            ("MAIL", "421 4.3.2 closing", TryLater),
            ("MAIL", "451 4.7.1 greylisted", TryLater),
            ("MAIL", "550 5.7.1 not your sender", Misconfigured),
            ("RCPT", "450 4.2.1 busy", TryLater),
            ("RCPT", "550 5.1.1 no such list", Misconfigured),
            ("DATA", "451 4.3.0 later", TryLater),
            ("DATA", "452 4.3.1 full", TryLater),
            ("DATA", "552 5.3.4 too large", Refused),
            ("DATA", "554 5.6.0 not liked", Refused),
            ("DATA", "550 5.7.515 not authenticated", Misconfigured),
        ],
    )
    def test_a_reply_says_whether_it_was_sent(
        self, channel: Mail, server: MailRelay, stage: str, reply: str, error: type[SyndicatorError]
    ) -> None:
        server.replies[stage] = reply

        with pytest.raises(error, match=re.escape(reply[:3])):
            channel.send(self.post(channel), key=KEY)

        assert server.messages == []

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_an_answer_to_the_dot_that_is_lost_leaves_it_unknown(
        self, channel: Mail, server: MailRelay, when: str
    ) -> None:
        server.hangs_up = when

        with pytest.raises(OutcomeUnknown, match="gave no answer to the message"):
            channel.send(self.post(channel), key=KEY)

        assert len(server.messages) == (when == "after")
        with pytest.raises(OutcomeUnknown, match=message_id(KEY, channel.sender)):
            channel.find(self.post(channel), key=KEY)

    def test_nobody_there_means_not_sent(self, channel: Mail) -> None:
        lonely = replace(channel, relay=f"smtp://127.0.0.1:{closed_port()}")

        with pytest.raises(TryLater, match=r"cannot be reached: .*refused"):
            lonely.send(self.post(channel), key=KEY)

    def test_a_relay_that_drips_is_left(self, channel: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("syndicator.mail.deadline.CONVERSATION_S", 0.5)
        with closing(socket.create_server(("127.0.0.1", 0))) as listener, dripping(listener):
            slow = replace(channel, relay=f"smtp://127.0.0.1:{listener.getsockname()[1]}")

            with pytest.raises(TryLater):
                slow.send(self.post(channel), key=KEY)

    def test_no_password_goes_to_another_machine_in_the_open(
        self, logging_in: Mail, server: MailRelay, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("syndicator.mail.relay.is_loopback", lambda host: False)

        with pytest.raises(Misconfigured, match="offers no TLS"):
            logging_in.send(self.post(logging_in), key=KEY)

        assert server.messages == []

    def test_a_relay_that_lets_nobody_log_in_is_told(self, logging_in: Mail) -> None:
        with pytest.raises(Misconfigured, match="leave user and password out"):
            logging_in.check()

    @pytest.mark.parametrize("entered", ["x", ""])
    def test_what_is_out_stays_out(self, channel: Mail, entered: str) -> None:
        with pytest.raises(Refused, match="cannot be edited"):
            channel.edit(Receipt(remote_id=entered), self.post(channel, CORRECTED))

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("to", "readers"),
            ("to", "a@b"),
            ("sender", "news@news.example\r\nBcc: x@y.example"),
            ("relay", "mail.example"),
            ("relay", "https://mail.example"),
            ("relay", "smtp://user@mail.example"),
            ("user", "newsroom"),
        ],
    )
    def test_settings_are_checked(self, channel: Mail, setting: str, value: str) -> None:
        changes: dict[str, Any] = {setting: value}

        with pytest.raises(ValueError, match=f"^{'relay' if setting == 'user' else setting}: "):
            replace(channel, **changes)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_password_lets_us_in(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    with running(MailRelay(), asks_for_password=True) as relay, impatient_session() as session:
        channel = Mail(
            name="alerts",
            to="alerts@lists.news.example",
            sender="news@news.example",
            relay=relay.address,
            user=USER,
            password=Secret(f"file:{tmp_path}/password"),
            session=session,
        )
        assert "lets us in" in channel.check()
        channel.send(compose(ARTICLE, channel.capabilities), key=KEY)
        assert len(relay.messages) == 1

        (tmp_path / "password").write_text("another-wrong-password")
        with pytest.raises(Misconfigured, match="the user and the password") as caught:
            channel.send(compose(ARTICLE, channel.capabilities), key=KEY)
        assert "another-wrong-password" not in str(caught.value)
        with pytest.raises(Misconfigured, match="530"):
            replace(channel, user="", password=None).send(compose(ARTICLE, channel.capabilities), key=KEY)


@given(st.lists(st.sampled_from([b".", b"..", b"a", b"", b".b.", b"c.d"]), max_size=6))
def test_lines_that_begin_with_a_dot_come_out_whole(lines: list[bytes]) -> None:
    sent = quoted(b"\r\n".join(lines) + b"\r\n")

    body, end = sent[:-5], sent[-5:]
    assert end == b"\r\n.\r\n"
    assert [line.removeprefix(b".") if line.startswith(b".") else line for line in body.split(b"\r\n")] == (
        lines or [b""]
    )
    assert b"\r\n.\r\n" not in b"\r\n" + body + b"\r\n"


@pytest.mark.parametrize("text", ["", "@news.example", "news@", "news", "ຂ່າວ@news.example", "a b <c>"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        address(text)


class dripping:  # noqa: N801 - used like a function
    """A server that greets us a character at a time, for ever."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener, self.over = listener, threading.Event()

    def __enter__(self) -> None:
        threading.Thread(target=self._drip, daemon=True).start()

    def __exit__(self, *args: object) -> None:
        self.over.set()

    def _drip(self) -> None:
        connection, _ = self.listener.accept()
        with connection:
            while not self.over.wait(0.05):
                try:
                    connection.sendall(b"2")
                except OSError:
                    return
