"""What an article needs, from what its page says: dates in UTC, names, one language, one photo."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from syndicator.domain.article import CLOCK_SKEW, Photo
from syndicator.sources.credit import split_credit
from syndicator.sources.extract import Extracted
from syndicator.text.clean import plain
from syndicator.text.dates import cut_date, parse_date
from syndicator.text.language import detect

#: Titles of pages that say that there is none, although their status is 200.
ERROR_TITLE = re.compile(
    r"(?:error\s*)?(?:404|410|50[0-4])(?:\s+error)?"
    r"(?:[\s:|–—-]+(?:page |file |article )?(?:not found|error|gone).*)?"
    r"|(?:the |sorry, )*(?:requested )?(?:page|file|article|url)\s+"
    r"(?:was |is |could |can)?not\s+(?:be )?found.*"
    r"|not found|runtime error.*|(?:internal )?server error.*|access denied.*|just a moment\W*",
    re.IGNORECASE,
)

#: Words around the names in a byline.
BYLINE_PREFIX = re.compile(r"^(?:(?:text |story |words )?by|ໂດຍ|โดย)\s*:?\s+", re.IGNORECASE)
NAME_SEPARATOR = re.compile(r"\s+(?:and|&|ແລະ|และ|và)\s+")


@dataclass
class Dates:
    """Reads the dates of one article. ``form`` and ``listing_form``: how its page and its listing write
    them, in ``zone``. What the operator should know goes to ``warnings``."""

    zone: ZoneInfo
    form: str
    listing_form: str
    embargoes: bool
    now: datetime
    warnings: list[str] = field(default_factory=list)

    def published(self, extracted: Extracted, listing_date: str) -> tuple[datetime | None, datetime | None]:
        """The time of its publication, and the embargo that a time ahead of us means where it may.
        ``listing_date``: the date that its listing gives."""
        date_text = extracted.get("published")
        published = self._read(date_text, self.form)
        if date_text and published is None:
            self.warnings.append(f"its date {date_text!r} is not understood: declare dates")
        if published is None and listing_date:
            published = self._read(listing_date, self.listing_form)
            if published is None:
                self.warnings.append(
                    f"its listing's date {listing_date!r} is not understood: declare listing_dates"
                )
            else:
                extracted.put("published", "listing", listing_date)
        if published is None:
            self.warnings += [] if self.warnings else ["neither the page nor its listing has a date"]
            return None, None
        return self._embargo(published)

    def updated(self, extracted: Extracted) -> datetime | None:
        """The time of its last change, as it gives it."""
        updated = self._read(extracted.get("updated"), self.form)
        if updated and updated > self.now + CLOCK_SKEW:
            self.warnings.append(f"its last change, {updated:%Y-%m-%d %H:%M} UTC, is ahead of us: left out")
            return None
        return updated

    def _read(self, text: str, form: str) -> datetime | None:
        return parse_date(cut_date(text, form), zone=self.zone, format=form or None, now=self.now)

    def _embargo(self, published: datetime) -> tuple[datetime | None, datetime | None]:
        if published <= self.now + CLOCK_SKEW:
            return published, None
        if self.embargoes:
            return published, published
        self.warnings.append(f"its date {published:%Y-%m-%d %H:%M} UTC is ahead of us: taken for a mistake")
        return None, None


def is_error_page(title: str) -> bool:
    """Whether a title is one of an error page."""
    return bool(ERROR_TITLE.fullmatch(title))


def authors(extracted: Extracted, agency: str) -> tuple[str, ...]:
    """The names of its authors; the agency where nobody is named."""
    names = [BYLINE_PREFIX.sub("", author) for author in extracted.tuple("authors")]
    if extracted.origins.get("authors") in ("select.author", "meta author"):
        names = [name for author in names for name in NAME_SEPARATOR.split(author)]
    names = list(dict.fromkeys(filter(None, names)))
    if names:
        return tuple(names)
    extracted.offer("authors", "declared" if agency else "dateline", agency or extracted.get("agency"))
    return tuple(filter(None, [agency or extracted.get("agency")]))


def language(extracted: Extracted, declared: str) -> str:
    """The text's own language; navigation and ``<html lang>`` are often in another one."""
    hint = declared or extracted.get("language").replace("_", "-")
    text = f"{extracted.get('title')} {extracted.get('summary')} {plain(extracted.get('content_html'))}"
    detected = detect(text, hint)
    if detected != hint:
        extracted.put("language", "detected", detected)
    elif declared:
        extracted.put("language", "declared", declared)
    return detected


def photo(extracted: Extracted) -> Photo | None:
    """The lead photo. The headline says nothing of it, wherever it stands."""
    url = extracted.values.get("photo", {}).get("url", "")
    if not url:
        return None
    title = extracted.get("title")
    caption, credit = split_credit(extracted.get("caption"))
    return Photo(
        url=url,
        caption=caption if caption != title else "",
        credit=extracted.get("credit") or credit,
        alt=extracted.get("alt") if extracted.get("alt") != title else "",
    )
