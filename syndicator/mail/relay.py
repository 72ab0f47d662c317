"""The newsroom's own relay: how it is reached and lets us in (RFC 5321), and what its answers mean."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from syndicator.domain.errors import Misconfigured, Refused, SyndicatorError, TryLater
from syndicator.http.networks import is_loopback
from syndicator.mail.deadline import Deadline
from syndicator.mail.line import Answer, Line, Stage
from syndicator.secret import Secret, redacted

#: Seconds: to connect and for each silence, and for the last word.
TIMEOUT_S, GOODBYE_S = 20.0, 2.0

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

    def send(self, message: bytes, sender: str, recipient: str) -> None:
        """Hands one message over, with lines that end in CR LF. Raises ``TryLater``, ``Refused``,
        ``Misconfigured`` and ``OutcomeUnknown``."""
        with self.line() as line:
            answer = line.hand_over(message, sender, recipient)
            if answer.is_good:
                return
            is_about_message = answer.stage is Stage.CONTENT and answer.code in ABOUT_MESSAGE
            raise self.error_of(answer, Refused if is_about_message else Misconfigured, recipient)

    def check(self) -> None:
        """Whether it lets us in."""
        with self.line():
            return

    @contextmanager
    def line(self) -> Iterator[Line]:
        """A connection that is let in, for any number of messages one after the other. Whatever ends it
        early, but for the answer to a message, has sent nothing of that. Raises ``TryLater`` and
        ``Misconfigured``."""
        try:
            with self._connected() as (smtp, deadline):
                self._let_in(smtp)
                yield Line(smtp, deadline, self.host, self._shown)
        except smtplib.SMTPAuthenticationError as e:
            raise self.error_of(self._answer(Stage.USER, e.smtp_code, e.smtp_error), Misconfigured) from e
        except smtplib.SMTPResponseException as e:
            raise self.error_of(self._answer(Stage.US, e.smtp_code, e.smtp_error), Misconfigured) from e
        except ssl.SSLCertVerificationError as e:
            raise Misconfigured(f"{self.host}: its certificate is not good: {e.verify_message}") from e
        except (OSError, smtplib.SMTPException) as e:
            raise TryLater(f"{self.host} cannot be reached: {self._shown(e)}", rests=False) from e

    @contextmanager
    def _connected(self) -> Iterator[tuple[smtplib.SMTP, Deadline]]:
        parts = urlsplit(self.address)
        port = parts.port or PORTS[parts.scheme]
        with Deadline() as deadline:
            if parts.scheme == "smtps":
                context = ssl.create_default_context()
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(timeout=TIMEOUT_S, context=context)
            else:
                smtp = smtplib.SMTP(timeout=TIMEOUT_S)
            deadline.client = smtp
            smtp._host = self.host  # type: ignore[attr-defined]  # which TLS asks for, and connect() does not set
            try:
                greeting = self._answer(Stage.US, *smtp.connect(self.host, port))
                if not greeting.is_good:
                    raise self.error_of(greeting, Misconfigured)
                yield smtp, deadline
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

    def _answer(self, stage: Stage, code: int, text: bytes | str) -> Answer:
        return Answer(stage, code, self._shown(text))

    def error_of(self, answer: Answer, error: type[SyndicatorError], recipient: str = "") -> SyndicatorError:
        """The error of an answer: 4yz passes (section 4.2.1), 5yz does not."""
        whom = f"{answer.stage} {recipient}" if answer.stage is Stage.RECIPIENT else answer.stage
        why = f"{self.host} answers {answer.code} to {whom}: {answer.text}"
        return TryLater(why, rests=answer.code == 421) if answer.is_for_now else error(why)

    def _shown(self, text: object) -> str:
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        secrets = (self.password,) if self.password else ()
        return redacted(" ".join(words.split()), secrets)[:MAX_SHOWN_CHARS]


def _part(smtp: smtplib.SMTP) -> None:
    """Says goodbye: whatever becomes of that changes nothing."""
    with suppress(OSError, smtplib.SMTPException):
        if smtp.sock:
            smtp.sock.settimeout(GOODBYE_S)
        smtp.quit()
