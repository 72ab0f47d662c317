"""Who may read private feeds: by HTTP Basic, or by a secret in the address."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

from syndicator.domain.errors import Misconfigured
from syndicator.secret import Secret
from syndicator.web.basic_auth import credentials, is_same_secret
from syndicator.web.limits import Throttle

log = logging.getLogger(__name__)


class Access:
    """``secrets`` by feed and by the reader's name. They are looked up each time, so that one that was
    changed counts at once; one that cannot be had lets nobody in."""

    def __init__(self, secrets: Mapping[str, Mapping[str, Secret]], throttle: Throttle | None = None) -> None:
        self.secrets, self.throttle = secrets, throttle or Throttle()

    def record_guess(self, address: str) -> tuple[float, float]:
        """See ``Throttle.record_guess``."""
        return self.throttle.record_guess(address, "private feeds")

    def knows_password(self, feed: str, authorization: bytes | None) -> bool:
        """Whether HTTP Basic credentials (RFC 7617) are those of a reader of the feed."""
        if authorization is None:
            return False
        given = credentials(authorization.decode("latin-1")) or ""
        return _is_one_of(given, (f"{name}:{secret}" for name, secret in self._revealed(feed)))

    def knows_secret(self, feed: str | None, given: str) -> bool:
        """Whether this is the secret of a reader of the feed. ``None``: there is no such feed, which nobody
        can tell from a wrong secret."""
        return _is_one_of(given, (secret for _, secret in self._revealed(feed or "")))

    def _revealed(self, feed: str) -> Iterator[tuple[str, str]]:
        for name, secret in self.secrets.get(feed, {}).items():
            try:
                yield name, secret.reveal()
            except Misconfigured as e:
                log.error("feed %s: the reader %s is shut out: %s", feed, name, e)


def _is_one_of(given: str, known: Iterator[str]) -> bool:
    """All are compared, so that the time does not tell which it is."""
    return sum(is_same_secret(given, each) for each in known) > 0
