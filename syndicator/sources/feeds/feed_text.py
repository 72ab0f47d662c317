"""Texts of feed entries: which are markup, and which only look like it."""

from __future__ import annotations

import html
import re

from selectolax.lexbor import LexborNode

from syndicator.text.captions import CAPTION_SELECTOR
from syndicator.text.clean import fold, plain
from syndicator.text.lists import has_list, line_of
from syndicator.text.markup import parse_part, remove, upwards

#: A tag of HTML, whatever its name; none is longer.
TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]{0,15})(?=[\s/>])[^<>]{0,2000}>|(?P<comment><!--)")

#: Elements of a headline that need no end to be markup: nobody writes about them in headlines.
INLINE_TAGS = {
    *(
        "a",
        "abbr",
        "b",
        "big",
        "br",
        "cite",
        "div",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "hr",
        "i",
        "img",
        "ins",
    ),
    *(
        "li",
        "mark",
        "nobr",
        "p",
        "q",
        "s",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "tt",
        "u",
        "ul",
        "wbr",
    ),
}

#: Elements of HTML that a description may have; what else stands in such brackets says nothing of its kind.
MARKUP_TAGS = INLINE_TAGS | {
    *(
        "address",
        "article",
        "aside",
        "audio",
        "blockquote",
        "center",
        "code",
        "dd",
        "del",
        "dl",
        "dt",
        "embed",
    ),
    *(
        "figcaption",
        "figure",
        "h5",
        "h6",
        "iframe",
        "kbd",
        "noscript",
        "object",
        "ol",
        "picture",
        "pre",
        "samp",
    ),
    *(
        "section",
        "svg",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "time",
        "tr",
        "video",
        "form",
        "script",
        "style",
        "header",
    ),
}

CARELESS_REFERENCE = re.compile(r"&(?!(?:amp|lt|gt|quot);)(?:[a-zA-Z]{2,10}|#\d{2,6}|#x[0-9a-fA-F]{2,5});")

#: Signs of headings and captions.
BESIDE_TEXT = re.compile(r"<(?:h[1-6]|figcaption)\b|class\s*=[^<>]{0,200}caption", re.IGNORECASE)

BLANK_LINE = re.compile(r"\n[ \t]*\n")

#: The name of our own feeds' generator: what they call text is text, and everything is as it was sent.
OWN_GENERATOR = "Syndicator"

#: Characters up to which a description is a summary, however many paragraphs it has; a longer one is a text.
MAX_SUMMARY_CHARS = 600

#: Paragraphs in which the first words are looked for.
MAX_FIRST_PARAGRAPHS = 20

#: Characters that a caption has more where its credit stands with it.
MAX_CREDIT_CHARS = 60

#: Characters that tell whether a summary is the beginning of a text.
SAME_CHARS = 200
NO_LETTER = re.compile(r"\W+")


def headline(text: str) -> str:
    """A text that its format calls neither plain nor markup (RSS's ``title``,
    https://www.rssboard.org/rss-profile#data-types-characterdata), as plain text. It is markup if all of its
    tags are of a headline's, or have a beginning and an end: "How <video> works" is none."""
    tags = [tag for tag in TAG.finditer(text) if not tag["comment"]]
    names = {tag["name"].lower() for tag in tags}
    begun = {tag["name"].lower() for tag in tags if not tag["end"]}
    ended = {tag["name"].lower() for tag in tags if tag["end"]}
    is_markup = "<!--" in text or (bool(tags) and names <= INLINE_TAGS | (begun & ended))
    return plain(text) if is_markup or "<" not in text else fold(html.unescape(text))


def plain_text(text: str) -> str:
    """Text that its format calls plain (RFC 4287 section 3.1.1.1): what looks like markup is none. Only
    references that nobody writes about, such as ``&nbsp;`` and ``&#39;``, are a careless publisher's."""
    return fold(CARELESS_REFERENCE.sub(lambda found: html.unescape(found[0]), text))


def is_markup(text: str) -> bool:
    """Whether a description has elements of HTML."""
    return any(tag["comment"] or tag["name"].lower() in MARKUP_TAGS for tag in TAG.finditer(text))


def paragraph(text: str) -> str:
    """Plain text as markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f"<p>{escaped}</p>" if text else ""


def paragraphs(text: str) -> str:
    """Plain text as markup, a paragraph for each part that blank lines set apart."""
    parts = BLANK_LINE.split(text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(paragraph(part.strip()) for part in parts)


def lead_of(description: str) -> str:
    """What a description that is markup says, as plain text: headings and captions run into no sentence, and
    neither is what an article begins with; items of lists are set apart."""
    if not BESIDE_TEXT.search(description):
        return _line(description)
    part = parse_part(description)
    remove(part, f"h1, h2, h3, h4, h5, h6, figcaption, {CAPTION_SELECTOR}")
    return _line(part.html or "") or plain(description)


def _line(markup: str) -> str:
    return line_of(markup) if has_list(markup) else plain(markup)


def is_whole_text(summary: str, content: str) -> bool:
    """Whether what stands in a summary's place is the text once more, and not its summary. Both are plain."""
    return len(summary) > MAX_SUMMARY_CHARS and _letters(content) == _letters(summary)


def _letters(text: str) -> str:
    """A text's beginning without marks: those between a list's items are ours."""
    return NO_LETTER.sub("", text[: 2 * SAME_CHARS])[:SAME_CHARS]


def first_paragraph(content: str, caption: str = "") -> str:
    """The first paragraph that has words and is no caption, as plain text. ``caption``: the lead photo's,
    which may stand outside of a figure, with its credit."""
    if not content:
        return ""
    nodes = parse_part(content).css("p")[:MAX_FIRST_PARAGRAPHS]
    return next((text for node in nodes if (text := _text_in(node, caption))), "") or _line(content)


def _text_in(paragraph_node: LexborNode, caption: str) -> str:
    if any(ancestor.tag in ("figure", "figcaption") for ancestor in upwards(paragraph_node)):
        return ""
    text = plain(paragraph_node.html or "")
    is_caption = caption and text.startswith(caption) and len(text) - len(caption) <= MAX_CREDIT_CHARS
    return "" if is_caption else text
