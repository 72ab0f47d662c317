"""A list's desk: where readers sign up, confirm and leave, and where bounces come in.

A reader's ticket is its number on record and a code that only its own mails say: nobody else leaves for it.
Another code, in the message that asks whether the address is its own, makes it a reader; it is good for so
long, and once.
"""

from __future__ import annotations

import base64
import hmac
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from syndicator.domain.recipient import CONFIRM_WITHIN, Recipient, RecipientState
from syndicator.mail.addresses import masked
from syndicator.mail.bounces import TICKET, Report, Verdict
from syndicator.mail.list_contents import ListNames, confirmation, known
from syndicator.mail.mailbox import Mailbox

log = logging.getLogger(__name__)

#: Messages about signing up that one address is sent: so many within so long, and a pause between two.
MAX_ASKED, ASKED_WITHIN, ASKED_AGAIN_AFTER = 3, timedelta(days=1), timedelta(minutes=10)

#: Days on which mail came back, from which on an address is dead, with no longer pause between two.
MAX_BOUNCED_DAYS, BOUNCED_PAUSE = 5, timedelta(days=14)


class ReaderStore(Protocol):
    """What a desk needs on record (``store.recipients``, ``store.list_readers``)."""

    def join(self, recipient: Recipient, now: datetime) -> Recipient: ...

    def change_state(
        self, channel: str, address: str, state: RecipientState, now: datetime, reason: str = ""
    ) -> bool: ...

    def recipient(self, channel: str, address: str) -> Recipient | None: ...

    def recipient_numbered(self, number: int) -> Recipient | None: ...

    def note_details(self, number: int, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None: ...


@runtime_checkable
class PostOffice(Protocol):
    """What a desk needs of its channel."""

    @property
    def name(self) -> str: ...

    @property
    def names(self) -> ListNames: ...

    @property
    def pages(self) -> str:
        """Where readers sign up, confirm and leave."""
        ...

    @property
    def returned_mail(self) -> Mailbox | None:
        """Where returned mail waits to be read; ``None``: it is handed to us."""
        ...

    def write(self, address: str, subject: str, text: str) -> None:
        """Send one message. Raises ``SyndicatorError``."""
        ...


def ticket_of(reader: Recipient) -> str:
    """A reader's ticket."""
    return f"{reader.id}-{reader.details.get('code', '')}"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The desk of one list."""

    office: PostOffice
    store: ReaderStore
    clock: Callable[[], datetime]

    def sign_up(self, address: str) -> None:
        """Ask whoever has the address whether it is meant (``mail_address`` has made it). Raises
        ``SyndicatorError`` where that cannot be sent."""
        now, office = self.clock(), self.office
        reader = self.store.recipient(office.name, address)
        moments = _moments(reader, "asked", now - ASKED_WITHIN)
        if moments and (len(moments) >= MAX_ASKED or now - moments[-1] < ASKED_AGAIN_AFTER):
            log.info("channel %s: %s has been asked already", office.name, masked(address))
            return
        if reader is None or reader.state is not RecipientState.ACTIVE:
            details = {
                **(reader.details if reader else {}),
                "code": (reader.details.get("code") if reader else None) or _code(),
                "confirm": _code(),
                "confirm_until": (now + CONFIRM_WITHIN).isoformat(),
                "signed_up": now.isoformat(),
            }
            host = address.rpartition("@")[2]
            awaiting = RecipientState.AWAITING
            reader = self.store.join(
                Recipient(channel=office.name, address=address, host=host, state=awaiting, details=details),
                now,
            )
            link = f"{office.pages}/confirm/{reader.id}-{details['confirm']}"
            office.write(address, *confirmation(office.names, link))
        else:
            office.write(address, *known(office.names, self.leave_page(reader)))
        self._note(reader, asked=[*(each.isoformat() for each in moments), now.isoformat()])

    def awaiting(self, ticket: str) -> Recipient | None:
        """Whom the ticket of a message that asks makes a reader; ``None``: nobody, or not any more."""
        reader = self._holder(ticket, "confirm")
        if reader is None or reader.state is not RecipientState.AWAITING:
            return None
        until = datetime.fromisoformat(reader.details["confirm_until"])
        return reader if self.clock() < until else None

    def confirm(self, ticket: str) -> bool:
        """Make the holder of such a ticket a reader. Once."""
        reader, now = self.awaiting(ticket), self.clock()
        if reader is None:
            return False
        if self.store.change_state(self.office.name, reader.address, RecipientState.ACTIVE, now):
            self._note(reader, confirm="", confirmed=now.isoformat(), bounced=[])
            log.info("channel %s: %s has joined", self.office.name, masked(reader.address))
        return True

    def holder(self, ticket: str) -> Recipient | None:
        """Whose a ticket is."""
        return self._holder(ticket, "code")

    def leave(self, ticket: str, reason: str = "unsubscribed") -> bool:
        """End what the holder of a ticket is sent. Repeating it is harmless."""
        reader = self.holder(ticket)
        if reader is None:
            return False
        if reader.state is not RecipientState.DEAD:
            self._end(reader, RecipientState.LEFT, reason)
        return True

    def leave_page(self, reader: Recipient) -> str:
        """The page where a reader leaves."""
        return f"{self.office.pages}/leave/{ticket_of(reader)}"

    def obey(self, report: Report) -> str:
        """Do what follows from a report. Returns what that was, in one line."""
        reader = self.holder(report.ticket)
        if reader is None:
            return f"of nobody on record: {report.reason}"
        who = f"channel {self.office.name}: {masked(reader.address)}"
        match report.verdict:
            case Verdict.DEAD:
                self._end(reader, RecipientState.DEAD, report.reason)
                return f"{who} is given up: {report.reason}"
            case Verdict.COMPLAINT:
                self._end(reader, RecipientState.LEFT, report.reason)
                return f"{who} is left alone: {report.reason}"
            case Verdict.LEAVES:
                self._end(reader, RecipientState.LEFT, report.reason)
                return f"{who} has left: {report.reason}"
            case Verdict.COUNTED:
                return f"{who}: {self._count(reader, report)}"
            case Verdict.OURS:
                return f"{who} was not sent it, for a reason that is ours: {report.reason}"
            case _:
                return f"{who}: nothing follows: {report.reason}"

    def _count(self, reader: Recipient, report: Report) -> str:
        now = self.clock()
        bounced = _moments(reader, "bounced", now - MAX_BOUNCED_DAYS * BOUNCED_PAUSE)
        if bounced and now - bounced[-1] > BOUNCED_PAUSE:
            bounced = []
        if not bounced or bounced[-1].date() != now.date():
            bounced = [*bounced, now]
        if len(bounced) >= MAX_BOUNCED_DAYS:
            self._end(reader, RecipientState.DEAD, report.reason)
            return f"given up, since mail came back on {len(bounced)} days: {report.reason}"
        self._note(reader, bounced=[each.isoformat() for each in bounced])
        return f"came back on {len(bounced)} of {MAX_BOUNCED_DAYS} days: {report.reason}"

    def _end(self, reader: Recipient, state: RecipientState, reason: str) -> None:
        if self.store.change_state(self.office.name, reader.address, state, self.clock(), reason):
            log.info("channel %s: %s is %s: %s", self.office.name, masked(reader.address), state, reason)

    def _holder(self, ticket: str, key: str) -> Recipient | None:
        if not TICKET.fullmatch(ticket):
            return None
        number, _, code = ticket.partition("-")
        reader = self.store.recipient_numbered(int(number))
        if reader is None or reader.channel != self.office.name:
            return None
        return reader if hmac.compare_digest(code, str(reader.details.get(key, ""))) else None

    def _note(self, reader: Recipient, **changes: object) -> None:
        self.store.note_details(reader.id, lambda details: {**details, **changes})


def _code() -> str:
    """Eighty bits, in letters and figures that every mail server leaves as they are."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


def _moments(reader: Recipient | None, key: str, since: datetime) -> Sequence[datetime]:
    """What was noted of a reader, in order."""
    noted = reader.details.get(key, ()) if reader else ()
    return [at for each in noted if (at := datetime.fromisoformat(each)) > since]


def desks(
    channels: Mapping[str, object], store: ReaderStore, clock: Callable[[], datetime]
) -> dict[str, Desk]:
    """The desks of mailing lists, by their channels' names: of those that are a ``PostOffice``."""
    return {
        name: Desk(office=channel, store=store, clock=clock)
        for name, channel in channels.items()
        if isinstance(channel, PostOffice)
    }
