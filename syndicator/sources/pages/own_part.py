"""The article's own part of a page: not the teasers, comments and boxes around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.sources.pages.this_page import is_alike
from syndicator.text.clean import plain
from syndicator.text.markup import upwards

#: What stands around an article, by tag, by class or id, and by role.
AROUND_TAGS = {"aside", "nav", "figure", "blockquote", "form", "dialog"}
AROUND_WORDS = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|respond|replies|related|relacionad\w+|teasers?|recommend\w*|recirc\w*"
    r"|most[_-]?(?:read|popular|viewed)|popular|trending|newsletter|sponsored"
    r"|more[_-](?:news|stories|posts|articles|from)|latest|further|breadcrumbs?|testimonials?|quote)(?:$|[\s_-])",
    re.IGNORECASE,
)
#: Names of columns and boxes, which may hold the article as well ("with-sidebar", "node--promoted").
BOX_WORDS = re.compile(
    r"(?:^|[\s_-])(?:sidebar|widgets?|promos?|promoted|carousel|slider|menu|(?<!author[_-])card)(?:$|[\s_-])",
    re.IGNORECASE,
)
#: What a page builder (Elementor) calls a widget, too, and is an article's: its columns, its title, its text,
#: and who wrote it when.
BUILDER_PART = re.compile(
    r"elementor-widget-(?:wrap|container|post-info|author-box|theme-post-(?:title|content))(?:\s|$)"
)
AROUND_ROLES = {"complementary", "navigation", "search", "contentinfo", "dialog"}

#: Paragraphs or else characters that an article has at least, and no teaser has.
MIN_PARAGRAPHS, MIN_ARTICLE_CHARS = 3, 800

#: Share of the page's prose that tells that an element holds the article, and characters of its paragraphs.
MOST_PROSE, MIN_PROSE_CHARS = 0.5, 80

#: Words of an id that is a name: more are those of a heading ("menu-planning-for-large-crowds").
WORD, MAX_NAME_WORDS = re.compile(r"[^\W_]+"), 4

#: A box beside the text that is a byline: what is marked in it, and characters of it.
BYLINE_BOXES = {"aside", "nav"}
BYLINE_MARK = '[rel~="author"], [itemprop~="author"]'
MAX_BYLINE_CHARS = 200

#: Headings that are compared with the title.
MAX_HEADINGS = 20


class OwnPart:
    """Tells which elements of a page are in its article's own part. ``title``: the article's. ``heading``:
    the element that shows it; ``is_headed``: it does so, and is not only the page's first."""

    def __init__(self, page: LexborHTMLParser, title: str) -> None:
        self.heading, self.is_headed = _heading(page, title)
        self._page = page
        self._with_heading = {node.mem_id for node in upwards(self.heading)}
        self._known: dict[int, bool] = dict.fromkeys(self._with_heading, True)

    def has(self, node: LexborNode) -> bool:
        """Whether an element is the article's. What holds the headline is, whatever it is called."""
        path: list[LexborNode] = []
        is_own = True
        for ancestor in upwards(node):
            if ancestor.mem_id in self._known:
                is_own = self._known[ancestor.mem_id]
                break
            path.append(ancestor)
        for ancestor in reversed(path):
            is_own = is_own and not self._is_around(ancestor)
            self._known[ancestor.mem_id] = is_own
        return is_own

    def ordered(self, page: LexborHTMLParser, selector: str) -> list[LexborNode]:
        """The article's own elements that a selector finds, in their order: those behind the headline, then
        those before it, the nearest first."""
        before: list[LexborNode] = []
        behind: list[LexborNode] = []
        seen_heading = False
        taken: set[int] = set()
        for node in page.css(f"h1, h2, {selector}" if self.heading is not None else selector):
            if self.heading is not None and node.mem_id == self.heading.mem_id:
                seen_heading = True
            elif node.mem_id not in taken and _is_meant(node, selector) and self.has(node):
                (behind if seen_heading or self.heading is None else before).append(node)
            taken.add(node.mem_id)
        return [*behind, *reversed(before)]

    def _is_around(self, node: LexborNode) -> bool:
        attributes = node.attributes
        if node.tag in BYLINE_BOXES and _is_byline(node):
            return False
        if node.tag in AROUND_TAGS or (attributes.get("role") or "") in AROUND_ROLES:
            return True
        if node.tag == "article":
            return len(node.css("p")) < MIN_PARAGRAPHS and len(node.text()) < MIN_ARTICLE_CHARS
        if node.tag in ("body", "html", "main"):
            return False
        name = attributes.get("class") or ""
        if BUILDER_PART.search(name):
            return False
        own_id = attributes.get("id") or ""
        if len(WORD.findall(own_id)) > MAX_NAME_WORDS:
            own_id = ""
        names = f"{name} {own_id}"
        if AROUND_WORDS.search(names):
            return True
        return bool(BOX_WORDS.search(names)) and node.mem_id not in self._with_most_prose

    @cached_property
    def _with_most_prose(self) -> frozenset[int]:
        """The elements that hold most of the page's prose: its article, whatever they are called."""
        chars: dict[int, int] = {}
        parents: dict[int, LexborNode] = {}
        for node in self._page.css("p"):
            length = len(node.text())
            if length >= MIN_PROSE_CHARS and node.parent is not None:
                parents[node.parent.mem_id] = node.parent
                chars[node.parent.mem_id] = chars.get(node.parent.mem_id, 0) + length
        held: dict[int, int] = {}
        for mem_id, parent in parents.items():
            for each in upwards(parent):
                held[each.mem_id] = held.get(each.mem_id, 0) + chars[mem_id]
        most = MOST_PROSE * sum(chars.values())
        return frozenset(mem_id for mem_id, length in held.items() if length > most)


def _is_meant(node: LexborNode, selector: str) -> bool:
    """Whether an element was found by the selector, and not only as a heading that stands between them."""
    return node.tag not in ("h1", "h2") or node.css_matches(selector)


def _is_byline(box: LexborNode) -> bool:
    return len(" ".join(box.text().split())) <= MAX_BYLINE_CHARS and box.css_first(BYLINE_MARK) is not None


def _heading(page: LexborHTMLParser, title: str) -> tuple[LexborNode | None, bool]:
    """The element that shows the headline, and whether it does."""
    headings: Sequence[LexborNode] = page.css("h1")[:MAX_HEADINGS]
    others = [] if headings else page.css("h2")[:MAX_HEADINGS]
    alike = (node for node in (*headings, *others) if is_alike(plain(node.html or ""), title))
    if (heading := next(alike, None)) is not None:
        return heading, True
    return next(iter(headings), None), False
