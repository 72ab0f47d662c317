"""Looks at a site, driven at random: hands that die, clocks that are ahead, pages and listings that are not
there, looks that read only a part.

Whatever happens, once all is well and people have let pass what was held, all that the site shows is on file,
as it shows it, and all that it has taken back is withdrawn.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from syndicator.domain.article import ArticleState
from syndicator.domain.brakes import Decision
from syndicator.domain.decisions import Impossible
from syndicator.http.client import Http
from syndicator.jobs.ports import LEASE
from syndicator.jobs.sweep import Sweeper, sweep
from syndicator.sources.feed import FeedSource
from syndicator.sources.page import Listing, PageSource
from syndicator.store import Store
from tests.channels.local_server import Reply, Request
from tests.jobs.newsroom import Story
from tests.jobs.workers import Died, drive
from tests.sources.pages_of_a_site import Town, story

pytestmark = pytest.mark.slow  # databases throughout

#: What a look asks of its store: whoever dies does so before or after one of these.
EDGES = ("known", "file", "withdraw", "settle_source")

#: By how much a clock may be ahead.
WRONG = (timedelta(hours=1), timedelta(days=1))

#: Seconds from one look to the next.
EVERY_S = 3

#: The same once all is well, where what has failed is tried later and later: within the hour all is right.
LATER_S = [*[EVERY_S] * 30, *[100] * 30]


class Site(Town):
    """Says on its listing, too, which version of an article is the newest."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[int, int] = {}
        self.alive: set[int] = set()
        self.is_away = False

    def write(self, number: int) -> None:
        """A new article, or a new version of one."""
        self.versions[number] = self.versions.get(number, 0) + 1
        self.alive.add(number)
        path = f"/news/{number}"
        self.listed = [each for each in self.listed if each != path]
        self.publish(number, title=self.title(number), text=story(f"article {number}"))

    def retract(self, number: int, status: int) -> None:
        self.alive.discard(number)
        self.listed.remove(f"/news/{number}")
        self.pages[f"/news/{number}"] = Reply(status=status)

    def title(self, number: int) -> str:
        return f"Article {number} in version {self.versions[number]}"

    def answer(self, request: Request) -> Reply:
        if request.path not in ("/news", "/feed"):
            return super().answer(request)
        if self.is_away:
            return Reply(status=500)
        numbers = [int(path.rpartition("/")[2]) for path in self.listed]
        if request.path == "/feed":
            return Reply(body=json.dumps(self._feed(numbers)).encode(), media_type="application/feed+json")
        links = "".join(f'<li><a href="/news/{n}">{self.title(n)}</a></li>' for n in numbers)
        return Reply(body=f"<title>News</title><ul>{links}</ul>".encode(), media_type="text/html")

    def _feed(self, numbers: Sequence[int]) -> dict[str, object]:
        items = [
            {
                "id": str(number),
                "url": f"{self.address}/news/{number}",
                "title": self.title(number),
                "content_html": story(f"article {number}"),
                "date_published": f"2026-03-01T{number % 24:02}:00:00Z",
            }
            for number in numbers
        ]
        version = "https://jsonfeed.org/version/1.1"
        return {"version": version, "title": "News", "home_page_url": f"{self.address}/", "items": items}


class Looks(RuleBasedStateMachine):
    """At listing pages."""

    fresh: Callable[[], Store]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.site = self.stack.enter_context(Site())
        self.story = Story(self.fresh())
        self.right = self.story.clock()
        self.wrong = timedelta()

    def source(self, most: int) -> PageSource | FeedSource:
        return PageSource(
            name="page",
            listings=(Listing(url=f"{self.site.address}/news"),),
            article=r"/news/\d+$",
            key=r"/news/(\d+)$",
            most=most,
            **self.settings(),
        )

    def settings(self) -> dict[str, Any]:
        http = Http(allow=[self.site.address.removeprefix("http://")])
        return {"every": timedelta(seconds=1), "gone_after": timedelta(seconds=20), "http": http}

    @rule(most=st.sampled_from([1, 3, 50]))
    @precondition(lambda self: not self.site.versions)
    def begin(self, most: int) -> None:
        self.story.source = self.source(most)  # type: ignore[assignment]  # a real one
        for number in range(1, 5):
            self.site.write(number)
        self.look(timedelta(), 1)

    @rule(count=st.integers(1, 3))
    @precondition(lambda self: self.site.versions)
    def publish(self, count: int) -> None:
        for _ in range(count):
            self.site.write(len(self.site.versions) + 1)

    @rule(which=st.integers(0, 100))
    @precondition(lambda self: self.site.alive)
    def correct(self, which: int) -> None:
        self.site.write(self._one(which))

    @rule(which=st.integers(0, 100), status=st.sampled_from([404, 410]))
    @precondition(lambda self: len(self.site.alive) > 3)
    def retract(self, which: int, status: int) -> None:
        self.site.retract(self._one(which), status)

    @rule(wrong=st.sampled_from([timedelta(), *WRONG]), times=st.integers(1, 3))
    @precondition(lambda self: self.site.versions)
    def look(self, wrong: timedelta, times: int) -> None:
        """By this clock."""
        self.wrong = wrong
        for _ in range(times):
            self.passes(EVERY_S)
            self.story.look()

    @rule(edge=st.sampled_from(EDGES), is_after=st.booleans(), is_missed=st.booleans())
    @precondition(lambda self: self.site.versions)
    def look_and_die(self, edge: str, is_after: bool, is_missed: bool) -> None:
        """``is_missed``: others wait for it until its lease is over."""
        real: Callable[..., Any] = getattr(Store, edge)

        def dies(store: Store, *args: Any, **options: Any) -> None:
            if is_after:
                real(store, *args, **options)
            raise Died

        with patch.object(Store, edge, dies), suppress(Died):
            self.story.look()
        self.passes(LEASE.total_seconds() if is_missed else EVERY_S)

    @rule(which=st.integers(0, 100), status=st.sampled_from([404, 500, 503]))
    @precondition(lambda self: self.site.alive)
    def a_page_is_not_there_for_one_look(self, which: int, status: int) -> None:
        path = f"/news/{self._one(which)}"
        with patch.dict(self.site.pages, {path: Reply(status=status)}):
            self.look(timedelta(), 1)

    @rule()
    @precondition(lambda self: self.site.versions)
    def the_listing_is_away_for_one_look(self) -> None:
        self.site.is_away = True
        self.look(timedelta(), 1)
        self.site.is_away = False

    @rule(seconds=st.sampled_from([5, 95]))
    def time_passes(self, seconds: int) -> None:
        """By a right clock."""
        self.wrong = timedelta()
        self.passes(seconds)
        self.sweeps()

    def passes(self, seconds: float) -> None:
        self.right += timedelta(seconds=seconds)
        self.story.clock.now = self.right + self.wrong

    def sweeps(self) -> None:
        story = self.story
        sweep(Sweeper(store=story.store, editor=story.editor, bell=story.bell, clock=story.clock), "beat")

    def teardown(self) -> None:
        with self.stack:
            if self.site.versions:
                self._all_is_well()

    def _all_is_well(self) -> None:
        self.wrong = timedelta()
        self.passes(1)
        for number, seconds in enumerate(LATER_S):
            self.sweeps()
            if number % 10 == 0:
                with suppress(Impossible):
                    self.story.store.decide("page", Decision.ALLOW, self.story.clock())
            self.story.look()
            self.passes(seconds)
        assert self._on_file() == {number: self.site.title(number) for number in self.site.alive}

    def _on_file(self) -> dict[int, str]:
        return {
            int(urlsplit(article.url).path.rpartition("/")[2]): article.title
            for article in self.story.articles
            if article.state is not ArticleState.WITHDRAWN
        }

    def _one(self, which: int) -> int:
        return sorted(self.site.alive)[which % len(self.site.alive)]


class LooksAtFeed(Looks):
    """At a feed: pages are asked for where their entries are missing, or for what these lack."""

    def source(self, most: int) -> FeedSource:
        return FeedSource(
            name="page",
            url=f"{self.site.address}/feed",
            complete=self.completes,
            most=most,
            **self.settings(),
        )

    completes = False


class LooksAtFeedAndPages(LooksAtFeed):
    completes = True


@pytest.mark.parametrize(("machine", "examples"), [(Looks, 30), (LooksAtFeed, 15), (LooksAtFeedAndPages, 15)])
def test_on_file_is_what_the_site_shows(
    sqlite_stores: Any,
    tmp_path_factory: pytest.TempPathFactory,
    machine: type[Looks],
    examples: int,
) -> None:
    drive(machine, lambda: sqlite_stores.made(tmp_path_factory.mktemp("looks")), examples, steps=30)
