"""The Graph API of Meta, which Pages of Facebook, Instagram and Threads speak: its calls, and what its errors
mean.

Errors: https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import requests

from syndicator.domain.capabilities import Spent
from syndicator.domain.errors import (
    Misconfigured,
    OutcomeUnknown,
    PostGone,
    Refused,
    SyndicatorError,
    TryLater,
)
from syndicator.domain.ledger import StatedLimit
from syndicator.http.exchange import (
    DeclinedReply,
    Exchange,
    MakeError,
    RemoteReply,
    delivery_errors,
    retry_time,
)
from syndicator.http.meta_usage import regained
from syndicator.http.stated_limits import state
from syndicator.secret import Secret

T = TypeVar("T")

log = logging.getLogger(__name__)

#: Codes of errors by which the service says that it has failed, perhaps for a moment: "unknown", "service",
#: "Instagram server error" (https://developers.facebook.com/docs/instagram-platform/reference/error-codes).
UNSURE = frozenset({1, 2, -1})

#: Codes of limits: of an app, of a user, of a Page, of a place, of one call, of a Page in a business
#: (https://developers.facebook.com/docs/graph-api/overview/rate-limiting#error-codes).
THROTTLED = frozenset({4, 17, 32, 341, 613, 80001})

#: The subcode of a day's posts that are all published, whatever the code.
DAY_IS_FULL = 2207042

#: Codes and subcodes with which nothing of the account works until a person has done something: the token, a
#: permission, a block; posting too fast, security, authorisation of the Page, limits of days, an identity;
#: for Instagram and Threads: restricted, taken for spam, not allowed.
STOPPED = frozenset({10, 102, 190, 368, *range(200, 300)})
STOPPED_SUBCODES = frozenset({1390008, 1404006, 1404078, 1404112, 4854002, 2207050, 2207051, 4279013})

#: Subcodes of this one post, whatever the code: its photo is too large or of another format, was posted
#: before; its link leads to Facebook, is none; its words break the rules.
REFUSED_SUBCODES = frozenset({1366046, 1366051, 1609008, 2061006, 1404102, 1346003})

#: The code, or the subcode, of a link whose page the service has not been able to read yet.
UNREAD_LINK = 1609005

#: What a quota of posts is for, and how long one that is used up is left alone.
QUOTA_SPAN, FULL_QUOTA_WAIT = timedelta(days=1), timedelta(hours=1)

#: Items on a page of a list, the most that there are, and pages that are read.
PAGE_ITEMS, MAX_PAGES = 100, 10

#: What is asked for is not there, or not for this token: "Unsupported request ... does not exist".
BAD_PARAMETER, NOT_THERE = 100, 33

#: What versions look like.
VERSION = re.compile(r"v[0-9]{1,3}\.[0-9]{1,2}")

#: What tokens look like: letters that are seen.
TOKEN = re.compile(r"[!-~]+")


class GraphRefused(Refused):
    """A request that was refused, with the numbers of why."""

    def __init__(self, why: str, code: int, subcode: int) -> None:
        super().__init__(why)
        self.code, self.subcode = code, subcode


@dataclass(frozen=True, kw_only=True)
class GraphApi:
    """The API for one account. ``server``: its address; ``version``: such as ``v26.0``."""

    server: str
    version: str
    token: Secret
    session: requests.Session = field(repr=False, compare=False)

    def exchange(self) -> Exchange:
        """For the requests of one step."""
        return Exchange(self.session, secrets=(self.token,))

    def call(
        self,
        exchange: Exchange,
        method: str,
        path: str,
        fields: Mapping[str, str],
        *,
        unknown: MakeError = OutcomeUnknown,
        **request: Any,
    ) -> RemoteReply:
        """One call. The token goes where no address shows it, if the method has a body. Raises what the error
        in its reply means: ``GraphRefused``, ``PostGone`` and what ``Exchange.ask`` raises."""
        return self._call(exchange, method, f"{self.version}/{path}", fields, unknown, **request)

    def renewed_token(self, grant: str) -> str:
        """A token that is good as long from now on as this one was; this one stays good until its own end.
        It is to be a day old at least, and not at its end (https://developers.facebook.com/docs/
        instagram-platform/reference/refresh_access_token). Raises what ``call`` does."""
        return self.granted("refresh_access_token", {"grant_type": grant})[0]

    def granted(self, path: str, fields: Mapping[str, str]) -> tuple[str, int]:
        """A token that is handed out for this one, and for how many seconds it is good (0: it is not said).
        Raises what ``call`` does."""
        reply = self._call(self.exchange(), "GET", path, fields, TryLater)
        # as it is, not redacted: it may be the one that there was
        return reply.read(lambda _redacted: _grant(json.loads(reply.body)))

    def _call(
        self,
        exchange: Exchange,
        method: str,
        path: str,
        fields: Mapping[str, str],
        unknown: MakeError,
        **request: Any,
    ) -> RemoteReply:
        values = {"access_token": self.token.reveal(), **fields}
        request["data" if method == "POST" else "params"] = values
        url = f"{self.server.rstrip('/')}/{path}"
        reply = exchange.ask(method, url, accept=range(400, 600), unknown=unknown, **request)
        if reply.status < 400:
            return reply
        raise self._error(reply, unknown)

    def listed(
        self, exchange: Exchange, path: str, since: datetime, fields: str, read: Callable[[Any], T]
    ) -> Iterator[T]:
        """The items of a list since then, the newest first, as ``read`` makes them of their ``fields``
        (https://developers.facebook.com/docs/graph-api/results). Raises ``TryLater`` where there are too
        many."""
        query = {"fields": fields, "limit": str(PAGE_ITEMS), "since": str(int(since.timestamp()))}
        for _ in range(MAX_PAGES):
            reply = self.call(exchange, "GET", path, query, unknown=TryLater)
            items, query["after"] = reply.read(
                lambda told: ([read(each) for each in told["data"]], after(told))
            )
            yield from items
            if not query["after"]:
                return
        raise TryLater(f"{reply.host} lists more than {MAX_PAGES * PAGE_ITEMS} since then: look there")

    def username(self, exchange: Exchange, account: str) -> str:
        """The name of an account of Instagram or Threads, by its number or ``me``."""
        reply = self.call(exchange, "GET", account, {"fields": "id,username"}, unknown=TryLater)
        return reply.read(lambda told: str(told["username"]))

    def quota(self, exchange: Exchange, path: str) -> tuple[int, int]:
        """How many posts an account has published in the span that a limit is for, and the limit."""
        reply = self.call(exchange, "GET", path, {"fields": "quota_usage,config"}, unknown=TryLater)
        return reply.read(
            lambda told: (int(told["data"][0]["quota_usage"]), int(told["data"][0]["config"]["quota_total"]))
        )

    def note_quota(self, exchange: Exchange, path: str) -> None:
        """Hands on how many posts the service says are left, for the account's plan. It counts those of a day
        that has no end: where none is left, one is tried again after a while."""
        try:
            used, most = self.quota(exchange, path)
        except SyndicatorError as e:
            log.info("%s does not say how many posts are left: %s", self.server, e)
            return
        wait = QUOTA_SPAN if used < most else FULL_QUOTA_WAIT
        state(Spent.POSTS, StatedLimit(left=max(0, most - used), until=datetime.now(UTC) + wait, most=most))

    def _error(self, reply: RemoteReply, unknown: MakeError) -> SyndicatorError:
        code, subcode = _numbers(reply.body)
        if subcode in STOPPED_SUBCODES:  # some are said under the code of a limit
            return _stopped(reply)
        if code in THROTTLED or subcode == DAY_IS_FULL:
            now = datetime.now(UTC)
            return TryLater(reply.message, not_before=regained(reply.headers, now) or retry_time(reply, now))
        if code in STOPPED:
            return _stopped(reply)
        if UNREAD_LINK in (code, subcode):
            return TryLater(reply.message, whole_channel=False)
        if (code, subcode) == (BAD_PARAMETER, NOT_THERE):
            return PostGone(reply.message)
        if subcode in REFUSED_SUBCODES or (code and code not in UNSURE and reply.status < 500):
            return GraphRefused(reply.message, code, subcode)
        if code in UNSURE:
            return unknown(reply.message)
        try:
            with delivery_errors(reply.host, unknown=unknown, secrets=(self.token,)):
                raise DeclinedReply(reply)
        except SyndicatorError as e:
            return e


def check_version(version: str, example: str) -> None:
    """Raises ``ValueError`` for a setting ``version`` that is none, with one that is."""
    if not VERSION.fullmatch(version):
        raise ValueError(f'version: {version!r} is none: write one such as "{example}"')


def _stopped(reply: RemoteReply) -> Misconfigured:
    return Misconfigured(f"{reply.message}; check the account, its token and what it permits")


def _grant(told: Any) -> tuple[str, int]:
    """The token in a reply, and for how many seconds it is good. Raises ``ValueError`` for none."""
    token = str(told["access_token"] or "")
    if not TOKEN.fullmatch(token):
        raise ValueError("no token")
    return token, int(told.get("expires_in") or 0)


def after(told: Any) -> str:
    """Where the next page of a list begins; ``""`` behind the last."""
    paging = told.get("paging", {})
    return str(paging["cursors"]["after"]) if "next" in paging else ""


def _numbers(body: bytes) -> tuple[int, int]:
    """The code and subcode of an error; zeros where there is none."""
    try:
        error = json.loads(body)["error"]
        return int(error["code"]), int(error.get("error_subcode") or 0)
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
        return 0, 0
