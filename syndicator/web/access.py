"""Who may read private feeds: by HTTP Basic, or by a secret in the address."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Iterator, Mapping

from syndicator.errors import Misconfigured
from syndicator.secret import Secret
from syndicator.web.guard import Throttle, credentials, digest

log = logging.getLogger(__name__)


class Access:
    """``secrets`` by feed and by the reader's name. They are looked up each time, so that one that was
    changed counts at once; one that cannot be had lets nobody in."""

    def __init__(self, secrets: Mapping[str, Mapping[str, Secret]], throttle: Throttle | None = None) -> None:
        self.secrets, self.throttle = secrets, throttle or Throttle()

    def wait(self, address: str) -> float:
        """Seconds until an address may try again that has guessed wrongly too often."""
        return self.throttle.wait(address)

    def knows_password(self, feed: str, authorization: bytes | None, address: str) -> bool:
        """Whether HTTP Basic credentials (RFC 7617) are those of a reader of the feed."""
        if authorization is None:
            return False
        given = credentials(authorization.decode("latin-1")) or ""
        return self._is_one_of(given, (f"{name}:{secret}" for name, secret in self._revealed(feed)), address)

    def knows_secret(self, feed: str | None, given: str, address: str) -> bool:
        """Whether this is the secret of a reader of the feed. ``None``: there is no such feed, which nobody
        can tell from a wrong secret."""
        return self._is_one_of(given, (secret for _, secret in self._revealed(feed or "")), address)

    def _is_one_of(self, given: str, known: Iterator[str], address: str) -> bool:
        told = digest(given)
        # All are compared, each in the same time.
        found = sum([hmac.compare_digest(told, digest(each)) for each in known])
        if not found:
            self.throttle.failed(address)
        return found > 0

    def _revealed(self, feed: str) -> Iterator[tuple[str, str]]:
        for name, secret in self.secrets.get(feed, {}).items():
            try:
                yield name, secret.reveal()
            except Misconfigured as e:
                log.error("feed %s: the reader %s is shut out: %s", feed, name, e)
