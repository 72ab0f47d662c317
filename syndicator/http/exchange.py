"""HTTP manners that all channels share: time and size limits, and errors sorted by "was it posted?"."""

from __future__ import annotations

import json
import re
import ssl
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from syndicator.domain.delivery import STEP_DEADLINE_S
from syndicator.domain.errors import (
    Forbidden,
    Misconfigured,
    OutcomeUnknown,
    Refused,
    SyndicatorError,
    TryLater,
)
from syndicator.http.body import BodyTooLarge, body_chunks
from syndicator.http.connections import within
from syndicator.http.retry_after import rate_limit_reset, retry_at, retry_in_body
from syndicator.http.stated_limits import kind_of, note
from syndicator.secret import Secret, redacted

T = TypeVar("T")

#: Seconds: to connect, and for each silence while we wait for a reply.
CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 5.0, 20.0

#: Seconds for all requests of one step, less than its deadline.
STEP_S = STEP_DEADLINE_S - 5

#: Bytes of a reply that we read: a page of statuses is some hundred kilobytes.
MAX_BODY_BYTES = 4_000_000

#: Characters of a reply's words that are looked at for secrets, before they are cut for the operator.
MAX_WORDS_CHARS = 10_000

#: Statuses by which a service says itself that it has failed; 502, 504 and Cloudflare's 52x are said in front
#: of one that may still be at work (RFC 9110 section 15.6).
OWN_FAILURES = (500, 501)

#: However long a channel's server asks to be left alone, it is asked again after a day.
MAX_RETRY_AFTER = timedelta(hours=24)

#: Makes the error for a request that left without its reply coming back.
MakeError = Callable[[str], SyndicatorError]


class DeclinedReply(Exception):
    """A reply that is no success."""

    def __init__(self, reply: RemoteReply) -> None:
        super().__init__(f"HTTP {reply.status}")
        self.reply = reply


@dataclass(frozen=True)
class RemoteReply:
    """A server's reply, read whole. What is handed on of it has our secrets redacted: servers repeat what
    they were sent."""

    host: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    unknown: MakeError = field(repr=False)
    secrets: Sequence[Secret] = field(default=(), repr=False)

    def read(self, reader: Callable[[Any], T]) -> T:
        """What ``reader`` makes of the JSON; a reply that it cannot read counts as none."""
        try:
            return reader(_without_secrets(json.loads(self.body), self.secrets))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as e:
            raise _over(self.unknown(f"{self.host}: unreadable answer ({type(e).__name__})")) from e

    @property
    def message(self) -> str:
        """The server's own words, short and on one line."""
        text = self.body.decode("utf-8", "replace")
        try:
            document = json.loads(text)
            if isinstance(document, dict) and not document.keys().isdisjoint(("error", "description")):
                # a name, and what it means here
                error = document.get("error")
                if isinstance(error, dict):  # Meta's
                    error, document = None, error
                names = ("message", "description", "error_description")
                parts = (error, *(document.get(name) for name in names))
                text = ": ".join(str(part) for part in parts if part)
            elif isinstance(document, dict) and document.get("detail"):  # RFC 9457 section 3.1
                problem = (document.get("title"), document["detail"])
                text = ": ".join(dict.fromkeys(str(part) for part in problem if part))
        except (ValueError, RecursionError):
            text = re.sub(r"<[^<>]*>", " ", text)
        words = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text).strip()
        words = redacted(words[:MAX_WORDS_CHARS], self.secrets)[:200]
        return f"{self.host} answers {self.status}" + (f": {words}" if words else "")

    @property
    def code(self) -> int:
        """The service's own number of what went wrong: ``code`` in its JSON, 0 where there is none."""
        try:
            return int(json.loads(self.body)["code"])
        except (ValueError, LookupError, TypeError, OverflowError, RecursionError):
            return 0


class Exchange:
    """The requests of one step of a delivery, within one deadline. ``read_timeout_s``: for each silence while
    a reply is waited for."""

    def __init__(
        self,
        session: requests.Session,
        headers: Mapping[str, str] | None = None,
        *,
        secrets: Sequence[Secret] = (),
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        self._session, self._headers, self._secrets = session, headers or {}, secrets
        self._read_timeout_s = read_timeout_s
        self._deadline = time.monotonic() + STEP_S

    @classmethod
    def with_token(
        cls, session: requests.Session, token: Secret, headers: Mapping[str, str] | None = None
    ) -> Self:
        """One whose requests bear a token."""
        bearing = {"Authorization": f"Bearer {token.reveal()}", **(headers or {})}
        return cls(session, bearing, secrets=(token,))

    @property
    def seconds_left(self) -> float:
        return self._deadline - time.monotonic()

    def ask(
        self,
        method: str,
        url: str,
        *,
        accept: Collection[int] = (),
        unknown: MakeError = OutcomeUnknown,
        headers: Mapping[str, str] | None = None,
        counts_as: str | None = None,
        **request: Any,
    ) -> RemoteReply:
        """One request. Every status but 2xx and those in ``accept`` raises. ``counts_as``: the kind of which
        the service then says how many are left (``capabilities.Spent``), where its method does not tell.

        ``unknown`` makes the error for a request whose outcome nobody can tell; a request that changes
        nothing which readers see passes ``TryLater``.
        """
        host = urlsplit(url).hostname or url
        remaining_s = self.seconds_left
        if remaining_s <= 0:
            raise TryLater(f"{host}: no time left for another request", rests=False)
        with delivery_errors(host, unknown=unknown, secrets=self._secrets), within(self._deadline):
            with self._session.request(
                method,
                url,
                headers={**self._headers, **(headers or {})},
                timeout=(min(CONNECT_TIMEOUT_S, remaining_s), min(self._read_timeout_s, remaining_s)),
                allow_redirects=False,
                stream=True,
                **request,
            ) as response:
                note(counts_as or kind_of(method, has_files="files" in request), response.headers)
                body = self._read(response, host, unknown)
            reply = RemoteReply(host, response.status_code, response.headers, body, unknown, self._secrets)
            if not (200 <= reply.status < 300 or reply.status in accept):
                raise DeclinedReply(reply)
            return reply

    def _read(self, response: requests.Response, host: str, unknown: MakeError) -> bytes:
        body = bytearray()
        try:
            for chunk in body_chunks(response, MAX_BODY_BYTES):
                body += chunk
                if self.seconds_left <= 0:
                    raise unknown(f"{host}: the answer took too long")
        except BodyTooLarge as e:
            raise unknown(f"{host}: the answer is larger than {MAX_BODY_BYTES:,} bytes") from e
        return bytes(body)


@contextmanager
def delivery_errors(
    host: str, *, unknown: MakeError = OutcomeUnknown, secrets: Sequence[Secret] = ()
) -> Iterator[None]:
    """Turns errors of a request to ``host`` into those that say the one thing that matters: was it posted?

    No address appears in a message: a path or a query may hold a secret.
    """
    try:
        yield
    except DeclinedReply as e:
        raise _error_of(e.reply, unknown) from e
    except Forbidden as e:  # our own guard stood in the way before anything left
        raise TryLater(f"{host}: {e.why}") from e
    except (
        requests.exceptions.InvalidURL,
        requests.exceptions.InvalidSchema,
        requests.exceptions.MissingSchema,
        requests.exceptions.InvalidHeader,
        urllib3.exceptions.LocationParseError,
        UnicodeError,  # a name that no resolver can be asked for
    ) as e:
        raise Misconfigured(f"{host}: not an address or a header that can be sent") from e
    except (requests.RequestException, urllib3.exceptions.HTTPError) as e:
        if _was_never_sent(e):
            raise TryLater(
                f"{host} cannot be reached: {redacted(_root_cause(e), secrets)}", rests=False
            ) from e
        raise unknown(f"{host} gave no answer: {redacted(_root_cause(e), secrets)}") from e


def _without_secrets(value: Any, secrets: Sequence[Secret]) -> Any:
    """A JSON value with the secrets redacted in every text in it."""
    match value:
        case str():
            return redacted(value, secrets)
        case list():
            return [_without_secrets(each, secrets) for each in value]
        case dict():
            return {redacted(name, secrets): _without_secrets(each, secrets) for name, each in value.items()}
        case _:
            return value


def _error_of(reply: RemoteReply, unknown: MakeError) -> SyndicatorError:
    match reply.status:
        case 429 | 503 as status:
            at = retry_time(reply, datetime.now(UTC))
            return TryLater(reply.message, not_before=at, rests=status == 429)
        case 408 | 425:  # RFC 9110 section 15.5.9, RFC 8470 section 5.2: the request was not taken up
            return TryLater(reply.message, rests=False)
        case 401 | 403:
            return Misconfigured(f"{reply.message}; check the account and its token")
        case status if 300 <= status < 400:
            location = reply.headers.get("Location", "an address that it does not name")
            location = redacted(location[:MAX_WORDS_CHARS], reply.secrets)[:200]
            return Misconfigured(f"{reply.host} has moved to {location!r}: declare that address")
        case status if 400 <= status < 500:
            return Refused(reply.message)
        case status if status in OWN_FAILURES:
            return _over(unknown(reply.message))
        case _:
            return unknown(reply.message)


def _over(error: SyndicatorError) -> SyndicatorError:
    """The error of a request that its service has answered itself: nothing of it lands later."""
    if isinstance(error, OutcomeUnknown):
        error.is_over = True
    return error


def retry_time(reply: RemoteReply, now: datetime) -> datetime | None:
    """The time at which the server accepts requests again, if it says so.

    Headers of limits count only for a rate limit (429), and where there is neither ``Retry-After`` nor a time
    in the body.
    """
    at = retry_at(reply.headers, now) or retry_in_body(reply.body, now)
    if at is None and reply.status == 429:
        at = rate_limit_reset(reply.headers, now)
    return min(max(at, now), now + MAX_RETRY_AFTER) if at else None


def _was_never_sent(error: Exception) -> bool:
    """Whether no connection came about, so that nothing can have been posted."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(reason, urllib3.exceptions.SSLError):
        return bool(reason.args) and isinstance(reason.args[0], ssl.SSLCertVerificationError)
    return isinstance(reason, urllib3.exceptions.NewConnectionError)


def _root_cause(error: BaseException) -> str:
    """The innermost cause, in the system's words."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
