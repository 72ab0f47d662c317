"""HTML from outside, read so that no page can take more time or memory than its size.

HTML parsers that do what browsers do open elements again that a page never closed: a hundred kilobytes
of them become gigabytes, and deep nesting takes hours. What is large goes through libxml2 first, whose
trees are at most 256 elements deep and whose elements are all closed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml import html as lxml_html
from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.text.alternatives import show_alternatives

#: Characters of markup up to which no page can do much harm, so that it is parsed as it is.
MAX_UNBOUNDED_CHARS = 2000

#: Characters that XML 1.0 forbids (section 2.2) or advises against (controls and what is no character at all,
#: which HTML calls an error), and lone surrogates. U+0085 is white space, and stays.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
ILLEGAL_ASTRAL = re.compile(
    f"[{''.join(chr(plane << 16 | end) for plane in range(1, 17) for end in (0xFFFE, 0xFFFF))}]"
)

#: By what bytes each of them is known in UTF-8 (RFC 3629): controls; the second row of controls, surrogates,
#: what is no character, and the ends of planes (as other characters have, too), each with a byte that it has,
#: and that most pages have nowhere, which is told much sooner.
CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n\r"))
ILLEGAL_IN_UTF_8 = (
    (b"\xc2", re.compile(rb"\xc2[\x80-\x84\x86-\x9f]")),
    (b"\xed", re.compile(rb"\xed[\xa0-\xbf]")),
    (b"\xef", re.compile(rb"\xef\xb7[\x90-\xaf]")),
    (b"\xbf", re.compile(rb"\xbf[\xbe\xbf]")),
)

#: Ends of the page that are none: browsers go on after them.
STRAY_END = re.compile(r"</(?:html|body)\b[^<>]*>", re.IGNORECASE)

#: Elements whose content is no markup, and is not shown to those who see them ...
RAW_TAGS = ("iframe", "noembed", "noframes", "xmp", "textarea")

#: ... and others that take all that follows for theirs where nothing closes them, and are not text.
HOLDING_TAGS = (*RAW_TAGS, "audio", "video", "canvas", "object", "select", "button", "label")
HOLDING_TAG = re.compile(
    rf"<(?P<end>/?)(?P<name>{'|'.join((*HOLDING_TAGS, 'plaintext'))})(?=[\s/>])[^<>]*>", re.IGNORECASE
)

#: What begins and ends text that is no markup in XML, left over in HTML; and what speaks of either.
CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
CDATA_START, CDATA_END, CDATA_NAME = "<![CDATA[", "]]>", "CDATA["

#: The element that nothing closes: after it, all is text.
PLAINTEXT = re.compile(r"<(/?)plaintext\b[^<>]*>", re.IGNORECASE)

#: What any markup has in which one of these is found.
MAY_SWALLOW = re.compile(rf"</?(?:plaintext|{'|'.join(HOLDING_TAGS)})\b|</(?:html|body)\b", re.IGNORECASE)

#: Elements that are a paragraph, a list, a table of their own ...
BLOCKS = (
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "dl",
    "blockquote",
    "figure",
    "pre",
    "table",
    "hr",
)

#: ... parts of those, which hold paragraphs of their own where they stand anywhere else ...
PARTS = ("li", "dt", "dd", "figcaption")

#: ... and elements that only hold such.
BOXES = (
    *("div", "article", "section", "main", "header", "footer", "aside", "nav", "center", "form", "fieldset"),
    *("details", "summary", "address", "hgroup", "body", "noscript"),
    *PARTS,
)

#: Elements that no inline element holds, unless it is used as a box.
BLOCK_TAGS = frozenset((*BLOCKS, *PARTS, "div"))

#: Text that its author has taken back, by element or by style.
DELETED_TAGS = ("del", "s", "strike")
DELETED_SELECTOR = f"{', '.join(DELETED_TAGS)}, [style*=line-through]"

#: Elements that stand on lines of their own when markup is read as text.
LINE_TAGS = {
    *BLOCKS,
    *BOXES,
    "br",
    "li",
    "dt",
    "dd",
    "tr",
    "td",
    "th",
    "caption",
    "figcaption",
    "option",
    "title",
}

#: Elements whose content is never text: what it says to browsers alone, and what is no longer said
#: (https://html.spec.whatwg.org/multipage/edits.html#the-del-element).
MUTE_SELECTOR = (
    f"script, style, template, audio, video, canvas, svg, {', '.join(RAW_TAGS)}, {DELETED_SELECTOR}"
)

#: Where markup may have such, or what is shown in its place (``show_alternatives``).
UNUSUAL = re.compile(
    rf"<(?:s|del|strike|script|template|svg|noscript|math|plaintext|{'|'.join(HOLDING_TAGS)})\b|\bstyle\b",
    re.IGNORECASE,
)

#: One class for all elements: which of HTML's each is, lxml would ask in Python for each that is looked at.
ELEMENT_CLASSES = etree.ElementDefaultClassLookup(element=lxml_html.HtmlElement)


def legal(text: str) -> str:
    """The text without characters that XML forbids."""
    if text.isprintable():  # it has none of these, nor line breaks: most short texts, told at once
        return text
    written = text.encode("utf-8", "surrogatepass")  # in which bytes are found faster than characters
    is_legal = len(written.translate(None, CONTROLS)) == len(written) and not any(
        byte in written and sign.search(written) for byte, sign in ILLEGAL_IN_UTF_8
    )
    return text if is_legal else ILLEGAL_ASTRAL.sub("", ILLEGAL.sub("", text))


def parse(markup: str) -> LexborHTMLParser:
    """A page as a tree that is not out of proportion to its size."""
    markup = _closed(legal(markup))
    return LexborHTMLParser(markup if len(markup) <= MAX_UNBOUNDED_CHARS else _bounded(markup))


def parse_part(markup: str) -> LexborNode:
    """A piece of a page, within one element."""
    return _first(parse(f"<!doctype html><body><div>{without_cdata(markup)}</div>"), "body")


def parse_own(markup: str) -> LexborNode:
    """A piece of what a parser or a sanitiser has written, within one element: whatever is in it is
    closed, and no deeper than in the page that it is of."""
    return _first(LexborHTMLParser(f"<!doctype html><body><div>{legal(markup)}</div>"), "body")


def of_xml(markup: str) -> str:
    """A piece of markup that was written as XML, as HTML: what is empty has an end there."""
    holder = parse_part(markup).css_first("div")
    return (holder.inner_html or "") if holder is not None else ""


def without_cdata(markup: str) -> str:
    """The markup without the marks of sections that XML should have taken off. An end without a beginning is
    a mark only at the very end: ``x[y[0]]>5`` is text, and so is what tells of such sections."""
    if CDATA_END not in markup and CDATA_START not in markup:
        return markup
    if CDATA_START not in markup:
        is_text = CDATA_NAME in markup or not markup.rstrip().endswith(CDATA_END)
        return markup if is_text else f"{markup.rstrip().removesuffix(CDATA_END)}"
    return CDATA.sub("", markup)


def remove(root: LexborHTMLParser | LexborNode, selector: str) -> None:
    """Take out what a selector finds: the last first, since a node goes with all that is in it."""
    for node in reversed(root.css(selector)):
        node.decompose()


def upwards(node: LexborNode | None) -> Iterator[LexborNode]:
    """An element and those around it, from the inside."""
    while node is not None:
        yield node
        node = node.parent


def ancestor_ids(node: LexborNode) -> Iterator[int]:
    """The ids of all elements that a node stands in."""
    return (ancestor.mem_id for ancestor in upwards(node.parent))


def text_of(markup: str) -> str:
    """The text that a reader sees of markup, white space as it comes."""
    return _text(parse_part(markup), markup)


def text_of_own(markup: str) -> str:
    """The same of what a parser or a sanitiser has written (``parse_own``)."""
    return _text(parse_own(markup), markup)


def _text(root: LexborNode, markup: str) -> str:
    if UNUSUAL.search(markup):  # most have nothing of it, and need not be searched for each
        show_alternatives(root)
        remove(root, MUTE_SELECTOR)
    for node in [node for node in root.traverse() if node.tag in LINE_TAGS]:
        node.insert_before(" ")
        node.insert_after(" ")
    return root.text()


def blocks(root: LexborNode) -> Iterator[str]:
    """The paragraphs, lists, figures ... of an element, each as its own markup; not those that were deleted.
    Loose text becomes paragraphs (with the element's class), and so does what two line breaks set apart."""
    run: list[str] = []
    name = root.attributes.get("class") or ""
    for child in root.iter(include_text=True):
        if child.tag == "-comment":
            continue
        if child.is_element_node and (child.tag in BLOCKS or _is_box(child)):
            yield from paragraphs("".join(run), name)
            run = []
            if not _is_deleted(child):
                yield from _inside(child)
        else:
            run.append(child.html or "")
    yield from paragraphs("".join(run), name)


def _inside(node: LexborNode) -> Iterator[str]:
    if node.tag == "p" and not _is_crossed(node):
        yield from paragraphs(node.inner_html or "", node.attributes.get("class") or "")
    elif node.tag == "table" and _is_layout(node):
        for cell in node.css("td, th"):
            yield from blocks(cell)
    elif node.tag in BLOCKS and not _is_crossed(node):
        yield node.html or ""
    else:
        yield from blocks(node)


def _is_box(node: LexborNode) -> bool:
    """Whether an element only holds blocks; inline elements that do so are no better than boxes."""
    return node.tag in BOXES or is_block_within(node)


def _is_deleted(node: LexborNode) -> bool:
    return node.tag in DELETED_TAGS or "line-through" in (node.attributes.get("style") or "")


def _is_crossed(node: LexborNode) -> bool:
    """Whether an element is a paragraph or heading around a block, which none can hold."""
    return node.tag in BLOCKS[:7] and is_block_within(node)


def is_block_within(node: LexborNode) -> bool:
    """Whether a block stands within an element: asked of every paragraph, for which a selector takes long."""
    return any(each.tag in BLOCK_TAGS for each in islice(node.traverse(), 1, None))


def _is_layout(table: LexborNode) -> bool:
    """Whether a table only serves to place text: it has one cell a row."""
    return len(table.css("td, th")) <= len(table.css("tr"))


def paragraphs(inline: str, name: str = "") -> Iterator[str]:
    """Inline markup as paragraphs, with that class: two line breaks set them apart."""
    start = f'<p class="{html.escape(name)}">' if name else "<p>"
    for part in re.split(r"(?:<br>\s*){2,}", inline):
        if part := part.strip().removesuffix("<br>").removeprefix("<br>").strip():
            yield f"{start}{part}</p>"


def _first(tree: LexborHTMLParser, selector: str) -> LexborNode:
    node = tree.css_first(selector)
    if node is None:  # a frameset has no body
        return _first(LexborHTMLParser("<body>"), selector)
    return node


def _closed(markup: str) -> str:
    """Markup in which nothing swallows what follows it: elements that nothing else closes are closed at once,
    and the page does not end before its end."""
    if not MAY_SWALLOW.search(markup):  # most pieces of a page
        return markup
    markup = STRAY_END.sub("", markup)
    tags = list(HOLDING_TAG.finditer(markup))
    if any(tag["name"].lower() == "plaintext" for tag in tags):
        markup = PLAINTEXT.sub(r"<\1noembed>", markup)
        tags = list(HOLDING_TAG.finditer(markup))
    parts: list[str] = []
    rest, ends = len(markup), dict.fromkeys(HOLDING_TAGS, 0)
    for tag in reversed(tags):
        name = tag["name"].lower()
        if tag["end"]:
            ends[name] += 1
        elif ends[name]:
            ends[name] -= 1
        else:
            parts += (markup[tag.end() : rest], f"</{name}>")
            rest = tag.end()
    return "".join((markup[:rest], *reversed(parts)))


def element_tree(markup: str) -> lxml_html.HtmlElement:
    """Markup as a tree of libxml2's. Raises ``lxml.etree.ParserError`` where nothing is in it."""
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(ELEMENT_CLASSES)
    return lxml_html.document_fromstring(markup.encode(), parser=parser)


def _bounded(markup: str) -> str:
    try:
        tree = element_tree(markup)
    except etree.ParserError:
        return ""
    return etree.tostring(tree.getroottree(), method="html", encoding="unicode")
