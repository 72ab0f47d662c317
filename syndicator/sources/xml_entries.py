"""Entries of RSS, Atom and RDF, as feedparser reads them."""

from __future__ import annotations

from typing import Any

from syndicator.text.clean import plain


def entry_of(parsed: Any) -> dict[str, Any]:
    """An entry, as ``feed`` reads it, from feedparser's; of the same fields as ``json_items.item``."""
    contents = [c.value for c in parsed.get("content", ()) if "html" in c.get("type", "") or c.value]
    summary = parsed.get("summary", "")
    content = max(contents, key=len, default="") or (summary if "<p" in summary else "")
    return {
        "id": parsed.get("id", ""),
        "url": parsed.get("link") or _other_link(parsed),
        "title": parsed.get("title", ""),
        "summary": summary,
        "content": content,
        "published": parsed.get("published", ""),
        "updated": dict.get(parsed, "updated", ""),  # feedparser's own get makes it up from published
        "authors": [plain(a.name) for a in parsed.get("authors", ()) if a.get("name")],
        "tags": list(dict.fromkeys(plain(t.term) for t in parsed.get("tags", ()) if t.get("term"))),
        "places": list(
            filter(None, [plain(parsed.get("georss_featurename", ""))])
        ),  # docs.ogc.org/cs/17-002r1
        "language": parsed.get("language", ""),
        "photos": _photos(parsed),
        "caption": plain(parsed.get("media_description", "") or ""),
        "credit": plain(next((c.get("content", "") for c in parsed.get("media_credit", ())), "") or ""),
    }


def _other_link(parsed: Any) -> str:
    """The address of an entry whose alternate link is of an unusual type (RFC 4287 section 4.2.7.2): neither
    what is related to it nor its sound."""
    links = (x for x in parsed.get("links", ()) if x.get("rel", "alternate") == "alternate")
    return next((x["href"] for x in links if x.get("href")), "")


def _photos(parsed: Any) -> list[str]:
    """Addresses of pictures, the largest first: enclosures, Media RSS contents, thumbnails."""
    sized_urls = [
        (int(m.get("width") or 0) if str(m.get("width") or 0).isdigit() else 0, m["url"])
        for m in parsed.get("media_content", ())
        if m.get("url") and (m.get("medium") == "image" or str(m.get("type", "image")).startswith("image"))
    ]
    ordered = [url for _, url in sorted(sized_urls, key=lambda pair: -pair[0])]
    enclosures = [
        link["href"]
        for link in parsed.get("links", ())
        if link.get("rel") == "enclosure"
        and str(link.get("type", "")).startswith("image")
        and link.get("href")
    ]
    return [*enclosures, *ordered, *(t["url"] for t in parsed.get("media_thumbnail", ()) if t.get("url"))]
