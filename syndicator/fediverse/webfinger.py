"""Whether an actor of ours is found by the name that people follow.

https://docs.joinmastodon.org/spec/webfinger/
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from syndicator.domain.errors import Misconfigured, Refused, TryLater
from syndicator.fediverse.actor import Actor
from syndicator.http.exchange import Exchange


def check_found(actor: Actor, exchange: Exchange, who: str) -> None:
    """Raises ``Misconfigured`` where its name leads elsewhere, or nowhere, ``TryLater`` where nobody says.
    ``who``: the actor in words."""
    scheme = urlsplit(actor.base).scheme
    url = f"{scheme}://{actor.domain}/.well-known/webfinger?resource={quote(actor.acct)}"
    advice = f"let {actor.domain} pass /.well-known/webfinger on to {actor.base} (docs/channels.md)"
    try:
        reply = exchange.ask("GET", url, unknown=TryLater)
        links = reply.read(lambda found: [link.get("href") for link in found["links"]])
    except (Refused, Misconfigured) as e:
        raise Misconfigured(f"{who}; it is not found: {e}: {advice}") from e
    except TryLater as e:
        raise TryLater(f"{who}; whether it is found, nobody says: {e}") from e
    if actor.id not in links:
        raise Misconfigured(f"{who}; {url} leads elsewhere: {advice}")
