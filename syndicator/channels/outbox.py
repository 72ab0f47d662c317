"""The outbox: posts as files in a folder, to look at, to show on a wall, or to hand to another program.

::

    FOLDER/NAME/<post>.json    what was posted; there is a post as soon as this file is there
    FOLDER/NAME/<post>.html    the same as a card for a browser
    FOLDER/NAME/<post>.jpg     its photo
"""

from __future__ import annotations

import errno
import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from heapq import nlargest
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

import requests
from jinja2 import Environment, PackageLoader, StrictUndefined

from syndicator.domain.capabilities import Capabilities
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, Refused, SyndicatorError, TryLater
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.domain.post import Post
from syndicator.files import write_whole
from syndicator.text.outbox_cards import EXTENSIONS, Card, card_of, dump, read_card, stem_of, tombstone
from syndicator.text.rulers import GRAPHEMES

log = logging.getLogger(__name__)

#: Errors that pass when somebody makes room, and by themselves; any other needs a person.
FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT)
PASSING_ERRNOS = (errno.EIO, errno.EMFILE, errno.ENFILE, errno.ESTALE, errno.EINTR)

_environment = Environment(
    loader=PackageLoader("syndicator.channels", "."), autoescape=True, undefined=StrictUndefined
)


@dataclass(frozen=True, kw_only=True)
class Outbox:
    """A folder that posts are written into. The fields are the channel's settings.

    All channels are made alike: this one has a ``session`` and does not use it.
    """

    name: str
    folder: Path
    session: requests.Session = field(repr=False, compare=False)

    #: Its page, which is in the console, with each card at the fragment that is its post's id
    #: (``web.channel_pages``).
    web_pages: ClassVar[str] = "syndicator.web.console.outbox:outbox_routes"
    console_page: ClassVar[str] = "/console/outbox"

    #: ``key_memory``: the files themselves tell what was posted, for ever: they are looked at, and nothing is
    #: repeated. ``settles_within``: files are written by us alone: nobody goes on when we have ended.
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=GRAPHEMES,
        unit="graphemes",
        text=1000,
        photo=PhotoLimits(side=1600, length=8_000_000, media_types=tuple(EXTENSIONS)),
        alt=1500,
        has_language=True,
        settles_within=timedelta(0),
        carries_article=True,
        verified="a real folder",
    )

    @property
    def place(self) -> Path:
        """Where this channel's posts are."""
        return Path(self.folder) / self.name

    def send(self, post: Post, *, key: str) -> Receipt:
        stem = stem_of(post.article.guid, key)
        with disk_errors(self.place):
            card = _read(self.place / f"{stem}.json")
            if card is None or card.withdrawn:
                card = card_of(post, stem, datetime.now(UTC))
                self._write(card, post.photo)
            return self._receipt(card, post)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        now = datetime.now(UTC)
        with disk_errors(self.place):
            known = _read(self._file(receipt, ".json"))
            posted = known.posted if known else now
            card = replace(card_of(post, receipt.remote_id, now), posted=posted, corrected=True)
            self._write(card, post.photo)
            return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Leaves a tombstone without text or photo, so that one can see that there was a post."""
        with disk_errors(self.place):
            card = _read(self._file(receipt, ".json"))
            if card is None and (elsewhere := self._elsewhere(receipt)):
                raise Refused(f"it is in {elsewhere}, and not in {self.place}: see to it there")
            if card is not None and not card.withdrawn:
                self._write(tombstone(card, datetime.now(UTC)), None)

    def find(self, post: Post, *, key: str) -> Receipt | None:
        """Looks for the key's file, then for any card of the article, whatever it was called: after a backup
        was put back, names may be other ones."""
        with disk_errors(self.place):
            card = _read(self.place / f"{stem_of(post.article.guid, key)}.json")
            if card is None or card.withdrawn:
                card = self._card_of(post)
            return self._receipt(card, post) if card else None

    def _card_of(self, post: Post) -> Card | None:
        since = post.since.timestamp() if post.since else 0.0
        recent = (path for path in self.place.glob("*.json") if _modified(path) >= since)
        cards = (card for card in map(_read, recent) if card and not card.withdrawn)
        return next((card for card in cards if card.url == post.url), None)

    def check(self) -> str:
        with disk_errors(self.place):
            self.place.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.place) as trial:
                trial.write(b"a trial")
        return f"posts are written into {self.place.resolve()}"

    def _file(self, receipt: Receipt, extension: str) -> Path:
        return self.place / f"{Path(receipt.remote_id).name}{extension}"

    def _elsewhere(self, receipt: Receipt) -> Path | None:
        """The folder that a card is in, where it was written into another one."""
        there = Path(url2pathname(urlsplit(receipt.url).path))
        is_there = receipt.url.startswith("file:") and there.with_suffix(".json").exists()
        return there.parent if is_there and there.parent != self.place.resolve() else None

    def _receipt(self, card: Card, post: Post) -> Receipt:
        is_current = card.text == post.text and card.updated == post.article.updated
        url = (self.place / f"{card.stem}.html").resolve().as_uri()
        return Receipt(remote_id=card.stem, url=url, is_current=is_current)

    def _write(self, card: Card, photo: PhotoFile | None) -> None:
        """The .json file goes last: until it is there, whole, the card is as it was before."""
        self.place.mkdir(parents=True, exist_ok=True)
        if photo:
            self._put(card.photo, photo.content)
        page = _environment.get_template("card.html").render(card=card)
        self._put(f"{card.stem}.html", page.encode())
        self._put(f"{card.stem}.json", dump(card))
        for extension in EXTENSIONS.values():
            if card.photo != f"{card.stem}{extension}":
                (self.place / f"{card.stem}{extension}").unlink(missing_ok=True)

    def _put(self, name: str, content: bytes) -> None:
        """Write a file that is on the disk before we call it posted. Others may read it: it is there to be
        shown."""
        write_whole(self.place / name, content, mode=0o644, is_durable=True)


def cards(place: Path, count: int = 50) -> list[Card]:
    """The cards of an outbox, latest change first, withdrawn ones too. A folder that is not there yet has
    none."""
    newest = nlargest(count, place.glob("*.json"), key=lambda path: (_modified(path), path.name))
    return [card for path in newest if (card := _read(path))]


@contextmanager
def disk_errors(place: Path) -> Iterator[None]:
    """Turns errors of the file system into a channel's. Nothing was posted: a post is there once its last
    file is, whole."""
    try:
        yield
    except OSError as e:
        raise _disk_error(e, place) from e


def _disk_error(error: OSError, place: Path) -> SyndicatorError:
    outbox = f"the outbox {place}"
    if error.errno in FULL_ERRNOS:
        return TryLater(f"{outbox}: the disk is full; make room, posting goes on by itself")
    if error.errno in PASSING_ERRNOS:
        return TryLater(f"{outbox}: {error.strerror}")
    return Misconfigured(f"{outbox} cannot be written ({error.strerror}): mend the folder or its permissions")


def _read(path: Path) -> Card | None:
    """The card in a file; ``None`` where there is no file, or something else in it."""
    try:
        return read_card(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, LookupError) as e:
        log.warning("%s is no card: %s", path, e)
        return None


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # replaced while we look
        return 0.0
