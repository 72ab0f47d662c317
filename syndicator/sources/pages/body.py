"""An article's body: where it is on a page, and what of it is the article's text."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.domain.errors import SourceError
from syndicator.sources.pages.boilerplate import is_button, is_same, is_sign_off
from syndicator.sources.pages.same_picture import same_picture
from syndicator.text import pictures
from syndicator.text.addresses import web_address
from syndicator.text.alternatives import show_alternatives
from syndicator.text.clean import plain, sanitise
from syndicator.text.datelines import without_dateline
from syndicator.text.markup import ancestor_ids, blocks, parse_part, remove

#: Text blocks at the start of a body that may be the title or the lead once more, and the characters that
#: a lead has at least: what is shorter is alike by accident.
MAX_LEAD_BLOCKS, MIN_LEAD_CHARS = 3, 50

#: Characters of what may be a button or a counter, with room for white space and entities.
MAX_SMALL_CHARS = 250
TAG = re.compile(r"<[^<>]*>")

#: Paragraphs of one article: the longest live blogs have a thousand.
MAX_BLOCKS = 5000

HEADINGS = ("h2", "h3", "h4", "h5", "h6")
CAPTION_MARKUP = "figcaption, em, i, small, span, cite, [class*=caption], [class*=credit]"
CAPTION_CLASS = re.compile(r"caption|(?:^|[\s_-])(?:cap|credit|legend)(?:[\s_-]|$)", re.IGNORECASE)

#: Whether an address is that of another article of the source.
IsOther = Callable[[str], bool]


def no_other(_address: str) -> bool:
    """False: nothing is known of other articles."""
    return False


@dataclass(frozen=True, kw_only=True)
class ArticleContext:
    """What is known of an article besides its body. ``headings``: the page's main ones. ``agency``:
    the declared one. ``photo``: the lead photo's address."""

    url: str
    title: str = ""
    headings: Sequence[str] = ()
    summary: str = ""
    note: str = ""
    agency: str = ""
    photo: str = ""


@dataclass(kw_only=True)
class Body:
    """An article's body. ``content_html`` is sanitised; ``agency`` is the one that a dateline named;
    ``photo`` the lead photo as the body shows it, as markup. ``texts``: what the text begins with."""

    content_html: str = ""
    agency: str = ""
    photo: str = ""
    texts: list[str] = field(default_factory=list)


def declared_markup(page: LexborHTMLParser, selector: str) -> str:
    """The markup of all elements that a selector finds, none of them twice."""
    parts: list[str] = []
    taken: set[int] = set()
    for node in page.css(selector):
        if not taken.intersection(ancestor_ids(node)):
            taken.add(node.mem_id)
            parts.append(node.html or "")
    return "".join(parts)


def tidy(markup: str, context: ArticleContext, is_other: IsOther) -> Body:
    """The body without what does not belong to it. In this order: the lead photo's second print; buttons
    and counters; the agency's mark in front of the text; what only repeats title or note, and a lead
    that is printed twice (once it stays, because many readers show the body alone); at the end sign-offs
    and lists of other articles. Raises ``SourceError`` for what no article is as long as."""
    body = Body()
    kept_blocks: list[str] = []
    root = parse_part(markup)
    show_alternatives(root)
    raw_blocks = list(itertools.islice(blocks(root), MAX_BLOCKS + 1))
    if len(raw_blocks) > MAX_BLOCKS:
        raise SourceError(f"{context.url}: more than {MAX_BLOCKS:,} paragraphs; narrow select.content")
    for block in _figures(raw_blocks):
        if _is_lead_photo(block, context):
            body.photo = body.photo or block
        elif (remaining := _without_boilerplate(block, context, body)) is not None:
            kept_blocks.append(remaining)
    if kept_blocks:  # the mark may be in brackets further down only, and so have become known late
        kept_blocks[0] = _without_agency_mark(kept_blocks[0], context.agency or body.agency)[0]
    _drop_ending(kept_blocks, {context.agency, body.agency}, context.url, is_other)
    if not context.photo and kept_blocks and kept_blocks[0].startswith("<figure>"):
        body.photo = kept_blocks.pop(0)
    body.content_html = sanitise("\n".join(kept_blocks), context.url)
    return body


def _without_boilerplate(block: str, context: ArticleContext, body: Body) -> str | None:
    """The block as it stays, or ``None`` where it does not. Notes in ``body`` the agency and the text."""
    is_behind_lead = len(body.texts) >= MAX_LEAD_BLOCKS
    if is_behind_lead and not context.note and len(TAG.sub("", block)) > MAX_SMALL_CHARS:
        return block  # most are, and need not be looked at
    text = plain(block)
    if not text:
        return block
    if is_button(text) or (context.note and is_same(text, context.note)):
        return None
    if is_behind_lead:
        return block
    block, bare_text, agency = _without_agency_mark(block, context.agency or body.agency)
    body.agency = body.agency or agency
    is_title = any(is_same(bare_text, title) for title in (context.title, *context.headings))
    if is_title or _is_repeated(bare_text, context.summary, body.texts):
        return None
    body.texts.append(bare_text)
    return block


def _without_agency_mark(block: str, agency: str) -> tuple[str, str, str]:
    """A block without the agency's mark in front of it, its text, and the agency that a mark names."""
    text = plain(block)
    bare_text, marked_agency = without_dateline(text, agency)
    return (
        (_without_prefix(block, text.removesuffix(bare_text)) if bare_text != text else block),
        bare_text,
        marked_agency,
    )


def _is_repeated(text: str, summary: str, earlier_texts: Sequence[str]) -> bool:
    """Whether a text stood there before: to the letter, or as a lead that was only edited a little.
    What has other numbers is no such lead: results, wards and timetables are written alike."""
    if text in earlier_texts:
        return True
    lead = summary or next(iter(earlier_texts), "")
    is_lead = len(text) > MIN_LEAD_CHARS and is_same(text, lead)
    return is_lead and any(
        is_same(earlier_text, lead) and _numbers(earlier_text) == _numbers(text)
        for earlier_text in earlier_texts
    )


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _drop_ending(kept_blocks: list[str], agencies: set[str], url: str, is_other: IsOther) -> None:
    while kept_blocks:
        is_list = kept_blocks[-1].startswith(("<ul", "<ol")) and _is_related(kept_blocks[-1], url, is_other)
        if not is_list and not is_sign_off(plain(kept_blocks[-1]), agencies):
            return
        kept_blocks.pop()
        while is_list and kept_blocks and kept_blocks[-1].startswith(tuple(f"<{name}" for name in HEADINGS)):
            kept_blocks.pop()


def _is_related(block: str, url: str, is_other: IsOther) -> bool:
    entries = parse_part(block).css("li")
    return bool(entries) and all(
        any(is_other(web_address(a.attributes.get("href") or "", url)) for a in entry.css("a[href]"))
        for entry in entries
    )


def _without_prefix(block: str, prefix: str) -> str:
    """A paragraph without the characters that it begins with, whatever elements they stand in."""
    remaining = "".join(prefix.split())
    kept_tokens = []
    tokens = re.findall(r"<[^>]*>|&[^;\s]+;|.", block, re.DOTALL)
    for index, token in enumerate(tokens):
        text = html.unescape(token)
        if token.startswith("<"):
            kept_tokens.append(token)
        elif remaining.startswith(text):
            remaining = remaining[len(text) :]
        elif not text.isspace():
            return block if remaining else "".join((*kept_tokens, *tokens[index:]))
    return "".join(kept_tokens)


def _figures(raw_blocks: Sequence[str]) -> Iterator[str]:
    """The blocks, with every picture a figure of its own, with its caption."""
    pending_image = ""  # a figure whose caption may follow
    for block in raw_blocks:
        if not pending_image and "<img" not in block:
            yield block
            continue
        node = parse_part(block).css_first("div > *")
        if node is None:
            continue
        images = node.css("img") if node.tag in ("p", "figure", *HEADINGS) else []
        caption = plain(block) if node.tag == "p" and _is_caption(node) and not images else ""
        if pending_image and caption:
            yield figure_of(pending_image, caption)
            pending_image = ""
            continue
        if pending_image:
            yield figure_of(pending_image, "")
        pending_image = ""
        if not images:
            yield block
            continue
        *first, pending_image = [image.html or "" for image in images]
        yield from (figure_of(image, "") for image in first)
        caption, text = _caption_and_text(node)
        if caption or text:
            yield figure_of(pending_image, caption)
            pending_image = ""
        if text:
            yield text
    if pending_image:
        yield figure_of(pending_image, "")


def _is_caption(node: LexborNode) -> bool:
    return bool(CAPTION_CLASS.search(node.attributes.get("class") or ""))


def _caption_and_text(node: LexborNode) -> tuple[str, str]:
    """The caption of a block's pictures, and the markup of what else it says. Words beside a picture are its
    caption if they are marked in any way."""
    remove(node, "img")
    words = plain(node.html or "")
    if node.tag == "figure" or _is_caption(node):
        return words, ""
    unmarked = parse_part(node.html or "")
    remove(unmarked, CAPTION_MARKUP)
    return ("", node.html or "") if words and plain(unmarked.html or "") else (words, "")


def figure_of(image: str, caption: str) -> str:
    """The markup of a picture with its caption."""
    figcaption = f"<figcaption>{html.escape(caption, quote=False)}</figcaption>" if caption else ""
    return f"<figure>{image}{figcaption}</figure>"


def _is_lead_photo(block: str, context: ArticleContext) -> bool:
    """Whether a block shows the lead photo, in whatever size."""
    if not context.photo or not block.startswith("<figure>"):
        return False
    image = parse_part(block).css_first("img")
    return image is not None and same_picture(image_address(image, context.url), context.photo)


def image_address(image: LexborNode, base: str) -> str:
    """Where a picture is, shown at once or late."""
    return web_address(written, base) if (written := pictures.address(image)) else ""
