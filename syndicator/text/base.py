"""What the addresses on a page are relative to."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from syndicator.text.addresses import web_address


def base_of(page: LexborHTMLParser, url: str) -> str:
    """The base of a page at ``url``: its first ``<base href>``, else its own address
    (https://html.spec.whatwg.org/#document-base-url)."""
    node = page.css_first("base[href]")
    declared = node.attributes.get("href") if node is not None else ""
    return (web_address(declared, url) if declared else "") or url
