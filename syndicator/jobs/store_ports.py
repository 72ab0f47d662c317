"""The ports to the store: what each job, and the hub, needs on record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from syndicator.domain.article import Article, Sighting
from syndicator.domain.delivery import Delivery, Receipt
from syndicator.domain.ledger import Ledger
from syndicator.domain.roundup import Roundup
from syndicator.domain.subscription import Intent, IntentVerdict, Subscription, Terms
from syndicator.jobs.account import Account
from syndicator.jobs.job import Job
from syndicator.jobs.ports import LEASE
from syndicator.jobs.roundup_ports import RoundupStore


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
    of its last look. ``failures`` in a row. ``is_overdue``: its last look never ended, which is one.
    ``past``, ``held`` and ``decision``: see ``brakes``. ``gone_since``: since when it has
    answered that it is gone."""

    name: str
    token: str
    memory: Mapping[str, Any]
    since: datetime | None
    failures: int
    problems: Sequence[str] = ()
    past: Mapping[str, Any] = field(default_factory=dict)
    held: Mapping[str, Any] = field(default_factory=dict)
    decision: str = ""
    gone_since: datetime | None = None
    is_overdue: bool = False


def overdue(lease: timedelta) -> str:
    """The error of a source whose last look never ended."""
    within = f"{lease.total_seconds():g} s"
    return f"its last look did not end within {within}: its worker has been killed, or hangs; see its log"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wakeups:
    """The feeds and channels, by name, that a transaction left with work to do: rung for after the commit."""

    feeds: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """A row that wants something, by the job that gives it to it. ``what`` tells one wish of a row from its
    next: another look, a newer build, a later attempt."""

    job: Job
    name: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What wants something and is in no hand: of each kind the longest due first. ``has_embargoes``: the time
    of an article has come."""

    wishes: Sequence[Wish]
    has_embargoes: bool

    @property
    def jobs(self) -> list[tuple[Job, str]]:
        """Each as (job, name)."""
        return [(wish.job, wish.name) for wish in self.wishes]

    @property
    def sources(self) -> list[str]:
        return self._names(Job.WATCH)

    @property
    def topics(self) -> list[str]:
        return self._names(Job.DISTRIBUTE)

    def _names(self, job: Job) -> list[str]:
        return [wish.name for wish in self.wishes if wish.job == job]


class WatchStore(Protocol):
    """What **watch** needs on record."""

    def claim_source(self, name: str, now: datetime, lease: timedelta) -> Watched | None:
        """The source's row, unless it is in another hand, paused or gone."""
        ...

    def renew_source(
        self,
        watched: Watched,
        now: datetime,
        lease: timedelta,
        *,
        memory: Mapping[str, Any] | None = None,
    ) -> bool:
        """Keep the row in hand for longer, and put on record what the source is to be handed should this look
        end here. False: the row is in another hand."""
        ...

    def known(self, names: Collection[str]) -> Mapping[str, Article]:
        """The articles on file under these names (``Sighting.names``), by the name asked for."""
        ...

    def file(
        self,
        sightings: Sequence[Sighting],
        decide: Callable[[Article | None, Sighting], Filing | None],
        now: datetime,
    ) -> Wakeups:
        """Record what ``decide`` says of each sighting and the article on file under its names:
        article, revision, aliases, membership, deliveries wanted and feeds stale in ONE transaction.
        ``decide`` is pure and may be called again when a transaction has to be repeated."""
        ...

    def withdraw(self, source: str, keys: Sequence[str], now: datetime) -> Wakeups:
        """Retract the articles on file under these keys of the source, in one transaction."""
        ...

    def refile(
        self, source: str, keys: Sequence[str], filing_of: Callable[[Article], Filing], now: datetime
    ) -> Wakeups:
        """Record what the articles under these keys owe that are not withdrawn, in one transaction."""
        ...

    def gives_dates(self, source: str) -> bool:
        """Whether an article of the source is on file that was dated otherwise than by its first sighting."""
        ...

    def live(self, source: str, limit: int) -> int:
        """How many live articles the source has; counted as far as ``limit``."""
        ...

    def hold(self, watched: Watched, held: Mapping[str, Any]) -> None:
        """Put on record what is held, before anything else of a look is."""
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
        gone_since: datetime | None = None,
        past: Mapping[str, Any] | None = None,
        held: Mapping[str, Any] | None = None,
    ) -> None:
        """Write how a look ended and let go of the row. ``memory``, ``past``, ``held`` ``None``: as it was.
        An ``error`` counts as a failure; a look without one that ``is_complete`` ends the source's baseline.
        Once ``held`` is written, the decision in hand has been heard."""
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

    def close_archives(self, stale: Stale, length: int, now: datetime, *, limit: int) -> bool:
        """Close as many archives as there should be, but no more than ``limit``; true if it came to that.
        Whenever ``length`` live articles of the feed stand in none, the older half of them becomes the next
        one. It gains none afterwards, and wants to be built again only when one of its own changes or the
        next one closes."""
        ...

    def unbuilt_archives(self, feed: str, limit: int) -> Sequence[Archive]:
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
class ClaimedDelivery:
    """A delivery in hand, with its article as it is now. ``reply_to``: the post that its own is to answer,
    where it has none yet: of the article that it continues as an operator says, else its story's last.
    ``roundup``: what it tells of, where it is one."""

    delivery: Delivery
    article: Article
    reply_to: Receipt | None = None
    roundup: Roundup | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Which deliveries of a channel may be next, and in which order. ``posts``, ``edits``, ``deletions``:
    such ones may. ``urgent_alone``: of first posts, none but breaking news. ``is_newest_first``: there are
    more than can go out as news. ``last``: the ids of those that come after all others."""

    posts: bool = True
    edits: bool = True
    deletions: bool = True
    urgent_alone: bool = False
    is_newest_first: bool = False
    last: Collection[int] = ()


#: Whichever is due.
ANY = Choice()


class DeliverStore(RoundupStore, Protocol):
    """What **deliver** needs on record."""

    def claim_channel(self, name: str, now: datetime, lease: timedelta) -> Account | None:
        """The channel's row, unless it is in another hand, paused or stopped."""
        ...

    def next_delivery(
        self, account: Account, now: datetime, lease: timedelta, choice: Choice = ANY
    ) -> ClaimedDelivery | None:
        """The delivery whose turn it is (breaking news first, then by publication), with the channel's
        lease renewed; ``None`` when nothing is due or the row is no longer in this hand. A delivery
        that is still *sending* was interrupted: its outcome is unknown."""
        ...

    def due_posts(self, name: str, now: datetime, limit: int) -> int:
        """How many first posts of a channel are due; counted as far as ``limit``."""
        ...

    def begin(
        self,
        account: Account,
        delivery: Delivery,
        ledger: Ledger | None = None,
        names: Collection[str] | None = None,
    ) -> bool:
        """Put on record that a request is about to leave, what it costs, and which articles a round-up
        ``names`` (guids; ``None``: those that it named). ``False``: do not send; the row
        was taken by another hand, or what it wants has moved."""
        ...

    def settle(
        self,
        account: Account,
        delivery: Delivery,
        now: datetime,
        *,
        event: str,
        stirs_until: datetime | None = None,
        ledger: Ledger | None = None,
        takes: Choice | None = None,
        lease: timedelta = LEASE,
    ) -> ClaimedDelivery | None:
        """Write how the step ended and log ``event`` (unless it is empty), and take the next delivery
        (``next_delivery``) in the same transaction, if it ``takes`` one. ``wants`` on record wins over the
        one in hand. ``stirs_until``: a request has left that may change what the channel shows until then. A
        hand that has lost the channel's row meanwhile only adds what it alone knows: a receipt, or that its
        request may have undone what was sent after it."""
        ...

    def let_go(
        self,
        account: Account,
        *,
        paused_until: datetime | None = None,
        quiet_until: datetime | None = None,
        error: str = "",
        is_stopped: bool = False,
        rests: bool = True,
        ledger: Ledger | None = None,
    ) -> None:
        """Give the channel's row back. ``paused_until``: nobody takes it before; ``quiet_until``: nor is rung
        for because of posts that are not urgent. ``error``: what went wrong; the account ``rests`` for it,
        once more, or goes on. ``is_stopped``: it does not work until a person mends it; the queue is kept.
        ``ledger`` ``None``: as it was."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class IntentOutcome:
    """An intent and its callback's verdict. ``next_attempt``: when to ask again (``UNANSWERED``)."""

    intent: Intent
    verdict: IntentVerdict
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

    def settle_intents(self, topic: str, outcomes: Sequence[IntentOutcome], now: datetime) -> None:
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
