"""The dates that a page gives of its article, as it writes them: metadata, microdata, hAtom, and the times
that stand in the article's own part of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import filterfalse, islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.sources.pages.dated_part import DatedPart
from syndicator.sources.pages.visible_dates import HOLDS_CHANGED
from syndicator.text.clean import plain
from syndicator.text.dates.search import is_of_change
from syndicator.text.markup import upwards

#: Names of metadata that tell the first publication, in lower case, the most certain first: Open Graph's
#: (https://ogp.me), schema.org's, those of Dublin Core
#: (https://www.dublincore.org/specifications/dublin-core/), of Sailthru, Parse.ly, Cxense, Google Scholar and
#: PRISM, and what content management systems make of them.
PUBLISHED = (
    *("article:published_time", "og:article:published_time", "article:published", "article:published:time"),
    *("og:published_time", "published_time", "datepublished", "date-published", "date_published"),
    *("dc.date.issued", "dcterms.issued", "dc.issued", "dcterms.date.issued", "dc.date.published"),
    *(
        "publishdate",
        "publish-date",
        "publish_date",
        "publication_date",
        "publication-date",
        "publicationdate",
    ),
    *("published-date", "published_date", "published-at", "published_at", "published-time", "publish-at"),
    *("pubdate", "pub_date", "pub-date", "publish-time", "publishtime", "article-publication-date"),
    *("sailthru.date", "parsely-pub-date", "cxenseparse:recs:publishtime", "cxenseparse:publishtime"),
    *("rnews:datepublished", "prism.publicationdate", "originalpublicationdate", "article_date_original"),
    *("bt:pubdate", "displaydate", "og:pubdate", "og:release_date", "dcsext.articlefirstpublished"),
    *("date", "dc.date", "dc:date", "dcterms.date", "dc.date.created", "dcterms.created", "dc.created"),
    *("datecreated", "article:created", "created", "citation_online_date", "citation_publication_date"),
    *("citation_date", "eprints.date", "pdate", "ptime", "sort_date", "article.created"),
)

#: Names of metadata that tell the latest change.
UPDATED = (
    *(
        "article:modified_time",
        "og:article:modified_time",
        "og:updated_time",
        "datemodified",
        "dc.date.modified",
    ),
    *(
        "article:modified",
        "dcterms.modified",
        "dc.modified",
        "article:updated_time",
        "lastmod",
        "last-modified",
        "modified-date",
        "modified_date",
        "last-updated",
        "updated",
    ),
)

#: Names of metadata that say nothing but that they are a date: of whatever state of the page.
ANY_DATE = frozenset(("date", "dc.date", "dc:date", "dcterms.date", "sort_date"))

#: Origins of dates that say that they are those of the publication.
SURE = frozenset(("article:published_time", "itemprop datePublished", "hAtom published", "time"))

#: Microdata and RDFa (https://schema.org), microformats (https://microformats.org/wiki/h-entry, hAtom), as
#: CSS.
MARKUP = (
    ("published", "itemprop datePublished", '[itemprop~="datePublished"], [property="schema:datePublished"]'),
    ("updated", "itemprop dateModified", '[itemprop~="dateModified"], [property="schema:dateModified"]'),
    ("published", "hAtom published", ".dt-published, .published, .entry-date, time[pubdate]"),
    ("updated", "hAtom updated", ".dt-updated, time.updated"),
    ("published", "itemprop dateCreated", '[itemprop~="dateCreated"]'),
)

HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))

#: Words of the classes of times of the last change.
CHANGED = re.compile(r"\b(?:updated|modified|dt-updated)\b", re.IGNORECASE)

#: Elements right around a time that may hold nothing else.
MAX_HOLDERS = 2

#: Characters of what is written before a time.
MAX_LABEL_CHARS = 40

#: What is written in front of the first figure.
LABEL = re.compile(r"[^\d]+")

#: Places of one kind on a page that are looked at.
MAX_NODES = 50


def offers(page: LexborHTMLParser) -> Iterator[tuple[str, str, str]]:
    """Each date, as the field that it is of ("published", "updated"), its origin and its text, the most
    certain first."""
    meta = _metadata(page)
    for field, names in (("published", PUBLISHED), ("updated", UPDATED)):
        for name in names:
            yield from ((field, name, plain(value)) for value in meta.get(name, ())[:2])
    part = DatedPart(page)
    for field, origin, selector in MARKUP:
        nodes = page.css(selector)[:MAX_NODES]
        own = (n for n in _own(part, nodes, is_microdata="itemprop" in origin) if _has_digit(node_text(n)))
        for node in islice(own, 1):
            yield "updated" if _says_changed(node) else field, origin, node_text(node)
    times = (node for node in page.css("time")[:MAX_NODES] if part.has(node))
    on_no_card = list(filterfalse(part.is_on_card, times))
    for node in on_no_card or filterfalse(part.is_on_card, part.only_time_after()):
        yield "updated" if _is_changed(node) else "published", "time", node_text(node)


def is_doubtful(published: Sequence[tuple[str, str]], updated: Sequence[tuple[str, str]]) -> bool:
    """Whether the date that a page offers first as that of the publication, as origin and text, may be that
    of a change: by a name that says neither, or since it is the last change's to the letter, as where a
    system writes both anew whenever a page is saved."""
    if not published or published[0][0].startswith("select."):
        return False
    origin, text = published[0]
    return origin in ANY_DATE or any(text == each for _, each in updated)


def _own(part: DatedPart, nodes: Sequence[LexborNode], *, is_microdata: bool) -> Sequence[LexborNode]:
    """Those of the dates that are the article's: in its own part, or else beside it, or else the page's only
    one. A class says less than microdata do, and headings have it for the state of the whole page."""
    dates = nodes if is_microdata else [node for node in nodes if node.tag not in HEADINGS]
    if own := [node for node in dates if part.has(node)]:
        return own
    beside = [node for node in dates if part.is_beside(node)]
    if beside and (is_microdata or _is_one(beside)):
        return beside
    is_named = dates and "datePublished" in (dates[0].attributes.get("itemprop") or "")
    return dates if is_named and _is_one(dates) and not any(map(part.is_among_others, dates)) else []


def _is_one(nodes: Sequence[LexborNode]) -> bool:
    return len({node_text(node) for node in nodes}) == 1


def _has_digit(text: str) -> bool:
    return any(map(str.isdecimal, text))


def _is_changed(node: LexborNode) -> bool:
    """Whether a time is that of the last change, by its class, by that of what holds nothing else, by its own
    words, or by those right before it."""
    if CHANGED.search(f"{node.attributes.get('class')} {node.attributes.get('itemprop')}"):
        return True
    if _says_changed(node) or any(HOLDS_CHANGED.search(each) for each in _classes_around(node)):
        return True
    before = node.prev
    while before is not None and before.is_element_node and not before.text().strip():
        before = before.prev
    return before is not None and is_of_change((before.text() or "")[-MAX_LABEL_CHARS:])


def _says_changed(node: LexborNode) -> bool:
    """Whether the words of a date itself, in front of its day, say that it is that of the last change."""
    words = LABEL.match(node.text()[:MAX_LABEL_CHARS])
    return words is not None and is_of_change(words[0])


def _classes_around(node: LexborNode) -> Iterator[str]:
    """The classes of the elements around a time that hold nothing else."""
    text = node.text().strip()
    for each in islice(upwards(node.parent), MAX_HOLDERS):
        if each.text().strip() != text:
            return
        yield each.attributes.get("class") or ""


def languages(page: LexborHTMLParser) -> tuple[str, ...]:
    """What the page says of its language, as BCP 47 tags."""
    root = page.css_first("html[lang]")
    locale = page.css_first('meta[property="og:locale"]')
    tags = [root.attributes.get("lang")] if root is not None else []
    tags += [locale.attributes.get("content")] if locale is not None else []
    return tuple(tag.strip()[:20].replace("_", "-") for tag in tags if tag)


def _metadata(page: LexborHTMLParser) -> dict[str, list[str]]:
    values_by_name: dict[str, list[str]] = {}
    for node in page.css("meta[content]"):
        attributes = node.attributes
        value = (attributes.get("content") or "").strip()
        for key in filter(None, map(attributes.get, ("property", "name"))):
            if value:
                values_by_name.setdefault(key.lower(), []).append(value)
    return values_by_name


def node_text(node: LexborNode) -> str:
    """The date of an element: what it has for machines, or else its text."""
    attributes = node.attributes
    for name in ("content", "datetime", "title" if node.tag == "abbr" else "datetime"):
        if text := (attributes.get(name) or "").strip():
            return text
    return plain(node.html or "")
