"""Returned mail: reports are obeyed at the desk of the list whose reader they are about.

Obeying one again changes nothing, so that any number of workers may read one mailbox.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from syndicator.domain.errors import SyndicatorError
from syndicator.mail.bounces import Report, Verdict, read_report
from syndicator.mail.desk import Desk
from syndicator.mail.mailbox import Mailbox

log = logging.getLogger(__name__)


def obey(known: Mapping[str, Desk], report: Report) -> str:
    """Do what follows from a report at the desk whose reader it is about; what that was, in one line."""
    for desk in known.values():
        if desk.holder(report.ticket):
            return desk.obey(report)
    whose = f"ticket {report.ticket} is of nobody on record" if report.ticket else "it has no ticket of ours"
    return f"nothing follows, {whose}: {report.reason}"


@dataclass
class ReturnedMail:
    """The mailboxes of lists; several lists may have one. ``known``: the desks, by their lists' names."""

    known: Mapping[str, Desk]
    _troubles: dict[Mailbox, str] = field(default_factory=dict)

    @property
    def mailboxes(self) -> list[Mailbox]:
        found = {desk.office.returned_mail for desk in self.known.values()}
        return sorted(filter(None, found), key=lambda mailbox: (mailbox.address, mailbox.user))

    def read(self) -> None:
        """Obey what waits in each mailbox. Never raises: what is wrong may be mended by the next time, and
        the log has it once."""
        for mailbox in self.mailboxes:
            try:
                mailbox.read(self._obey)
                trouble = ""
            except SyndicatorError as e:
                trouble = str(e)
            if trouble and trouble != self._troubles.get(mailbox):
                log.warning("returned mail: it cannot be read: %s", trouble)
            self._troubles[mailbox] = trouble

    def _obey(self, content: bytes) -> bool:
        """Obey one message; whether it was understood. ``SyndicatorError`` where the database is away."""
        report = read_report(content)
        log.info("returned mail: %s", obey(self.known, report))
        return bool(report.ticket) and report.verdict is not Verdict.UNREAD
