"""The wait of a first post for the page that it links to: networks fetch a card once and keep it."""

from __future__ import annotations

from datetime import datetime, timedelta

from syndicator.domain.capabilities import LinkPlace
from syndicator.domain.ledger import Wait
from syndicator.domain.step import Step
from syndicator.jobs.courier import Courier, Deliverer
from syndicator.jobs.store_ports import ClaimedDelivery

#: Breaking news waits no longer than this.
MAX_URGENT_WAIT = timedelta(seconds=20)

#: A page that was not ready is asked for again after so long.
ASK_AGAIN = timedelta(seconds=5)


def wait_for_page(
    deliverer: Deliverer, courier: Courier, claimed: ClaimedDelivery, step: Step, now: datetime
) -> Wait | None:
    """The wait for a page that is not ready; over already (``until`` is ``now``) where the declared one has
    passed. ``None``: the page is ready, or nobody is to wait for it."""
    article, longest, capabilities = claimed.article, courier.wait_for_page, courier.channel.capabilities
    has_link = capabilities.link_place is not LinkPlace.NOWHERE
    is_off = not longest or capabilities.carries_article or not has_link
    if deliverer.pages is None or is_off or step is not Step.SEND or claimed.roundup:
        return None
    missing = deliverer.pages.missing(article)
    if not missing:
        return None
    end = claimed.delivery.created + (min(longest, MAX_URGENT_WAIT) if article.urgent else longest)
    if end > now:
        return Wait(until=min(now + ASK_AGAIN, end), why=missing)
    deliverer.pages.passed_over(article)
    return Wait(until=now, why=missing)
