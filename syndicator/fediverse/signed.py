"""A request and the signature it carries, whichever of the two schemes that is written in."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from syndicator.domain.errors import SyndicatorError

#: How far a signature's time may be from ours, before and after: clocks differ, and queues are slow. What is
#: older may be somebody else's, sent again (RFC 9421 section 7.2.2).
MAX_AGE = timedelta(hours=1)

#: Bytes of a header that is parsed: a signature of 8192 bits, what it covers, and a long key id.
MAX_HEADER_BYTES = 6000


class Unverified(SyndicatorError):
    """A request is not known to come from whom it says: the reason, for its sender."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedRequest:
    """A request as signatures see it. ``url``: absolute, as its sender wrote it. ``headers``: by their names
    in lower case."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def target(self) -> str:
        """Path and query, as in the first line of the request (RFC 9112 section 3.2.1)."""
        parts = urlsplit(self.url)
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    @property
    def authority(self) -> str:
        """Host and port, in lower case, without a port that goes without saying (RFC 9421 section 2.2.3)."""
        parts = urlsplit(self.url)
        default = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
        return parts.netloc.lower().removesuffix(default) if default else parts.netloc.lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A signature that was read, and is yet to be verified. ``base``: the bytes that it signs.

    All that needs no key was checked: it covers what it has to, is of our time, and the body is the one that
    it covers."""

    key_id: str
    base: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def sha256_base64(body: bytes) -> str:
    """The SHA-256 of a body, in base64."""
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def check_digest(digest: bytes, body: bytes, algorithm: str = "sha256") -> None:
    """Raises ``Unverified`` where this is not the digest of a body. ``algorithm``: as in ``hashlib``."""
    if not hmac.compare_digest(digest, hashlib.new(algorithm, body).digest()):
        raise Unverified("the digest is not that of the body")


def check_time(moment: datetime, now: datetime) -> None:
    """Raises ``Unverified`` for a signature that was not made about now. Both aware."""
    if abs(now - moment) > MAX_AGE:
        raise Unverified(f"the signature was made at {moment:%Y-%m-%d %H:%M:%S}: our clocks differ")


def decoded(text: str) -> bytes:
    """The bytes of a signature in base64. Raises ``Unverified``."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as e:
        raise Unverified("the signature is not in base64") from e
