"""An article's body: what is text, and what only stands around it."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.text.clean import plain, sanitise, web_address

#: Above this likeness a paragraph says what the summary has already said.
SAME = 0.9

#: An agency's mark in front of a text: "(KPL) ...", "KPL ...", "VIENTIANE, March 3 (AFP) - ...".
DATELINE = re.compile(r"^\s*\((?P<agency>[A-Z][A-Za-z.&/ ]{1,14})\)\s*[-–—:]?\s*")

#: Buttons and counters around a text: "Email Print 2204", "Share 12", "3,021 views".
COUNTER = re.compile(
    r"^(?:(?:e-?mail|print|share|tweet|views?|comments?|facebook|likes?|ພິມ|ແບ່ງປັນ|ຜູ້ເຂົ້າຊົມ)\W*|[\d.,\s:|]+)+$",
    re.IGNORECASE,
)

#: Paragraphs at the start of a body that may be the lead, printed once more.
LEADS = 2

BLOCKS = "p, h2, h3, h4, h5, h6, ul, ol, blockquote, figure, table, div"


@dataclass(frozen=True)
class Body:
    """``content_html`` is sanitised; ``agency`` is the one that a dateline named; ``origin``: where the
    body was found."""

    content_html: str
    text: str
    agency: str
    origin: str


def without_dateline(text: str, agency: str = "") -> tuple[str, str]:
    """A text without the agency's mark in front of it, and the agency that the mark names."""
    match = DATELINE.match(text)
    if match:
        return text[match.end() :], match["agency"].strip()
    if agency and re.match(rf"{re.escape(agency)}\s*[-–—:]?\s+\S", text):
        return re.sub(rf"^{re.escape(agency)}\s*[-–—:]?\s+", "", text), agency
    return text, ""


def is_same(one: str, other: str) -> bool:
    """Whether two texts say the same thing, datelines and white space aside."""
    a, b = (without_dateline(plain(text))[0].casefold() for text in (one, other))
    if not a or not b:
        return False
    return a == b or SequenceMatcher(None, a, b, autojunk=False).ratio() >= SAME


def find(page: LexborHTMLParser, selector: str) -> tuple[str, str]:
    """The body's markup and where it was found: the declared place, else where trafilatura finds it."""
    nodes = page.css(selector) if selector else []
    if nodes:
        return "".join(node.html or "" for node in nodes), "select.content"
    import trafilatura  # noqa: PLC0415 - 40 MB, and sites with declared selectors never need it

    found = trafilatura.extract(
        page.html or "",
        output_format="html",
        include_images=True,
        include_links=True,
        include_formatting=True,
        include_comments=False,
        deduplicate=False,  # it remembers across pages
    )
    return found or "", "trafilatura"


def tidy(
    markup: str, origin: str, *, url: str, agency: str, title: str, photo: str, strip: Sequence[str]
) -> Body:
    """The body without what does not belong to it: what ``strip`` selects, counters, the title, a lead
    printed twice, the agency's dateline and sign-off, the lead photo's second print."""
    tree = LexborHTMLParser(f"<body>{markup}")
    for selector in strip:
        for node in tree.css(selector):
            node.decompose()
    for node in tree.css("p, div"):
        _make_figure(node)
    body = tree.body
    blocks = [node for node in body.css(BLOCKS) if not _inside(node, BLOCKS)] if body else []
    named = _drop_furniture(blocks, agency, title, photo, url)
    inner = (tree.body.inner_html or "") if tree.body else ""
    clean = sanitise(re.sub(r"</?(?:div|article|section|main|body|html)\b[^>]*>", "", inner), url)
    return Body(content_html=clean, text=plain(clean), agency=named, origin=origin)


def _drop_furniture(blocks: Sequence[LexborNode], agency: str, title: str, photo: str, url: str) -> str:
    """Take out what is no text of the article. Returns the agency that a dateline named."""
    named, opening, texts = "", [title], []
    for block in blocks:
        text = plain(block.text(separator=" "))
        image = block.css_first("img")
        if image is not None:
            if web_address(image.attributes.get("src") or "", url) == photo:
                block.decompose()
            continue
        bare, mark = without_dateline(text, agency) if len(opening) <= LEADS else (text, "")
        named = named or mark
        said_before = len(opening) <= LEADS and any(is_same(bare, other) for other in opening)
        if text and (COUNTER.match(text) or said_before):
            block.decompose()
            continue
        if mark:
            _remove_prefix(block, text[: len(text) - len(bare)])
        opening += [bare] if text else []
        texts.append((block, text))
    _drop_sign_off(texts, {name.casefold() for name in (agency, named) if name})
    return named


def _drop_sign_off(blocks: Sequence[tuple[LexborNode, str]], names: set[str]) -> None:
    for block, text in reversed(blocks):
        if text and text.strip("()[]. ").casefold() not in names:
            return
        if text:
            block.decompose()


def _remove_prefix(block: LexborNode, prefix: str) -> None:
    """Take a dateline off a paragraph, whatever element it stands in."""
    inner = block.inner_html or ""
    pattern = r"\s*".join(re.escape(html.escape(word, quote=False)) for word in prefix.split())
    shorter = re.sub(rf"^((?:\s|&nbsp;|<[^>]+>)*){pattern}\s*", r"\1", inner, count=1)
    block.inner_html = shorter


def _make_figure(node: LexborNode) -> None:
    """A paragraph that holds a photo and, emphasised or small beside it, its caption is a figure."""
    images = node.css("img")
    if len(images) != 1 or _inside(node, "p, div, figure, h2, h3, ul"):
        return
    image = images[0]
    caption = plain(node.text(separator=" "))
    marked = plain(" ".join(n.text(separator=" ") for n in node.css("em, i, small, span, figcaption")))
    if caption and caption != marked:
        return
    shown = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    figure = LexborHTMLParser(f"<figure>{image.html}{shown}</figure>").css_first("figure")
    if figure is not None:
        node.replace_with(figure)


def _inside(node: LexborNode, selector: str) -> list[LexborNode]:
    """What a selector finds within a node, the node itself aside."""
    return [found for found in node.css(selector) if found.mem_id != node.mem_id]
