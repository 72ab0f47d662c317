"""Web addresses: whether two are of one site."""

from __future__ import annotations

from urllib.parse import urlsplit


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one registrable domain (``www.news.example``, ``m.news.example``)."""
    a, b = urlsplit(one).hostname, urlsplit(other).hostname
    return a == b or bool(a and b and _domain(a) == _domain(b) != "")


def _domain(host: str) -> str:
    from tld import get_fld  # noqa: PLC0415 - the Public Suffix List, and most sites have one host

    listed = get_fld(f"https://{host}", fail_silently=True)
    # What the list does not know ends with one label: https://github.com/publicsuffix/list/wiki/Format
    labels = host.split(".")
    return listed or (".".join(labels[-2:]) if len(labels) > 1 and not labels[-1].isdigit() else "")
