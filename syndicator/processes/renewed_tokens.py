"""Renews tokens that end by themselves, beside a worker's jobs, where they are kept in a file of ours."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from syndicator.domain.errors import SyndicatorError
from syndicator.jobs.courier import Courier
from syndicator.processes.beside_jobs import repeat
from syndicator.secret import Secret
from syndicator.wiring import App
from syndicator.wiring.couriers import now
from syndicator.wiring.secret_files import keep_secret, secret_file

log = logging.getLogger(__name__)

#: How long before its end a token is renewed: there are sixteen days to try in before its operator is asked
#: for a new one, and it is far older than the day that services want.
RENEWED_BEFORE = timedelta(days=30)

#: Seconds between two looks.
EVERY_S = 86_400.0


def renew_tokens(application: App) -> threading.Thread | None:
    """Look again and again which tokens are due. ``None``: there are none that could be renewed."""
    couriers = {name: each for name, each in application.couriers.items() if _place_of(each)}
    if not couriers:
        return None

    def look() -> None:
        for name, courier in couriers.items():
            renew_if_due(name, courier, now())

    return repeat("tokens", look, EVERY_S)


def renew_if_due(name: str, courier: Courier, moment: datetime) -> None:
    """Renew the token of a channel whose end is near. Without the new one, for whatever reason, the one that
    there is goes on until its own end, and another is asked for at the next look."""
    place = _place_of(courier)
    if place is None or not _is_due(courier, place, moment):
        return
    try:
        with secret_file(place) as path:
            if path is None or not _is_due(courier, place, moment):  # another worker was here
                return
            before = place.reveal()
            token = courier.channel.renewed_token()  # type: ignore[attr-defined]  # of kinds that have it
            if place.reveal() != before:  # somebody has put another one there by hand
                return
            keep_secret(path, token)
    except SyndicatorError as e:
        log.warning(
            "channel %s: its token is not renewed: %s (tried again in a day)", name, courier.redact(str(e))
        )
    else:
        log.info("channel %s: its token is renewed, and kept in %s", name, place)


def _place_of(courier: Courier) -> Secret | None:
    """The file of a channel's token that can be renewed."""
    token = getattr(courier.channel, "token", None)
    if not isinstance(token, Secret) or not hasattr(courier.channel, "renewed_token"):
        return None
    return token if token.reference.startswith("file:") else None


def _is_due(courier: Courier, place: Secret, moment: datetime) -> bool:
    kept_at, life = place.kept_at, getattr(courier.channel, "token_life", None)
    return kept_at is not None and life is not None and kept_at + life - moment <= RENEWED_BEFORE
