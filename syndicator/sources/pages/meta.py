"""What pages say of themselves outside JSON-LD: OpenGraph and other metadata, microdata, plain markup."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from selectolax.lexbor import LexborHTMLParser

from syndicator.text.addresses import web_address
from syndicator.text.clean import plain

#: Where each field is looked for, in this order; names as https://ogp.me, schema.org, Dublin Core and
#: Twitter write them, in lower case.
META_NAMES = {
    "title": ("og:title", "twitter:title", "dc.title"),
    "summary": ("og:description", "description", "twitter:description", "dc.description"),
    "section": ("article:section",),
    "language": ("og:locale", "dc.language"),
    "alt": ("og:image:alt", "twitter:image:alt"),
    "image": ("og:image:secure_url", "og:image", "twitter:image", "twitter:image:src"),
}

#: Microdata (https://schema.org) by field.
PROPERTIES = {
    "title": "headline",
    "section": "articleSection",
}

#: Words of a picture's name that say that it is the site's, and those that say nothing.
STOCK_WORDS = {"logo", "default", "placeholder", "noimage", "blank", "favicon"}
EMPTY_WORDS = STOCK_WORDS.union(
    ("og", "fb", "share", "site", "image", "img", "photo", "news", "no", "social", "main")
)


#: Names of the site: OpenGraph, HTML (https://html.spec.whatwg.org/#meta-application-name), iOS, Twitter.
SITE_NAMES = ("og:site_name", "application-name", "apple-mobile-web-app-title", "twitter:site")

#: Names of whoever publishes the site, and what stands around them (Dublin Core; "Copyright (c)
#: ... 2026").
PUBLISHERS = ("publisher", "dc.publisher", "dcterms.publisher", "copyright", "dc.rights")
RIGHTS_WORDS = re.compile(
    r"copyright|\(c\)|©|\ball rights reserved\b\.?|\b(?:19|20)\d\d\b(?:\s*[-–]\s*(?:19|20)\d\d)?",
    re.IGNORECASE,
)
MAX_PUBLISHER_CHARS = 60

#: Headings that may be the headline.
MAX_HEADINGS = 10


def values(page: LexborHTMLParser, meta: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    """Each field that has one value, as its name, its origin and the value: the most trustworthy first.
    Addresses as written. Dates are ``page_dates``'s. ``meta``: the page's metadata (``by_name``)."""
    for name, keys in META_NAMES.items():
        for key in keys:
            value = next(iter(meta.get(key, ())), "")
            if value and not (name == "image" and is_stock(value)):
                yield name, key, value if name == "image" else plain(value)
    for name, prop in PROPERTIES.items():
        node = page.css_first(f'[itemprop="{prop}"]')
        if node is not None:
            text = node.attributes.get("content") or node.attributes.get("datetime") or node.html
            yield name, f"itemprop {prop}", plain(text or "")
    headings = page.css("article h1") or page.css("h1")
    if len(headings) == 1:
        yield "title", "h1", plain(headings[0].html or "")
    title = page.css_first("head > title")
    if title is not None:
        yield "title", "title", plain(title.html or "")


def lists(meta: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each field that has several values, as its name, its origin and the values."""
    yield "tags", "article:tag", tuple(map(plain, meta.get("article:tag", ())))
    yield "tags", "meta news_keywords", _split_words(meta.get("news_keywords", ()))


def is_stock(url: str) -> bool:
    """Whether a picture is named like one that a site shows where it has none."""
    name = url.partition("?")[0].rpartition("/")[2].rpartition(".")[0].lower()
    words = {word for word in re.split(r"[-_. ]+", name) if word and not word[0].isdigit()}
    return bool(words & STOCK_WORDS) and words <= EMPTY_WORDS


def shown_headings(page: LexborHTMLParser) -> list[str]:
    """What the page shows as its headline, or in its place."""
    return list(filter(None, (plain(node.html or "") for node in page.css("h1")[:MAX_HEADINGS])))


def titles(page: LexborHTMLParser, meta: Mapping[str, Sequence[str]]) -> list[str]:
    """The page's titles, from its head."""
    named = [plain(meta[name][0]) for name in META_NAMES["title"] if name in meta]
    return [*(plain(node.html or "") for node in page.css("head > title")[:1]), *named]


def addresses(page: LexborHTMLParser, meta: Mapping[str, Sequence[str]], base: str) -> list[str]:
    """Where the page says that it is, the most trustworthy first."""
    links = (node.attributes.get("href") or "" for node in page.css('link[rel~="canonical"]')[:1])
    return [
        address
        for link in (*links, *meta.get("og:url", ())[:1])
        if link and (address := web_address(link, base))
    ]


def site_names(meta: Mapping[str, Sequence[str]]) -> list[str]:
    """The names that the site gives itself."""
    return [plain(meta[name][0]).lstrip("@") for name in SITE_NAMES if name in meta]


def publishers(meta: Mapping[str, Sequence[str]]) -> list[str]:
    """The names of whoever publishes the site, as its metadata have them."""
    texts = (plain(meta[name][0]) for name in PUBLISHERS if name in meta)
    names = (" ".join(RIGHTS_WORDS.sub(" ", text[:300]).split()).strip(" ,.;:-–") for text in texts)
    return [name for name in names if 0 < len(name) <= MAX_PUBLISHER_CHARS]


def _split_words(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for value in values for part in value.split(",") if (word := plain(part)))


def by_name(page: LexborHTMLParser) -> dict[str, list[str]]:
    """A page's metadata by their names, in lower case."""
    values_by_name: dict[str, list[str]] = {}
    for node in page.css("meta[content]"):
        attributes = node.attributes
        key = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        value = (attributes.get("content") or "").strip()
        if key and value:
            values_by_name.setdefault(key.lower(), []).append(value)
    return values_by_name
