"""Articles as a partner takes them.

The one seam of partners' rules: an article goes through ``fitted`` on its way into a document. What comes
out is an article like any other, so that formats need not know of partners, and keep it by what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from syndicator.domain.article import Article
from syndicator.domain.errors import Unfit
from syndicator.domain.feed import Feed, Site
from syndicator.domain.markup import TAG
from syndicator.domain.partner import Markup, Objection, Partner, Range
from syndicator.text.addresses import same_site, web_address
from syndicator.text.clean import legal, narrowed
from syndicator.text.rulers import CHARACTERS

#: Trimmed articles that are cached: every format needs each of them, build after build.
MAX_CACHED_ARTICLES = 512


ATTRIBUTE = re.compile(r"""\s([a-z-]+)=["']""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Trim:
    """A part of an article that is not shown to a partner. ``source``: the page on which the partner says
    that it does not take it."""

    rule: str
    found: str
    shown: str
    source: str


def fitted(site: Site, feed: Feed, article: Article) -> Article:
    """The article as the feed's partner takes it; as it is where the feed has none. Raises ``Unfit``
    where it would be refused."""
    partner = feed.partner
    if partner is None:
        return article
    trimmed = shortened(partner, article)
    refused = [o for o in objections(site, feed, trimmed) if o.is_refused]
    if refused:
        raise Unfit(f"{partner} would refuse it: {', and '.join(map(str, refused))}")
    return trimmed


def objections(site: Site, feed: Feed, shown: Article) -> Iterator[Objection]:
    """The objections of the feed's partner to an article that is within its measures."""
    if feed.partner:
        is_own = same_site(web_address(shown.url), site.url)
        yield from feed.partner.objections(shown, feed.language or site.language, is_own=is_own)


@lru_cache(maxsize=MAX_CACHED_ARTICLES)
def shortened(partner: Partner, article: Article) -> Article:
    """The article within a partner's measures, whatever else there is against it."""
    return replace(
        article,
        title=_cut(partner, "title", article.title),
        summary=_cut(partner, "summary", article.summary),
        content_html=_permitted(partner.markup, article.content_html),
    )


def trims(partner: Partner, article: Article) -> Iterator[Trim]:
    """The parts that ``shortened`` takes away."""
    after = shortened(partner, article)
    for name, rule in (("title", partner.title), ("summary", partner.summary)):
        was, now = getattr(article, name), getattr(after, name)
        if rule and was != now:
            yield Trim(
                rule=name, found=f"{len(was)} characters, {rule} are taken", shown=now, source=rule.source
            )
    if partner.markup and after.content_html != article.content_html:
        for what, parts in (("elements", _elements), ("attributes", _attributes)):
            gone = parts(article.content_html) - parts(after.content_html)
            if gone:
                found = f"{what} that are not taken: {', '.join(sorted(gone))}"
                yield Trim(rule="markup", found=found, shown="", source=partner.markup.source)
                break  # attributes go with their elements


def _elements(content: str) -> set[str]:
    return {tag["name"].lower() for tag in TAG.finditer(content) if tag["name"].isalnum()}


def _attributes(content: str) -> set[str]:
    return {f"{name} of {tag['name']}" for tag in TAG.finditer(content) for name in ATTRIBUTE.findall(tag[0])}


def _cut(partner: Partner, name: str, text: str) -> str:
    rule: Range | None = getattr(partner, name)
    if rule is None or rule.advice or not 0 < rule.most < len(text):
        return text
    return CHARACTERS.cut(legal(text), rule.most)


def _permitted(rule: Markup | None, content: str) -> str:
    return (
        narrowed(content, set(rule.tags), {t: set(a) for t, a in rule.attributes.items()})
        if rule
        else content
    )
