"""A worker renews tokens that end, in their files."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.jobs.courier import Courier
from syndicator.jobs.stopping import STOPPING
from syndicator.processes.renewed_tokens import renew_if_due, renew_tokens
from syndicator.wiring import open_app
from tests.channels.graph_server import TOKEN_LIFE, GraphServer
from tests.channels.instagram_server import FakeInstagram
from tests.channels.local_server import Trouble, status
from tests.channels.threads_server import FakeThreads
from tests.config.folders import SITE, write

pytestmark = pytest.mark.slow  # databases throughout

SERVERS: dict[str, tuple[Callable[[], GraphServer], str]] = {
    "threads": (FakeThreads, ""),
    "instagram": (FakeInstagram, f'account = "{FakeInstagram.account}"'),
}


@pytest.fixture(params=SERVERS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(kind: str) -> Iterator[GraphServer]:
    with SERVERS[kind][0]() as server:
        yield server


@pytest.fixture
def token(tmp_path: Path) -> Path:
    return tmp_path / "secrets" / "token"


@pytest.fixture
def courier(tmp_path: Path, kind: str, server: GraphServer, token: Path) -> Courier:
    """A channel whose token is 31 days old."""
    return opened(tmp_path, kind, server, token)


def opened(folder: Path, kind: str, server: GraphServer, token: Path, place: str = "") -> Courier:
    token.parent.mkdir()
    token.write_text(server.token)
    put_back(token, timedelta(days=31))
    declared = f'kind = "{kind}"\ntoken = "{place or f"file:{token}"}"\nserver = "{server.address}"\n'
    main = f'{SITE}[channels.desk]\n{declared}{SERVERS[kind][1]}\n[fetch]\nallow = ["127.0.0.1"]\n'
    write(folder, main, {"all": 'title = "All"\nchannels = ["desk"]\n'})
    return open_app(folder).couriers["desk"]


def put_back(token: Path, age: timedelta) -> None:
    kept_at = (datetime.now(UTC) - age).timestamp()
    os.utime(token, (kept_at, kept_at))


def renew(courier: Courier) -> None:
    renew_if_due("desk", courier, datetime.now(UTC))


def test_a_token_is_renewed_in_its_file(courier: Courier, server: GraphServer, token: Path) -> None:
    renew(courier)

    new = token.read_text().strip()
    assert new != server.token
    assert server.token_age[new] == timedelta()
    assert token.stat().st_mode & 0o777 == 0o600
    assert [*token.parent.iterdir()] == [token]
    assert courier.channel.check().startswith("@example_news")


def test_it_is_renewed_once(courier: Courier, server: GraphServer, token: Path) -> None:
    workers = [threading.Thread(target=renew, args=(courier,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(server.token_age) == 2


def test_one_that_has_time_is_left_alone(courier: Courier, server: GraphServer, token: Path) -> None:
    put_back(token, timedelta(days=29))

    renew(courier)

    assert (token.read_text(), server.requests) == (server.token, [])


def test_a_failed_renewal_is_told_and_tried_again(
    courier: Courier, server: GraphServer, token: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.trouble = Trouble(status(500), at="/refresh_access_token")
    renew(courier)
    assert "channel desk: its token is not renewed: 127.0.0.1 answers 500" in caplog.text
    assert token.read_text() == server.token
    assert courier.channel.check().startswith("@example_news")

    server.trouble = None
    renew(courier)
    assert token.read_text().strip() != server.token


def test_one_that_has_ended_is_told(
    courier: Courier, server: GraphServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.token_age[server.token] = TOKEN_LIFE

    renew(courier)

    assert "Session has expired" in caplog.text
    assert server.token not in caplog.text


def test_a_crash_before_the_new_one_is_kept_costs_nothing(
    courier: Courier, server: GraphServer, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("syndicator.processes.renewed_tokens.keep_secret", dies)
        with pytest.raises(KeyboardInterrupt):
            renew(courier)
    assert token.read_text() == server.token
    assert courier.channel.check().startswith("@example_news")

    renew(courier)
    assert token.read_text().strip() != server.token


def test_what_a_person_puts_there_meanwhile_stays(
    courier: Courier, server: GraphServer, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed = type(courier.channel).renewed_token  # type: ignore[attr-defined]  # these have it

    def slowly(channel: object) -> str:
        new = str(renewed(channel))
        token.write_text("a person's")
        return new

    monkeypatch.setattr(type(courier.channel), "renewed_token", slowly)
    renew(courier)

    assert token.read_text() == "a person's"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_ours_is_told_before_anything_is_asked(
    courier: Courier, server: GraphServer, token: Path, caplog: pytest.LogCaptureFixture
) -> None:
    token.parent.chmod(0o500)
    try:
        renew(courier)
    finally:
        token.parent.chmod(0o700)

    assert f"{token.parent} may not be written to" in caplog.text
    assert server.requests == []


def test_a_link_stays_one(courier: Courier, server: GraphServer, token: Path) -> None:
    kept = token.rename(token.with_name("kept"))
    token.symlink_to(kept)

    renew(courier)

    assert token.is_symlink()
    assert kept.read_text().strip() != server.token


def test_a_worker_renews_what_is_due_beside_its_jobs(
    tmp_path: Path, kind: str, server: GraphServer, token: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    opened(tmp_path, kind, server, token)

    thread, given_up_at = renew_tokens(open_app(tmp_path)), time.monotonic() + 30
    try:
        while token.read_text() == server.token and time.monotonic() < given_up_at:
            time.sleep(0.01)
    finally:
        STOPPING.set()
        assert thread
        thread.join(30)
        STOPPING.clear()

    assert "channel desk: its token is renewed, and kept in file:" in caplog.text


def test_one_in_the_environment_is_not_ours_to_renew(
    tmp_path: Path, kind: str, server: GraphServer, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN", server.token)
    opened(tmp_path, kind, server, token, place="env:TOKEN")

    assert renew_tokens(open_app(tmp_path)) is None
