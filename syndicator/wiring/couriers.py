"""Channels as they are declared, with all that delivering to them takes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import partial
from typing import Any

from syndicator.callbacks import GuardedCallbacks
from syndicator.config import Declared, Outlet
from syndicator.config.reader import CHANNELS
from syndicator.domain.article import Article
from syndicator.domain.feed import Site
from syndicator.domain.photo import PhotoFile, PhotoLimits, may_leave
from syndicator.http.client import AddressGuard, Http
from syndicator.jobs.announcements import RecordedAnnouncements
from syndicator.jobs.courier import Courier
from syndicator.jobs.job import Job
from syndicator.jobs.ports import Bell, Callbacks
from syndicator.secret import redacted, secrets_of
from syndicator.sources.pages.text_photos import text_photos
from syndicator.store import Store, open_store

log = logging.getLogger(__name__)


class SilentBell:
    """A bell for processes without a broker: the next sweep of a worker finds what is due."""

    def ring(self, job: Job, name: str) -> None:
        log.debug("not rung: %s %s", job, name)


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Offers:
    """What channels are handed that ask for it by a field of that name (``config.reader.CHANNELS``), and that
    takes the record."""

    declared: Declared
    store: Store
    bell: Bell
    clock: Callable[[], datetime]
    callbacks: Callbacks

    def __call__(self, channel: str) -> Mapping[str, Any]:
        """What the channel of this name may ask for."""
        announcements = RecordedAnnouncements(
            channel=channel, store=self.store, bell=self.bell, clock=self.clock
        )
        return {
            "actors": self.store,
            "announcements": announcements,
            "callbacks": self.callbacks,
        }


def offers_alone(declared: Declared) -> Callable[[str], Mapping[str, Any]]:
    """The same for those who want a channel, and no application: the database is opened for a channel that
    asks. Raises ``Misconfigured`` or ``StoreError`` then."""

    def offers(channel: str) -> Mapping[str, Any]:
        store = open_store(declared.keep.database)
        return Offers(declared, store, SilentBell(), now, callbacks_of(declared))(channel)

    return offers


def callbacks_of(declared: Declared) -> GuardedCallbacks:
    """Where addresses are asked that strangers have named."""
    return GuardedCallbacks(AddressGuard(declared.hub.allow, "[hub] allow"))


def courier_of(
    declared: Declared,
    name: str,
    outlet: Outlet,
    http: Http,
    offers: Callable[[str], Mapping[str, Any]],
) -> Courier:
    """A channel as it is declared, with all that delivering to it takes. ``offers``: what it may ask for
    beside what is at hand."""
    asked_for = {f.name for f in fields(outlet.kind)}.intersection(CHANNELS.on_request)
    at_hand = {"guard": http.guard, "site": declared.site}
    offered = {**at_hand, **(offers(name) if asked_for - at_hand.keys() else {})}
    requested = {key: offered[key] for key in asked_for}
    channel = outlet.kind(name=name, session=http.session(), **requested, **outlet.settings)
    return Courier(
        channel=channel,
        max_age=outlet.max_age,
        style=outlet.style,
        pace=outlet.pace.of_service(channel.capabilities),
        redact=partial(redacted, secrets=secrets_of(channel)),
        policy=outlet.policy,
        wait_for_page=outlet.wait_for_page,
        backlog=outlet.backlog,
        roundup=outlet.roundup,
        kept_back=partial(may_leave, channel=name, rules=declared.site.rights),
        draw_card=_card_painter(declared.site) if outlet.style.card else None,
        further_photos=text_photos,
    )


def _card_painter(site: Site) -> Callable[[Article, PhotoLimits], PhotoFile]:
    from syndicator.photos.share_card import share_card  # noqa: PLC0415 - for those who declare cards

    return lambda article, limits: share_card(article, site, limits)
