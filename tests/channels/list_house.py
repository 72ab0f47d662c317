"""A mailing list with its readers, on record and at a real relay."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import insert

from syndicator.channels.mailinglist import MailingList
from syndicator.domain.recipient import Recipient, RecipientState
from syndicator.jobs.announcements import RecordedAnnouncements
from syndicator.jobs.broadcast import Announcer, broadcast
from syndicator.mail.desk import Desk, ticket_of
from syndicator.store import Store, schema
from tests.channels.contract import impatient_session
from tests.channels.mail_server import MailRelay, running
from tests.channels.servers import Published
from tests.fakes import SITE, Clock, FakeBell

NAME = "morning"


@dataclass
class ListHouse:
    """``published``: what has come to the first reader, without what each message ends with."""

    store: Store
    relay: MailRelay
    channel: MailingList
    clock: Clock
    bell: FakeBell = field(default_factory=FakeBell)

    @property
    def desk(self) -> Desk:
        return Desk(office=self.channel, store=self.store, clock=self.clock)

    @property
    def published(self) -> list[Published]:
        self.broadcasts()
        own = [
            published
            for published, (_, to) in zip(self.relay.published, self.relay.envelopes, strict=True)
            if to == ["ann@reader.example"]
        ]
        return [replace(each, text=each.text.rpartition("\n-- \n")[0].rstrip("\n")) for each in own]

    def joins(self, address: str, state: RecipientState = RecipientState.ACTIVE) -> Recipient:
        host = address.rpartition("@")[2]
        details = {"code": f"code{address[:3]}".replace("@", "a").ljust(16, "a")}
        reader = Recipient(channel=NAME, address=address, host=host, state=state, details=details)
        return self.store.join(reader, self.clock())

    def reader(self, address: str) -> Recipient:
        reader = self.store.recipient(NAME, address)
        assert reader
        return reader

    def ticket(self, address: str) -> str:
        return ticket_of(self.reader(address))

    def broadcasts(self) -> int:
        announcer = Announcer(
            channels={NAME: self.channel}, store=self.store, bell=self.bell, clock=self.clock
        )
        return broadcast(announcer, NAME)

    def declare(self, **changes: Any) -> MailingList:
        """The channel with other settings."""
        self.channel = replace(self.channel, **changes)
        return self.channel


@contextmanager
def house_of(store: Store, clock: Clock, **settings: Any) -> Iterator[ListHouse]:
    bell = FakeBell()
    with store.writing() as connection:
        connection.execute(insert(schema.channel).values(name=NAME))
    with running(MailRelay()) as relay, impatient_session() as session:
        channel = MailingList(
            **{
                "name": NAME,
                "sender": "ຂ່າວ Example News <news@news.example>",
                "relay": relay.address,
                "title": "Morning news",
                "bounces": "bounces@news.example",
                "session": session,
                "site": SITE,
                "announcements": RecordedAnnouncements(channel=NAME, store=store, bell=bell, clock=clock),
                **settings,
            }
        )
        house = ListHouse(store, relay, channel, clock, bell)
        house.joins("ann@reader.example")
        yield house
