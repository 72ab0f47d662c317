"""Returned mail that waits in a mailbox: what follows for readers, and what is left for a person."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator.domain.recipient import RecipientState
from syndicator.mail.returned import ReturnedMail
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.list_house import ListHouse, house_of
from tests.fakes import Clock
from tests.mail.mailbox_server import FLAGGED, PASSWORD, SEEN, USER, ContractServer
from tests.mail.test_bounces import bounce, said

pytestmark = pytest.mark.slow  # databases or processes throughout

ANN = "ann@reader.example"


@pytest.fixture
def server() -> Iterator[ContractServer]:
    with ContractServer() as server:
        yield server


@pytest.fixture
def house(sqlite_store: Store, server: ContractServer, tmp_path: Path) -> Iterator[ListHouse]:
    (tmp_path / "mailbox").write_text(PASSWORD)
    box = {
        "mailbox": server.address,
        "mailbox_user": USER,
        "mailbox_password": Secret(f"file:{tmp_path}/mailbox"),
    }
    with house_of(sqlite_store, Clock(datetime.now(UTC)), **box) as house:
        yield house


@pytest.fixture
def returned(house: ListHouse) -> ReturnedMail:
    return ReturnedMail({"morning": house.desk})


def bounced(house: ListHouse, status: str = "5.1.1", address: str = ANN) -> bytes:
    return bounce(said(status=status), to=f"bounces+{house.ticket(address)}@news.example")


def test_what_waits_is_obeyed_once(
    house: ListHouse, server: ContractServer, returned: ReturnedMail, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "syndicator.mail.returned")  # whatever a command has set before
    server.receives(bounced(house))
    returned.read()
    returned.read()

    assert house.reader(ANN).state is RecipientState.DEAD
    assert [flags for _, flags in server.messages] == [{SEEN}]
    lines = [r.getMessage() for r in caplog.records if r.name == "syndicator.mail.returned"]
    assert lines == ["returned mail: channel morning: a…@reader.example is given up: 5.1.1 failed"]


def test_what_nobody_understands_is_flagged_for_a_person(
    house: ListHouse, server: ContractServer, returned: ReturnedMail
) -> None:
    server.receives(b"To: bounces@news.example\r\nSubject: Hello\r\n\r\nMay I ask something?\r\n")
    server.receives(f"To: b+{house.ticket(ANN)}@n.example\r\nSubject: Away\r\n\r\n".encode())
    server.receives(bounce(said(status="5.1.1"), to="bounces@news.example"))
    server.receives(bounce(said(status="5.1.1"), to="b+9999-aaaaaaaaaaaaaaaa@n.example"))
    server.receives(bounced(house, "4.4.1"))

    returned.read()

    assert house.reader(ANN).state is RecipientState.ACTIVE
    odd, known = {SEEN, FLAGGED}, {SEEN}
    assert [flags for _, flags in server.messages] == [odd, odd, odd, known, known]


def test_lists_may_have_one_mailbox(
    house: ListHouse, server: ContractServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.receives(bounced(house))
    returned = ReturnedMail({"evening": house.desk, "morning": house.desk})

    assert len(returned.mailboxes) == 1
    returned.read()

    assert house.reader(ANN).state is RecipientState.DEAD


def test_a_list_without_one_has_none(sqlite_store: Store) -> None:
    with house_of(sqlite_store, Clock(datetime.now(UTC))) as house:
        assert ReturnedMail({"morning": house.desk}).mailboxes == []


def test_a_mailbox_that_is_away_is_told_once_until_it_is_back(
    house: ListHouse, server: ContractServer, returned: ReturnedMail, caplog: pytest.LogCaptureFixture
) -> None:
    server.receives(bounced(house))
    server.rules["SELECT"] = None
    returned.read()
    returned.read()
    del server.rules["SELECT"]
    returned.read()
    server.rules["SELECT"] = None
    returned.read()

    assert house.reader(ANN).state is RecipientState.DEAD
    lines = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert [line.partition(": ")[2][:30] for line in lines] == ["it cannot be read: 127.0.0.1 c"] * 2


def test_a_report_that_was_obeyed_and_not_marked_is_obeyed_again(
    house: ListHouse, server: ContractServer, returned: ReturnedMail
) -> None:
    server.receives(bounced(house, "5.2.2"))
    server.rules["UID STORE"] = None
    returned.read()
    del server.rules["UID STORE"]
    returned.read()

    assert [flags for _, flags in server.messages] == [{SEEN}]
    assert len(house.reader(ANN).details["bounced"]) == 1


def test_a_trial_says_what_is_unread_and_reads_nothing(house: ListHouse, server: ContractServer) -> None:
    server.receives(bounced(house))

    assert "; 127.0.0.1 has 1 unread" in house.channel.check()
    assert [flags for _, flags in server.messages] == [set()]


@pytest.mark.parametrize(
    "changes",
    [
        {"mailbox_user": ""},
        {"mailbox_password": None},
        {"mailbox": ""},
        {"mailbox": "https://mail.example"},
        {"bounces": ""},
    ],
)
def test_settings_that_do_not_belong_together(house: ListHouse, changes: dict[str, str | None]) -> None:
    with pytest.raises(ValueError, match=r"^mailbox: "):
        house.declare(**changes)
