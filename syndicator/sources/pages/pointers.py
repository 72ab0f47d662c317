"""What in a text only leads to other pages: "read more", teasers, lists of links, embeds of other articles,
where to share it and where to subscribe; known by its links and its shape, whatever the language.

Links to other sites and to documents are a text's sources, and stay; so does a heading over a text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from urllib.parse import urldefrag, urlsplit

from selectolax.lexbor import LexborNode

from syndicator.sources.pages.body import HEADINGS
from syndicator.text.addresses import same_site, web_address
from syndicator.text.clean import fold
from syndicator.text.markup import parse_own, upwards

#: Characters in front of a link that may be its label ("Read more:"), and what such a label ends with.
MAX_LABEL_CHARS, LABEL_END = 40, (":", "：", "|", "–", "—", ">", "»", "→")

#: Characters of what only leads to another page; characters and blocks beneath the headline of a teaser, and
#: how many of them in a row are teasers, where a single one may be a part of the text.
MAX_POINTER_CHARS, MAX_TEASER_CHARS, MAX_TEASER_BLOCKS, MIN_TEASERS = 300, 400, 3, 2

#: Characters of a button, and how many of one label, to other addresses each, tell that it is one.
MAX_BUTTON_CHARS, MIN_BUTTONS = 40, 3

#: Files that a text offers: no other articles.
DOCUMENT = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|csv|zip|od[tsp]|epub|mp3|mp4|json|xml|txt)$", re.IGNORECASE
)

#: Where a text is shared, and where readers subscribe to its site: what leads there is a button.
SHARE = re.compile(
    r"https?://(?:[\w-]+\.)*(?:(?:twitter|x)\.com/(?:share|intent)\b|facebook\.com/(?:sharer|dialog/share)"
    r"|linkedin\.com/(?:sharearticle|sharing)|pinterest\.com/pin/create|reddit\.com/submit|wa\.me/\?"
    r"|whatsapp\.com/send|t\.me/share|whatsapp\.com/channel/|news\.google\.com/publications/|mailchi\.mp/|eepurl\.com/"
    r"|list-manage\d?\.com/|youtube\.com/\S*[?&]sub_confirmation=|disqus\.com/?$)",
    re.IGNORECASE,
)


def without_pointers(markup: str, url: str) -> str:
    """A text without what only leads to other pages of its site: paragraphs ("Read more: ..."), quotations
    and lists that are nothing but links, with the headings over them; headlines of other articles with a
    teaser, a picture or nothing at all beneath; a section's name over the text; buttons. Links of a text to
    itself lead nowhere, and are words."""
    body = parse_own(markup)
    is_changed = _unlink_itself(body, url)
    removed = []
    for node in body.css("p, ul, ol, blockquote"):
        parts = node.css("li") if node.tag in ("ul", "ol") else [node]
        is_in_other = node.parent is not None and node.parent.tag in ("li", "td", "th", "blockquote")
        if parts and not is_in_other and all(_is_pointer(part, url) for part in parts):
            removed.append(node)
    removed += _buttons(body, url)
    for node in reversed(removed):
        heading = _before(node)
        if node.tag in ("ul", "ol") and heading is not None and heading.tag in HEADINGS:
            heading.decompose()
        node.decompose()
    teasers = _teasers(body, url)
    for node in teasers:
        node.decompose()
    return (body.inner_html or "") if is_changed or removed or teasers else markup


def _is_pointer(node: LexborNode, url: str) -> bool:
    """Whether an element says nothing but where to read on."""
    links = node.css("a[href]")
    text = fold(node.text())
    if not links or len(text) > MAX_POINTER_CHARS or node.css_first("img") is not None:
        return False
    for link in links:
        address = web_address(link.attributes.get("href") or "", url)
        if not _is_inside(address, url) and not SHARE.match(address):
            return False
    rest = text
    for link in links:
        rest = rest.replace(fold(link.text()), "", 1)
    rest = rest.strip(" .,;•·*-›()[]/")
    return not rest.strip(f" {''.join(LABEL_END)}") or (
        len(rest) <= MAX_LABEL_CHARS and rest.endswith(LABEL_END) and text.startswith(rest[:-1].rstrip())
    )


def _is_inside(address: str, url: str) -> bool:
    """Whether an address is of a page of the same site."""
    return bool(address) and same_site(address, url) and not DOCUMENT.search(urlsplit(address).path)


def _unlink_itself(body: LexborNode, url: str) -> bool:
    """Take off links that lead to the text itself: all of them in headings, where they are marks for their
    place, and elsewhere those to no place in it. Whether there were any."""
    own = urldefrag(url).url
    found = []
    for link in body.css("a[href]"):
        address, place = urldefrag(web_address(link.attributes.get("href") or "", url))
        if address == own and (not place or any(each.tag in HEADINGS for each in upwards(link))):
            found.append(link)
    for link in reversed(found):
        link.unwrap()
    return bool(found)


def _buttons(body: LexborNode, url: str) -> list[LexborNode]:
    """Paragraphs of one short label that each lead somewhere else: "read more" under every teaser."""
    by_label: dict[str, list[LexborNode]] = defaultdict(list)
    for node in body.css("p:has(a[href])"):
        links = node.css("a[href]")
        label = fold(node.text())
        if len(links) == 1 and 0 < len(label) <= MAX_BUTTON_CHARS and label == fold(links[0].text()):
            by_label[label].append(node)
    return [
        node
        for nodes in by_label.values()
        if len({_address(node, url) for node in nodes}) >= MIN_BUTTONS
        for node in nodes
        if not _is_pointer(node, url)  # which is removed for that
    ]


def _address(node: LexborNode, url: str) -> str:
    link = node.css_first("a[href]")
    return web_address(link.attributes.get("href") or "", url) if link is not None else ""


def _teasers(body: LexborNode, url: str) -> list[LexborNode]:
    """Headlines of other articles that have nothing beneath, several that have a picture alone, and several
    at the end of a text also with what little they have, unless that would be most of it; and what leads
    elsewhere over the whole text."""
    blocks = [node for node in body.iter() if node.is_element_node]
    if len(blocks) == 1 and blocks[0].tag == "div":
        blocks = [node for node in blocks[0].iter() if node.is_element_node]
    lone = _over_text(blocks, url)
    cards: list[Sequence[LexborNode]] = []
    last: list[LexborNode] = []
    is_end, count, next_level = True, 0, ""
    for heading, below in reversed(list(_sections(blocks))):
        words = [node for node in below if node.text().strip()]
        is_teaser = heading is not None and _is_pointer(heading, url) and _is_little(words)
        is_end = is_end and is_teaser
        if heading is not None and is_end:
            last += [heading, *below]
            count += 1
        elif heading is not None and is_teaser and not words and next_level <= (heading.tag or ""):
            cards += [[heading, *below]] if below else []
            lone += [] if below else [heading]
        next_level = heading.tag or "" if heading is not None else ""
    in_cards = [node for card in cards for node in card] if len(cards) >= MIN_TEASERS else []
    if _is_most([*last, *in_cards], body):
        in_cards, count = [], 0
    if count < MIN_TEASERS:
        last = [node for node in last[:1] if len(last) == 1]  # the last words of the text are a headline
    return [*last, *lone, *in_cards]


def _over_text(blocks: Sequence[LexborNode], url: str) -> list[LexborNode]:
    """The heading over a whole text that is nothing but a link to elsewhere: its section, or another article.
    Where others are of its level, it is one over a part of the text."""
    first = next((node for node in blocks if node.text().strip()), None)
    if first is None or first.tag not in HEADINGS or not _is_pointer(first, url):
        return []
    return [first] if sum(node.tag == first.tag for node in blocks) == 1 else []


def _is_most(nodes: Sequence[LexborNode], body: LexborNode) -> bool:
    return 2 * sum(len(node.text()) for node in nodes) > len(body.text())


def _sections(
    blocks: Sequence[LexborNode],
) -> Iterator[tuple[LexborNode | None, Sequence[LexborNode]]]:
    """The headings of a text, each with the blocks beneath it; ``None`` for what stands before the first."""
    heading: LexborNode | None = None
    below: list[LexborNode] = []
    for block in blocks:
        if block.tag in HEADINGS:
            yield heading, below
            heading, below = block, []
        else:
            below.append(block)
    yield heading, below


def _is_little(below: Sequence[LexborNode]) -> bool:
    chars = sum(len(node.text().strip()) for node in below)
    return len(below) <= MAX_TEASER_BLOCKS and chars <= MAX_TEASER_CHARS


def _before(node: LexborNode) -> LexborNode | None:
    """The element before another one."""
    before = node.prev
    while before is not None and not before.is_element_node:
        before = before.prev
    return before
