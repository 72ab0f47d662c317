"""The ports: what the jobs need of the world outside, and what that guarantees.

Times are aware UTC everywhere. Implementations may be called from several threads at once, each with
its own rows in hand. Every error is one of ``syndicator.domain.errors``; anything else is a defect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from syndicator.domain.article import Article, Photo, Sighting
from syndicator.domain.capabilities import Capabilities
from syndicator.domain.delivery import Receipt
from syndicator.domain.feed import Feed, Site, path
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.domain.post import Post
from syndicator.domain.subscription import CallbackReply
from syndicator.jobs.job import Job

#: In the memory handed to a source: keys of articles that it is to show again although nothing is new.
READ_AGAIN = "read again"


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What one look at a source showed.

    ``memory`` is what the source wants to be handed at its next look (JSON, a few kilobytes at most):
    validators, hashes, what it has seen. It is stored once all sightings are on record.
    ``gone`` are keys of articles that the source no longer has (410, or 404 often enough).
    ``next_look``: not before then. ``problems``: one line each, naming the address, for what could not
    be read while the rest could. ``is_complete``: nothing that is there was left for a later look;
    until a source was seen whole once, all that it shows is old news.
    """

    sightings: Sequence[Sighting] = ()
    gone: Sequence[str] = ()
    memory: Mapping[str, Any] = field(default_factory=dict)
    next_look: datetime | None = None
    problems: Sequence[str] = ()
    is_complete: bool = True


class Source(Protocol):
    """Where articles come from. Its fields are the settings in its declaration."""

    @property
    def name(self) -> str: ...

    @property
    def every(self) -> timedelta: ...

    def look(self, memory: Mapping[str, Any], now: datetime) -> Look:
        """See what is there. One broken page is a problem of the look; a source that cannot be looked
        at raises ``SourceError`` (with its ``retry_at``). ``memory`` may have ``READ_AGAIN``, which is not
        to be remembered."""
        ...

    def reads(self, url: str) -> bool:
        """Whether ``read`` can make an article of this address."""
        ...

    def read(self, url: str, now: datetime, page: bytes | None = None) -> Sighting:
        """One article, for a preview: fetched, or from ``page`` (the bytes that the address answers).
        Raises ``SourceError`` or ``FetchError``."""
        ...


class Channel(Protocol):
    """An outbound account. Its fields are the settings in its declaration.

    ``capabilities``: what it can do, as far as its settings change that.

    All methods raise ``TryLater`` (not done, may be later), ``Refused`` (never will be),
    ``OutcomeUnknown`` (perhaps done) or ``Misconfigured`` (the account does not work), and take at
    most ``STEP_DEADLINE_S`` seconds in all.
    """

    @property
    def capabilities(self) -> Capabilities: ...

    def send(self, post: Post, *, key: str) -> Receipt:
        """Post it."""
        ...

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Make an existing post say this. Repeating it is harmless."""
        ...

    def delete(self, receipt: Receipt, post: Post) -> None:
        """Take a post back; ``post`` tells which article. One that is already gone is no error."""
        ...

    def find(self, post: Post, *, key: str) -> Receipt | None:
        """The post, if the channel has it; ``None`` if it certainly has not. Raises ``OutcomeUnknown``
        where the channel has no way to tell."""
        ...

    def check(self) -> str:
        """Try the credentials; say in a few words who we are there. Raises ``Misconfigured`` or
        ``TryLater``."""
        ...


#: How long a row stays in one hand. Renewed with every delivery.
LEASE = timedelta(seconds=90)

#: How long a message to the workers is good for. One that is older is dropped unread: a later sweep has rung
#: again.
MESSAGE_LIFE = timedelta(seconds=10)


class Photos(Protocol):
    """Lead photos: fetched once, kept, measured and fitted."""

    def measure(self, photo: Photo) -> Photo:
        """The photo with its size, length and type. One that comes with them is asked for again now and
        then, in case another file has taken its address. Raises ``PhotoError``."""
        ...

    def fit(self, photo: Photo, limits: PhotoLimits) -> PhotoFile:
        """The photo within a channel's limits, upright, in sRGB, without private metadata. Raises
        ``PhotoError``."""
        ...


class PublicPhotos(Protocol):
    """Photos that services fetch from us."""

    def put(self, photo: PhotoFile) -> str:
        """The address at which anybody who knows it can fetch the photo for some days: always the same for
        the same file. Raises ``PhotoError``."""
        ...


class Pages(Protocol):
    """Articles' own pages, as networks see them that make cards of them."""

    def missing(self, article: Article) -> str:
        """What the page still lacks, in a few words; nothing where it can be shared."""
        ...

    def passed_over(self, article: Article) -> None:
        """The article goes out although its page is not ready: nobody waits for it any more."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A feed in one format: what is served, and when it last changed. ``page``: the number of an archive.
    ``entries``: the parts of ``content`` that are entries, in their order."""

    extension: str
    content: bytes
    modified: datetime
    page: int | None = None
    entries: Sequence[bytes] = field(default=(), repr=False)

    def path(self, feed: str) -> str:
        """Where it is, below the place of all feeds."""
        return path(feed, self.extension, self.page)


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """Where a document stands in its feed's history (RFC 5005 section 4).

    ``page`` is the number of an archive, counted from 1; ``None``: the document that readers subscribe to.
    ``previous`` and ``following`` are the numbers of the archives beside it, if there are any.
    ``withdrawn``: articles that the feed has carried and that were retracted, or are withheld until their
    time (``ArticleState.EMBARGOED``), what went last first.
    """

    page: int | None = None
    previous: int | None = None
    following: int | None = None
    withdrawn: Sequence[Article] = ()


class Format(Protocol):
    """One way to write a feed. Deterministic: same feed and articles, same bytes.

    ``age``: how long after publication an article stays in it (``None``: as long as in the feed).
    ``keeps_archives``: whether what leaves the feed's document goes on standing in numbered ones.
    """

    extension: str
    media_type: str
    age: timedelta | None
    keeps_archives: bool

    def entry(self, site: Site, feed: Feed, article: Article) -> bytes:
        """One article as it stands in a document. Depends on its arguments alone, and needs nothing of
        the other entries, so that it may be kept and joined."""
        ...

    def document(
        self, site: Site, feed: Feed, articles: Sequence[Article], entries: Sequence[bytes], history: History
    ) -> bytes:
        """The whole document: ``entries`` are those of ``articles``, newest first."""
        ...


class Gate(Protocol):
    """Checks what was rendered before it is served, independently of how. Each raises ``Unfit``."""

    def entry(self, form: Format, site: Site, feed: Feed, article: Article, entry: bytes) -> None:
        """Whether a document of this entry alone says what the article says. Once per entry: what has
        passed is known."""
        ...

    def document(self, form: Format, site: Site, feed: Feed, document: Document) -> None:
        """Whether the document is whole; of its entries no more than that they stand in it."""
        ...


class Documents(Protocol):
    """Where built documents are kept. Readers never see half of one."""

    def replace(self, feed: str, documents: Sequence[Document]) -> None:
        """Serve these from now on. What does not change is left alone."""
        ...

    def remove(self, feed: str) -> None:
        """Serve nothing of a feed any more that everybody could read."""
        ...

    def read(self, path: str) -> bytes | None:
        """The document at a path (``Document.path``), as it is served; ``None``: there is none."""
        ...

    def check(self) -> str:
        """Try whether it can be written; say in a few words where they are. Raises ``SyndicatorError``."""
        ...


class Bell(Protocol):
    """Tells workers that a row wants something. Losing a ring costs a sweep, nothing else."""

    def ring(self, job: Job, name: str) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackRequest:
    """One request to a callback. ``late_headers``: makes those that take work, once the request has its turn.
    ``about``: what it was made for."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    late_headers: Callable[[], Mapping[str, str]] = field(default=dict, repr=False, compare=False)
    body: bytes = field(default=b"", repr=False)
    about: Any = field(default=None, repr=False, compare=False)


class Callbacks(Protocol):
    """Addresses that strangers have named."""

    def send(
        self, requests: Iterable[CallbackRequest]
    ) -> Iterator[Sequence[tuple[CallbackRequest, CallbackReply]]]:
        """Send requests, many at once, and hand over the results in groups as they come, in any order.

        A request is taken from ``requests``, in the thread that calls, when its turn has come, and has its
        reply within a few seconds whatever its receiver does: private addresses are not connected to,
        redirects not followed, replies not read beyond a few kilobytes, and hosts that stay silent again and
        again are no longer waited for."""
        ...
