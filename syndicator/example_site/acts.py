"""What editors do on the site: publish, correct and retract; and everything that is published now."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from syndicator.domain.errors import SyndicatorError
from syndicator.example_site import bulletins
from syndicator.example_site.content import FIGURE, WAS, Story, load
from syndicator.example_site.state import SiteState, editing, now, read


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """A story on the site. ``url`` is absolute; the times are aware UTC."""

    story: Story
    url: str
    published: datetime
    corrections: tuple[datetime, ...] = ()
    retracted: datetime | None = None

    @property
    def slug(self) -> str:
        return f"{self.story.slug}-{self.story.id}"

    @property
    def title(self) -> str:
        return self._now_says(self.story.title)

    @property
    def summary(self) -> str:
        return self._now_says(self.story.summary)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        return tuple(map(self._now_says, self.story.body))

    @property
    def note(self) -> str:
        """What the latest correction changed; empty where there was none."""
        was = self.story.figure(len(self.corrections) - 1) if self.corrections else 0
        return self._now_says(self.story.note).replace(WAS, f"{was:,}") if self.corrections else ""

    @property
    def updated(self) -> datetime:
        return max((self.published, *self.corrections))

    @property
    def changed(self) -> datetime:
        """When the site last did anything to it."""
        return self.retracted or self.updated

    def _now_says(self, text: str) -> str:
        return text.replace(FIGURE, f"{self.story.figure(len(self.corrections)):,}")


def all_published(folder: Path, state: Path) -> list[Published]:
    """Everything that was ever published, newest first."""
    return _standing(load(folder), read(state))


def publish(folder: Path, state: Path) -> Published:
    """Publish the next draft; when none is left, a fresh river bulletin."""
    stories = load(folder)
    with editing(state) as known:
        waiting = [s for s in stories if s.hours_ago is None and s.id not in known.published]
        story = waiting[0] if waiting else bulletins.write(bulletins.following(known.published))
        if not waiting:
            bulletins.draw(story, state / "photos")
        known.published[story.id] = now()
        return _find(_standing(stories, known), str(story.id))


def correct(folder: Path, state: Path, slug: str | None = None) -> Published:
    """Correct a story, the latest one unless it is named: its figure changes, and a note says so."""
    stories = load(folder)
    with editing(state) as known:
        found = _find(_standing(stories, known), slug)
        known.corrected.setdefault(found.story.id, []).append(now())
        return _find(_standing(stories, known), str(found.story.id))


def retract(folder: Path, state: Path, slug: str | None = None) -> Published:
    """Take a story back, the latest one unless it is named: its page is gone from now on."""
    stories = load(folder)
    with editing(state) as known:
        found = _find(_standing(stories, known), slug)
        known.retracted[found.story.id] = now()
        return found


def open_site(folder: Path, state: Path, url: str) -> None:
    """Start the site, or go on with it: note when it first started and where it is now."""
    load(folder)
    with editing(state) as known:
        known.url = url


def _standing(stories: list[Story], known: SiteState) -> list[Published]:
    archive = {s.id: known.started - timedelta(hours=s.hours_ago) for s in stories if s.hours_ago is not None}
    written = {s.id: s for s in stories}
    for number in known.published.keys() - written.keys():
        if bulletins.is_bulletin(number):
            written[number] = bulletins.write(number)
    times = {**archive, **{number: at for number, at in known.published.items() if number in written}}
    return sorted(
        (_published(written[number], at, known) for number, at in times.items()),
        key=lambda one: (one.published, one.story.id),
        reverse=True,
    )


def _published(story: Story, at: datetime, known: SiteState) -> Published:
    return Published(
        story=story,
        url=f"{known.url}/{story.language}/{story.slug}-{story.id}",
        published=at,
        corrections=tuple(known.corrected.get(story.id, ())),
        retracted=known.retracted.get(story.id),
    )


def _find(published: list[Published], slug: str | None) -> Published:
    """The one of that name or number that can still be read; the latest without a name."""
    names = {
        name: one
        for one in reversed(published)
        if not one.retracted
        for name in (str(one.story.id), one.story.slug, one.slug)
    }
    if not names:
        raise SyndicatorError("nothing is published any more: publish something first")
    if slug is None:
        return next(one for one in published if not one.retracted)
    if slug in names:
        return names[slug]
    near = difflib.get_close_matches(slug, [name for name in names if not name.isdigit()], 1)
    hint = f"is {near[0]} meant?" if near else "`syndicator example list` shows what is"
    raise SyndicatorError(f"{slug}: no such article is published: {hint}")
