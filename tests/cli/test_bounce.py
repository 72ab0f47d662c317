"""What a mail server pipes to ``syndicator bounce``, and what follows."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syndicator.cli.bounce import TRY_AGAIN, bounce
from syndicator.domain.recipient import Recipient, RecipientState
from syndicator.store import Store, open_store
from syndicator.wiring.couriers import now
from tests.mail.test_bounces import bounce as report
from tests.mail.test_bounces import said

pytestmark = pytest.mark.slow  # databases or processes throughout

DECLARED = """
[site]
title = "The Test"
url = "https://test.example/"
authority = "test.example"

[keep]
database = "sqlite:///{folder}/syndicator.db"
documents = "documents"

[sources.site]
kind = "page"
listings = [{{ url = "https://test.example/news" }}]
article = '/news/\\d+$'

[channels.morning]
kind = "mailinglist"
sender = "news@news.example"
relay = "smtp://127.0.0.1:9"
bounces = "bounces@news.example"

[channels.other]
kind = "outbox"
folder = "outbox"
"""
CODE = "abcdefghij234567"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["morning"]\n')
    (tmp_path / "syndicator.toml").write_text(DECLARED.format(folder=tmp_path))
    return open_store(f"sqlite:///{tmp_path}/syndicator.db")


@pytest.fixture
def ann(store: Store) -> Recipient:
    reader = Recipient(
        channel="morning", address="ann@reader.example", host="reader.example", details={"code": CODE}
    )
    return store.join(reader, now())


def state(store: Store) -> RecipientState:
    reader = store.recipient("morning", "ann@reader.example")
    assert reader
    return reader.state


def piped(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_an_address_that_does_not_exist_is_given_up(
    tmp_path: Path,
    store: Store,
    ann: Recipient,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    piped(monkeypatch, report(said(status="5.1.1"), to=f"bounces+{ann.id}-{CODE}@news.example"))

    assert bounce(tmp_path, [], "", as_json=False) == 0

    assert state(store) is RecipientState.DEAD
    assert capsys.readouterr().out == "channel morning: a…@reader.example is given up: 5.1.1 failed\n"


def test_the_server_says_whom_it_was_for(
    tmp_path: Path, store: Store, ann: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORIGINAL_RECIPIENT", f"bounces+{ann.id}-{CODE}@news.example")
    piped(monkeypatch, report(said(status="5.1.1"), to="bounces@news.example"))

    bounce(tmp_path, [], "", as_json=False)

    assert state(store) is RecipientState.DEAD


def test_mail_that_comes_back_for_days_is_too_much(
    tmp_path: Path,
    store: Store,
    ann: Recipient,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "full.eml"
    file.write_bytes(report(said(status="5.2.2"), to=f"bounces+{ann.id}-{CODE}@news.example"))
    for day in (1, 1, 2, 3, 4):
        monkeypatch.setattr("syndicator.cli.bounce.now", lambda day=day: datetime(2026, 11, day, tzinfo=UTC))
        bounce(tmp_path, [file], "", as_json=False)
    assert state(store) is RecipientState.ACTIVE
    assert "came back on 4 of 5 days" in capsys.readouterr().out

    monkeypatch.setattr("syndicator.cli.bounce.now", lambda: datetime(2026, 11, 5, tzinfo=UTC))
    bounce(tmp_path, [file], "", as_json=False)

    assert state(store) is RecipientState.DEAD


def test_days_long_ago_do_not_count(
    tmp_path: Path, store: Store, ann: Recipient, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "full.eml"
    file.write_bytes(report(said(status="4.2.2"), to=f"bounces+{ann.id}-{CODE}@news.example"))
    for month in (1, 3, 5, 7, 9, 11):
        monkeypatch.setattr("syndicator.cli.bounce.now", lambda m=month: datetime(2026, m, 1, tzinfo=UTC))
        bounce(tmp_path, [file], "", as_json=False)

    assert state(store) is RecipientState.ACTIVE


@pytest.mark.parametrize(
    ("content", "becomes", "why"),
    [
        (b"To: b+TICKET@n.example\nSubject: unsubscribe\n\n", RecipientState.LEFT, "has left"),
        (b"To: b+TICKET@n.example\nSubject: Away\n\n", RecipientState.ACTIVE, "nothing follows: no report"),
        (
            report(said(status="5.7.1"), to="b+TICKET@n.example"),
            RecipientState.ACTIVE,
            "a reason that is ours",
        ),
        (report(said("delayed", "4.4.1"), to="b+TICKET@n.example"), RecipientState.ACTIVE, "nothing follows"),
        (
            report(said(status="5.1.1"), to="b+9-aaaaaaaaaaaaaaaa@n.example"),
            RecipientState.ACTIVE,
            "of nobody",
        ),
        (report(said(status="5.1.1"), to="b@n.example"), RecipientState.ACTIVE, "no ticket of ours"),
        (b"", RecipientState.ACTIVE, "no ticket of ours"),
    ],
)
def test_what_follows_is_said_in_one_line(
    tmp_path: Path,
    store: Store,
    ann: Recipient,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    becomes: RecipientState,
    why: str,
) -> None:
    piped(monkeypatch, content.replace(b"TICKET", f"{ann.id}-{CODE}".encode()))

    assert bounce(tmp_path, [], "", as_json=True) == 0

    [line] = capsys.readouterr().out.splitlines()
    assert why in json.loads(line)["said"]
    assert state(store) is becomes


def test_a_database_that_is_away_means_again_later(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (tmp_path / "syndicator.toml").read_text()
    (tmp_path / "syndicator.toml").write_text(text.replace("/syndicator.db", "/nowhere/syndicator.db"))
    piped(monkeypatch, report(said(status="5.1.1"), to=f"b+1-{CODE}@n.example"))

    assert bounce(tmp_path, [], "", as_json=False) == TRY_AGAIN
    assert "syndicator bounce: " in capsys.readouterr().err
