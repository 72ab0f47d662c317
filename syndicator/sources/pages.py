"""What a source of pages remembers between two looks: its listings, and how reading each page went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from syndicator.http import Answer
from syndicator.sources.listing import Link

#: Pages kept in memory, and what the listings show besides.
REMEMBERED = 500

#: A page that answers 404 so often, evenly spread over ``gone_after``, is gone. 410 says so itself.
MISSES = 3

#: Seconds until a page that could not be read is tried again: doubled each time, to the longest.
PAUSE, LONGEST_PAUSE = 60, 6 * 3600

#: Keys in memory, by the headers (RFC 9110 section 8.8) that they are sent back as.
VALIDATORS = {"etag": ("ETag", "If-None-Match"), "modified": ("Last-Modified", "If-Modified-Since")}


class Pages:
    """Pages by the source's key. Of each: its address; ``seen``: when it was listed first; ``read``: when
    it was last read; ``retry``: when it is to be read out of turn. Times in seconds since 1970. Listings
    by their address, with a hash of what they say of each article.

    ``rules`` is a hash of the settings. When they change, validators are forgotten: a page that has not
    changed may now be read differently.
    """

    def __init__(self, memory: Mapping[str, Any], rules: str, now: datetime) -> None:
        self.pages = {key: dict(page) for key, page in memory.get("pages", {}).items()}
        self.listings = {url: dict(listing) for url, listing in memory.get("listings", {}).items()}
        self.rules, self.now = rules, int(now.timestamp())
        self._shown_before = self._shown()
        if memory.get("rules") != rules:
            for known in (*self.pages.values(), *self.listings.values()):
                _forget(known, VALIDATORS)

    def listed(self, url: str, answer: Answer, links: Sequence[Link]) -> None:
        """A listing shows these. What it now says otherwise than before is read again. One without any
        link keeps what it showed: that is an error page, and no news."""
        if not links:
            _forget(self.listings.get(url, {}), VALIDATORS)
            return
        before = self.listings.get(url, {}).get("items", {})
        items: dict[str, str] = {}
        for link in links:
            self._meet(link)
            items.setdefault(link.key, link.item)
        for key, item in items.items():
            page = self.pages[key]
            if before.get(key) != item and (key in before or page.get("gone")):
                page.setdefault("retry", self.now)
        self.listings[url] = {"items": items}
        _note_validators(self.listings[url], answer)

    def drop_unlisted(self, urls: Iterable[str]) -> None:
        """What no listing shows any more is read again: being dropped is no retraction, but a hint that
        there may be one. ``urls``: the listings that count."""
        self.listings = {url: self.listings[url] for url in urls if url in self.listings}
        for key in self._shown_before - self._shown():
            page = self.pages.get(key, {})
            if page.get("read") and not page.get("gone"):
                page.setdefault("retry", self.now)

    def new(self) -> list[Link]:
        """Pages that nobody has tried to read yet."""
        return [self._link(key) for key, page in self.pages.items() if _is_untried(page)]

    def due(self, recheck: Sequence[timedelta]) -> list[Link]:
        """Other pages whose time to be read again has come, the longest overdue first."""
        known = ((key, page) for key, page in self.pages.items() if not _is_untried(page))
        times = [(_next(page, recheck), key) for key, page in known]
        return [self._link(key) for at, key in sorted(times) if at <= self.now]

    def validators(self, known: Mapping[str, Any]) -> dict[str, str]:
        """The headers of a conditional request for a listing or page."""
        return {sent: known[name] for name, (_, sent) in VALIDATORS.items() if known.get(name)}

    def was_read(self, key: str, answer: Answer) -> None:
        page = self.pages[key]
        page["read"] = self.now
        _forget(page, ("retry", "misses", "fails", "gone"))
        _note_validators(page, answer)

    def failed(self, key: str, status: int | None, gone_after: timedelta) -> bool:
        """Note a failure. True when the page is gone for good."""
        page = self.pages[key]
        if status == 404 and page.get("read"):
            page["misses"] = page.get("misses", 0) + 1
            page["retry"] = self.now + int(gone_after.total_seconds()) // (MISSES - 1)
        elif status != 410:
            page["fails"] = page.get("fails", 0) + 1
            page["retry"] = self.now + min(PAUSE * 2 ** page["fails"], LONGEST_PAUSE)
        if status == 410 or page.get("misses", 0) >= MISSES:
            _forget(page, ("retry", "misses", "fails", *VALIDATORS))
            page["gone"] = True
        return bool(page.get("gone"))

    def kept(self) -> dict[str, Any]:
        """The memory, without the oldest pages that no listing shows."""
        shown = self._shown()
        newest = sorted(self.pages, key=lambda key: (key not in shown, -self.pages[key]["seen"]))
        kept = set(newest[: max(REMEMBERED, len(shown))])
        return {
            "rules": self.rules,
            "listings": self.listings,
            "pages": {key: self.pages[key] for key in self.pages if key in kept},
        }

    def _shown(self) -> set[str]:
        return {key for listing in self.listings.values() for key in listing["items"]}

    def _meet(self, link: Link) -> None:
        page = self.pages.setdefault(link.key, {"url": link.url, "seen": self.now})
        for name, value in (("section", link.section), ("date", link.date)):
            if value:
                page.setdefault(name, value)

    def _link(self, key: str) -> Link:
        page = self.pages[key]
        return Link(key, page["url"], page.get("section", ""), page.get("date", ""))


def _is_untried(page: Mapping[str, Any]) -> bool:
    return not page.get("read") and not page.get("fails") and not page.get("gone")


def _next(page: Mapping[str, Any], recheck: Sequence[timedelta]) -> float:
    """When a page is to be read next: as soon as something hints at a change, else at the first recheck
    after it was last read."""
    if page.get("retry") is not None:
        return float(page["retry"])
    if page.get("gone"):
        return float("inf")
    times = (page["seen"] + span.total_seconds() for span in recheck)
    return min((at for at in times if at > page.get("read", 0)), default=float("inf"))


def _note_validators(known: dict[str, Any], answer: Answer) -> None:
    _forget(known, VALIDATORS)
    for name, (received, _) in VALIDATORS.items():
        if answer.headers.get(received):
            known[name] = answer.headers[received]


def _forget(known: dict[str, Any], names: Iterable[str]) -> None:
    for name in names:
        known.pop(name, None)
