"""A newsroom whose site has a feed of its newest articles, and a page for each, as systems make them:
with its validators, its paging and its ways to take something back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from syndicator.domain.article import Article, ArticleState
from syndicator.domain.changes import Corrected, New, Withdrawn, decide, withdraw
from syndicator.http.client import Http
from syndicator.jobs.ports import READ_AGAIN, Look
from syndicator.sources.feed import FeedSource
from tests.channels.local_server import LocalServer, Reply, Request

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Story:
    """An article as the newsroom has it. ``answer``: what its page answers in place of it; ``slug``: its
    address, where that is not its name."""

    name: str
    title: str
    published: datetime
    modified: datetime
    photo: str = "bridge.jpg"
    alt: str = "A bridge over a river"
    caption: str = "The old bridge. Photo: Ana Li"
    section: str = "City"
    text: str = ""
    is_public: bool = True
    answer: Reply | None = None
    slug: str = ""

    @property
    def path(self) -> str:
        return f"/{self.slug or self.name}/"


@dataclass
class Shown:
    """What a look showed, and what is on file since."""

    look: Look
    new: list[str] = field(default_factory=list)
    corrected: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)


class Newsroom(LocalServer):
    """``length``: entries of a page of its feed. Validators tell of the newest modification, which what is
    backdated or taken back does not change."""

    def __init__(self, length: int = 10) -> None:
        super().__init__()
        self.length = length
        self.stories: list[Story] = []
        self.now = NOW
        self.generator = "https://wordpress.org/?v=6.1.9"
        self.head = ""
        self.has_photos = False
        self.has_texts = False
        self.is_away: Callable[[Request], Reply | None] = lambda _request: None

    def publish(self, name: str, *, age: timedelta = timedelta(), **changes: object) -> Story:
        title = f"The ferry number {name} leaves again"
        text = f"The ferry {name} leaves at {len(name)} past eight from now on, its owner said on Sunday."
        story = Story(name, title, self.now - age, self.now - age, text=text)
        for key, value in changes.items():
            setattr(story, key, value)
        self.stories.append(story)
        return story

    def asked(self, path: str) -> int:
        """How often an address was asked for."""
        return sum(request.path == path for request in self.requests)

    def answer(self, request: Request) -> Reply:
        if reply := self.is_away(request):
            return reply
        if request.path == "/feed/":
            return self._feed(request)
        if request.path == "/":
            return _html("<title>The Harbour Times</title><main><h1>The Harbour Times</h1></main>")
        story = next((s for s in self.stories if request.path == s.path and s.is_public), None)
        if story is None:
            return _html("<title>Page not found</title>", status=404)
        return story.answer or _html(self._page(story))

    def _feed(self, request: Request) -> Reply:
        stamp = format_datetime(
            max((s.modified for s in self.stories if s.is_public), default=NOW), usegmt=True
        )
        if request.headers.get("If-Modified-Since") == stamp:
            return Reply(status=304)
        public = sorted((s for s in self.stories if s.is_public), key=lambda s: s.published, reverse=True)
        first = (int(request.query.get("paged", "1")) - 1) * self.length
        page = public[first : first + self.length]
        if first and not page:
            return _html("<title>Page not found</title>", status=404)
        items = "".join(map(self._item, page))
        head = f"<link>{self.address}/</link><generator>{self.generator}</generator>{self.head}"
        body = (
            '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
            ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            f"<title>The Harbour Times</title>{head}{items}</channel></rss>"
        )
        return Reply(body=body.encode(), media_type="application/rss+xml", headers={"Last-Modified": stamp})

    def _item(self, story: Story) -> str:
        photo = (
            f'<media:content url="{self.address}/{story.photo}" medium="image"/>' if self.has_photos else ""
        )
        text = f"<content:encoded>&lt;p&gt;{story.text}&lt;/p&gt;</content:encoded>" if self.has_texts else ""
        date = format_datetime(story.published)
        return f"""<item><title>{story.title}</title><link>{self.address}{story.path}</link>
<guid isPermaLink="false">id-{story.name}</guid><pubDate>{date}</pubDate>
<description>Ferry {story.name}, in short.</description>{text}{photo}</item>"""

    def _page(self, story: Story) -> str:
        address = f"{self.address}/{story.photo}"
        image = f'<meta property="og:image" content="{address}">' if story.photo else ""
        caption = f"<figcaption>{story.caption}</figcaption>"
        figure = f'<figure><img src="{address}" alt="{story.alt}">{caption}</figure>' if story.photo else ""
        return f"""<html lang="en"><head><title>{story.title}</title>
<meta property="og:type" content="article"><meta property="og:title" content="{story.title}">{image}
<meta property="article:section" content="{story.section}"></head>
<body><main><article><h1>{story.title}</h1><p>{story.text}</p>{figure}
<p>It had been away for repairs for two years, which cost the town a great deal, and {story.name} shops.
The council had voted for it by a narrow majority, after a debate that lasted until midnight.</p>
<p>From Monday on, whoever lives on the other bank will be at work a quarter of an hour earlier than by road.
The owner expects four hundred passengers a day in summer, and half as many in winter.</p>
</article></main></body></html>"""


class Desk:
    """Looks at a newsroom's feed again and again, with what is remembered and on file."""

    def __init__(self, newsroom: Newsroom, **settings: object) -> None:
        self.newsroom = newsroom
        http = Http(allow=[newsroom.address.removeprefix("http://")])
        self.source = FeedSource(name="harbour", url=f"{newsroom.address}/feed/", http=http, **settings)  # type: ignore[arg-type]  # of any type that a field has
        self.memory: dict[str, object] = {}
        self.on_file: dict[str, Article] = {}

    def look(self, after: timedelta = timedelta(), *, read_again: tuple[str, ...] = ()) -> Shown:
        self.newsroom.now += after
        now = self.newsroom.now
        memory = {**self.memory, **({READ_AGAIN: list(read_again)} if read_again else {})}
        shown = Shown(self.source.look(memory, now))
        for sighting in shown.look.sightings:
            match decide(self.on_file.get(sighting.key), sighting, now, authority="harbour.example"):
                case New(article):
                    self.on_file[sighting.key] = article
                    shown.new.append(sighting.key)
                case Corrected(article):
                    self.on_file[sighting.key] = article
                    shown.corrected.append(sighting.key)
                case Withdrawn(article):
                    self.on_file[sighting.key] = article
                    shown.withdrawn.append(sighting.key)
        for key in shown.look.gone:
            self.on_file[key] = withdraw(self.on_file[key], now)
            shown.withdrawn.append(key)
        self.memory = dict(shown.look.memory)
        return shown

    def is_live(self, name: str) -> bool:
        return self.on_file[f"id-{name}"].state is ArticleState.LIVE


def _html(markup: str, status: int = 200) -> Reply:
    return Reply(status=status, body=markup.encode(), media_type="text/html; charset=utf-8")


def html_reply(markup: str, status: int = 200) -> Reply:
    return _html(markup, status)


def redirect(address: str) -> Reply:
    return Reply(status=302, headers={"Location": address})
