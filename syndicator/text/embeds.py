"""Players, sound, film and posts of other sites within a text: each becomes a link, so that readers still
find it."""

from __future__ import annotations

import html
from collections.abc import Iterator
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from syndicator.text.addresses import web_address
from syndicator.text.markup import parse_part
from syndicator.text.pictures import LAZY_ATTRIBUTES

#: What plays or shows something from elsewhere ...
PLAYER_SELECTOR = "iframe, embed, object, audio, video, amp-iframe, amp-audio, amp-video"

#: ... and what a script makes a post of; until then it may be empty but for an address.
POST_SELECTOR = "blockquote, oembed, [data-href], [data-oembed-url], [data-embed-url]"


def link_embeds(body: LexborNode, base_url: str) -> None:
    """Replace players by links to what they play, and give posts that show nothing a link to see."""
    for node in reversed(body.css(PLAYER_SELECTOR)):  # inner ones first: what they hold is another choice
        _link_player(node, base_url)
    for node in reversed(body.css(POST_SELECTOR)):
        if not node.text().strip() and node.css_first("img") is None:
            _link_post(node, base_url)


def _link_player(node: LexborNode, base_url: str) -> None:
    url = next((u for address in _player_addresses(node) if (u := web_address(address, base_url))), "")
    label = node.attributes.get("title") or node.attributes.get("aria-label") or ""
    if url and not _is_invisible(node):
        _replace(node, _link(url, label))
    elif node.tag == "object":  # what it holds is what to show instead
        node.unwrap()
    else:
        node.decompose()


def _is_invisible(node: LexborNode) -> bool:
    """Whether it is a frame that only counts readers, as managers of tags have them."""
    style = "".join((node.attributes.get("style") or "").split())
    is_hidden = "display:none" in style or "visibility:hidden" in style
    sizes = {node.attributes.get("width"), node.attributes.get("height")}
    return node.tag == "iframe" and (is_hidden or not sizes.isdisjoint({"0", "1"}))


def _player_addresses(node: LexborNode) -> Iterator[str]:
    names = ("src", *LAZY_ATTRIBUTES, "data")
    holders = [node, *(node.css("source") if node.tag not in ("iframe", "object") else ())]
    yield from (value for holder in holders for name in names if (value := holder.attributes.get(name)))
    if node.tag in ("audio", "video"):
        yield from (value for a in node.css("a[href]") if (value := a.attributes.get("href")))


def _link_post(node: LexborNode, base_url: str) -> None:
    hrefs = [a.attributes.get("href") or "" for a in node.css("a[href]")]
    own = [
        value or "" for name, value in node.attributes.items() if name.startswith(("cite", "url", "data-"))
    ]
    addresses = (address for address in own if address.startswith(("https://", "http://", "//")))
    url = next((u for a in (*hrefs, *addresses) if a and (u := web_address(a, base_url))), "")
    if url:
        _replace(node, f"<blockquote>{_link(url, '')}</blockquote>")


def _link(url: str, label: str) -> str:
    text = label.strip() or urlsplit(url).hostname or url
    return f'<p><a href="{html.escape(url)}">{html.escape(text)}</a></p>'


def _replace(node: LexborNode, markup: str) -> None:
    replacement = parse_part(markup).css_first("div > *")
    if replacement is not None:
        node.replace_with(replacement)
