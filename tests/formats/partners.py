"""Partners to try things with: those that ship with us, and one with a rule of every kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from syndicator.config.partners import BUILT_IN, Partners
from syndicator.config.shapes import Scope
from syndicator.domain.feed import Feed
from syndicator.domain.partner import Age, Element, Formats, Image, Language, Markup, Needed, Partner, Range
from tests.formats.newsroom import FEED

NAMES = sorted(path.stem for path in BUILT_IN.glob("*.toml"))

PAGE = "https://partner.example/rules"

PARTNER = Partner(
    name="partner",
    partner="The Partner",
    formats=Formats(accepts=("rss",), source=PAGE),
    entries=Range(least=2, most=3, source=PAGE),
    title=Range(least=5, most=20, source=PAGE),
    summary=Range(most=40, source=PAGE),
    description=Range(most=30, source=PAGE),
    text=Range(least=10, most=200, source=PAGE),
    markup=Markup(tags=("p", "a", "b"), attributes={"a": ("href",)}, source=PAGE),
    nesting=Range(most=3, source=PAGE),
    image=Image(width=400, height=300, source=PAGE),
    byline=Needed(source=PAGE),
    credit=Needed(source=PAGE),
    language=Language(region=True, single=True, source=PAGE),
    domain=Needed(source=PAGE),
    https=Needed(source=PAGE),
    age=Age(most=timedelta(days=7), source=PAGE),
    size=Range(most=100_000, source=PAGE),
    namespaces={"pn": "https://partner.example/ns", "dcterms": "http://purl.org/dc/terms/"},
    elements=(
        Element(name="pubDate", on="feed", value="feed.updated", source=PAGE),
        Element(name="pn:logo", on="feed", value="site.icon", inner="url", source=PAGE),
        Element(name="pn:paper", on="feed", text="yes", source=PAGE),
        Element(name="dcterms:modified", value="article.updated", source=PAGE),
        Element(name="media:thumbnail", value="photo.url", attribute="url", source=PAGE),
        Element(name="pn:rights", on="photo", text="1", source=PAGE),
        Element(name="pn:note", value="article.note", source=PAGE),
    ),
)


def built_in(name: str) -> Partner:
    scope = Scope(folder=Path(), names={}, format=str)
    partner = Partners(Path("/nowhere")).get(name, scope)
    assert partner
    return partner


def made_for(partner: Partner) -> Feed:
    """A feed of a partner's."""
    return replace(FEED, name=partner.name, language="en-GB", description="Rivers", partner=partner)
