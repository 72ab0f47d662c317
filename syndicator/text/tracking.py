"""Web addresses without what only says how a reader came there; all the rest of them byte for byte."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit, urlunsplit

#: Parameters that their inventors have reserved for how a reader came: campaigns (Google Analytics:
#: https://support.google.com/analytics/answer/10917952), clicks (Meta, Google, Microsoft, Instagram),
#: newsletters (Mailchimp), embedded posts (X).
RESERVED = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref_src", re.IGNORECASE)

#: Parameters that say on many sites how a reader came, and on some which article is meant: what they hold
#: tells.
AMBIGUOUS = re.compile(r"ref|cmpid", re.IGNORECASE)

#: A host or an address: where a reader came from.
HOST = re.compile(r"(?:https?://.*|(?:[\w-]+\.)+[a-z]{2,})", re.IGNORECASE | re.DOTALL)

#: What an id that is written in hexadecimal digits has at least, UUIDs among them (RFC 9562).
HEX_ID = re.compile(r"(?=[^\d]*\d)[\da-f-]{12,}", re.IGNORECASE)

#: A part of a query with the sign before it. A semicolon separates as ``&`` does where a name follows
#: (HTML 4.01, B.2.2); ``&amp;`` is what is left of an address that was escaped twice.
PART = re.compile(r"(^|&(?:amp;)?|;(?=\w+=))((?:[^&;]|;(?!\w+=))*)")

DEFAULT_PORTS = {"http": 80, "https": 443}


def clean_url(url: str) -> str:
    """An address without fragment and without tracking parameters. What is left of the query is as it was."""
    return _joined(url, untracked(urlsplit(url).query), "")


def full_url(url: str, *, fragment: bool = True, tracking: bool = True) -> str:
    """An address as ``clean_url`` writes it, with its ``fragment`` and its ``tracking`` parameters."""
    parts = urlsplit(url)
    return _joined(
        url, parts.query if tracking else untracked(parts.query), parts.fragment if fragment else ""
    )


def untracked(query: str) -> str:
    """A query without tracking parameters."""
    kept = [(sign, part) for sign, part in PART.findall(query) if not _is_tracking(part)]
    return "".join(part if index == 0 else sign + part for index, (sign, part) in enumerate(kept))


def _is_tracking(part: str) -> bool:
    name, _, value = part.partition("=")
    if RESERVED.fullmatch(name):
        return True
    return bool(AMBIGUOUS.fullmatch(name)) and not _is_id(unquote(value))


def _is_id(value: str) -> bool:
    """Whether a value names an article, rather than the place or campaign that a reader came from: half of it
    or more are digits, or it is a long hexadecimal number."""
    if HOST.fullmatch(value):
        return False
    digits = sum(map(str.isdigit, value))
    letters = sum(map(str.isalpha, value))
    return (digits > 0 and digits >= letters) or bool(HEX_ID.fullmatch(value))


def _joined(url: str, query: str, fragment: str) -> str:
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return urlunsplit((parts.scheme, host + port, parts.path or "/", query, fragment))
