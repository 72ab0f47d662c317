"""The site under watch: pages with a listing, and an agency's feed; and the people who work there."""

from __future__ import annotations

import io
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from PIL import Image

from tests.channels.local_server import Act as Doing
from tests.channels.local_server import Handler, LocalServer, Reply, Request
from tests.faults.machine.history import Act

#: Seconds between two acts: what a busy newsroom does.
PACE_S = (0.7, 2.0)

#: Articles that were there before the program was, of each source.
OLD = 3

TOPICS = (
    "Bridge",
    "Harbour",
    "School",
    "Market",
    "Library",
    "Tramway",
    "Orchard",
    "Theatre",
    "Mill",
    "Ferry",
)
EVENTS = ("reopens after repairs", "closes for the winter", "is to be rebuilt", "wins a prize", "burns down")

#: Where a text says which article and version it is.
MARK = re.compile(r"No\. (\d+) of the (site|wire), version (\d+)")


@dataclass(kw_only=True)
class Story:
    source: str
    number: int
    title: str
    published: datetime
    has_photo: bool
    version: int = 1
    is_retracted: bool = False
    retracted_as: int = 410

    @property
    def path(self) -> str:
        return f"/news/{self.number}" if self.source == "site" else f"/wire/{self.number}"

    @property
    def headline(self) -> str:
        return f"{self.title}: No. {self.number} of the {self.source}, version {self.version}"

    @property
    def note(self) -> str:
        return f"An earlier version, {self.version - 1}, was wrong." if self.version > 1 else ""

    @property
    def text(self) -> str:
        seen_by = self.number * 7 + 3
        return f"What happened at No. {self.number} was seen by {seen_by} people; {self.title.lower()}."


def version_in(text: str) -> int:
    """Which version a text is; 0 where it does not say."""
    found = MARK.search(text)
    return int(found[3]) if found else 0


def article_in(text: str) -> str:
    """The path of the article that a text is about; empty where it does not say."""
    found = MARK.search(text)
    return f"/{'news' if found[2] == 'site' else 'wire'}/{found[1]}" if found else ""


class SiteHandler(Handler):
    server: NewsroomServer

    def take(self, request: Request) -> None:
        trouble = self.server.next_trouble(request)
        if trouble:
            trouble(self)
        else:
            self.reply(self.server.locked_answer(request))


class NewsroomServer(LocalServer):
    """``/news`` lists pages, ``/wire.json`` is the agency's JSON Feed."""

    handler = SiteHandler

    def __init__(self) -> None:
        super().__init__()
        self.stories: list[Story] = []
        self.acts: list[Act] = []
        self.at_request: list[Callable[[Request], bool]] = []
        self._troubles: list[tuple[re.Pattern[str], Doing, float]] = []

    def meets(self, path: str, doing: Doing, seconds: float = 0) -> Callable[[], None]:
        """The next request for such a path meets this; or all of them for so many seconds. Returns what takes
        it back."""
        trouble = (re.compile(path), doing, time.time() + seconds if seconds else 0)
        with self.lock:
            self._troubles.append(trouble)

        def take_back() -> None:
            with self.lock:
                self._troubles = [each for each in self._troubles if each is not trouble]

        return take_back

    def next_trouble(self, request: Request) -> Doing | None:
        with self.lock:
            self.at_request = [act for act in self.at_request if not act(request)]
            self._troubles = [t for t in self._troubles if not t[2] or t[2] > time.time()]
            for trouble in self._troubles:
                path, doing, until = trouble
                if path.fullmatch(request.path):
                    if not until:
                        self._troubles.remove(trouble)
                    return doing
        return None

    def behave(self) -> None:
        with self.lock:
            self._troubles.clear()
            self.at_request.clear()

    # what editors do

    def publish(self, chance: Random, *, source: str = "", is_old: bool = False) -> None:
        with self.lock:
            source = source or chance.choice(["site", "site", "wire"])
            number = 1 + sum(story.source == source for story in self.stories)
            story = Story(
                source=source,
                number=number,
                title=f"{chance.choice(TOPICS)} {chance.choice(EVENTS)}",
                published=datetime.now(UTC).replace(microsecond=0),
                has_photo=chance.random() < 0.5,
            )
            self.stories.append(story)
            self._note("publish", story, is_old=is_old)

    def correct(self, chance: Random) -> None:
        self._change(chance, "correct")

    def retract(self, chance: Random) -> None:
        self._change(chance, "retract")

    def _change(self, chance: Random, verb: str) -> None:
        with self.lock:
            live = [story for story in self.stories[-40:] if not story.is_retracted]
            if len(live) <= 2 * OLD:
                return
            story = chance.choice(live)
            if verb == "correct":
                story.version += 1
                self._note("correct", story)
            else:
                story.is_retracted, story.retracted_as = True, chance.choice([404, 410, 410])
                self._note("retract", story)

    def _note(self, verb: str, story: Story, *, is_old: bool = False) -> None:
        act = Act(
            at=time.time(),
            source=story.source,
            article=story.path,
            verb=verb,  # type: ignore[arg-type]  # one of the three
            version=story.version,
            is_old=is_old,
        )
        self.acts.append(act)

    # what readers see

    def answer(self, request: Request) -> Reply:
        if request.path == "/news":
            return _html(self._listing())
        if request.path == "/wire.json":
            return Reply(body=json.dumps(self._wire()).encode(), media_type="application/feed+json")
        if request.path.startswith("/photos/"):
            return Reply(body=_photo(int(re.sub(r"\D", "", request.path))), media_type="image/jpeg")
        story = next((s for s in self.stories if s.path == request.path), None)
        if story is None:
            return Reply(status=404, media_type="text/html")
        if story.is_retracted and story.source == "site":
            return Reply(status=story.retracted_as, media_type="text/html")
        return _html(self._page(story))

    def _listing(self) -> str:
        live = [s for s in self.stories if s.source == "site" and not s.is_retracted]
        items = "".join(f'<li><a href="{s.path}">{s.headline}</a> {s.note}</li>' for s in reversed(live))
        return f"<title>News</title><h1>News</h1><ul>{items}</ul>"

    def _page(self, story: Story) -> str:
        said: dict[str, object] = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": story.headline,
            "description": f"In short: {story.text}",
            "datePublished": story.published.isoformat(),
            "correction": story.note,
        }
        if story.has_photo:
            said["image"] = {"url": f"/photos/{story.number}.jpg", "caption": f"No. {story.number}, seen."}
        body = f"<article><h1>{story.headline}</h1><p>{story.text}</p><p>{story.note}</p></article>"
        script = f'<script type="application/ld+json">{json.dumps(said)}</script>'
        return f'<html lang="en"><title>{story.headline}</title>{script}{body}</html>'

    def _wire(self) -> dict[str, object]:
        wire = [s for s in self.stories if s.source == "wire"]
        return {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Wire",
            "home_page_url": f"{self.address}/",
            "items": [
                {
                    "id": f"wire-{s.number}",
                    "url": f"{self.address}{s.path}",
                    "title": s.headline,
                    "summary": f"In short: {s.text}",
                    "content_html": f"<p>{s.text}</p><p>{s.note}</p>",
                    "date_published": s.published.isoformat(),
                    "language": "en",
                    **({"expired": True} if s.is_retracted else {}),
                }
                for s in reversed(wire)
            ],
        }


class Editors(threading.Thread):
    """Publish, correct and retract, until they are told to stop."""

    def __init__(self, site: NewsroomServer, chance: Random) -> None:
        super().__init__(name="editors", daemon=True)
        self.site, self.chance, self.stopping = site, chance, threading.Event()

    def run(self) -> None:
        acts = [self.site.publish] * 11 + [self.site.correct] * 6 + [self.site.retract] * 3
        while not self.stopping.wait(self.chance.uniform(*PACE_S)):
            self.chance.choice(acts)(self.chance)

    def stop(self) -> None:
        self.stopping.set()
        self.join()


def _html(text: str) -> Reply:
    return Reply(body=text.encode(), media_type="text/html; charset=utf-8")


def _photo(number: int) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (640, 400), (number * 37 % 256, number * 91 % 256, 120)).save(made, "JPEG")
    return made.getvalue()
