"""A real relay (aiosmtpd) that keeps what it takes, and can fail at every stage of a conversation."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.channels.local_server import closed_port
from tests.channels.servers import Published

USER, PASSWORD = "newsroom", "p4ssw0rd-of-the-newsroom"


class MailRelay:
    """A relay. ``replies``: by stage (``MAIL``, ``RCPT``, ``DATA``), what it answers instead of taking it;
    ``hangs_up``: ``before`` or ``after`` the message is kept, instead of an answer to its dot."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.envelopes: list[tuple[str | None, list[str]]] = []
        self.replies: dict[str, str] = {}
        self.hangs_up = ""
        self.port = closed_port()

    @property
    def address(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def published(self) -> list[Published]:
        return [_seen(mail) for mail in self.messages]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, sender: str, options: list[str]
    ) -> str:
        envelope.mail_from = sender
        envelope.mail_options.extend(options)
        return self.replies.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, recipient: str, options: list[str]
    ) -> str:
        if reply := self.replies.get("RCPT"):
            return reply
        envelope.rcpt_tos.append(recipient)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.hangs_up == "before":
            _hang_up(server)
            return "451 never heard"
        if reply := self.replies.get("DATA"):
            return reply
        content = bytes(cast(bytes, envelope.content))
        self.raw.append(content)
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
        self.messages.append(email.message_from_bytes(content, policy=email.policy.default))
        if self.hangs_up == "after":
            _hang_up(server)
        return "250 taken"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        good = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=data == good, handled=data == good)


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


@contextmanager
def running(relay: MailRelay, *, asks_for_password: bool = False) -> Iterator[MailRelay]:
    controller = Controller(
        relay,
        hostname="127.0.0.1",
        port=relay.port,
        auth_required=asks_for_password,
        auth_require_tls=not asks_for_password,
        authenticator=relay.authenticate if asks_for_password else None,
    )
    controller.start()
    try:
        yield relay
    finally:
        controller.stop()


class PageReader(HTMLParser):
    """Where a page leads, and what its picture is said to show."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.alt = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a":
            self.links.append(values.get("href") or "")
        elif tag == "img":
            assert str(values["src"]).startswith("cid:photo")
            self.alt = values.get("alt") or ""


def page_of(mail: EmailMessage) -> str:
    page = mail.get_body(("html",))
    return str(page.get_content()) if page else ""


def _seen(mail: EmailMessage) -> Published:
    reader = PageReader()
    reader.feed(page_of(mail))
    plain = mail.get_body(("plain",))
    assert plain is not None
    photo = next((part for part in mail.walk() if part["Content-ID"] == "<photo>"), None)
    return Published(
        remote_id=str(mail["Message-ID"]).strip("<>"),
        text=str(plain.get_content()).replace("\r\n", "\n").rstrip("\n"),
        photo=cast(bytes, photo.get_payload(decode=True)) if photo else None,
        alt=reader.alt,
        links=tuple(reader.links),
    )
