"""What a feed's source remembers between two looks: its entries, and how asking for their pages went."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from syndicator.domain.article import Photo, Sighting
from syndicator.domain.changes import fingerprint
from syndicator.http.client import Response
from syndicator.http.conditional import VALIDATORS, validators
from syndicator.sources.feeds.photo_words import MAX_VAIN_PAGES, PhotoWords
from syndicator.sources.pages.furniture import picture_hash
from syndicator.sources.sites.crawl_state import CrawlState
from syndicator.sources.sites.led_elsewhere import is_same
from syndicator.sources.sites.listing import Link
from syndicator.sources.sites.next_pages import Further
from syndicator.sources.sites.page_times import plan

#: Entries of an edition that are remembered.
MAX_REMEMBERED = 500

#: What is remembered of the edition itself, beside its validators.
EDITION = ("digest", "ttl", "whole", "home", "problems")

#: What is remembered of a page that is read for what its entry lacks.
COMPLETION = ("completed", "words", "photo")


class FeedState(CrawlState):
    """The memory of a feed: that of a site with one listing, the feed. Of a page there is more: ``read`` is
    also when the feed last showed its entry; ``completed``: what the feed lacks is read there; ``as_is``:
    it is not, since the entry was there before its source; ``taken``: the feed should still have its entry,
    and has not. Pages of entries that the feed no longer has are asked for on their schedule; where it should
    still have them, ``seen`` begins anew. ``replaced``: another article has its address by now. ``locked``:
    it is under a password. ``words``: only those of its photo are read there, and nothing waits for that;
    ``photo``: a hash of the photo whose words were.

    Of the edition: ``digest`` of its bytes, ``ttl`` as it advises, ``whole``: when it was last sent without
    being asked whether it had changed, its ``home``, and its ``problems``. ``is_bridged``: what lies between
    this edition and the one before was read, too. ``identity``: by what its entries are told apart.
    """

    def __init__(self, url: str, memory: Mapping[str, Any], rules: str, now: datetime) -> None:
        super().__init__(memory, rules, now)
        self.url, self.is_bridged = url, False
        self.identity: Mapping[str, Any] = memory.get("identity", {})
        self.words = PhotoWords(memory.get("words", {}) if memory.get("rules") == rules else {}, self.now)
        self.listings = {url: self.listings[url]} if url in self.listings else {}
        if memory.get("rules") != rules:
            self.edition.pop("digest", None)

    def kept(self) -> dict[str, Any]:
        more = {"identity": self.identity, "words": self.words.stored()}
        return {**super().kept(), **{name: value for name, value in more.items() if value}}

    @property
    def edition(self) -> dict[str, Any]:
        """What is remembered of the edition; nothing that is put there stays if there is none."""
        known: dict[str, Any] = self.listings.get(self.url, {})
        return known

    @property
    def home(self) -> str:
        return str(self.edition.get("home", ""))

    @property
    def items(self) -> Mapping[str, str]:
        """The entries that the feed showed, as it shows them: by their keys, hashes of what they say."""
        items: Mapping[str, str] = self.edition.get("items", {})
        return items

    def is_same(self, response: Response) -> bool:
        """Whether a response is the edition that is remembered, byte for byte."""
        return _digest(response) == self.edition.get("digest")

    def show(
        self,
        response: Response,
        entries: Sequence[Sighting],
        older: Sequence[Sighting],
        own: Collection[str],
        *,
        is_cut: bool,
    ) -> None:
        """The feed shows these entries, and others (``older``) where it says that there are more. ``own``:
        keys of those that have an address of their own. ``is_cut``: what is missing may stand behind the
        place up to which it could be read."""
        before = dict(self.items)
        links = [Link(entry.key, entry.url, item=item_hash(entry)) for entry in (*entries, *older)]
        self.listed(self.url, response, links)
        items = {link.key: link.item for link in links[: min(len(entries), MAX_REMEMBERED)]}
        self.listings.setdefault(self.url, {})["items"] = {**items, **before} if is_cut else items
        for link in links:
            page = self.pages[link.key]
            page["url"] = link.url  # that of an entry may change
            page.pop("replaced", None)
            if before.get(link.key, link.item) != link.item:
                page.pop("as_is", None)
        self._drop([link.key for link in links if link.key not in own])
        if not is_cut:
            urls = {link.url: link.key in own for link in links}
            self._miss(list(before), [link.key for link in links], urls)

    def note_edition(self, response: Response, **values: Any) -> None:
        """Remember an edition that was sent whole."""
        edition = self.listings.setdefault(self.url, {"items": {}})
        self.forget_edition()
        edition.update(validators(response.headers))
        edition.update(digest=_digest(response), whole=self.now)
        edition.update({name: value for name, value in values.items() if value})

    def note_unchanged(self, response: Response) -> None:
        """Remember that the edition was sent again, if it was."""
        if response.status != 304:
            self.edition.update(validators(response.headers), whole=self.now)

    def forget_edition(self) -> None:
        """Remember nothing of an edition that could not be read to its end: its validators would hide the
        mended one."""
        for name in (*VALIDATORS, *EDITION):
            self.edition.pop(name, None)

    def stands(self, key: str, *, as_is: bool = False) -> None:
        """The feed shows this entry: that is all that is asked."""
        page = self.pages[key]
        for name in (
            "retry",
            "planned",
            "misses",
            "fails",
            "tried",
            "gone",
            "away",
            "taken",
            "locked",
            *COMPLETION,
        ):
            page.pop(name, None)
        page["read"] = self.now
        if as_is:
            page["as_is"] = True

    def is_taken_out(self, key: str) -> bool:
        """Whether its entry left the feed although nothing took its place."""
        return bool(self.pages[key].get("taken"))

    def is_replaced(self, key: str) -> bool:
        """Whether its address is that of another article by now, which the feed shows."""
        return bool(self.pages[key].get("replaced"))

    def leads_to_another(self, key: str, url: str) -> bool:
        """Whether this is the address of another entry, which the feed shows, and had when this one was taken
        out of it: no new address of the same article."""
        page = self.pages[key]
        return self.is_taken_out(key) and any(
            other != key
            and is_same(self.pages[other]["url"], url)
            and self.pages[other]["seen"] < page["seen"]
            for other in self.items
            if other in self.pages
        )

    def lock(self, key: str) -> None:
        """Its page is under a password, whatever the feed shows of it."""
        self.pages[key]["locked"] = True

    def unlock(self, key: str) -> None:
        self.pages[key].pop("locked", None)

    def is_locked(self, key: str) -> bool:
        return bool(self.pages.get(key, {}).get("locked"))

    def is_shown(self, key: str) -> bool:
        return key in self.items

    def is_as_is(self, key: str) -> bool:
        return bool(self.pages[key].get("as_is"))

    def is_completed(self, key: str) -> bool:
        return bool(self.pages.get(key, {}).get("completed"))

    def is_for_words(self, key: str) -> bool:
        """Whether its page is read for the words of its photo alone."""
        return bool(self.pages.get(key, {}).get("words"))

    def complete(self, key: str, *, is_for_words: bool = False) -> None:
        """What this entry lacks is read on its page, or the words of its photo alone."""
        self.pages[key]["completed"] = True
        if is_for_words:
            self.pages[key]["words"] = True
            self.words.begin()
        else:
            self.pages[key].pop("words", None)

    def note_photo(self, key: str, photo: Photo | None) -> None:
        """Note which of the feed's photos the words are of that were read."""
        if photo and key in self.pages:
            self.pages[key]["photo"] = picture_hash(photo.url)

    def has_noted(self, key: str) -> bool:
        """Whether words of its photo were read on its page."""
        return "photo" in self.pages[key]

    def has_failed(self, key: str, count: int) -> bool:
        """Whether its page could not be read so often, one time after the other."""
        return int(self.pages[key].get("fails", 0)) >= count

    def is_other_photo(self, key: str, photo: Photo | None) -> bool:
        """Whether the words that were read are of another one of the feed's photos."""
        known = self.pages[key].get("photo")
        return known is not None and photo is not None and known != picture_hash(photo.url)

    def waiting(self) -> set[str]:
        """Keys of entries that wait for their pages, which nobody has tried to read yet."""
        return {link.key for link in self.new() if not self.is_for_words(link.key)}

    def to_visit(self, recheck: Sequence[timedelta], limit: int) -> list[Link]:
        """Pages to be asked for: those of entries that lack something, and of those that the feed has no
        more; ``limit`` of those that are new, and as many others. Last, those that nothing waits for."""
        due = [
            link
            for link in self.due(recheck)
            if self.is_completed(link.key) or (recheck and not self.is_shown(link.key))
        ]
        new = self.new()
        urgent = [link for link in new if not self.is_for_words(link.key)][:limit]
        of_words = [link for link in new if self.is_for_words(link.key)][:MAX_VAIN_PAGES]
        for link in due[:limit]:
            (of_words if self.is_for_words(link.key) else urgent).append(link)
        return [
            *urgent,
            *(link for link in of_words if self.words.may_read(is_new=not self.has_noted(link.key))),
        ]

    def _is_failing(self, key: str) -> bool:
        return super()._is_failing(key) and not self.is_for_words(key)

    def is_behind_due(self, every: timedelta) -> bool:
        """Whether it is time to see what was put behind the feed's end."""
        return self.behind.is_due(self.url, every, self.now)

    def is_completion_due(self, recheck: Sequence[timedelta]) -> bool:
        """Whether a page is to be read for what its entry lacks, so that the entry has to be at hand."""
        if not any(map(self.is_completed, self.pages)):  # as with most feeds
            return False
        return any(self.is_completed(link.key) for link in self.to_visit(recheck, 1_000_000))

    def forget_done(self, recheck: Sequence[timedelta]) -> None:
        """Forget the pages that will not be asked for again, and what those of past entries were to tell."""
        last = max((span.total_seconds() for span in recheck), default=None)
        past = [key for key in self.pages if not self.is_shown(key)]
        for key in past:
            if self.is_completed(key):
                self.pages[key].setdefault("read", self.now)
            for name in COMPLETION:
                self.pages[key].pop(name, None)
        self._drop([key for key in past if last is None or self._is_done(self.pages[key], last)])

    def _is_done(self, page: Mapping[str, Any], last: float) -> bool:
        if page.get("gone") or page.get("misses"):
            return page.get("retry") is None
        is_hinted = page.get("retry") is not None and not page.get("fails")
        return page["seen"] + last < self.now and not is_hinted

    def _miss(self, before: Sequence[str], keys: Sequence[str], urls: Mapping[str, bool]) -> None:
        """Have the pages asked for of entries that the feed showed ``before`` and no longer has. An entry
        leaves a feed at its end when others come; one that leaves otherwise was probably taken back.
        ``urls``: addresses of the entries that it has, and whether each is its entry's own."""
        shown = set(keys)
        last = max((at for at, key in enumerate(before) if key in shown), default=-1)
        end = [key for key in before[last + 1 :] if key not in shown]
        new = sum(key not in set(before) for key in keys)
        is_pushed_out = len(end) <= new
        for at, key in enumerate(before):
            page = self.pages.get(key)
            if key in shown or page is None:
                continue
            if urls.get(page["url"]):  # the same article, under another key
                self._drop([key])
                continue
            for name in ("fails", "tried", "away", *COMPLETION):
                page.pop(name, None)
            page.setdefault("read", page["seen"])
            if not page.get("gone"):
                plan(page, self.now, self.now)
            if at < last or not is_pushed_out:
                page["seen"], page["taken"] = self.now, True
                if page["url"] in urls:
                    page["replaced"] = True

    def _overflow(
        self, known: Mapping[str, Any], links: Sequence[Link], further: Further | None
    ) -> list[Any] | None:
        """As of listings; pages are not remembered of all entries."""
        if self.is_bridged or any(link.key in known.get("items", {}) for link in links):
            note: list[Any] | None = known.get("note")
            return note
        return super()._overflow(known, links, further)

    def _drop(self, keys: Collection[str]) -> None:
        for key in keys:
            self.pages.pop(key, None)


def _digest(response: Response) -> str:
    return hashlib.sha256(response.content).hexdigest()


def item_hash(entry: Sighting) -> str:
    """A hash of what a feed says in an entry."""
    text = f"{fingerprint(entry)} {entry.published} {entry.updated} {entry.is_withdrawn}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
