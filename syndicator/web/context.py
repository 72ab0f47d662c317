"""What the pages share: what they are about, their templates, and threads to ask the database in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

from anyio import CapacityLimiter, fail_after, to_thread
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from syndicator import __version__
from syndicator.documents.shelf import Shelf
from syndicator.domain.article import Article
from syndicator.domain.feed import Feed, Site
from syndicator.jobs.ports import Bell
from syndicator.posts.drawing import DrawnPost
from syndicator.store.console import Console
from syndicator.store.pulse import Pulse
from syndicator.text.addresses import is_web_address
from syndicator.web.feeds.resources import ServedFormat
from syndicator.web.readership import ReaderCounts

P = ParamSpec("P")
T = TypeVar("T")

#: Seconds that the database may take, and after which to ask again while it does not answer.
DATABASE_TIMEOUT_S, RETRY_AFTER_S = 5.0, 30

#: Why nothing comes of what waits for it.
NO_ANSWER = f"the database has not answered for {DATABASE_TIMEOUT_S:g} s"

#: Questions to the database that run at once; more would only cost memory.
MAX_QUERIES = 4


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Context:
    """Everything that the web needs to know.

    ``formats`` by the names that feeds give them. ``channel_pages``: addresses of pages in
    the console that show the posts of channels, by channel, at the fragment that is a post's id.
    ``draw``: an article's post as a channel would show it now, and what becomes of it, without fetching
    anything; nothing where the channel is not declared any more. ``ending_tokens``: what stops channels soon,
    by their names. ``queues`` tells how many messages wait in each of the broker's queues, or ``None`` while
    the broker does not answer. ``pulse``: whether what we write reaches the database.
    """

    site: Site
    feeds: Mapping[str, Feed]
    formats: Mapping[str, ServedFormat]
    shelf: Shelf
    store: Console
    bell: Bell
    channel_pages: Mapping[str, str] = field(default_factory=dict)
    draw: Callable[[str, Article], Sequence[DrawnPost]] = lambda _channel, _article: ()
    ending_tokens: Callable[[datetime], Mapping[str, str]] = lambda _now: {}
    queues: Callable[[], Mapping[str, int] | None] | None = None
    clock: Callable[[], datetime] = utc_now
    readers: ReaderCounts = field(default_factory=ReaderCounts)
    pulse: Pulse = field(default_factory=lambda: Pulse("web"))
    limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(MAX_QUERIES))

    async def ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Ask what may take time, in a thread."""
        return await to_thread.run_sync(
            lambda: question(*args, **kwargs), abandon_on_cancel=True, limiter=self.limiter
        )

    async def ask_in_time(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Ask the database, which has ``DATABASE_TIMEOUT_S``. Raises ``TimeoutError``, beside its own."""
        with fail_after(DATABASE_TIMEOUT_S):
            return await self.ask(question, *args, **kwargs)

    def page(self, template: str, /, status: int = 200, **values: Any) -> HTMLResponse:
        html = templates.get_template(template).render(site=self.site, now=self.clock(), **values)
        return HTMLResponse(html, status)


def span(moment: datetime, now: datetime) -> str:
    """How far a moment is from now, in words: *5 min ago*, *in 2 h*."""
    seconds = (now - moment).total_seconds()
    size = abs(seconds)
    for limit, unit, name in ((90, 1, "s"), (5400, 60, "min"), (129_600, 3600, "h"), (None, 86_400, "days")):
        if limit is None or size < limit:
            distance = f"{size / unit:.0f} {name}"
            break
    if size < 1:
        return "now"
    return f"{distance} ago" if seconds > 0 else f"in {distance}"


templates = Environment(
    loader=ChoiceLoader([PackageLoader("syndicator.web"), PackageLoader("syndicator.posts", ".")]),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters["span"] = span
templates.tests["web_address"] = is_web_address
templates.globals["version"] = __version__
