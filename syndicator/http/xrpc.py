"""XRPC, the calls of the AT Protocol, in the name of one account: sessions begin with an app password, end,
and are renewed.

Calls and errors: https://atproto.com/specs/xrpc. Servers begin thirty sessions of an account in five minutes,
and 300 in a day: https://docs.bsky.app/docs/advanced-guides/rate-limits.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from syndicator.domain.errors import Misconfigured, TryLater
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.secret import Secret

#: Errors (HTTP 400) of a request whose session has ended.
ENDED_SESSION = ("ExpiredToken", "InvalidToken")

#: Errors (HTTP 400, 401) of an account that is suspended, switched off or gone: reading and writing, and
#: logging in.
CLOSED_ACCOUNT = (
    *("AccountTakedown", "AccountSuspended", "AccountDeactivated", "AccountNotFound"),
    *("RepoTakendown", "RepoSuspended", "RepoDeactivated", "RepoNotFound"),
)

#: What logging in counts as: its limits are no limits of posts.
LOGINS = "logins"


@dataclass(frozen=True)
class SessionToken(Secret):
    """A token of the session that there is now: struck out of what servers say, as declared secrets are."""

    current: Callable[[], str] = field(default=str, repr=False, compare=False)

    def reveal(self) -> str:
        return self.current()


@dataclass
class XrpcAccount:
    """An account on a server of the AT Protocol. ``server``: its address, without a slash at the end;
    ``handle``: the account's name; ``password``: an app password.

    The session is kept in memory alone: whoever starts anew logs in anew. One thread at a time begins or
    renews it. ``did``: the account's permanent name, empty before the first login.
    """

    server: str
    handle: str
    password: Secret = field(repr=False)
    did: str = ""
    _access: str = field(default="", repr=False)
    _refresh: str = field(default="", repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.server).hostname or self.server

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What is in requests and must not be in anything else: for exchanges."""
        access = SessionToken("env:SESSION", lambda: self._access)
        return self.password, access, SessionToken("env:SESSION", lambda: self._refresh)

    def call(self, exchange: Exchange, http_method: str, name: str, **request: Any) -> RemoteReply:
        """One call; made again with a new session where its own has ended. What ``Exchange.ask`` takes is
        handed on; a reply of status 400 is the caller's to judge. Raises what that raises, and
        ``Misconfigured`` for an account that is closed."""
        headers = request.pop("headers", {})
        for _ in range(2):
            access = self._session(exchange)
            reply = exchange.ask(
                http_method,
                self._url(name),
                headers={**headers, "Authorization": f"Bearer {access}"},
                accept=(400,),
                **request,
            )
            error = error_name(reply)
            if error in CLOSED_ACCOUNT:
                raise Misconfigured(f"{reply.message}; the account {self.handle} is closed there")
            if error not in ENDED_SESSION:
                return reply
            self._renew(exchange, access)
        raise TryLater(f"{reply.message}: the session ended as soon as it had begun")

    def begin(self, exchange: Exchange) -> None:
        """A session, if there is none yet: ``did`` is known then."""
        self._session(exchange)

    def log_in(self, exchange: Exchange) -> str:
        """A new session, whether there is one or not, which proves the password; the account's name, as the
        server has it. Raises ``Misconfigured`` for an account that is switched off."""
        with self._alone(exchange):
            reply = self._log_in(exchange)
        return self._active_handle(reply)

    def check_active(self, exchange: Exchange) -> None:
        """Raises ``Misconfigured`` where the account is switched off: what others say of its records is no
        proof then that they are gone."""
        reply = self.call(exchange, "GET", "com.atproto.server.getSession", unknown=TryLater)
        if reply.status == 400:
            raise TryLater(reply.message)
        self._active_handle(reply)

    def _active_handle(self, reply: RemoteReply) -> str:
        handle, is_active = reply.read(
            lambda session: (str(session["handle"]), session.get("active") is not False)
        )
        if not is_active:
            raise Misconfigured(f"{self.host}: the account {handle} is closed there")
        return handle

    def _session(self, exchange: Exchange) -> str:
        with self._alone(exchange):
            if not self._access:
                self._log_in(exchange)
            return self._access

    def _renew(self, exchange: Exchange, ended: str) -> None:
        """Another session in place of the one that has ended, unless another thread has begun it."""
        with self._alone(exchange):
            if self._access != ended:
                return
            reply = exchange.ask(
                "POST",
                self._url("com.atproto.server.refreshSession"),
                headers={"Authorization": f"Bearer {self._refresh}"},
                accept=(400, 401),
                unknown=TryLater,
                counts_as=LOGINS,
            )
            if reply.status < 400:
                self._keep(reply)
            else:
                self._log_in(exchange)

    def _log_in(self, exchange: Exchange) -> RemoteReply:
        reply = exchange.ask(
            "POST",
            self._url("com.atproto.server.createSession"),
            json={"identifier": self.handle, "password": self.password.reveal()},
            accept=(400, 401, 404),
            unknown=TryLater,
            counts_as=LOGINS,
        )
        if reply.status < 400:
            self._keep(reply)
            return reply
        match error_name(reply):
            case error if error in CLOSED_ACCOUNT:
                why = f"the account {self.handle} is closed there"
            case "AuthFactorTokenRequired":
                why = f"{self.handle} logs in with a second factor: an app password needs none"
            case _ if reply.status == 401:  # servers do not say which
                why = (
                    f"the app password of {self.handle} was revoked (make a new one), or the account is "
                    f"suspended, or is not at {self.server}"
                )
            case _:
                why = f"is {self.server} the server of {self.handle}?"
        raise Misconfigured(f"{reply.message}; {why}")

    def _keep(self, reply: RemoteReply) -> None:
        def read(_redacted: Any) -> tuple[str, str, str]:
            session = json.loads(reply.body)  # tokens as they are, even those that we know
            return str(session["did"]), str(session["accessJwt"]), str(session["refreshJwt"])

        self.did, self._access, self._refresh = reply.read(read)

    def _url(self, name: str) -> str:
        return f"{self.server}/xrpc/{name}"

    @contextmanager
    def _alone(self, exchange: Exchange) -> Iterator[None]:
        """The session in one hand, within the deadline of the exchange."""
        if not self._lock.acquire(timeout=max(0.0, exchange.seconds_left)):
            raise TryLater(f"{self.host}: another thread is still logging in")
        try:
            yield
        finally:
            self._lock.release()


def error_name(reply: RemoteReply) -> str:
    """The name of a reply's error; empty where it has none, or is no error."""
    if reply.status < 400:
        return ""
    try:
        document = json.loads(reply.body)
    except (ValueError, RecursionError):
        return ""
    return str(document.get("error") or "") if isinstance(document, dict) else ""
