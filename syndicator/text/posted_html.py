"""Posts as networks hand them out, in HTML of their own: what they say, and where they lead."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser


def has_text(html: str, text: str) -> bool:
    """Whether the post has just this text, breaks and spaces aside."""
    return "".join(LexborHTMLParser(html).text().split()) == "".join(text.split())


def links_to(html: str, addresses: Iterable[str]) -> bool:
    """Whether the post links to one of the addresses, escaped in whatever way."""
    post = LexborHTMLParser(html)
    links = {link.attributes.get("href") or "" for link in post.css("a")} | set(post.text().split())
    return not {unquote(link) for link in links}.isdisjoint(map(unquote, addresses))
