"""Fetching what other servers show to those alone who say who they are.

Servers in secure mode want requests signed (https://docs.joinmastodon.org/admin/config/#authorized_fetch),
and ask for the key of whoever signs. Our own documents are shown to everybody: nobody waits for the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from syndicator.fediverse.actor import Actor
from syndicator.fediverse.keys import signer
from syndicator.fediverse.record import ActorStore
from syndicator.fediverse.signatures import Scheme, signed_headers
from syndicator.fediverse.signed import SignedRequest
from syndicator.fediverse.vocabulary import LD_MEDIA_TYPE, MEDIA_TYPE
from syndicator.http.client import Http, Response

#: Bytes of a document, and seconds that it may take in all.
MAX_DOCUMENT_BYTES, DEADLINE_S = 256_000, 8.0


@dataclass(frozen=True)
class SignedFetch:
    """Fetches documents in an actor's name; ``None``: nobody's. ``deadline`` in seconds, for each."""

    http: Http
    actor: Actor | None
    store: ActorStore
    deadline: float = DEADLINE_S

    def __call__(self, url: str, *, is_declared: bool = True) -> Response:
        """The response of an address. ``is_declared``: as of ``Http.get``. Raises ``FetchError`` or
        ``StoreError``."""
        headers = {"accept": f"{MEDIA_TYPE}, {LD_MEDIA_TYPE}"}
        if self.actor:
            now = datetime.now(UTC)
            sign = signer(self.store.actor_key(self.actor.name, now).private_key)
            request = SignedRequest(method="GET", url=url, headers=headers)
            headers = signed_headers(request, Scheme.DRAFT, self.actor.key_id, sign, now)
            del headers["host"]  # the client writes it, where it is led, too
        return self.http.get(
            url,
            headers=headers,
            limit=MAX_DOCUMENT_BYTES,
            deadline=self.deadline,
            is_declared=is_declared,
        )
