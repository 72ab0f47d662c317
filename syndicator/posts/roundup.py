"""Composition of round-ups: the headlines of several articles, each with its link, in one post.

A line of our own words above, then each article by its whole headline, the most worth first, and below how
many more there are, with the way to them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from syndicator.domain.article import Article
from syndicator.domain.capabilities import Capabilities, LinkPlace
from syndicator.domain.post import Post, Span, SpanKind, Style
from syndicator.domain.roundup import Roundup
from syndicator.posts.labels import labels
from syndicator.posts.layout import GAP, Layout, layout_of
from syndicator.posts.links import cut_warning, shown_link, warning_of, with_parameters
from syndicator.posts.signs import Signs
from syndicator.posts.wording import wording
from syndicator.posts.words import directed


@dataclass(frozen=True, slots=True)
class RoundupEntry:
    """One line, or two, of a round-up: ``words``, and what stands in the text for the link to ``url``. Where
    links are behind words, ``words`` are the link and ``link`` is empty."""

    words: str
    url: str
    link: str = ""

    @property
    def text(self) -> str:
        return f"{self.words}\n{self.link}" if self.link else self.words

    def length(self, layout: Layout) -> int:
        """What it takes of the room."""
        if not self.link:
            return layout.measure(self.words)
        link = layout.measure(self.link) if layout.flat_link is None else layout.flat_link
        return layout.measure(f"{self.words}\n") + link

    def span(self, start: int) -> Span:
        """Its link in a text in which it stands from ``start``."""
        if not self.link:
            return Span(start, start + len(self.words), SpanKind.LINK, self.url)
        begins = start + len(self.words) + 1
        return Span(begins, begins + len(self.link), SpanKind.LINK, self.url)


def compose_roundup(
    article: Article,
    roundup: Roundup,
    capabilities: Capabilities,
    style: Style,
    *,
    site_title: str = "",
    site_url: str = "",
) -> Post:
    """The post of a round-up. ``article``: what stands for it on record; ``site_url``: where the articles are
    that it does not name. The first that it names is the one that its card shows."""
    language = _language(roundup.members) or article.language
    warnings = [cut_warning(warning_of(each, style), capabilities, language)[0] for each in roundup.members]
    room_for = max(warnings, key=capabilities.ruler.measure)  # which of them are named is seen later
    layout = layout_of(capabilities, language, has_photo=False, warning=room_for)
    in_words = capabilities.link_place is LinkPlace.WORDS
    signs = Signs(capabilities)

    def entry(member: Article) -> RoundupEntry:
        headline = wording(member.title, "", "", site_title, member.language, member.section).headline
        words = directed(signs.within(capabilities.plain(headline)), member.language)
        url = with_parameters(member.url, style.utm)
        return RoundupEntry(words, url, "" if in_words else capabilities.address(url))

    page = RoundupText(layout, labels(language).more_news)
    named: list[Article] = []
    for member in roundup.members:
        rest = _rest(roundup.count - len(named) - 1, site_url, style, capabilities)
        if page.take(entry(member), rest):
            named.append(member)
    rest = page.fitting(_rest(roundup.count - len(named), site_url, style, capabilities))
    text, spans, length = page.text(rest)
    first = named[0] if named else None
    warning, cut = cut_warning(_warning(named, style), capabilities, language)
    return Post(
        article=replace(article, language=language),
        text=text,
        url=page.entries[0].url if page.entries else article.url,
        headline=wording(first.title, "", "", site_title, first.language, first.section).headline
        if first
        else page.heading,
        warning=warning,
        spans=spans,
        length=length,
        room=layout.room,
        omitted=(*cut, *([f"{roundup.count - len(named)} articles not named: no room"] if rest else [])),
        named=tuple(member.guid for member in named),
    )


@dataclass
class RoundupText:
    """The text of a round-up as it fills up. ``left``: of its room, in the ruler's unit."""

    layout: Layout
    heading: str
    entries: list[RoundupEntry] = field(default_factory=list)
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.gap = self.layout.measure(GAP)
        self.left = self.layout.room - self.layout.measure(self.heading)

    def take(self, entry: RoundupEntry, rest: RoundupEntry | None) -> bool:
        """Whether the entry stands there from now on, whole: where there is room for it, and for what is said
        of the ``rest``."""
        if not entry.words:
            return False
        needed = entry.length(self.layout) + self.gap
        kept_free = rest.length(self.layout) + self.gap if rest else 0
        if needed + kept_free > self.left:
            return False
        self.entries.append(entry)
        self.left -= needed
        return True

    def fitting(self, rest: RoundupEntry | None) -> RoundupEntry | None:
        """The rest without its link, where nothing is named and there is no room for that either."""
        if rest is None or rest.length(self.layout) + self.gap <= self.left:
            return rest
        return RoundupEntry(rest.words.partition(" ")[0], "")

    def text(self, rest: RoundupEntry | None) -> tuple[str, tuple[Span, ...], int]:
        """The text, its links, and its length as the channel counts it."""
        entries = [*self.entries, *([rest] if rest else [])]
        text, spans = self.heading, []
        for each in entries:
            text += GAP
            if each.url:
                spans.append(each.span(len(text)))
            text += each.text
        used = self.layout.room - self.left
        return text, tuple(spans), used + (rest.length(self.layout) + self.gap if rest else 0)


def _rest(count: int, site_url: str, style: Style, capabilities: Capabilities) -> RoundupEntry | None:
    """How many more there are, in figures, and the page where they are; ``None``: there are none."""
    if count <= 0:
        return None
    if not site_url:
        return RoundupEntry(f"+{count}", "")
    url = with_parameters(site_url, style.utm)
    link = shown_link(capabilities, url)
    in_words = capabilities.link_place is LinkPlace.WORDS
    return RoundupEntry(f"+{count} {link}", url) if in_words else RoundupEntry(f"+{count}", url, link)


def _language(members: Sequence[Article]) -> str:
    """The language of most of them, of the first such one among equals."""
    counts = Counter(member.language for member in members if member.language)
    return max(counts, key=counts.__getitem__, default="")


def _warning(named: Sequence[Article], style: Style) -> str:
    """The words that the first of them is put behind that is put behind any."""
    return next(filter(None, (warning_of(article, style) for article in named)), "")
