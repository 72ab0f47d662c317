"""Looks at the mailboxes where lists have their returned mail, beside a worker's jobs."""

from __future__ import annotations

import threading

from syndicator.mail.desk import desks
from syndicator.mail.returned import ReturnedMail
from syndicator.processes.beside_jobs import repeat
from syndicator.wiring import App
from syndicator.wiring.couriers import now

#: Seconds between two looks. What came back is to be obeyed before the next article, not at once.
EVERY_S = 300.0


def read_returned_mail(application: App) -> threading.Thread | None:
    """Look into them again and again, in a thread of its own, until the process ends: a mail server may take
    long, and keeps no job waiting. A look that ends early is made up for: nothing was marked as read that was
    not obeyed. ``None``: there are none."""
    channels = {name: courier.channel for name, courier in application.couriers.items()}
    returned = ReturnedMail(desks(channels, application.store, now))
    if not returned.mailboxes:
        return None

    return repeat("returned mail", returned.read, EVERY_S)
