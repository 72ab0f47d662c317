"""Which part of a page is the article's own: the smallest container of its headline that is an article,
without comments, teasers and what else stands in it of others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.sources.pages.this_page import is_alike
from syndicator.text.markup import upwards

#: Where an article's headline may be, the most certain first.
HEADLINES = (
    "article h1",
    '[itemprop~="headline"]',
    "main h1",
    "h1",
    ".entry-title, .post-title",
    "article h2",
)
HEADINGS = '[itemprop~="headline"], .entry-title, .post-title, h1, h2, h3'

#: Characters of a heading that tell that it is the page's title.
MIN_TITLE_CHARS = 8

#: Elements that hold an article, by name, role, class or type.
CONTAINER_TAGS = frozenset(("article", "main"))
CONTAINER_CLASSES = re.compile(
    r"(?:^|\s)(?:h-?entry|post|article|single-post|type-post|(?:article|post|entry|story|news)[-_]?(?:body|page|detail"
    r"|content|wrap(?:per)?|container|single|full|item|main)|story)(?=\s|$)",
    re.IGNORECASE,
)

#: Elements and classes of what is of others: navigation, comments, teasers; not those that tell of a page's
#: columns ("has-left-sidebar"), nor those that page builders give to whatever they place.
FOREIGN_TAGS = frozenset(("nav", "aside", "form", "select", "blockquote"))
FOREIGN_CLASSES = re.compile(
    r"comment|respond|related|teaser|(?<!has-)(?<!no-)(?<!with-)(?<!left-)(?<!right-)(?<!sticky-)sidebar"
    r"|(?<!elementor-)widget|recommend|promo|newsletter|most-?(?:read|viewed|popular)|popular"
    r"|trending|latest|more-(?:news|stories|posts)|read-?(?:more|next|also)|breadcrumb|(?:site|page|global|main)-?footer|masthead|site-?header"
    r"|top-?bar|ticker|calendar|pagination|post-navigation|upcoming|event-list|copyright|disqus|weather|clock",
    re.IGNORECASE,
)

#: Characters of text from which a plain element around a headline may be the article.
MIN_CONTAINER_CHARS = 500

#: Headings that are compared with the page's title.
MAX_HEADINGS = 20

#: Elements that end the search for a card around a time.
CARD_ENDS = frozenset(("article", "main", "body", "header"))

#: Elements that an element may be within.
MAX_DEPTH = 60


class DatedPart:
    """The article's own part of a page."""

    def __init__(self, page: LexborHTMLParser) -> None:
        self._page = page

    @cached_property
    def headline(self) -> LexborNode | None:
        """The element of the headline; ``None`` where it is not to be known."""
        titles = [_squeezed(title) for title in self._titles]
        texts = [(_squeezed(node.text()), node) for node in self._page.css(HEADINGS)[:200]]
        of_title = [(len(text), node) for text, node in texts if any(text in title for title in titles)]
        # the longest: the site's name is in the title, too; the main one: a list of news may name it before
        length, heading = max(of_title, key=lambda pair: (pair[0], pair[1].tag == "h1"), default=(0, None))
        if length >= MIN_TITLE_CHARS:
            return heading
        for selector in HEADLINES:
            nodes = [node for node in self._page.css(selector)[:20] if not self._is_of_others(node, None)]
            if len(nodes) == 1 or (nodes and selector == "article h1"):
                return nodes[0]
        headings = self._page.css("h1, h2")[:MAX_HEADINGS]  # in other words than the title
        alike = (node for node in headings if any(is_alike(node.text(), title) for title in self._titles))
        return next((node for node in alike if not self._is_of_others(node, None)), None)

    @cached_property
    def _titles(self) -> list[str]:
        nodes = self._page.css('meta[property="og:title"], head > title')[:4]
        return [node.attributes.get("content") or node.text() for node in nodes]

    @cached_property
    def container(self) -> LexborNode | None:
        """The element that holds the article."""
        plain_one: LexborNode | None = None
        for node in _ancestors(self.headline.parent if self.headline is not None else None):
            if node.tag in ("body", "html"):
                break
            if plain_one is None and node.tag != "header" and len(node.text()) >= MIN_CONTAINER_CHARS:
                plain_one = node
            if _is_container(node) and len(node.text()) >= MIN_CONTAINER_CHARS:
                return node
        return plain_one or self._page.body

    @cached_property
    def _headline_ids(self) -> frozenset[int]:
        return frozenset(each.mem_id for each in _ancestors(self.headline))

    def has(self, node: LexborNode) -> bool:
        """Whether an element is of the article's own part."""
        if self.headline is None or self.container is None:
            return not self.is_foreign(node) and _is_within_article(node)
        return self._is_within(node) and not self._is_of_others(node, self.container)

    def is_foreign(self, node: LexborNode) -> bool:
        """Whether an element is of something else on the page."""
        return self._is_of_others(node, None)

    def is_beside(self, node: LexborNode) -> bool:
        """Whether an element that is not within the container may still be of the article: it is neither of
        something else nor in another article than the headline."""
        if self.is_foreign(node):
            return False
        around = next((each for each in _ancestors(node) if each.tag == "article"), None)
        return around is None or self.headline is None or around.mem_id in self._headline_ids

    def is_among_others(self, node: LexborNode) -> bool:
        """Whether an element is in something that is called a comment, a teaser or the like, whatever the
        elements are."""
        return self._is_of_others(node, None, tags=frozenset())

    def is_others(self, node: LexborNode) -> bool:
        """Whether an element itself, within the container, is of others."""
        return self._is_of_others(node, node.parent)

    def is_card(self, node: LexborNode) -> bool:
        """Whether an element is a card of another article: one link around its headline and more."""
        is_linked = node.tag == "a" and node.css_first("h1, h2, h3, h4, h5, h6") is not None
        return is_linked and node.mem_id not in self._headline_ids

    def is_on_card(self, node: LexborNode) -> bool:
        """Whether a time is on such a card, or in a list whose items have a link and a time each."""
        for each in _ancestors(node.parent):
            if each.tag in CARD_ENDS:
                return False
            if self.is_card(each):
                return True
            if each.tag == "li":
                items = each.parent.iter() if each.parent is not None else ()
                return sum(all(map(item.css_first, ("a", "time"))) for item in items) > 1
        return False

    def only_time_after(self) -> list[LexborNode]:
        """The time that follows the headline outside of its container, where there is but one."""
        if self.headline is None:
            return []
        is_after = False
        times: list[LexborNode] = []
        for node in self._page.css(f"{self.headline.tag}, time")[:500]:
            if node.mem_id == self.headline.mem_id:
                is_after = True
            elif is_after and node.tag == "time" and not self.is_foreign(node):
                times.append(node)
        texts = {time.attributes.get("datetime") or time.text() for time in times}
        return times[:1] if len(texts) == 1 else []

    def _is_within(self, node: LexborNode) -> bool:
        container = self.container
        return container is not None and any(each.mem_id == container.mem_id for each in _ancestors(node))

    @cached_property
    def _heading_ids(self) -> frozenset[int]:
        """What the page's one main heading stands in: nothing of others."""
        headings = self._page.css("h1")[:2]
        return (
            frozenset(each.mem_id for each in _ancestors(headings[0])) if len(headings) == 1 else frozenset()
        )

    def _is_of_others(
        self, node: LexborNode, within: LexborNode | None, *, tags: frozenset[str] = FOREIGN_TAGS
    ) -> bool:
        """Whether one of the elements around it, up to ``within``, is of others."""
        headline_ids = self._headline_ids if within is not None else self._heading_ids
        for each in _ancestors(node):
            if within is not None and each.mem_id == within.mem_id:
                return False
            if each.mem_id in headline_ids:
                continue
            if each.tag in tags or (tags and each.tag == ("footer" if within is None else "article")):
                return True
            if each.tag in ("body", "html", "article", "main"):
                continue
            attributes = each.attributes
            names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
            if FOREIGN_CLASSES.search(names[:300]):
                return True
        return False


def _squeezed(text: str) -> str:
    return "".join(filter(str.isalnum, text[:1000])).casefold()


def _ancestors(node: LexborNode | None) -> Iterator[LexborNode]:
    """An element and the nearest ones around it, from the inside."""
    return islice(upwards(node), MAX_DEPTH)


def _is_container(node: LexborNode) -> bool:
    attributes = node.attributes
    return (
        node.tag in CONTAINER_TAGS
        or attributes.get("role") in ("main", "article")
        or (attributes.get("itemtype") or "").endswith(("Article", "Posting"))
        or bool(CONTAINER_CLASSES.search((attributes.get("class") or "")[:300]))
    )


def _is_within_article(node: LexborNode) -> bool:
    return any(each.tag == "article" for each in _ancestors(node))
