"""Partners: aggregators, and the rules of what each takes and refuses (declared as a *profile*).

A partner's rules change an article before it is rendered (``syndicator.formats.partner_fit``) and add
elements to documents (``Extras``); what cannot be mended is an objection, and leaves the article out. Every
rule names the page on which the partner says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from syndicator.domain.article import Article
from syndicator.domain.markup import TAG, joined_text

#: Facts that a partner's element may hold: of the feed ...
FEED_FACTS = ("site.title", "site.url", "site.icon", "site.copyright", "feed.title", "feed.updated")
#: ... and of the article, or of its photo.
ENTRY_FACTS = (
    *("article.title", "article.url", "article.section", "article.note", "article.published"),
    *("article.updated", "photo.url", "photo.caption", "photo.credit", "photo.alt"),
)

#: Prefixes that documents declare already: https://www.w3.org/TR/xml-names/#ns-decl
KNOWN_PREFIXES = ("atom", "content", "dc", "media")
#: Units, in the singular.
SINGULAR = {
    "characters": "character",
    "entries": "entry",
    "bytes": "byte",
    "levels": "level",
    "hours": "hour",
}

#: Elements that never hold another: https://html.spec.whatwg.org/multipage/syntax.html#void-elements
VOID = {"br", "col", "hr", "img", "wbr"}

PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Any rule. ``source``: the page on which the partner says so. ``advice``: it recommends this, and
    refuses nothing for it."""

    source: str
    advice: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"https?://[^\s/]+/\S*", self.source):
            raise ValueError('source: must be the page that says so, such as "https://partner.example/specs"')


@dataclass(frozen=True, kw_only=True, slots=True)
class Formats(Rule):
    """Formats that the partner takes; the first ones are those of feeds that do not say theirs."""

    accepts: tuple[str, ...]

    def __post_init__(self) -> None:
        Rule.__post_init__(self)
        if not self.accepts:
            raise ValueError("accepts: must name at least one format")


@dataclass(frozen=True, kw_only=True, slots=True)
class Range(Rule):
    """A rule about a number: the least and the most that are taken; 0: as many as there are."""

    least: int = 0
    most: int = 0

    def __post_init__(self) -> None:
        Rule.__post_init__(self)
        if self.least < 0:
            raise ValueError("least: must not be below 0")
        if self.most < 0 or 0 < self.most < max(self.least, 1):
            raise ValueError("most: must not be below least")

    def holds(self, count: int) -> bool:
        return self.least <= count and (not self.most or count <= self.most)

    def __str__(self) -> str:
        if self.least and self.most:
            return f"{self.least:,} to {self.most:,}"
        return f"at least {self.least:,}" if self.least else f"at most {self.most:,}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Needed(Rule):
    """The rule that something is there."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Image(Rule):
    """The rule that an article has a photo, of this least width and height in pixels."""

    width: int = 0
    height: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Language(Rule):
    """A rule about the feed's language. ``region``: its tag names one (``en-GB``); ``accepts``: the languages
    that are taken, all if none is named; ``single``: every article is in the feed's language."""

    region: bool = False
    single: bool = False
    accepts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Age(Rule):
    """A rule about an article's age: at the age of ``most`` it leaves the partner's feed."""

    most: timedelta

    def __post_init__(self) -> None:
        Rule.__post_init__(self)
        if not self.most:
            raise ValueError("most: must be longer than nothing")

    def __str__(self) -> str:
        return _span(self.most)


@dataclass(frozen=True, kw_only=True, slots=True)
class Markup(Rule):
    """The elements that a text may have, and the attributes of each."""

    tags: tuple[str, ...]
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        Rule.__post_init__(self)
        if "p" not in self.tags:
            raise ValueError('tags: must have "p": what has no element of its own becomes a paragraph')


@dataclass(frozen=True, kw_only=True, slots=True)
class Element(Rule):
    """An element of a namespace: ``snf:logo``. ``on``: a part of the feed, of each entry, or of its photo
    (``media:content``). ``value`` is a fact, ``text`` fixed; it stands in the element itself, in its
    ``attribute``, or in an element ``inner`` of it. One that has nothing to say is left out.
    Without a prefix (of a feed only) it is one of RSS's own, such as ``pubDate``, and not in Atom.
    """

    name: str
    on: Literal["feed", "entry", "photo"] = "entry"
    value: str = ""
    text: str = ""
    inner: str = ""
    attribute: str = ""

    def __post_init__(self) -> None:
        Rule.__post_init__(self)
        prefix, colon, local = self.name.partition(":")
        is_own = self.on == "feed" and not colon and PREFIX.fullmatch(prefix)
        if not is_own and not (colon and PREFIX.fullmatch(prefix) and PREFIX.fullmatch(local)):
            raise ValueError('name: must be PREFIX:NAME, such as "dcterms:modified"')
        known = FEED_FACTS if self.on == "feed" else ENTRY_FACTS
        if self.value and self.value not in known:
            raise ValueError(f"value: must be one of {', '.join(known)}")
        if bool(self.value) == bool(self.text):
            raise ValueError("value: must be there, or text instead of it")
        if not self.text.isprintable():
            raise ValueError("text: must be one line")
        for name in ("inner", "attribute"):
            if getattr(self, name) and not PREFIX.fullmatch(getattr(self, name)):
                raise ValueError(f"{name}: must be a name without a prefix")


@dataclass(frozen=True, slots=True)
class Extras:
    """A partner's additions to documents: prefixes with their namespaces, and elements."""

    namespaces: tuple[tuple[str, str], ...] = ()
    elements: tuple[Element, ...] = ()

    def on(self, what: Literal["feed", "entry", "photo"]) -> Iterator[Element]:
        return (element for element in self.elements if element.on == what)


NO_EXTRAS = Extras()


@dataclass(frozen=True, kw_only=True, slots=True)
class Objection:
    """One thing that is not as a partner wants it. ``is_refused``: the partner would not take it; otherwise
    it only advises."""

    rule: str
    found: str
    wanted: str
    source: str
    is_refused: bool

    def __str__(self) -> str:
        return f"{self.rule}: {self.found}; wanted: {self.wanted} ({self.source})"


@dataclass(frozen=True, kw_only=True, slots=True)
class Partner:
    """A partner's rules; what it does not mention is free. ``name`` is that of its file, ``partner`` its own,
    for people (``str``). ``title`` and ``summary`` are counted in
    characters, and cut where they have too many; ``text`` is there, and counted as readers see it;
    ``nesting`` counts the elements of a text that stand in each other; ``domain``: articles and feeds are on
    the newsroom's own; ``size`` is that of a document, in bytes."""

    name: str
    partner: str
    formats: Formats | None = None
    entries: Range | None = None
    title: Range | None = None
    summary: Range | None = None
    description: Range | None = None
    text: Range | None = None
    markup: Markup | None = None
    nesting: Range | None = None
    image: Image | None = None
    byline: Needed | None = None
    credit: Needed | None = None
    language: Language | None = None
    domain: Needed | None = None
    https: Needed | None = None
    age: Age | None = None
    size: Range | None = None
    namespaces: Mapping[str, str] = field(default_factory=dict, hash=False)
    elements: tuple[Element, ...] = ()

    def __post_init__(self) -> None:
        for prefix, uri in self.namespaces.items():
            if prefix in KNOWN_PREFIXES or not PREFIX.fullmatch(prefix) or prefix.lower().startswith("xml"):
                raise ValueError(
                    f"namespaces.{prefix}: {prefix!r} is taken, or no prefix: choose another one"
                )
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", uri):
                raise ValueError(f"namespaces.{prefix}: must be a namespace's address")
        known = {*self.namespaces, *KNOWN_PREFIXES}
        for number, element in enumerate(self.elements):
            prefix, colon, _ = element.name.partition(":")
            if colon and prefix not in known:
                raise ValueError(f"elements.{number}.name: add {prefix} under [namespaces]")

    def __str__(self) -> str:
        return self.partner

    @property
    def extras(self) -> Extras:
        return Extras(tuple(self.namespaces.items()), self.elements)

    def objections(self, article: Article, language: str, *, is_own: bool) -> Iterator[Objection]:
        """The partner's objections to an article, once it is cut to its measure. ``language``: the
        feed's. ``is_own``: the article's address is on the newsroom's domain."""
        yield from _measured("title", self.title, len(article.title))
        yield from _measured("summary", self.summary, len(article.summary))
        yield from self._text(article.content_html)
        yield from _needed("byline", self.byline, article.authors, "an author")
        yield from self._photo(article)
        if self.language:
            yield from _in_language(self.language, article.language or language, language)
        yield from _owned(self.domain, article.url, is_own=is_own)

    def _text(self, content: str) -> Iterator[Objection]:
        yield from _needed("text", self.text, content, "the whole text")
        if self.text and content:
            yield from _measured("text", self.text, len(_readable(content)))
        if self.nesting:
            yield from _measured("nesting", self.nesting, _depth(content), "levels")

    def _photo(self, article: Article) -> Iterator[Objection]:
        photo, rule = article.photo, self.image
        yield from _needed("image", rule, photo, "a photo")
        if rule and photo:
            for side, pixels, least in (
                ("wide", photo.width, rule.width),
                ("high", photo.height, rule.height),
            ):
                if pixels and pixels < least:
                    yield _objection("image", rule, f"{pixels} pixels {side}", f"at least {least} pixels")
        if photo:
            yield from _needed("credit", self.credit, photo.credit, "the photo's credit")

    def too_old(self, article: Article, now: datetime) -> Iterator[Objection]:
        """The partner's objection to an article's age; apart, since articles leave a feed by the clock
        (``Feed.age``), not for what they are."""
        age = now - article.published
        if self.age and age >= self.age.most:
            yield _objection("age", self.age, f"{_span(age)} old", f"younger than {self.age}")

    def feed_objections(
        self,
        *,
        address: str,
        is_own: bool,
        language: str,
        description: str,
        icon: str,
        count: int,
        length: int,
    ) -> Iterator[Objection]:
        """The partner's objections to a feed as a whole: its address (``is_own``: on the newsroom's
        domain), language, description and icon, the number of its entries, and the bytes of its longest
        document."""
        if self.https and not address.startswith("https:"):
            yield _objection("https", self.https, address, "an https address ([web] public_url)")
        yield from _owned(self.domain, address, is_own=is_own)
        if self.language and self.language.region and not re.search(r"-(?:[A-Za-z]{2}|\d{3})\b", language):
            yield _objection("language", self.language, language, "a language with its region, such as en-GB")
        yield from _measured("description", self.description, len(description))
        yield from _measured("entries", self.entries, count, "entries")
        yield from _measured("size", self.size, length, "bytes")
        for element in self.elements:
            if element.value == "site.icon" and not icon:
                yield _objection(element.name, element, "no icon", "[site] icon")


def _measured(name: str, rule: Range | None, count: int, unit: str = "characters") -> Iterator[Objection]:
    if rule and not rule.holds(count):
        yield _objection(name, rule, _count(count, unit), str(rule))


def _needed(name: str, rule: Rule | None, value: object, wanted: str) -> Iterator[Objection]:
    if rule and not value:
        yield _objection(name, rule, "none", wanted)


def _owned(rule: Rule | None, address: str, *, is_own: bool) -> Iterator[Objection]:
    if rule and not is_own:
        host = address.partition("://")[2].partition("/")[0]
        yield _objection("domain", rule, host, "the domain of [site] url")


def _in_language(rule: Language, language: str, feeds: str) -> Iterator[Objection]:
    primary, of_feed = (tag.partition("-")[0].casefold() for tag in (language, feeds))
    if rule.accepts and primary not in {each.partition("-")[0].casefold() for each in rule.accepts}:
        yield _objection("language", rule, language, " or ".join(rule.accepts))
    elif rule.single and primary != of_feed:
        yield _objection("language", rule, language, f"the feed's: {feeds}")


def _objection(name: str, rule: Rule, found: str, wanted: str) -> Objection:
    return Objection(rule=name, found=found, wanted=wanted, source=rule.source, is_refused=not rule.advice)


def _readable(markup: str) -> str:
    return " ".join(joined_text(markup).split())


def _depth(markup: str) -> int:
    """The depth of the deepest nesting of elements. ``markup`` closes every element that it opens."""
    level = deepest = 0
    for tag in TAG.finditer(markup):
        name = tag["name"].lower()
        deepest = max(deepest, level + (not name.startswith("/")))
        level += -1 if name.startswith("/") else name not in VOID
    return deepest


def _span(span: timedelta) -> str:
    hours = span // timedelta(hours=1)
    return f"{hours // 24} days" if hours >= 48 else _count(hours, "hours")


def _count(count: int, unit: str) -> str:
    return f"{count:,} {unit if count != 1 else SINGULAR[unit]}"
