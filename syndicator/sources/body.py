"""An article's body: where it is on a page, and what of it is the article's text."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.domain.errors import SourceError
from syndicator.sources.boilerplate import is_button, is_same, is_sign_off, without_dateline
from syndicator.text.addresses import web_address
from syndicator.text.clean import LAZY_ATTRIBUTES, plain, sanitise
from syndicator.text.markup import blocks, parse_part, remove

#: Text blocks at the start of a body that may be the title or the lead once more, and the characters that
#: a lead has at least: what is shorter is alike by accident.
LEADS, LONG = 3, 50

#: A list of links to other articles has at least so many; each with no more text than a teaser has.
RELATED, TEASER = 3, 800

#: Paragraphs of one article: the longest live blogs have a thousand.
MOST_BLOCKS = 5000

#: Pages after which trafilatura is told to forget what it remembers of them.
FORGET = 50

HEADINGS = ("h2", "h3", "h4", "h5", "h6")
MARKED = "figcaption, em, i, small, span, cite, [class*=caption], [class*=credit]"
CAPTION = re.compile(r"caption|(?:^|[\s_-])(?:cap|credit|legend)(?:[\s_-]|$)", re.IGNORECASE)

#: What sites append to a picture's name for its sizes: "-1024x683", "-scaled".
SIZE = re.compile(r"(?:-\d{2,5}x\d{2,5}|-scaled)(?=\.\w+$)")

#: Whether an address is that of another article of the source.
IsOther = Callable[[str], bool]

_calls = itertools.count(1)


def no_other(_address: str) -> bool:
    """Where nothing is known of other articles."""
    return False


@dataclass(frozen=True, kw_only=True)
class Around:
    """What is known of an article besides its body. ``agency``: the declared one. ``photo``: the lead
    photo's address."""

    url: str
    title: str = ""
    summary: str = ""
    note: str = ""
    agency: str = ""
    photo: str = ""


@dataclass(kw_only=True)
class Body:
    """``content_html`` is sanitised; ``agency`` is the one that a dateline named; ``photo`` what was
    printed of the lead photo, as markup. ``texts``: how the text begins."""

    content_html: str = ""
    agency: str = ""
    photo: str = ""
    texts: list[str] = field(default_factory=list)


def declared(page: LexborHTMLParser, selector: str) -> str:
    """The markup of all elements that a selector finds, none of them twice."""
    found: list[str] = []
    seen: set[int] = set()
    for node in page.css(selector):
        if not seen.intersection(_ancestors(node)):
            seen.add(node.mem_id)
            found.append(node.html or "")
    return "".join(found)


def discovered(page: LexborHTMLParser, url: str, is_other: IsOther) -> tuple[str, str]:
    """The body where none is declared, and what found it: trafilatura, or plain markup for what is too
    short for it."""
    import trafilatura  # noqa: PLC0415 - 40 MB, and sites with declared selectors never need it
    from trafilatura.meta import reset_caches  # noqa: PLC0415 - as above

    if next(_calls) % FORGET == 0:
        reset_caches()
    remove(page, "script")  # of which it would make one paragraph
    drop_related(page, url, is_other)
    captions = _captions(page, url)
    found = trafilatura.extract(
        page.html or "",
        url=url,
        output_format="html",
        include_images=True,
        include_links=True,
        include_formatting=True,
        include_comments=False,
        deduplicate=False,  # it remembers across pages
    )
    if found:
        return _with_captions(found, captions, url), "trafilatura"
    for selector, origin in (("[itemprop=articleBody]", "itemprop articleBody"), ("article", "article")):
        if markup := declared(page, selector):
            return markup, origin
    return "", ""


def tidy(markup: str, around: Around, is_other: IsOther) -> Body:
    """The body without what does not belong to it. In this order: the lead photo's second print; buttons
    and counters; the agency's mark in front of the text; what only repeats title or note, and a lead
    that is printed twice (once it stays, because many readers show the body alone); at the end sign-offs
    and lists of other articles. Raises ``SourceError`` for what no article is as long as."""
    body = Body()
    kept: list[str] = []
    found = list(itertools.islice(blocks(parse_part(markup)), MOST_BLOCKS + 1))
    if len(found) > MOST_BLOCKS:
        raise SourceError(f"{around.url}: more than {MOST_BLOCKS:,} paragraphs; narrow select.content")
    for block in _figures(found):
        if _shows(block, around):
            body.photo = body.photo or block
        elif (remaining := _without_furniture(block, around, body)) is not None:
            kept.append(remaining)
    if kept:  # the mark may be in brackets further down only, and so have become known late
        kept[0] = _unmarked(kept[0], around.agency or body.agency)[0]
    _drop_end(kept, {around.agency, body.agency}, around.url, is_other)
    if not around.photo and kept and kept[0].startswith("<figure>"):
        body.photo = kept.pop(0)
    body.content_html = sanitise("\n".join(kept), around.url)
    return body


def drop_related(page: LexborHTMLParser, url: str, is_other: IsOther) -> None:
    """Take lists of other articles out of a page: siblings of one look, each with a link to another
    article and little text."""
    holding: set[int] = set()
    for link in page.css("a[href]"):
        if is_other(web_address(link.attributes.get("href") or "", url)):
            holding.update(_ancestors(link))
    for box in reversed(page.css("ul, ol, div, section, aside, nav, tbody, tr")):  # inner ones first
        children = [child for child in box.iter() if child.is_element_node]
        if len(children) >= RELATED and all(_is_teaser(c, children[0], holding) for c in children):
            before = box.prev
            while before is not None and not before.is_element_node:
                before = before.prev
            if before is not None and before.tag in HEADINGS:
                before.decompose()
            box.decompose()


def _is_teaser(node: LexborNode, first: LexborNode, holding: set[int]) -> bool:
    looks = (node.tag, node.attributes.get("class")) == (first.tag, first.attributes.get("class"))
    return looks and node.mem_id in holding and len(node.text()) <= TEASER


def _ancestors(node: LexborNode) -> Iterator[int]:
    around = node.parent
    while around is not None:
        yield around.mem_id
        around = around.parent


def _without_furniture(block: str, around: Around, body: Body) -> str | None:
    """The block as it stays, or nothing. Notes what was read."""
    text = plain(block)
    if not text:
        return block
    if is_button(text) or (around.note and is_same(text, around.note)):
        return None
    if len(body.texts) >= LEADS:
        return block
    block, bare, agency = _unmarked(block, around.agency or body.agency)
    body.agency = body.agency or agency
    if is_same(bare, around.title) or _was_said(bare, around.summary, body.texts):
        return None
    body.texts.append(bare)
    return block


def _unmarked(block: str, agency: str) -> tuple[str, str, str]:
    """A block without the agency's mark in front of it, its text, and the agency that a mark names."""
    text = plain(block)
    bare, named = without_dateline(text, agency)
    return (_without_prefix(block, text.removesuffix(bare)) if bare != text else block), bare, named


def _was_said(text: str, summary: str, before: Sequence[str]) -> bool:
    """Whether a text was printed before: to the letter, or as a lead that was only edited a little."""
    if text in before:
        return True
    lead = summary or next(iter(before), "")
    is_lead = len(text) > LONG and is_same(text, lead)
    return is_lead and any(is_same(said, lead) for said in before)


def _drop_end(kept: list[str], agencies: set[str], url: str, is_other: IsOther) -> None:
    while kept:
        is_list = kept[-1].startswith(("<ul", "<ol")) and _is_related(kept[-1], url, is_other)
        if not is_list and not is_sign_off(plain(kept[-1]), agencies):
            return
        kept.pop()
        while is_list and kept and kept[-1].startswith(tuple(f"<{name}" for name in HEADINGS)):
            kept.pop()


def _is_related(block: str, url: str, is_other: IsOther) -> bool:
    entries = parse_part(block).css("li")
    return bool(entries) and all(
        any(is_other(web_address(a.attributes.get("href") or "", url)) for a in entry.css("a[href]"))
        for entry in entries
    )


def _without_prefix(block: str, prefix: str) -> str:
    """A paragraph without the characters that it begins with, whatever elements they stand in."""
    left = "".join(prefix.split())
    kept = []
    tokens = re.findall(r"<[^>]*>|&[^;\s]+;|.", block, re.DOTALL)
    for n, token in enumerate(tokens):
        said = html.unescape(token)
        if token.startswith("<"):
            kept.append(token)
        elif left.startswith(said):
            left = left[len(said) :]
        elif not said.isspace():
            return block if left else "".join((*kept, *tokens[n:]))
    return "".join(kept)


def _figures(found: Sequence[str]) -> Iterator[str]:
    """The same blocks, but every picture a figure of its own, with its caption."""
    waiting = ""  # a figure whose caption may follow
    for block in found:
        node = parse_part(block).css_first("div > *")
        if node is None:
            continue
        images = node.css("img") if node.tag in ("p", "figure", *HEADINGS) else []
        caption = plain(block) if node.tag == "p" and _is_caption(node) and not images else ""
        if waiting and caption:
            yield _figure(waiting, caption)
            waiting = ""
            continue
        if waiting:
            yield _figure(waiting, "")
        waiting = ""
        if not images:
            yield block
            continue
        *first, waiting = [image.html or "" for image in images]
        yield from (_figure(image, "") for image in first)
        caption, text = _caption_and_text(node)
        if caption or text:
            yield _figure(waiting, caption)
            waiting = ""
        if text:
            yield text
    if waiting:
        yield _figure(waiting, "")


def _is_caption(node: LexborNode) -> bool:
    return bool(CAPTION.search(node.attributes.get("class") or ""))


def _caption_and_text(node: LexborNode) -> tuple[str, str]:
    """What a block says of its pictures, and what it says besides. Words beside a picture are its caption
    if they are marked in any way."""
    remove(node, "img")
    said = plain(node.html or "")
    if node.tag == "figure" or _is_caption(node):
        return said, ""
    text = parse_part(node.html or "")
    remove(text, MARKED)
    return ("", node.html or "") if said and plain(text.html or "") else (said, "")


def _figure(image: str, caption: str) -> str:
    shown = f"<figcaption>{html.escape(caption, quote=False)}</figcaption>" if caption else ""
    return f"<figure>{image}{shown}</figure>"


def _shows(block: str, around: Around) -> bool:
    """Whether a block is a print of the lead photo, in whatever size."""
    if not around.photo or not block.startswith("<figure>"):
        return False
    image = parse_part(block).css_first("img")
    return image is not None and _file(image_address(image, around.url)) == _file(around.photo)


def image_address(image: LexborNode, base: str) -> str:
    """Where a picture is, shown at once or late."""
    values = (image.attributes.get(name) or "" for name in ("src", *LAZY_ATTRIBUTES))
    return next((url for value in values if value and (url := web_address(value, base))), "")


def _file(url: str) -> str:
    return SIZE.sub("", url.partition("?")[0])


def _captions(page: LexborHTMLParser, url: str) -> Mapping[str, str]:
    """Captions by their picture's address: trafilatura loses them."""
    found = {}
    for figure in page.css("figure"):
        image, caption = figure.css_first("img"), figure.css_first("figcaption")
        if image is not None and caption is not None:
            found[image_address(image, url)] = plain(caption.html or "")
    return found


def _with_captions(markup: str, captions: Mapping[str, str], url: str) -> str:
    body = parse_part(markup)
    for image in body.css("img"):
        caption = captions.get(image_address(image, url))
        figure = caption and parse_part(_figure(image.html or "", caption)).css_first("figure")
        if figure:
            image.replace_with(figure)
    return body.inner_html or ""
