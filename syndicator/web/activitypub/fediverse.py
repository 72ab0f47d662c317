"""What the pages of actors are about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from syndicator.fediverse.actor import Actor
from syndicator.fediverse.record import ActorStore
from syndicator.fediverse.strangers import Strangers


@dataclass(frozen=True, kw_only=True)
class Fediverse:
    """Actors by the names of their channels. ``counting``: those whose likes, shares and replies are counted.
    ``requests``: how many one address may send to the inboxes in a minute, and ``host_requests``, how many
    accounts of one server together."""

    actors: Mapping[str, Actor]
    store: ActorStore
    strangers: Strangers
    counting: Collection[str] = ()
    requests: int = 1200
    host_requests: int = 600

    @property
    def base(self) -> str:
        """Our own public address."""
        return next(iter(self.actors.values())).base
