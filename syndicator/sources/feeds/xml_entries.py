"""Entries of RSS, Atom and RDF, as feedparser reads them."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from syndicator.sources.feeds.byline import people
from syndicator.sources.feeds.feed_text import (
    MAX_SUMMARY_CHARS,
    OWN_GENERATOR,
    headline,
    is_markup,
    lead_of,
    paragraphs,
    plain_text,
)
from syndicator.sources.feeds.pictures import VAGUE_TYPES, FeedPicture, kind_of_file, ranked
from syndicator.sources.feeds.xml_facts import EntryFacts
from syndicator.text.clean import fold, plain

#: A category that is no word: an address, a name of a vocabulary, a code.
CODE = re.compile(r"(?:https?:|urn:|tag:)\S+|\d{6,}", re.IGNORECASE)

#: Generators of feeds whose pictures have their alternative text where others have the caption.
ALT_TEXT_GENERATORS = ("Mastodon",)

#: The width that an enclosed picture is taken to have: the publisher chose it for the entry.
ENCLOSURE_PX = 1_000_000

#: Types of content that is text: whatever else Atom carries (RFC 4287 section 4.1.3) is no article.
TEXT_TYPE = re.compile(r"text/|.*[/+]xml$|$")


def entry_of(feedparsers: Mapping[str, Any], head: Mapping[str, Any]) -> dict[str, Any]:
    """An entry, as ``FeedDocuments`` reads it, from feedparser's; of the same fields as ``json_items.item``.
    ``head`` is feedparser's feed, with its ``version``; the entry has its ``facts``."""
    parsed = dict(feedparsers)  # its own look-up is slow, and makes up what is not there from other fields
    facts: EntryFacts = parsed["facts"]
    is_atom, is_own = head.get("version", "").startswith("atom"), head.get("generator") == OWN_GENERATOR
    summary, content, base, content_language = _texts(parsed, is_atom=is_atom)
    if not (summary or content):
        summary = facts.media.about_film
    title_detail = parsed.get("title_detail") or {}
    is_title_text = is_atom and title_detail.get("type") == "text/plain"
    read_title = fold if is_own else plain_text if is_title_text else plain if is_atom else headline
    tags, section = _tags(parsed, is_own=is_own)
    return {
        "id": parsed.get("id", ""),
        "url": parsed.get("feedburner_origlink") or parsed.get("link") or _other_link(parsed),
        "title": read_title(parsed.get("title", "")),
        "summary": summary,
        "content": content,
        "base": base or title_detail.get("base", ""),
        "published": parsed.get("published", ""),
        "created": parsed.get("created", ""),
        "updated": parsed.get("updated", ""),
        "authors": _authors(parsed, head, facts, is_atom=is_atom, is_own=is_own),
        "tags": tags,
        "section": section,
        "places": list(
            filter(None, [plain(parsed.get("georss_featurename", ""))])
        ),  # docs.ogc.org/cs/17-002r1
        "language": parsed.get("language") or content_language or title_detail.get("language") or "",
        "pictures": _pictures(parsed, head, facts),
        "late_pictures": _late_pictures(parsed),
        "recordings": _recordings(parsed),
        "is_own": is_own,
    }


def _other_link(parsed: Mapping[str, Any]) -> str:
    """The address of an entry whose alternate link is of an unusual type (RFC 4287 section 4.2.7.2): neither
    what is related to it nor its sound."""
    links = (x for x in parsed.get("links", ()) if x.get("rel", "alternate") == "alternate")
    return next((x["href"] for x in links if x.get("href")), "")


def _texts(parsed: Mapping[str, Any], *, is_atom: bool) -> tuple[str, str, str, str]:
    """An entry's summary (plain), content (markup), and the base and language of the latter."""
    detail = parsed.get("summary_detail") or {}  # else feedparser has copied the content
    description = parsed.get("summary", "") if detail else ""
    is_text = is_atom and detail.get("type") == "text/plain"
    contents = [c for c in parsed.get("content", ()) if c.value and TEXT_TYPE.match(c.get("type") or "")]
    if description and not is_text and is_markup(description):
        is_best = all(c.get("type") == "text/plain" for c in contents)  # of a second summary, if any
        contents += [{**detail, "value": description}] if is_best else []
    best: Mapping[str, Any] = max(contents, key=lambda each: len(each["value"]), default={})
    content = best.get("value", "")
    if is_atom and best.get("type") == "text/plain":
        content = paragraphs(content)
    summary = plain_text(description) if is_text else lead_of(description)
    if not content and len(summary) > MAX_SUMMARY_CHARS and "\n\n" in description:
        content, summary = paragraphs(html.unescape(description)), ""
    return summary, content, best.get("base") or "", best.get("language") or ""


def _authors(
    parsed: Mapping[str, Any], head: Mapping[str, Any], facts: EntryFacts, *, is_atom: bool, is_own: bool
) -> list[str]:
    """The entry's authors, else those of the feed that it was taken from, else the feed's (RFC 4287 section
    4.2.1). Our own feeds name the site where Atom demands an author."""
    written = facts.authors
    if written is None:
        written = [a.name for a in parsed.get("authors", ()) if a.get("name")]
    if is_own:
        return list(dict.fromkeys(map(fold, written)))
    names = people(written) or (people(facts.source_authors) if is_atom else [])
    if names or not is_atom:
        return names
    return people(a.name for a in head.get("authors", ()) if a.get("name"))


def _tags(parsed: Mapping[str, Any], *, is_own: bool) -> tuple[list[str], str]:
    """An entry's tags, each once, and the one that is its section: the label is what people read (RFC 4287
    section 4.2.2.3), a code is for machines, and so is a vocabulary that is only a name."""
    tags: list[str] = []
    section = ""
    for tag in parsed.get("tags", ()):
        written = tag.get("label") or tag.get("term") or ""
        words = fold(written) if is_own else plain(written)
        if not words or (not tag.get("label") and not is_own and CODE.fullmatch(words)):
            continue
        tags.append(words)
        if not (tag.get("scheme") or "").lower().startswith("urn:"):
            section = section or words
    return list(dict.fromkeys(tags)), section


def _pictures(parsed: Mapping[str, Any], head: Mapping[str, Any], facts: EntryFacts) -> list[FeedPicture]:
    """Pictures that stand beside the text, the best first: enclosures, then Media RSS by width."""
    pictures = list(facts.media.pictures) or _feedparsers(parsed)
    if str(head.get("generator") or "").startswith(ALT_TEXT_GENERATORS):
        pictures = [
            FeedPicture(url=p.url, width=p.width, alt=p.caption, credit=p.credit, rights=p.rights)
            for p in pictures
        ]
    enclosed = [
        FeedPicture(url=link["href"], width=ENCLOSURE_PX)
        for link in _enclosures(parsed)
        if _kind(link) == "image"
    ]
    return ranked([*enclosed, *pictures])


def _feedparsers(parsed: Mapping[str, Any]) -> list[FeedPicture]:
    """Pictures of an entry of a broken document, without their texts."""
    media = [m for m in parsed.get("media_content", ()) if m.get("url")]
    urls = [
        m["url"]
        for m in media
        if kind_of_file(m["url"], m.get("type", ""), m.get("medium", "image")) == "image"
    ]
    return [
        FeedPicture(url=url)
        for url in [*urls, *(t["url"] for t in parsed.get("media_thumbnail", ()) if t.get("url"))]
    ]


def _late_pictures(parsed: Mapping[str, Any]) -> list[FeedPicture]:
    """Pictures for entries that have no other: a podcast's cover, and files that do not say what they are."""
    cover = parsed.get("image")
    urls = [cover.get("href") or ""] if isinstance(cover, dict) else []
    urls += [
        link["href"]
        for link in _enclosures(parsed)
        if _kind(link) == "" and link.get("type", "") in VAGUE_TYPES
    ]
    return [FeedPicture(url=url) for url in urls if url]


def _recordings(parsed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Sound and film that an entry encloses: address and name."""
    files = [link for link in _enclosures(parsed) if _kind(link) in ("audio", "video")]
    return [(link["href"], plain(str(link.get("title") or ""))) for link in files]


def _enclosures(parsed: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [link for link in parsed.get("links", ()) if link.get("rel") == "enclosure" and link.get("href")]


def _kind(link: Mapping[str, Any]) -> str:
    try:
        return kind_of_file(str(link["href"]), str(link.get("type") or ""))
    except ValueError:  # no address
        return "other"
