"""Accounts on other servers: fetched when they are first heard of, and kept for a while.

Their keys are what signatures are verified with, so that a document counts only where it says of itself that
it is at the address it was fetched from. https://docs.joinmastodon.org/spec/security/#http-verify
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

from syndicator.domain.errors import FetchError
from syndicator.fediverse.received import Unreadable, address_of, host_of, parsed
from syndicator.fediverse.signed import Unverified
from syndicator.fediverse.vocabulary import ACTIVITY_STREAMS, MEDIA_TYPE, Document
from syndicator.http.client import Response

#: Accounts that are kept, for so many seconds.
MAX_KEPT, KEPT_S = 5000, 86_400.0

#: Seconds after which a kept account may be fetched once more, where its key does not fit.
MIN_AGE_S = 60.0

#: Fetches a response, and raises ``FetchError``.
Fetch = Callable[[str], Response]


class Gone(Unverified):
    """The account is no more (410, or 404): whoever says so of itself is believed."""


class Unreachable(Unverified):
    """The account could not be fetched now: it may be, later."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stranger:
    """An account on another server. ``shared_inbox``: of its whole server, where that has one. Both inboxes
    are on the account's own server: nobody is sent what others have asked for."""

    id: str
    key_id: str
    public_key: str
    inbox: str
    shared_inbox: str = ""


class Strangers:
    """Accounts by the ids of their keys. Safe to share between threads. ``clock`` in seconds."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._clock = fetch, clock
        self._kept: OrderedDict[str, tuple[float, Stranger]] = OrderedDict()
        self._lock = Lock()

    def is_known(self, key_id: str) -> bool:
        """Whether no fetch is needed for a key."""
        return self._known(key_id) is not None

    def owner(self, key_id: str) -> Stranger:
        """The account that a key belongs to. Raises ``Unverified``, of which ``Gone`` and ``Unreachable`` are
        two."""
        return self._known(key_id) or self._fetched(key_id)

    def owner_anew(self, key_id: str) -> Stranger | None:
        """The same, fetched once more, since keys are changed; ``None`` where it was fetched just now."""
        with self._lock:
            at, _ = self._kept.get(key_id, (float("-inf"), None))
        return None if self._clock() - at < MIN_AGE_S else self._fetched(key_id)

    def is_gone(self, account: str) -> bool:
        """Whether an account's own address says that it is no more. Raises ``Unverified`` where it does not
        answer."""
        try:
            self._document(account)
        except Gone:
            return True
        return False

    def forget(self, account: str) -> None:
        """Fetch an account anew when it is next heard of."""
        with self._lock:
            for key_id in [key_id for key_id, (_, each) in self._kept.items() if each.id == account]:
                del self._kept[key_id]

    def _known(self, key_id: str) -> Stranger | None:
        with self._lock:
            at, stranger = self._kept.get(key_id, (float("-inf"), None))
        return stranger if self._clock() - at < KEPT_S else None

    def _fetched(self, key_id: str) -> Stranger:
        stranger = stranger_of(self._document(key_id), key_id, self._document)
        with self._lock:
            self._kept[key_id] = (self._clock(), stranger)
            self._kept.move_to_end(key_id)
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return stranger

    def _document(self, address: str) -> Document:
        """The document at an address. Raises ``Unverified``."""
        if not address_of(address):
            raise Unverified("the key's id is no address")
        url = address.partition("#")[0]
        try:
            response = self._fetch(url)
        except FetchError as e:
            if e.status in (404, 410):
                raise Gone(f"the account answers {e.status}") from e
            raise Unreachable(f"the key cannot be fetched: {host_of(url)}: {_public_reason(e)}") from e
        if host_of(response.url) != host_of(url):
            raise Unverified("the key's address leads to another server")
        kind = response.headers.get("Content-Type", "")
        if not is_activity_json(kind):  # else whoever may upload files there could make up accounts
            raise Unverified(f"the key's address answers with {kind[:60]!r}, and not with {MEDIA_TYPE}")
        try:
            return parsed(response.content)
        except Unreadable as e:
            raise Unverified(f"the key cannot be read: {e}") from e


def is_activity_json(content_type: str) -> bool:
    """Whether a document of this type is of the vocabulary."""
    kind, _, parameters = content_type.partition(";")
    kind = kind.strip().lower()
    return kind == MEDIA_TYPE or (kind == "application/ld+json" and ACTIVITY_STREAMS in parameters)


def stranger_of(document: Document, key_id: str, fetch: Callable[[str], Document]) -> Stranger:
    """The account in a document that was fetched from a key's address: its own, the beginning of it, or the
    key's, which name its owner. ``fetch``: a document by its address. Raises ``Unverified``."""
    account = address_of(document) if "inbox" in document else _owner(document)
    if not account or host_of(account) != host_of(key_id):
        raise Unverified("the key has no owner on its own server")
    if account != key_id.partition("#")[0]:  # only there it tells who it is
        document = fetch(account)
    inbox = address_of(document.get("inbox"))
    if address_of(document) != account or host_of(inbox) != host_of(account):
        raise Unverified("the key's owner is no account with an inbox on its own server")
    for key in _keys(document):
        if address_of(key) != key_id:
            continue
        pem = key.get("publicKeyPem")
        if address_of(key.get("owner")) != account or not isinstance(pem, str):
            raise Unverified("the key is not the account's own")
        return Stranger(
            id=account,
            key_id=key_id,
            public_key=pem,
            inbox=inbox,
            shared_inbox=shared_inbox_of(document, account),
        )
    raise Unverified("the account does not have that key")


def _keys(document: Document) -> list[Document]:
    listed = document.get("publicKey")
    return [each for each in (listed[:8] if isinstance(listed, list) else [listed]) if isinstance(each, dict)]


def _owner(document: Document) -> str:
    """The account that a document names as a key's owner: the key itself, or that of an account of which
    there is only the beginning, as GoToSocial shows it to whoever has not signed (docs/federation)."""
    named = (address_of(each.get("owner")) for each in (document, *_keys(document)))
    return next(filter(None, named), "")


def shared_inbox_of(document: Document, account: str) -> str:
    """The inbox of the account's server; of another one it is not believed."""
    endpoints: Any = document.get("endpoints")
    shared = address_of(endpoints.get("sharedInbox")) if isinstance(endpoints, dict) else ""
    return shared if host_of(shared) == host_of(account) else ""


def _public_reason(error: FetchError) -> str:
    """The reason without the advice, which is for our operator."""
    return error.why.partition(";")[0]
