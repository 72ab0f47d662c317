"""Web Push, against a push service that checks what the standards let it check, and browsers that decrypt."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import insert

from syndicator.callbacks import GROUP_WAIT_S, GuardedCallbacks
from syndicator.channels.webpush import WebPush, topic_of
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused
from syndicator.domain.post import Occasion
from syndicator.domain.recipient import Recipient, RecipientState
from syndicator.http.client import AddressGuard
from syndicator.http.push_subscriptions import PushSubscription, read_subscription
from syndicator.http.vapid import application_server, new_private_key
from syndicator.jobs.announcements import RecordedAnnouncements
from syndicator.jobs.broadcast import Announcer, broadcast
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from syndicator.store import Store, schema
from tests.channels.contract import (
    ARTICLE,
    CORRECTED,
    KEY,
    OTHER,
    OTHER_KEY,
    ChannelContract,
    impatient_session,
)
from tests.channels.local_server import Trouble, status
from tests.channels.push_service import PushService
from tests.channels.servers import Published
from tests.fakes import SITE, FakeBell
from tests.http.vapid_reader import read_vapid

pytestmark = pytest.mark.slow  # databases or processes throughout


@dataclass
class Readers:
    """Browsers of readers, once all that is owed to them has been sent."""

    service: PushService
    store: Store
    channel: WebPush
    late: timedelta = timedelta()
    bell: FakeBell = field(default_factory=FakeBell)

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.late

    def subscribe(self, name: str, server_key: str = "") -> Recipient:
        key = server_key or self.channel.server_key
        browser = self.service.subscribed(name, key)
        sent = {**browser.subscription, "endpoint": "https://push.example/x"}
        keys = read_subscription(sent, key, ["push.example"]).keys
        subscription = PushSubscription(endpoint=browser.endpoint, keys=keys, server_key=key)
        recipient = Recipient(
            channel="readers", address=browser.endpoint, host="127.0.0.1", details=subscription.details
        )
        return self.store.join(recipient, self.clock())

    def are_told(self) -> int:
        channels = {"readers": self.channel}
        announcer = Announcer(channels=channels, store=self.store, bell=self.bell, clock=self.clock)
        return broadcast(announcer, "readers")

    def row(self, name: str) -> Recipient:
        found = self.store.recipient("readers", f"{self.service.address}/push/{name}")
        assert found
        return found

    @property
    def published(self) -> list[Published]:
        self.are_told()
        return self.service.shown("ann")


@pytest.fixture
def secret() -> str:
    return new_private_key()


@pytest.fixture
def readers(sqlite_store: Store, secret: str, tmp_path: Path) -> Iterator[Readers]:
    (tmp_path / "key").write_text(secret)
    with sqlite_store.writing() as connection:
        connection.execute(insert(schema.channel).values(name="readers"))
    with PushService() as service, impatient_session() as session:
        announcements = RecordedAnnouncements(
            channel="readers", store=sqlite_store, bell=FakeBell(), clock=lambda: datetime.now(UTC)
        )
        guard = AddressGuard((urlsplit(service.address).netloc, "127.0.0.1"))
        channel = WebPush(
            name="readers",
            private_key=Secret(f"file:{tmp_path}/key"),
            contact="mailto:desk@river.example",
            session=session,
            announcements=announcements,
            callbacks=GuardedCallbacks(guard, deadline=2.0),
            site=replace(SITE, icon="https://river.example/icon.png"),
        )
        readers = Readers(service, sqlite_store, channel)
        readers.subscribe("ann")
        yield readers


@pytest.fixture
def server(readers: Readers) -> Readers:
    return readers


@pytest.fixture
def channel(readers: Readers) -> WebPush:
    return readers.channel


class TestWebPush(ChannelContract):
    def test_a_trial_says_who_we_are_and_how_many_listen(self, channel: WebPush, readers: Readers) -> None:
        readers.subscribe("bob")

        assert channel.check() == f"subscribers: 2; application server key {channel.server_key}"

    def test_a_trial_names_an_icon_that_nobody_would_see(self, channel: WebPush) -> None:
        bare = replace(channel, site=replace(SITE, icon="http://river.example/icon.png"))

        assert bare.check().endswith("; http://river.example/icon.png is not shown: no https address")

    def test_a_repeat_after_a_lost_answer_is_sent_to_nobody(self, channel: WebPush, readers: Readers) -> None:
        channel.send(self.post(channel), key=KEY)
        readers.are_told()
        channel.send(self.post(channel), key=KEY)

        assert readers.are_told() == 0
        assert readers.service.sounds == ["/push/ann"]

    def test_a_correction_takes_its_place_without_a_sound(self, channel: WebPush, readers: Readers) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        readers.are_told()
        channel.edit(receipt, self.post(channel, CORRECTED))

        [shown] = readers.published
        assert CORRECTED.title in shown.text
        assert readers.service.sounds == ["/push/ann"]

    def test_a_correction_of_what_is_under_way_replaces_it(self, channel: WebPush, readers: Readers) -> None:
        readers.service.away.add("/push/ann")
        receipt = channel.send(self.post(channel), key=KEY)
        readers.are_told()
        channel.edit(receipt, self.post(channel, CORRECTED))
        readers.are_told()

        assert len(readers.service.waiting["/push/ann"]) == 1
        readers.service.returns("ann")
        [shown] = readers.published
        assert CORRECTED.title in shown.text

    def test_a_corrected_correction_back_to_the_first_words_is_sent(
        self, channel: WebPush, readers: Readers
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        for article in (CORRECTED, replace(ARTICLE, revision=3)):
            channel.edit(receipt, self.post(channel, article))

        [shown] = readers.published
        assert ARTICLE.title in shown.text

    def test_a_retraction_shows_a_notice_in_its_place(self, channel: WebPush, readers: Readers) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        readers.are_told()
        notice = compose(ARTICLE, channel.capabilities, occasion=Occasion.RETRACTION)
        with pytest.raises(Refused, match="off a screen"):
            channel.delete(receipt, notice)
        channel.edit(receipt, notice)

        [shown] = readers.published
        assert "ບົດຄວາມນີ້ຖືກຖອນອອກແລ້ວ" in shown.text
        assert ARTICLE.summary not in shown.text

    def test_what_was_never_announced_is_not_found(self, channel: WebPush, readers: Readers) -> None:
        assert channel.find(self.post(channel), key=KEY) is None

        readers.store.restore(readers.clock())
        with pytest.raises(OutcomeUnknown, match="put back from a backup"):
            channel.find(self.post(channel), key=KEY)

    def test_breaking_news_are_urgent_and_their_corrections_are_not(
        self, channel: WebPush, readers: Readers
    ) -> None:
        urgent = replace(ARTICLE, urgent=True)
        receipt = channel.send(self.post(channel, urgent), key=KEY)
        channel.edit(receipt, self.post(channel, replace(CORRECTED, urgent=True)))
        channel.send(self.post(channel, OTHER), key=OTHER_KEY)
        readers.are_told()

        headers = [request.headers for request in readers.service.requests]
        assert [each["Urgency"] for each in headers] == ["high", "normal", "normal"]
        assert [each["Topic"] for each in headers] == [topic_of(KEY), topic_of(KEY), topic_of(OTHER_KEY)]
        assert all(12 * 3600 - 60 < int(each["TTL"]) <= 12 * 3600 for each in headers)
        assert len({each["Authorization"] for each in headers}) == 1
        assert read_vapid(headers[0]["Authorization"])[1]["sub"] == "mailto:desk@river.example"

    def test_it_has_the_photo_the_icon_and_the_language(self, channel: WebPush, readers: Readers) -> None:
        channel.send(self.post(channel), key=KEY)
        readers.are_told()

        [notice] = readers.service.screens["/push/ann"].values()
        assert notice["image"] == "https://news.example/tram.jpg"
        assert notice["icon"] == "https://river.example/icon.png"
        assert notice["lang"] == "lo-LA"

    def test_a_long_lao_text_is_taken_by_every_service(self, channel: WebPush, readers: Readers) -> None:
        channel.send(self.post(channel, replace(ARTICLE, summary="ນັກຂ່າວ ລາຍງານ ຈາກແຂວງ. " * 400)), key=KEY)

        [shown] = readers.published
        assert 500 < len(shown.text) < 700
        assert max(len(request.body) for request in readers.service.requests) < 3000


def announce(readers: Readers, article: int = 1) -> None:
    readers.channel.send(compose(ARTICLE, readers.channel.capabilities), key=f"{KEY}{article}")


@pytest.mark.parametrize("gone", [404, 410])
def test_who_is_gone_is_dropped_and_the_others_are_told(readers: Readers, gone: int) -> None:
    for name in ("bob", "cid"):
        readers.subscribe(name)
    readers.service.gone["/push/bob"] = gone
    announce(readers)

    assert readers.are_told() == 3
    assert readers.row("bob").state is RecipientState.DEAD
    assert readers.row("bob").reason == f"answers {gone}"
    assert len(readers.service.shown("cid")) == 1
    announce(readers, 2)
    assert readers.are_told() == 2
    assert readers.channel.check().startswith("subscribers: 2;")


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_service_in_trouble_is_tried_later(readers: Readers, code: int) -> None:
    readers.service.trouble = Trouble(status(code, Retry_After="300"), at="/push/ann")
    announce(readers)
    readers.are_told()
    assert readers.row("ann").failures == 1
    if code != 500:
        assert readers.row("ann").next_attempt > datetime.now(UTC) + timedelta(seconds=280)  # type: ignore[operator]  # it has one

    readers.service.trouble = None
    readers.late = timedelta(minutes=30)
    assert len(readers.published) == 1
    assert readers.row("ann").failures == 0


def test_what_is_no_news_any_more_is_not_sent(readers: Readers) -> None:
    announce(readers)
    readers.late = timedelta(hours=13)

    assert readers.are_told() == 0
    assert readers.published == []


@pytest.mark.parametrize("code", [400, 413])
def test_a_message_that_is_not_taken_is_not_sent_again(readers: Readers, code: int) -> None:
    readers.service.declines["/push/ann"] = code
    announce(readers)
    readers.are_told()
    readers.service.declines.clear()

    assert readers.are_told() == 0
    assert readers.row("ann").state is RecipientState.ACTIVE
    announce(readers, 2)
    assert len(readers.published) == 1


def test_one_that_refuses_our_key_is_tried_later_and_told(
    readers: Readers, caplog: pytest.LogCaptureFixture
) -> None:
    readers.service.declines["/push/ann"] = 403
    announce(readers)
    readers.are_told()

    assert readers.row("ann").failures == 1
    assert "refuses our key (401, 403): is this machine's clock right" in caplog.text


@pytest.mark.parametrize("prompt", [13, 12, 5])
def test_where_nobody_takes_our_key_the_operator_is_told_and_nobody_is_lost(
    readers: Readers, caplog: pytest.LogCaptureFixture, prompt: int
) -> None:
    for number in range(12):
        readers.subscribe(f"reader{number}")
    paths = list(readers.service.browsers)
    readers.service.declines = dict.fromkeys(paths, 401)
    readers.service.late = dict.fromkeys(paths[prompt : prompt + 1], GROUP_WAIT_S * 1.5)  # one by one
    announce(readers)
    readers.are_told()

    assert "nobody can be told at the moment" in caplog.text
    assert [readers.row(f"reader{number}").failures for number in range(12)] == [0] * 12
    readers.service.declines.clear()
    readers.late = timedelta(minutes=2)
    assert readers.are_told() == 13


def test_another_key_tells_nobody_and_is_told(
    readers: Readers, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    old = application_server(new_private_key(), "mailto:desk@river.example").key
    readers.subscribe("old", old)
    announce(readers)
    readers.are_told()
    assert readers.row("old").failures == 1
    assert "subscribed with another key of ours" in readers.row("old").reason
    assert "1 subscribed with another key of ours" in caplog.text
    assert len(readers.published) == 1

    caplog.clear()
    for number in range(12):
        readers.subscribe(f"reader{number}")
    (tmp_path / "key").write_text(new_private_key())
    announce(readers, 2)
    readers.are_told()
    assert "nobody can be told at the moment: 13 subscribed with another key" in caplog.text
    assert readers.row("reader3").failures == 0


def test_what_is_kept_damaged_is_dropped(readers: Readers) -> None:
    recipient = Recipient(
        channel="readers", address=f"{readers.service.address}/push/odd", details={"auth": 7}
    )
    readers.store.join(recipient, readers.clock())
    announce(readers)

    assert readers.are_told() == 2
    assert readers.row("odd").state is RecipientState.DEAD


def test_a_key_that_is_none_stops_the_channel(readers: Readers, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("correct-horse-battery")
    announce(readers)

    for attempt in (readers.channel.check, lambda: readers.channel.server_key):
        with pytest.raises(Misconfigured, match=r"^private_key: .*(43 characters|base64url)") as caught:
            attempt()
        assert "horse" not in str(caught.value)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("contact", "desk"),
        ("contact", "http://river.example"),
        ("lifetime", timedelta(days=29)),
        ("lifetime", timedelta(seconds=5)),
        ("pages", ("https://river.example/",)),
        ("pages", ("river.example",)),
        ("services", ("https://push.example",)),
        ("services", ("*.*",)),
        ("icon", "http://river.example/icon.png"),
        ("most_subscribers", 0),
    ],
)
def test_what_makes_no_sense_is_refused(readers: Readers, setting: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{setting}: "):
        replace(readers.channel, **{setting: value})  # type: ignore[arg-type]  # wrong on purpose


def test_it_knows_where_readers_subscribe(readers: Readers) -> None:
    channel = replace(readers.channel, pages=("https://m.river.example",), contact="desk@river.example")

    assert channel.page_origins == {"https://ledger.example", "https://m.river.example"}
    assert channel.address == "https://feeds.ledger.example/push/readers/subscriptions"


def test_quiet_broadcasts_leave_no_line(readers: Readers, caplog: pytest.LogCaptureFixture) -> None:
    announce(readers)
    readers.are_told()

    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []
