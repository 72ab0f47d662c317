"""What is known of pages' readiness, shared by all channels of a process: a page is asked for once."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from syndicator.domain.article import Article

log = logging.getLogger(__name__)

#: Pages that are remembered: more than go out in an hour of the busiest newsroom.
MAX_PAGES = 2000

#: Seconds after which a page that was not ready is asked for again.
AGAIN_AFTER_S = 4.0

#: Articles of one host waited for in vain, one after the other, after which none of it is: its pages
#: are such, or not to be had from here.
MAX_VAIN = 3


class Page(Protocol):
    """Asks for one page."""

    def missing(self, article: Article) -> str: ...


@dataclass
class _Entry:
    """What is known of one page. ``lock``: it is being asked for."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    missing: str | None = None
    asked_s: float = 0.0
    is_passed_over: bool = False


class ReadyPages:
    """Pages, each of them asked for once while it is ready, and every few seconds until then."""

    def __init__(self, page: Page, clock: Callable[[], float] = time.monotonic) -> None:
        self._page, self._clock = page, clock
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._vain: dict[str, int] = {}

    def missing(self, article: Article) -> str:
        """What the page still lacks; nothing, too, where this host's pages never get ready."""
        entry, host = self._entry(article), _host(article)
        with entry.lock:
            is_stale = entry.missing and self._clock() - entry.asked_s >= AGAIN_AFTER_S
            if entry.missing is None or is_stale:
                entry.missing, entry.asked_s = self._page.missing(article), self._clock()
        if not entry.missing:
            with self._lock:
                self._vain.pop(host, None)
        return "" if self._vain.get(host, 0) >= MAX_VAIN else entry.missing

    def passed_over(self, article: Article) -> None:
        """The article goes out although its page is not ready."""
        entry, host = self._entry(article), _host(article)
        with self._lock:
            if entry.is_passed_over:
                return
            entry.is_passed_over = True
            self._vain[host] = self._vain.get(host, 0) + 1
            is_last = self._vain[host] == MAX_VAIN
        if is_last:
            log.warning(
                "pages of %s are waited for no more until one is ready: the last %d were not (%s); where "
                'that is how they are, declare wait_for_page = "0s"',
                host,
                MAX_VAIN,
                entry.missing,
            )

    def _entry(self, article: Article) -> _Entry:
        with self._lock:
            entry = self._entries.setdefault(article.url, _Entry())
            self._entries.move_to_end(article.url)
            if len(self._entries) > MAX_PAGES:
                self._entries.popitem(last=False)
            return entry


def _host(article: Article) -> str:
    return urlsplit(article.url).hostname or ""
