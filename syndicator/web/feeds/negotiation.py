"""What a request accepts: content codings (RFC 9110 section 12.5.3), and deltas of feeds (RFC 3229)."""

from __future__ import annotations

import re
from functools import lru_cache

#: Content codings that a document is kept in, best first; ``""`` is none (*identity*).
CODINGS = ("br", "gzip", "")

_WEIGHT = r"(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)"
_MEMBER = re.compile(rf"([\w!#$%&'*+.^`|~-]+)\s*(?:;\s*q\s*=\s*{_WEIGHT}\s*)?", re.ASCII | re.IGNORECASE)


@lru_cache(maxsize=512)
def coding(accept: bytes | None) -> str | None:
    """The best of ``CODINGS`` that an ``Accept-Encoding`` accepts, by its weights, then by our
    preference; ``None`` if it accepts none of them. Without the header, nothing is compressed."""
    if accept is None:
        return ""
    weights = _weights(accept.decode("latin-1"))
    rest = weights.get("*")
    # What is not named is not accepted; identity is, unless it is ruled out.
    weight = {"": weights.get("identity", 0.0005 if rest is None else rest)}
    weight["gzip"] = weights.get("gzip", weights.get("x-gzip", rest or 0))
    weight["br"] = weights.get("br", rest or 0)
    best = max(CODINGS, key=lambda name: (weight[name], -CODINGS.index(name)))
    return best if weight[best] else None


def _weights(accept: str) -> dict[str, float]:
    """The members of the header that can be read; one that cannot is passed over."""
    members = (_MEMBER.fullmatch(member.strip()) for member in accept.split(","))
    return {m[1].lower(): float(m[2]) if m[2] else 1.0 for m in members if m}


@lru_cache(maxsize=64)
def accepts_delta(a_im: bytes) -> bool:
    """Whether an ``A-IM`` accepts a feed of only what is new (RFC 3229 section 10.5.3)."""
    return _weights(a_im.decode("latin-1")).get("feed", 0) > 0
