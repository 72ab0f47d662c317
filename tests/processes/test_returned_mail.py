"""A worker looks into the mailboxes of lists, beside its jobs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.domain.recipient import Recipient, RecipientState
from syndicator.jobs.stopping import STOPPING
from syndicator.processes.returned_mail import read_returned_mail
from syndicator.wiring import App, open_app
from syndicator.wiring.couriers import now
from tests.cli.test_bounce import CODE, DECLARED
from tests.mail.mailbox_server import PASSWORD, USER, ContractServer
from tests.mail.test_bounces import bounce, said

pytestmark = pytest.mark.slow  # databases or processes throughout

MAILBOX = """
[channels.evening]
kind = "mailinglist"
sender = "news@news.example"
relay = "smtp://127.0.0.1:9"
bounces = "bounces@news.example"
mailbox = "{address}"
mailbox_user = "{user}"
mailbox_password = "file:{folder}/password"
"""


@pytest.fixture(autouse=True)
def stopping() -> Iterator[threading.Event]:
    yield STOPPING
    STOPPING.clear()


def opened(folder: Path, more: str = "") -> App:
    (folder / "feeds").mkdir()
    (folder / "feeds" / "all.toml").write_text('title = "All"\n')
    (folder / "password").write_text(PASSWORD)
    (folder / "syndicator.toml").write_text(DECLARED.format(folder=folder) + more)
    return open_app(folder)


def test_what_waits_there_is_obeyed_until_the_worker_ends(tmp_path: Path) -> None:
    with ContractServer() as server:
        app = opened(tmp_path, MAILBOX.format(address=server.address, user=USER, folder=tmp_path))
        details = {"code": CODE}
        reader = app.store.join(
            Recipient(channel="morning", address="ann@r.example", host="r.example", details=details), now()
        )
        server.receives(bounce(said(status="5.1.1"), to=f"bounces+{reader.id}-{CODE}@news.example"))

        thread = read_returned_mail(app)
        assert thread
        assert server.has_parted.wait(30)
        STOPPING.set()
        thread.join(30)

        assert not thread.is_alive()
        found = app.store.recipient("morning", "ann@r.example")
        assert found
        assert found.state is RecipientState.DEAD
        app.store.engine.dispose()


def test_where_none_is_declared_there_is_no_thread(tmp_path: Path) -> None:
    app = opened(tmp_path)

    assert read_returned_mail(app) is None
    app.store.engine.dispose()
