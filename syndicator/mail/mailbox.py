"""A mailbox of the newsroom's own, where returned mail waits (IMAP4rev1, RFC 3501).

Nothing in it is deleted or moved. Each message is marked as read once something has followed from it, and
flagged, too, where nobody has understood it: a person finds it there.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from syndicator.domain.errors import Misconfigured, SyndicatorError, TryLater
from syndicator.http.networks import is_loopback
from syndicator.mail.deadline import Deadline
from syndicator.secret import Secret, redacted

#: Seconds to connect and for each silence.
TIMEOUT_S = 20.0

#: Messages of one look, and bytes of one that are read.
MAX_MESSAGES, MAX_MESSAGE_BYTES = 500, 2_000_000

#: Characters of what a server says that are shown.
MAX_SHOWN_CHARS = 200

#: Ports, where none is declared: with TLS once it is asked for, and from the beginning (RFC 8314).
PORTS = {"imap": 143, "imaps": 993}

#: The folder of a mailbox, where none is declared: every one has it (section 5.1).
INBOX = "INBOX"

#: Refusals of a login, or of a folder, that pass by themselves (RFC 5530, RFC 9051 section 7.1).
PASSING = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]")


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """A mailbox on a server. ``address``: ``imaps://host`` (TLS from the beginning), or ``imap://host`` (TLS
    once it is asked for, and demanded of any host but this machine), with a folder behind it if that is not
    the inbox: ``imaps://host/Bounces``. Raises ``ValueError`` for another."""

    address: str
    user: str
    password: Secret

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        has_more = parts.port == 0 or parts.username or parts.query or parts.fragment
        if parts.scheme not in PORTS or not parts.hostname or has_more:
            raise ValueError(f'{self.address!r} is no address of a mailbox: write "imaps://mail.example"')
        if not self.folder.isascii() or not self.folder.isprintable():
            raise ValueError(f"{self.address!r}: a folder is named in Latin letters")

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""

    @property
    def folder(self) -> str:
        return unquote(urlsplit(self.address).path.removeprefix("/")) or INBOX

    def check(self) -> int:
        """How many messages are unread. Raises ``TryLater`` and ``Misconfigured``."""
        with self._opened() as (imap, _):
            return len(self._unread(imap))

    def read(self, understood: Callable[[bytes], bool]) -> int:
        """Hands over each unread message, the oldest first, and marks it as read; one that was not
        ``understood`` is flagged. Returns how many there were, ``MAX_MESSAGES`` at the most. Raises
        ``TryLater``, ``Misconfigured``, and what ``understood`` raises: that message stays unread."""
        count = 0
        with self._opened() as (imap, deadline):
            for uid in self._unread(imap)[:MAX_MESSAGES]:
                deadline.begin()
                found = self._ask(imap, "FETCH", uid, f"(BODY.PEEK[]<0.{MAX_MESSAGE_BYTES}>)")
                content = next((each[1] for each in found if isinstance(each, tuple)), None)
                if content is None:  # somebody has deleted it meanwhile
                    continue
                flags = r"(\Seen)" if understood(content) else r"(\Seen \Flagged)"
                self._ask(imap, "STORE", uid, "+FLAGS.SILENT", flags)
                count += 1
        return count

    def _unread(self, imap: _Imap) -> list[str]:
        """The unread messages' numbers (UIDs, section 2.3.1.1), in order."""
        [numbers] = self._ask(imap, "SEARCH", "UNSEEN")
        try:
            return [str(number) for number in sorted(map(int, (numbers or b"").split()))]
        except ValueError as e:
            raise TryLater(f"{self.host} answers something else than numbers of messages") from e

    def _ask(self, imap: _Imap, *words: str) -> list[Any]:
        kind, found = imap.uid(*words)
        if kind != "OK":
            raise TryLater(f"{self.host} answers {kind} to {words[0]}: {self._shown(found[-1])}")
        return found

    @contextmanager
    def _opened(self) -> Iterator[tuple[_Imap, Deadline]]:
        """A conversation about the folder. Raises ``TryLater`` and ``Misconfigured``."""
        try:
            with Deadline() as deadline, self._connected(deadline) as imap:
                self._let_in(imap)
                yield imap, deadline
        except ssl.SSLCertVerificationError as e:
            raise Misconfigured(f"{self.host}: its certificate is not good: {e.verify_message}") from e
        except (OSError, imaplib.IMAP4.error) as e:
            raise TryLater(f"{self.host} cannot be reached: {self._shown(e)}") from e

    @contextmanager
    def _connected(self, deadline: Deadline) -> Iterator[_Imap]:
        parts = urlsplit(self.address)
        port, tls = parts.port or PORTS[parts.scheme], ssl.create_default_context()
        if is_open := parts.scheme == "imap":
            imap = _Imap(deadline, self.host, port)
        else:
            imap = _ImapOverTls(deadline, self.host, port, ssl_context=tls)
        try:
            if is_open and not is_loopback(self.host):
                if "STARTTLS" not in imap.capabilities:
                    raise Misconfigured(f"{self.host} offers no TLS (STARTTLS): a password would be open")
                imap.starttls(tls)
            yield imap
            with suppress(OSError, imaplib.IMAP4.error):  # whatever becomes of that changes nothing
                imap.logout()
        finally:
            with suppress(OSError):
                imap.shutdown()

    def _let_in(self, imap: _Imap) -> None:
        if "AUTH=PLAIN" not in imap.capabilities:
            raise Misconfigured(f"{self.host} lets nobody log in with a password (AUTH=PLAIN)")
        words = f"\0{self.user}\0{self.password.reveal()}".encode()
        try:
            imap.authenticate("PLAIN", lambda _: words)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as e:
            raise self._refused("the user and the password", str(e)) from e
        quoted = self.folder.replace("\\", r"\\").replace('"', r"\"")
        try:
            kind, said = imap.select(f'"{quoted}"')
        except imaplib.IMAP4.readonly as e:
            raise Misconfigured(f"{self.host}: nothing may be marked as read in {self.folder}") from e
        if kind != "OK":
            raise self._refused(f"the folder {self.folder}", self._shown(said[-1]))

    def _refused(self, what: str, why: str) -> SyndicatorError:
        error = TryLater if any(code in why.upper() for code in PASSING) else Misconfigured
        return error(f"{self.host} refuses {what}: {self._shown(why)}")

    def _shown(self, text: object) -> str:
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        return redacted(" ".join(words.split()), (self.password,))[:MAX_SHOWN_CHARS]


class _Imap(imaplib.IMAP4):
    """The standard library's client, with limits of time and size."""

    def __init__(self, deadline: Deadline, host: str, port: int, **options: Any) -> None:
        self._deadline = deadline
        super().__init__(host, port, timeout=TIMEOUT_S, **options)

    def open(self, *args: Any, **options: Any) -> None:
        super().open(*args, **options)
        self._deadline.client = self

    def read(self, size: int) -> bytes:
        if size > MAX_MESSAGE_BYTES:
            raise self.abort(f"sends {size} bytes at once")
        return super().read(size)


class _ImapOverTls(_Imap, imaplib.IMAP4_SSL):
    """The same, with TLS from the beginning (``ssl_context``)."""
