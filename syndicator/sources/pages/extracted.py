"""What was extracted from a page, and where each field was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from syndicator.sources.pages import visible_dates
from syndicator.sources.pages.dating import Date
from syndicator.sources.pages.furniture import NO_FURNITURE, Furniture
from syndicator.sources.pages.locks import Lock

#: What the operator should know of an article that is published without a text.
NO_TEXT = "its page has no text (in a script, perhaps): it has a summary only; declare select.content"


@dataclass
class Extracted:
    """What was extracted from a page, field by field, with the origin of each. The first origin wins.
    ``has_body``: whether there was anything where the body should be. ``dates``: all that were offered, as
    origin and text, since the first need not be understood. ``page_languages``: what the page says of its
    language, as BCP 47 tags. ``lines``: its short lines, where it gives no date for machines, or one that is
    doubtful (``is_date_doubtful``, see ``page_dates.is_doubtful``). ``own_id``: see there. ``warnings``: what
    the operator should know. ``is_date_loose``: its date stands outside of the article, and may be a
    teaser's; ``lock``: what stands there instead. ``furniture``: what is the site's,
    and no article's. ``is_textless``: it has a place for its text, and nothing there.
    ``other_kind``: why the page is no article by its own words."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    has_body: bool = False
    dates: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: {"published": [], "updated": []})
    page_languages: tuple[str, ...] = ()
    lines: visible_dates.Lines = visible_dates.NO_LINES
    warnings: list[str] = field(default_factory=list)
    own_id: str = ""
    is_date_loose: bool = False
    is_date_doubtful: bool = False
    is_textless: bool = False
    lock: Lock | None = None
    other_kind: str = ""
    furniture: Furniture = NO_FURNITURE

    def offer(self, name: str, origin: str, value: Any) -> None:
        """Take a value where there is none yet, unless it is the site's."""
        if not value:
            return
        if name in self.dates:
            self.dates[name].append((origin, str(value)))
        if name in self.values:
            return
        if not origin.startswith("select.") and self.furniture.has(name, value):
            if name == "photo":
                self._drop_words_of_photo()
            return
        self.put(name, origin, value)

    def _drop_words_of_photo(self) -> None:
        for name in ("alt", "caption", "credit", "rights"):
            if not self.origins.get(name, "select.").startswith("select."):
                del self.values[name], self.origins[name]

    def put(self, name: str, origin: str, value: Any) -> None:
        self.values[name], self.origins[name] = value, origin

    def leave_headline(self) -> None:
        """Drop the text, and what was taken from it."""
        self.warnings = [warning for warning in self.warnings if warning != NO_TEXT]
        for name in ("content_html", "summary", "photo"):
            if name == "content_html" or self.origins.get(name, "").startswith("first "):
                self.values.pop(name, None)
                self.origins.pop(name, None)

    def get(self, name: str) -> str:
        return str(self.values.get(name, ""))

    def given(self, name: str, form: str) -> Iterator[Date]:
        """All dates that were offered for a field. ``form``: how they are written."""
        return (Date(*offer, form) for offer in self.dates[name])

    def tuple(self, name: str) -> tuple[str, ...]:
        return tuple(self.values.get(name, ()))
