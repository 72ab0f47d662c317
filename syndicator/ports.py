"""The edges, as the domain sees them, with what they guarantee.

Times are aware UTC everywhere. Implementations may be called from several threads at once, each with
its own rows in hand. Every error is one of ``syndicator.errors``; anything else is a defect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from syndicator.article import Article, Photo, Sighting
from syndicator.delivery import Delivery, Receipt
from syndicator.feed import Feed, Site, path
from syndicator.post import Limits, PhotoFile, PhotoLimits, Post
from syndicator.subscription import Answer, Intent, Subscription, Terms, Verdict


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
        at raises ``SourceError`` (with its ``retry_at``)."""
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

    ``limits``: what fits. ``key_memory``: how long a repeated ``send`` under the same key is answered
    by the post that exists (``None``: keys are not known there).

    All methods raise ``TryLater`` (not done, may be later), ``Refused`` (never will be),
    ``OutcomeUnknown`` (perhaps done) or ``Misconfigured`` (the account does not work), and take at
    most ``DEADLINE`` seconds in all.
    """

    @property
    def key_memory(self) -> timedelta | None: ...

    @property
    def limits(self) -> Limits: ...

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


#: Seconds that one step of a delivery may take in all, photo included: shorter than a lease.
DEADLINE = 60.0

#: How long a row stays in one hand. Renewed with every delivery.
LEASE = timedelta(seconds=90)


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
    ``withdrawn``: retracted articles that the feed has carried, the latest retraction first.
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

    def ring(self, job: str, name: str) -> None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """An article and everything it owes, to be recorded at once.

    ``feeds``: the feeds that carry it. ``channels``: where it goes from now on; deliveries that exist
    already follow the article's revision by themselves.
    """

    article: Article
    feeds: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """A source's row in hand. ``since``: the end of its first look (``None`` before it). ``problems``: those
    of its last look."""

    name: str
    token: str
    memory: Mapping[str, Any]
    since: datetime | None
    failures: int
    problems: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rung:
    """What a transaction left to be done, by name: told to the bell after the commit."""

    feeds: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()


class WatchStore(Protocol):
    """What **watch** needs on record."""

    def claim_source(self, name: str, now: datetime, lease: timedelta) -> Watched | None:
        """The source's row, unless it is in another hand, paused or gone."""
        ...

    def renew_source(self, watched: Watched, now: datetime, lease: timedelta) -> None:
        """Keep the row in hand for longer."""
        ...

    def known(self, names: Iterable[str]) -> Mapping[str, Article]:
        """The articles on file under these names (``Sighting.names``), by the name asked for."""
        ...

    def file(
        self,
        sightings: Sequence[Sighting],
        decide: Callable[[Article | None, Sighting], Filing | None],
        now: datetime,
    ) -> Rung:
        """Record what ``decide`` says of each sighting and the article on file under its names:
        article, revision, aliases, membership, deliveries wanted and feeds stale in ONE transaction.
        ``decide`` is pure and may be called again when a transaction has to be repeated."""
        ...

    def withdraw(self, source: str, keys: Sequence[str], now: datetime) -> Rung:
        """Retract the articles on file under these keys of the source, in one transaction."""
        ...

    def settle_source(
        self,
        watched: Watched,
        *,
        now: datetime,
        next_look: datetime,
        memory: Mapping[str, Any] | None = None,
        error: str = "",
        problems: Sequence[str] = (),
        is_complete: bool = True,
        is_gone: bool = False,
    ) -> None:
        """Write how a look ended and let go of the row. ``memory`` ``None``: as it was. An ``error``
        counts as a failure; a look without one that ``is_complete`` ends the source's baseline."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Stale:
    """A feed's row in hand. ``wants``: the state that a build made now will show, ``changed`` when it
    came to be; ``failures``: how many builds in a row have failed."""

    name: str
    token: str
    wants: int
    changed: datetime
    failures: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Archive:
    """One closed part of a feed's history. ``wants`` and ``changed`` as in ``Stale``."""

    number: int
    wants: int
    changed: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a build has brought about.

    ``archives`` are built. ``carried`` are the guids of all articles that were to stand in the documents;
    ``left_out`` says for some of them why they do not, one line for each format. ``topics``: the hash of
    each document that readers subscribe to, by its path. ``expires``: when the next entry is too old.
    ``has_more``: there is more to do than one build does. ``error``: a document could not be made, and the
    one before it is still served.
    """

    archives: Sequence[Archive] = ()
    carried: Sequence[str] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    expires: datetime | None = None
    has_more: bool = False
    error: str = ""


class BuildStore(Protocol):
    """What **build** needs on record."""

    def claim_feed(self, name: str, now: datetime, lease: timedelta) -> Stale | None:
        """The feed's row, unless it is in another hand, or serves what it wants and nothing in it is too
        old."""
        ...

    def close_archives(self, stale: Stale, length: int, now: datetime, *, most: int) -> bool:
        """Close as many archives as there should be, but no more than ``most``; true if it came to that.
        Whenever ``length`` live articles of the feed stand in none, the older half of them becomes the next
        one. It gains none afterwards, and wants to be built again only when one of its own changes or the
        next one closes."""
        ...

    def unbuilt_archives(self, feed: str, most: int) -> Sequence[Archive]:
        """Archives that want to be built, the newest first."""
        ...

    def archived(self, feed: str, number: int) -> Sequence[Article]:
        """The live articles of an archive: newest publication first, then by guid."""
        ...

    def last_archive(self, feed: str) -> int:
        """The number of the newest archive; 0: there is none."""
        ...

    def newest(self, feed: str, count: int, since: datetime | None = None) -> Sequence[Article]:
        """The feed's live articles: newest publication first, then by guid. What stands in no archive yet
        comes before what does where there is not room for all. ``since``: published after that."""
        ...

    def withdrawn(self, feed: str, count: int) -> Sequence[Article]:
        """Retracted articles that the feed has carried: the latest retraction first, then by guid."""
        ...

    def settle_feed(self, stale: Stale, outcome: Outcome, now: datetime) -> Sequence[str]:
        """Write how the build ended and let go of the row; subscribers want the topics as they are from now
        on. Returns the paths of those whose content is not what it was."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A delivery in hand, with its article as it is now."""

    delivery: Delivery
    article: Article


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A channel's row in hand. ``failures``: how often in a row the channel itself was in trouble."""

    name: str
    token: str
    failures: int = 0


class DeliverStore(Protocol):
    """What **deliver** needs on record."""

    def claim_channel(self, name: str, now: datetime, lease: timedelta) -> Account | None:
        """The channel's row, unless it is in another hand, paused or stopped."""
        ...

    def next_delivery(self, account: Account, now: datetime, lease: timedelta) -> Job | None:
        """The delivery whose turn it is (breaking news first, then by publication), with the channel's
        lease renewed; ``None`` when nothing is due or the row is no longer in this hand. A delivery
        that is still *sending* was interrupted: its outcome is unknown."""
        ...

    def begin(self, account: Account, delivery: Delivery) -> bool:
        """Put on record that a request is about to leave. ``False``: do not send; the row was taken by
        another hand, or what it wants has moved."""
        ...

    def settle(self, account: Account, delivery: Delivery, now: datetime, *, event: str) -> Delivery:
        """Write how the step ended and log ``event``. ``wants`` on record wins over the one in hand:
        the delivery as it now stands comes back. A hand that has lost the channel's row meanwhile only
        adds what it alone knows: a receipt."""
        ...

    def let_go(
        self,
        account: Account,
        *,
        paused_until: datetime | None = None,
        error: str = "",
        is_stopped: bool = False,
    ) -> None:
        """Give the channel's row back. ``paused_until``: the account needs rest. ``is_stopped``: it
        does not work until a person mends it; the queue is kept."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One request to a callback. ``about``: what it was made for."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    about: Any = field(default=None, repr=False, compare=False)


class Callbacks(Protocol):
    """Addresses that strangers have named."""

    def send(self, letters: Iterable[Letter]) -> Iterator[Sequence[tuple[Letter, Answer]]]:
        """Send letters, many at once, and hand over the answers in groups as they come, in any order.

        A letter is taken from ``letters`` when its turn has come, and answered within a few seconds whatever
        its receiver does: private addresses are not connected to, redirects not followed, answers not read
        beyond a few kilobytes, and hosts that stay silent again and again are no longer waited for."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruled:
    """An intent and what its callback said. ``next_attempt``: when to ask again (``UNANSWERED``)."""

    intent: Intent
    verdict: Verdict
    reason: str
    next_attempt: datetime | None = None


class DistributeStore(Protocol):
    """What **distribute** needs on record. Several workers may hold rows of one topic at once."""

    def tidy_subscriptions(self, topic: str, now: datetime) -> None:
        """End subscriptions whose lease has run out; forget what ended, or failed to be confirmed, long
        ago."""
        ...

    def claim_intents(self, topic: str, now: datetime, lease: timedelta, count: int) -> Sequence[Intent]:
        """Intents that are due and in no other hand, as many as ``count``."""
        ...

    def settle_intents(self, topic: str, ruled: Sequence[Ruled], now: datetime) -> None:
        """Make subscriptions of what was confirmed, or end them. One that failed leaves the subscription
        there was as it was. What was asked for again meanwhile is left to be asked about."""
        ...

    def claim_subscriptions(
        self, topic: str, now: datetime, lease: timedelta, count: int
    ) -> Sequence[Subscription]:
        """Active subscriptions that are due and in no other hand: those that have waited longest first."""
        ...

    def settle_subscriptions(self, topic: str, subscriptions: Sequence[Subscription], now: datetime) -> None:
        """Write how attempts ended and let go of the rows. ``wants`` on record wins over the one in hand:
        content that is newer still is due at once."""
        ...


class SubscribeStore(Protocol):
    """What the hub needs on record when it is asked for something."""

    def file_intent(self, intent: Intent, host: str, terms: Terms, now: datetime) -> None:
        """Record what somebody asks for; it replaces what was asked for the same topic and callback before.
        ``host`` is the callback's. Raises ``Unacceptable`` where there are too many, or nothing to end."""
        ...
