"""What a source of pages remembers between two looks: its listings, and how reading each page went."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from syndicator.domain.addresses import stem
from syndicator.http.client import Response
from syndicator.http.conditional import VALIDATORS, conditions, validators
from syndicator.jobs.ports import READ_AGAIN
from syndicator.sources.pages.furniture import SiteMemory
from syndicator.sources.sites.behind import Behind
from syndicator.sources.sites.listing import Link
from syndicator.sources.sites.next_pages import Further, is_burst
from syndicator.sources.sites.overflow import are_sessions, overflow_note
from syndicator.sources.sites.page_times import (
    bring_back,
    hasten,
    hint,
    is_over,
    is_untried,
    next_reading,
    pause_s,
    plan,
    whole_span_s,
)

#: Pages kept in memory, and what the listings show besides.
REMEMBERED = 500

#: A page that answers 404 or 410 so often, evenly spread over ``gone_after``, is gone. One that answers 410,
#: and that no listing shows, is gone at once.
MISSES = 3

#: Seconds after which a page that is gone is read again although no listing shows it.
SECOND_THOUGHTS = (6 * 3600, 24 * 3600, 72 * 3600)

#: Seconds for which it is told that all links of a listing were new.
TOLD_FOR = 24 * 3600

#: What is remembered of a page that was not read when it was tried, or that is to be read out of turn.
TROUBLE = ("retry", "planned", "misses", "fails", "tried", "gone", "away", "doubt")


class CrawlState:
    """Pages by the source's key. Of each: its address; ``seen``: when it was listed first; ``read``: when
    it was last read; ``said``: hashes of its title and text then; ``traits``: of what else it has;
    ``doubt``: since when it is not believed, and of which title; ``retry``: when it is to be read out of
    turn, and ``planned``: when that was decided; ``gone``: since when it is; ``away``: it failed with the
    whole site. Times in seconds since 1970. Listings by their address, with a hash of what they say of each
    article; ``whole``: when it was last sent. ``site``: what is no article's; ``behind``: what stands behind
    the end of listings.

    ``rules`` is a hash of the settings. When they change, validators and traits are forgotten: a page
    that has not changed may now be read differently.
    """

    def __init__(self, memory: Mapping[str, Any], rules: str, now: datetime) -> None:
        self.pages = {key: dict(page) for key, page in memory.get("pages", {}).items()}
        self.listings = {url: dict(listing) for url, listing in memory.get("listings", {}).items()}
        self.rules, self.now = rules, int(now.timestamp())
        self.site = SiteMemory(memory.get("site", {}))
        self.behind = Behind(memory.get("behind", {}))
        self._shown_before = self.shown()
        self._dropped: set[str] = set()
        for page in self.pages.values():
            bring_back(page, self.now)
        if memory.get("rules") != rules:
            for known in (*self.pages.values(), *self.listings.values()):
                _forget(known, ("traits", *VALIDATORS))
        for key in memory.get(READ_AGAIN, ()):
            if key in self.pages:
                self.read_soon(key)

    def listed(
        self, url: str, answer: Response, links: Sequence[Link], further: Further | None = None
    ) -> None:
        """A listing shows these, and the pages that follow it show more of the same burst (``further``). What
        it now says otherwise than before is read again. One without any link keeps what it showed: that is
        an error page, and no news."""
        if not links:
            _forget(self.listings.get(url, {}), VALIDATORS)
            return
        known = self.listings.get(url, {})
        before, note = known.get("items", {}), self._overflow(known, links, further)
        for link in further.links if further else ():
            self._meet(link)
        items: dict[str, str] = {}
        for link in links:
            self._meet(link)
            items.setdefault(link.key, link.item)
        for key, item in items.items():
            page = self.pages[key]
            if before.get(key) == item:
                continue
            if page.get("gone"):
                hasten(page, self.now)
            elif key in before:
                hint(page, self.now)
        self.listings[url] = {"items": items, "whole": self.now, **({"note": note} if note else {})}
        _note_validators(self.listings[url], answer)

    def notes(self, tried: Collection[str] = ()) -> list[str]:
        """What operators are told of listings that showed nothing that was known, and of listed pages that
        failed when they were last tried: not in this look (``tried``), whose own problems tell of them."""
        since = self.now - TOLD_FOR
        notes = [(url, each["note"]) for url, each in self.listings.items() if each.get("note")]
        lines = [f"{url}: {text}" for url, (at, text) in notes if at > since]
        lines += [text for at, text in self.site.notes if at > since]
        failing = sorted(k for k in self.shown() if self._is_failing(k) and k not in tried)
        if failing:
            first = self.pages[failing[0]]["url"]
            more = f" and {len(failing) - 1} more" if failing[1:] else ""
            lines.append(
                f"{first}{more}: not read, or not believed, when tried last; tried again later and later"
            )
        return lines

    def _is_failing(self, key: str) -> bool:
        page = self.pages.get(key, {})
        return bool(page.get("fails") and not page.get("gone"))

    def is_burst(self, url: str, links: Sequence[Link]) -> bool:
        """Whether a listing shows more news than it may have room for."""
        before = self.listings.get(url, {}).get("items", {})
        if not before or are_sessions(before, links, self.pages):
            return False
        return is_burst((link.key for link in links), self.pages)

    def _overflow(
        self, known: Mapping[str, Any], links: Sequence[Link], further: Further | None
    ) -> list[Any] | None:
        """What is told of a listing of nothing but new links."""
        return overflow_note(known, links, further, self.pages, self.now)

    def drop_unlisted(self, urls: Iterable[str]) -> None:
        """What no listing shows any more is read again: being dropped is no retraction, but a hint that
        there may be one. ``urls``: the listings that count."""
        self.listings = {url: self.listings[url] for url in urls if url in self.listings}
        self.site.keep_listings(self.listings)
        for key in self._shown_before - self.shown():
            page = self.pages.get(key, {})
            if page.get("read") and not page.get("gone"):
                hint(page, self.now)
                self._dropped.add(key)

    def dropped(self) -> list[Link]:
        """Pages that the listings show no longer since this look, and that are due."""
        return [self._link(key) for key in sorted(self._dropped) if self.pages[key]["retry"] <= self.now]

    def new(self) -> list[Link]:
        """Pages that nobody has tried to read yet."""
        return [self._link(key) for key, page in self.pages.items() if is_untried(page)]

    def due(self, recheck: Sequence[timedelta]) -> list[Link]:
        """Other pages whose time to be read again has come, the longest overdue first."""
        known, shown = ((k, p) for k, p in self.pages.items() if not is_untried(p)), self.shown()
        times = [(next_reading(page, recheck, key in shown), key) for key, page in known]
        return [self._link(key) for at, key in sorted(times) if at <= self.now]

    def another(self, tried: Collection[str]) -> Link | None:
        """The page that was there last, of those that have not been tried; one that a listing shows, if
        there is one."""
        shown = self.shown()
        there = [
            (key in shown, page["read"], key)
            for key, page in self.pages.items()
            if key not in tried and page.get("read") and not page.get("gone")
        ]
        return self._link(max(there)[2]) if there else None

    def listing_validators(self, url: str, every: timedelta) -> dict[str, str]:
        """The headers of a conditional request for a listing that is looked at ``every`` so often; none now
        and then, and never twice in a row."""
        listing = self.listings.get(url, {})
        is_due = is_over(whole_span_s(every), listing.get("whole", 0), self.now)
        return {} if is_due else conditions(listing)

    def was_ever_read(self, key: str) -> bool:
        return bool(self.pages[key].get("read"))

    def was_read(
        self,
        key: str,
        answer: Response,
        said: Sequence[str] | None = None,
        traits: Sequence[Any] | None = None,
    ) -> None:
        """``said``: hashes of its title and text, and its ``traits``; ``None``: as before."""
        page = self.pages[key]
        page["read"] = self.now
        if said:
            page["said"] = list(said)
        if traits:
            page["traits"] = list(traits)
        _forget(page, TROUBLE)
        _note_validators(page, answer)

    def supersede(self, key: str, said: Sequence[str]) -> None:
        """A new page says what others say at the same place, under other parameters: it is the address of
        their article from now on. Of the old ones those are forgotten that no listing shows any more:
        that they end is no retraction."""
        place, shown = stem(self.pages[key]["url"]), self.shown()
        old = [
            other
            for other, page in self.pages.items()
            if other not in shown and page.get("said") == list(said) and stem(page["url"]) == place
        ]
        for other in old:
            del self.pages[other]

    def describe(self, key: str, description: Mapping[str, str]) -> None:
        """Note what a page is known again by (``succession.described``)."""
        page = self.pages[key]
        _forget(page, ("at", "own", "dated"))
        page.update(description)

    def succeed(self, key: str, old: str) -> None:
        """The page ``old`` has become this one. It is forgotten, unless a listing shows it still."""
        page, before = self.pages[key], self.pages[old]
        if before.get("said"):
            page["said"] = before["said"]
        if old not in self.shown():
            del self.pages[old]

    def twins(self, key: str) -> list[str]:
        """Other pages of the same article."""
        at = self.pages[key].get("at")
        return [other for other, page in self.pages.items() if at and other != key and page.get("at") == at]

    def missed(self, key: str, status: int, gone_after: timedelta) -> bool:
        """Note that a page that was there answers 404 or 410. True: it is gone, as far as it alone tells."""
        page, is_shown = self.pages[key], key in self.shown()
        page["misses"], page["tried"] = page.get("misses", 0) + 1, self.now
        if page.get("gone"):
            self._think_again(page, is_shown=is_shown)
            return False
        plan(page, self.now + int(gone_after.total_seconds()) // (MISSES - 1), self.now)
        return status == 410 and not is_shown

    def lost(self) -> list[str]:
        """Pages that have been away for long enough to be gone: all together, once no other page is about to
        follow them, so that a mass is seen as one."""
        away = {k: p["misses"] for k, p in self.pages.items() if p.get("misses") and not p.get("gone")}
        is_spreading = any(misses < MISSES for misses in away.values())
        return [key for key, misses in away.items() if misses >= (2 * MISSES if is_spreading else MISSES)]

    def bury(self, key: str) -> None:
        """The page is gone. It is read again all the same, more often where a listing still shows it."""
        page = self.pages[key]
        _forget(page, ("fails", *VALIDATORS))
        page["gone"] = self.now
        self._think_again(page, is_shown=key in self.shown())

    def _think_again(self, page: dict[str, Any], *, is_shown: bool) -> None:
        if is_shown:
            plan(page, self.now + pause_s(page.get("misses", 0)), self.now)
            return
        times = [page["gone"] + span for span in SECOND_THOUGHTS]
        plan(page, next((at for at in times if at > self.now), None), self.now)

    def failed(self, key: str) -> None:
        """Note that a page could not be read, or is not to be believed: it is tried again, ever later."""
        page = self.pages[key]
        _forget(page, ("away",))
        page["fails"], page["tried"] = page.get("fails", 0) + 1, self.now
        plan(page, self.now + pause_s(page["fails"]), self.now)

    def doubt(self, key: str, doubt: Sequence[Any]) -> None:
        """Note that a page is not believed to be an article: it is tried again, ever later."""
        self.failed(key)
        self.pages[key]["doubt"] = list(doubt)

    def read_soon(self, key: str) -> None:
        """The page is to be read again, although it may not have changed."""
        _forget(self.pages[key], ("gone", *VALIDATORS))
        hasten(self.pages[key], self.now)

    def site_is_away(self, keys: Iterable[str]) -> None:
        """Note that these pages failed where no other page was there either: that is no fault of theirs."""
        for key in keys:
            self.pages[key]["away"] = True

    def site_is_up(self) -> None:
        """A page is there: those that failed with the whole site are due, however often they did."""
        for page in self.pages.values():
            if page.pop("away", False) and page.get("fails"):
                page["fails"] = 1
                hasten(page, self.now)

    def kept(self) -> dict[str, Any]:
        """The memory, without the oldest pages that no listing shows."""
        shown = self.shown()
        newest = sorted(self.pages, key=lambda key: (key not in shown, -self.pages[key]["seen"]))
        kept = set(newest[: max(REMEMBERED, len(shown))])
        site = self.site.stored(since=self.now - TOLD_FOR)
        behind = self.behind.stored(self.listings)
        return {
            "rules": self.rules,
            **({"site": site} if site else {}),
            **({"behind": behind} if behind else {}),
            "listings": self.listings,
            "pages": {key: self.pages[key] for key in self.pages if key in kept},
        }

    def shown(self) -> set[str]:
        """The keys of the pages that listings show."""
        return {key for listing in self.listings.values() for key in listing["items"]}

    def _meet(self, link: Link) -> None:
        page = self.pages.setdefault(link.key, {"url": link.url, "seen": self.now})
        for name, value in (("section", link.section), ("date", link.date)):
            if value:
                page.setdefault(name, value)

    def _link(self, key: str) -> Link:
        page = self.pages[key]
        return Link(key, page["url"], page.get("section", ""), page.get("date", ""))


def _note_validators(known: dict[str, Any], answer: Response) -> None:
    _forget(known, VALIDATORS)
    known.update(validators(answer.headers))


def _forget(known: dict[str, Any], names: Iterable[str]) -> None:
    for name in names:
        known.pop(name, None)
