"""The newsroom's own relay: one conversation in SMTP (RFC 5321), within a deadline, and what its ends mean.

A message is out when the relay has answered 250 to the dot behind it (section 4.2.5): a connection that is
lost before that answer, and after the dot, leaves it unknown (RFC 1047).
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import urlsplit

from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.http.networks import is_loopback
from syndicator.secret import Secret, redacted

#: Seconds: to connect and for each silence, for a whole conversation, and for its last word. RFC 5321 section
#: 4.5.3.2 has clients wait for ten minutes behind the dot; a relay of the newsroom's own is quicker.
TIMEOUT_S, CONVERSATION_S, GOODBYE_S = 20.0, 50.0, 2.0

#: Characters of what a relay says that are shown.
MAX_SHOWN_CHARS = 200

#: Statuses that are about this message alone: its size (RFC 1870), its content.
ABOUT_MESSAGE = (552, 554)

#: Ports, where none is declared: submission (RFC 6409), and with TLS from the beginning (RFC 8314).
PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, kw_only=True)
class Relay:
    """A server that takes our mail. ``address``: ``smtp://host:587`` (TLS once it is offered, and demanded of
    any host but this machine), or ``smtps://host`` (TLS from the beginning). Raises ``ValueError`` for
    another."""

    address: str
    user: str = ""
    password: Secret | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.username:
            raise ValueError(f'{self.address!r} is no address of a relay: write "smtp://mail.example:587"')
        if bool(self.user) != (self.password is not None):
            raise ValueError("a user and a password go together")

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""

    def send(self, message: EmailMessage, sender: str, recipient: str) -> str:
        """Hands a message over; what the relay says of it. Raises ``TryLater``, ``Refused``,
        ``Misconfigured`` and ``OutcomeUnknown``."""
        content = message.as_bytes(policy=SMTP)
        with self._conversation() as smtp:
            self._expect(smtp.mail(sender), "the sender", Misconfigured)
            self._expect(smtp.rcpt(recipient), f"the recipient {recipient}", Misconfigured)
            self._expect(smtp.docmd("DATA"), "any message", Misconfigured, success=3)
            # A body that could not be handed over whole lacks the dot at its end.
            smtp.send(_quoted(content))
            try:
                code, text = smtp.getreply()
            except (OSError, smtplib.SMTPException) as e:
                raise OutcomeUnknown(f"{self.host} gave no answer to the message: {self._shown(e)}") from e
            error = Refused if code in ABOUT_MESSAGE else Misconfigured
            self._expect((code, text), "the message", error)
            return self._shown(text)

    def check(self) -> None:
        """Whether it lets us in."""
        with self._conversation():
            return

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        """A connection that is let in. Whatever ends it early, but for the answer to a message, has sent
        nothing."""
        try:
            with self._connected() as smtp:
                self._let_in(smtp)
                yield smtp
        except smtplib.SMTPAuthenticationError as e:
            raise self._error((e.smtp_code, e.smtp_error), "the user and the password", Misconfigured) from e
        except smtplib.SMTPResponseException as e:
            raise self._error((e.smtp_code, e.smtp_error), "us", Misconfigured) from e
        except ssl.SSLCertVerificationError as e:
            raise Misconfigured(f"{self.host}: its certificate is not good: {e.verify_message}") from e
        except (OSError, smtplib.SMTPException) as e:
            raise TryLater(f"{self.host} cannot be reached: {self._shown(e)}", rests=False) from e

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        parts = urlsplit(self.address)
        port = parts.port or PORTS[parts.scheme]
        with _watch() as watched:
            if parts.scheme == "smtps":
                context = ssl.create_default_context()
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(timeout=TIMEOUT_S, context=context)
            else:
                smtp = smtplib.SMTP(timeout=TIMEOUT_S)
            watched.append(smtp)
            smtp._host = self.host  # type: ignore[attr-defined]  # which TLS asks for, and connect() does not set
            try:
                code, text = smtp.connect(self.host, port)
                self._expect((code, text), "us", Misconfigured)
                yield smtp
                _part(smtp)
            finally:
                smtp.close()

    def _let_in(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if isinstance(smtp, smtplib.SMTP_SSL):
            pass
        elif smtp.has_extn("starttls") and not is_loopback(self.host):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        elif not is_loopback(self.host):
            raise Misconfigured(f"{self.host} offers no TLS (STARTTLS): mail, and a password, would be open")
        if self.password:
            try:
                smtp.login(self.user, self.password.reveal())
            except smtplib.SMTPNotSupportedError as e:
                raise Misconfigured(f"{self.host} lets nobody log in: leave user and password out") from e

    def _expect(
        self, reply: tuple[int, bytes], what: str, error: type[SyndicatorError], success: int = 2
    ) -> None:
        if reply[0] // 100 != success:
            raise self._error(reply, what, error)

    def _error(
        self, reply: tuple[int, bytes | str], what: str, error: type[SyndicatorError]
    ) -> SyndicatorError:
        """The error of a reply: 4yz passes (section 4.2.1), 5yz does not."""
        code, text = reply
        why = f"{self.host} answers {code} to {what}: {self._shown(text)}"
        return TryLater(why, rests=code == 421) if code // 100 == 4 else error(why)

    def _shown(self, text: object) -> str:
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        secrets = (self.password,) if self.password else ()
        return redacted(" ".join(words.split()), secrets)[:MAX_SHOWN_CHARS]


def _quoted(content: bytes) -> bytes:
    """The message with its end: lines that begin with a dot have two (section 4.5.2)."""
    lines = content.removesuffix(b"\r\n").replace(b"\r\n.", b"\r\n..")
    return (b"." if lines.startswith(b".") else b"") + lines + b"\r\n.\r\n"


@contextmanager
def _watch() -> Iterator[list[smtplib.SMTP]]:
    """Ends the conversation in this list when it goes on for too long, whatever it waits for."""
    watched: list[smtplib.SMTP] = []
    timer = threading.Timer(CONVERSATION_S, _cut, [watched])
    timer.daemon = True
    timer.start()
    try:
        yield watched
    finally:
        timer.cancel()


def _part(smtp: smtplib.SMTP) -> None:
    """Says goodbye: whatever becomes of that changes nothing."""
    with suppress(OSError, smtplib.SMTPException):
        if smtp.sock:
            smtp.sock.settimeout(GOODBYE_S)
        smtp.quit()


def _cut(watched: list[smtplib.SMTP]) -> None:
    for smtp in watched:
        if smtp.sock:
            with suppress(OSError):
                smtp.sock.shutdown(socket.SHUT_RDWR)
