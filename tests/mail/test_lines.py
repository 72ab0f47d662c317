"""Lines to a relay: many messages, each once, whatever becomes of a line."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from syndicator.domain.errors import Misconfigured, TryLater
from syndicator.mail.line import Answer, Stage
from syndicator.mail.lines import Handed, OutgoingMail, hand_over_all
from syndicator.mail.relay import Relay
from tests.channels.mail_server import MailRelay, _hang_up, running

MESSAGE = b"Subject: x\r\n\r\nText\r\n"


class PipeliningRelay(MailRelay):
    """One that takes commands in one go."""

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]


class RestlessRelay(PipeliningRelay):
    """One that hangs up before the fourth message of a line. ``most``: it takes so many, and then none."""

    def __init__(self, most: int = 1000) -> None:
        super().__init__()
        self.most, self.begun = most, 0
        self.by_session: Counter[int] = Counter()

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: list[str]
    ) -> str:
        self.begun += 1
        if self.begun > self.most:
            return "550 5.7.1 that is enough"
        self.by_session[id(server)] += 1
        if self.by_session[id(server)] == 4:
            _hang_up(server)
            return "451 never heard"
        return await super().handle_MAIL(server, session, envelope, sender, options)


@pytest.fixture(params=[MailRelay, PipeliningRelay])
def relay(request: pytest.FixtureRequest) -> Iterator[MailRelay]:
    with running(request.param()) as started:
        yield started


def messages(count: int) -> list[OutgoingMail]:
    return [
        OutgoingMail("news@news.example", f"reader{n}@reader.example", lambda: MESSAGE, about=n)
        for n in range(count)
    ]


def sent(server: MailRelay, count: int) -> list[Handed]:
    return [each for group in hand_over_all(Relay(address=server.address), messages(count)) for each in group]


@pytest.mark.slow
def test_each_message_is_handed_over_once(relay: MailRelay) -> None:
    handed = sent(relay, 300)

    assert sorted(each.outgoing.about for each in handed) == [*range(300)]
    assert all(each.answer and each.answer.is_good for each in handed)
    assert Counter(to for _, [to] in relay.envelopes) == {f"reader{n}@reader.example": 1 for n in range(300)}


@pytest.mark.parametrize(("stage", "of"), [("RCPT", Stage.RECIPIENT), ("DATA", Stage.CONTENT)])
def test_a_refusal_is_told_and_the_line_goes_on(relay: MailRelay, stage: str, of: Stage) -> None:
    relay.replies[stage] = "550 5.1.1 unknown"

    handed = sent(relay, 20)

    assert {(each.answer.stage, each.answer.code) for each in handed if each.answer} == {(of, 550)}
    assert len(handed) == 20


@pytest.mark.slow
def test_a_line_that_is_lost_loses_no_message() -> None:
    with running(RestlessRelay()) as relay:
        handed = sent(relay, 60)

        assert len(handed) == 60
        assert Counter(to for _, [to] in relay.envelopes) == {
            f"reader{n}@reader.example": 1 for n in range(60)
        }


@pytest.mark.slow
def test_what_was_sent_is_told_before_the_trouble_is() -> None:
    told: list[Handed] = []

    def send(address: str) -> None:
        for group in hand_over_all(Relay(address=address), messages(500)):
            told.extend(group)

    with running(RestlessRelay(most=30)) as restless:
        with pytest.raises(Misconfigured, match=r"550 to the sender: 5\.7\.1 that is enough"):
            send(restless.address)

        out = {to for _, [to] in restless.envelopes}
        assert {each.outgoing.recipient for each in told if each.answer and each.answer.is_good} == out


def test_nobody_there_is_trouble() -> None:
    with pytest.raises(TryLater, match="cannot be reached"):
        list(hand_over_all(Relay(address="smtp://127.0.0.1:9"), messages(30)))


def test_there_may_be_nothing_to_send() -> None:
    assert [each for each in hand_over_all(Relay(address="smtp://127.0.0.1:9"), []) if each] == []


def test_a_relay_that_waits_for_a_message_to_nobody_gets_an_empty_one() -> None:
    """RFC 2920 section 3.1: it has answered 354 to a DATA that came behind a recipient that it refused."""
    replies = iter(
        [
            b"250-there\r\n250 PIPELINING\r\n",
            b"250 ok\r\n",
            b"550 5.1.1 no\r\n",
            b"354 go on\r\n",
            b"554 5.5.1 nobody\r\n",
            b"250 reset\r\n",
            b"221 bye\r\n",
        ]
    )
    heard: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 there\r\n")
            for line in lines:
                heard.append(line.strip().upper())
                connection.sendall(next(replies))

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        address = f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        [[handed]] = [g for g in hand_over_all(Relay(address=address), messages(1)) if g]
        thread.join(5)

    assert handed.answer
    assert (handed.answer.stage, handed.answer.code) == (Stage.RECIPIENT, 550)
    assert [each.split(b" ")[0] for each in heard[1:]] == [b"MAIL", b"RCPT", b"DATA", b".", b"RSET", b"QUIT"]


def answers_to_the_dot(reply: bytes) -> Answer | None:
    """What is made of a relay's last reply; ``None``: none came."""

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 there\r\n")
            for line in lines:
                command = line[:4].strip().upper()
                if command in (b"EHLO", b"MAIL", b"RCPT"):
                    connection.sendall(b"250-one\r\n250 ok\r\n")
                elif command == b"DATA":
                    connection.sendall(b"354 go on\r\n")
                elif command == b".":
                    with suppress(OSError):  # it may have been left in the middle of that
                        connection.sendall(reply)
                    return

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        relay = Relay(address=f"smtp://127.0.0.1:{listener.getsockname()[1]}")
        [group] = [each for each in hand_over_all(relay, messages(1)) if each]
    return group[0].answer


def test_a_reply_may_have_many_lines() -> None:
    answer = answers_to_the_dot(b"554-5.7.1 not\r\n554-from\r\n554 here\r\n")

    assert answer
    assert (answer.stage, answer.code, answer.text) == (Stage.CONTENT, 554, "5.7.1 not from here")


@pytest.mark.parametrize(
    "reply",
    [b"", b"250-taken, and\r\n", b"250 " + b"x" * 9000, b"250-more\r\n" * 200],
    ids=["none", "half of one", "a long line", "many lines"],
)
def test_after_a_reply_that_cannot_be_read_the_message_may_be_out(reply: bytes) -> None:
    assert answers_to_the_dot(reply) is None


@pytest.mark.parametrize("reply", [b"what?\r\n", b"\xb2\xb3\xb9 taken\r\n"])
def test_a_reply_without_a_code_is_no_good_one(reply: bytes) -> None:
    answer = answers_to_the_dot(reply)

    assert answer
    assert not answer.is_good
