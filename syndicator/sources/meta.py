"""What pages say of themselves outside JSON-LD: OpenGraph and other metadata, microdata, plain markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from syndicator.text.addresses import is_web_address
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
    "canonical": ("og:url",),
    "site": ("og:site_name",),
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


#: Characters of a title; whatever is longer is none.
MAX_TITLE_CHARS = 1000


def values(page: LexborHTMLParser) -> Iterator[tuple[str, str, str]]:
    """Each field that has one value, as its name, its origin and the value: the most trustworthy first.
    Addresses as written. Dates are ``page_dates``'s."""
    link = page.css_first('link[rel="canonical"]')
    if link is not None:
        yield "canonical", "link rel=canonical", link.attributes.get("href") or ""
    meta = _meta_values(page)
    for name, keys in META_NAMES.items():
        for key in keys:
            value = next(iter(meta.get(key, ())), "")
            if value and not (name == "image" and is_stock(value)):
                yield name, key, value if name in ("image", "canonical") else plain(value)
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
        site = plain(next(iter(meta.get("og:site_name", ())), ""))
        yield "title", "title", without_site(plain(title.html or ""), site)


def lists(page: LexborHTMLParser) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each field that has several values, as its name, its origin and the values."""
    meta = _meta_values(page)
    names = [a for a in meta.get("author", []) + meta.get("article:author", []) if not is_web_address(a)]
    yield "authors", "meta author", tuple(map(plain, names))
    yield "tags", "article:tag", tuple(map(plain, meta.get("article:tag", ())))
    yield "tags", "meta news_keywords", _split_words(meta.get("news_keywords", []))


def is_stock(url: str) -> bool:
    """Whether a picture is named like one that a site shows where it has none."""
    name = url.partition("?")[0].rpartition("/")[2].rpartition(".")[0].lower()
    words = {word for word in re.split(r"[-_. ]+", name) if word and not word[0].isdigit()}
    return bool(words & STOCK_WORDS) and words <= EMPTY_WORDS


def without_site(title: str, site: str) -> str:
    """A page's title without the site's name at its end."""
    if not site or len(title) > MAX_TITLE_CHARS:  # of a row of dashes, it would take the square
        return title
    return re.sub(rf"\s*[-–—|·:»]+\s*{re.escape(site)}\s*$", "", title, flags=re.IGNORECASE) or title


def _split_words(values: list[str]) -> tuple[str, ...]:
    return tuple(word for value in values for part in value.split(",") if (word := plain(part)))


def _meta_values(page: LexborHTMLParser) -> dict[str, list[str]]:
    values_by_name: dict[str, list[str]] = {}
    for node in page.css("meta[content]"):
        attributes = node.attributes
        key = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        value = (attributes.get("content") or "").strip()
        if key and value:
            values_by_name.setdefault(key.lower(), []).append(value)
    return values_by_name
