"""Accounts elsewhere by their handles: how a mention finds whom it means.

WebFinger names the address of the account's document (RFC 7033,
https://docs.joinmastodon.org/spec/webfinger/), which names its inbox. Both are others' words: they are asked
within limits, and kept for a while.
"""

from __future__ import annotations

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol
from urllib.parse import quote

from syndicator.domain.errors import FetchError, SyndicatorError
from syndicator.fediverse.received import Unreadable, address_of, host_of, parsed
from syndicator.fediverse.strangers import is_activity_json, shared_inbox_of
from syndicator.fediverse.vocabulary import LD_MEDIA_TYPE, MEDIA_TYPE, Document
from syndicator.http.client import Response
from syndicator.http.networks import is_loopback

#: A handle: a name, as servers take them, and a domain, with or without a port.
HANDLE = re.compile(r"([A-Za-z0-9_.-]{1,64})@([a-z0-9.-]{1,253}(?::[0-9]{1,5})?)", re.IGNORECASE)

#: Accounts that are kept, for so many seconds; one that was not found, for fewer.
MAX_KEPT, KEPT_S, MISSED_S = 500, 86_400.0, 600.0

#: Links of a WebFinger answer that are looked at.
MAX_LINKS = 50


class FetchAccount(Protocol):
    """Fetches an address (``Http.get``)."""

    def __call__(self, url: str, *, is_declared: bool) -> Response:
        """The response. Raises ``FetchError``."""
        ...


class NoAccount(SyndicatorError):
    """A handle leads to no account that could be told of a mention."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteAccount:
    """An account. ``id``: the address of its document; ``page``: where people see it; ``inbox``: where it is
    told, the one for its whole server if there is one."""

    id: str
    page: str
    inbox: str


class Accounts:
    """Accounts by their handles. Safe to share between threads. ``clock`` in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, RemoteAccount | str]] = OrderedDict()
        self._lock = Lock()

    def find(self, handle: str, fetch: FetchAccount) -> RemoteAccount:
        """The account of a handle (``name@domain``). Raises ``NoAccount``, in an operator's words."""
        key = handle.casefold()
        with self._lock:
            until, found = self._kept.get(key, (0.0, ""))
        if self._clock() >= until:
            try:
                found = _asked_for(handle, fetch)
            except NoAccount as e:
                found = str(e)
            self._keep(key, found)
        if isinstance(found, str):
            raise NoAccount(found)
        return found

    def _keep(self, key: str, found: RemoteAccount | str) -> None:
        with self._lock:
            self._kept[key] = (self._clock() + (MISSED_S if isinstance(found, str) else KEPT_S), found)
            self._kept.move_to_end(key)
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)


def _asked_for(handle: str, fetch: FetchAccount) -> RemoteAccount:
    match = HANDLE.fullmatch(handle)
    if match is None:
        raise NoAccount("it is no handle: write name@domain")
    domain = match[2].lower()
    scheme = "http" if is_loopback(domain.partition(":")[0]) else "https"
    resource = quote(f"acct:{match[1]}@{domain}", safe=":@")
    answer = _document(f"{scheme}://{domain}/.well-known/webfinger?resource={resource}", fetch, is_ours=True)
    address = _actor_in(answer)
    if not address:
        raise NoAccount(f"{domain} names no account of the fediverse for it")
    document = _document(address, fetch, is_ours=host_of(address) == domain, is_activity=True)
    inbox = address_of(document.get("inbox"))
    if address_of(document) != address or not inbox or host_of(inbox) != host_of(address):
        raise NoAccount(f"{host_of(address)} answers with no account that has an inbox there")
    page = document.get("url")
    return RemoteAccount(
        id=address,
        page=address_of(page) or address,
        inbox=shared_inbox_of(document, address) or inbox,
    )


def _document(url: str, fetch: FetchAccount, *, is_ours: bool, is_activity: bool = False) -> Document:
    try:
        response = fetch(url, is_declared=is_ours)
        if is_activity and not is_activity_json(response.headers.get("Content-Type", "")):
            raise NoAccount(f"{host_of(url)} answers with no document of the fediverse")
        return parsed(response.content)
    except FetchError as e:
        raise NoAccount(f"{host_of(url)}: {e.why}") from e
    except Unreadable as e:
        raise NoAccount(f"{host_of(url)}: {e}") from e


def _actor_in(answer: Mapping[str, Any]) -> str:
    """The address of the account's document in a WebFinger answer; empty where there is none."""
    links = answer.get("links")
    for link in links[:MAX_LINKS] if isinstance(links, list) else ():
        is_it = isinstance(link, dict) and link.get("rel") == "self"
        if is_it and link.get("type") in (MEDIA_TYPE, LD_MEDIA_TYPE):
            return address_of(link.get("href"))
    return ""
