"""What **deliver** works with."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syndicator.domain.article import Article, Photo
from syndicator.domain.capabilities import NEVER
from syndicator.domain.pacing import NO_PACE, Pace
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.domain.plan import DeliveryTerms
from syndicator.domain.policy import Policy
from syndicator.domain.post import Composer, Style
from syndicator.domain.roundup import no_roundups
from syndicator.domain.steady import SteadyTime
from syndicator.jobs.ports import Bell, Channel, Pages, Photos, PublicPhotos
from syndicator.jobs.store_ports import DeliverStore


@dataclass(frozen=True, kw_only=True)
class Courier:
    """A channel, with what is declared of delivering to it. ``max_age``: how old news may be. ``style``: of
    its posts. ``redact`` takes the channel's secrets out of whatever is written down of its replies.
    ``pace``: what it may do when. ``policy``: what becomes of posts whose article changes.
    ``wait_for_page``: how long a first post waits for the page that it links to. ``kept_back``: why a photo
    may not go there (``""``: it may). ``draw_card`` makes the picture of an article that has no photo to show
    (``None``: it gets none), and raises ``PhotoError`` or ``Misconfigured``. ``further_photos``: those of an
    article beside its lead photo. ``backlog``: with more posts due than this, what is worth most goes first
    (``None``: what its pace lets out within an hour decides alone); ``roundup``: the rest is told in one."""

    channel: Channel
    max_age: timedelta
    style: Style = field(default_factory=Style)
    redact: Callable[[str], str] = str
    pace: Pace = NO_PACE
    policy: Policy = field(default_factory=Policy)
    wait_for_page: timedelta = NEVER
    kept_back: Callable[[Photo], str] = lambda _photo: ""
    draw_card: Callable[[Article, PhotoLimits], PhotoFile] | None = None
    further_photos: Callable[[Article], Sequence[Photo]] = lambda _article: ()
    backlog: int | None = None
    roundup: bool = False

    @property
    def rounds_up(self) -> bool:
        """Whether what is left of a backlog is told of in a round-up."""
        return self.roundup and not no_roundups(self.channel.capabilities)

    @property
    def terms(self) -> DeliveryTerms:
        """What decides about the channel's steps."""
        capabilities = self.channel.capabilities
        policy = Policy() if capabilities.carries_article else self.policy
        return DeliveryTerms(
            capabilities=capabilities, policy=policy, max_age=self.max_age, has_roundups=self.rounds_up
        )

    @property
    def needs_photo(self) -> bool:
        """Whether there is no post without a photo."""
        return self.channel.capabilities.needs_photo

    @property
    def settles_within(self) -> timedelta:
        """How long a request may take effect after it has ended for us."""
        return self.channel.capabilities.settles_within


@dataclass(frozen=True, kw_only=True)
class Deliverer:
    """What **deliver** works with. ``couriers`` by the channel's name. ``steady``: a clock that nobody sets,
    where there is one. ``sleep`` waits for so many seconds. ``pages``: articles' own pages, where they are to
    be asked for. ``public_photos``: where services fetch photos from us, if they can; ``shown_photos``:
    where readers are shown them from us, if anybody reaches us."""

    couriers: Mapping[str, Courier]
    store: DeliverStore
    photos: Photos
    compose: Composer
    bell: Bell
    clock: Callable[[], datetime]
    pages: Pages | None = None
    public_photos: PublicPhotos | None = None
    shown_photos: PublicPhotos | None = None
    steady: Callable[[], SteadyTime | None] = lambda: None
    sleep: Callable[[float], None] = time.sleep
