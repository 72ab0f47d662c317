"""``syndicator connect`` of Meta's services: a token that is pasted, and the one that is kept."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.cli.connect import AccessWays, connect
from syndicator.domain.errors import SyndicatorError
from syndicator.wiring import declarations
from tests.channels.graph_tokens import HOUR_S, InstagramTokens, PageTokens, ThreadsTokens, TokenServer
from tests.cli.sign_ins import Person, at_the_terminal, declared, kept

IN_SIXTY_DAYS = datetime.now(UTC) + timedelta(days=60)
DAY = timedelta(days=1)


@pytest.fixture(params=[ThreadsTokens, InstagramTokens, PageTokens])
def server(request: pytest.FixtureRequest) -> Iterator[TokenServer]:
    with request.param() as fake:
        yield fake


@pytest.fixture
def page() -> Iterator[PageTokens]:
    with PageTokens() as fake:
        yield fake


@pytest.fixture
def threads() -> Iterator[ThreadsTokens]:
    with ThreadsTokens() as fake:
        yield fake


def folder_of(tmp_path: Path, server: TokenServer, place: str = "file:token") -> Path:
    own = {
        ThreadsTokens: 'kind = "threads"',
        InstagramTokens: f'kind = "instagram"\naccount = "{getattr(server, "account", "")}"',
        PageTokens: f'kind = "facebook"\npage = "{getattr(server, "page", "")}"',
    }[type(server)]
    return declared(tmp_path, f'{own}\nserver = "{server.address}"\ntoken = "{place}"')


def sits_there(monkeypatch: pytest.MonkeyPatch, token: str, secret: str = "", number: str = "") -> Person:
    person = Person({"token": token, "the app's secret": secret, "the app's number": number})
    at_the_terminal(monkeypatch, person)
    return person


def test_a_token_that_lasts_is_kept_as_it_is_with_its_end(
    tmp_path: Path, server: TokenServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    person = sits_there(monkeypatch, server.token)
    connect(folder_of(tmp_path, server), "box", AccessWays(), as_json=False)

    shown, guidance = capsys.readouterr()
    assert kept(tmp_path, ["token"]) == {"token": server.token}
    assert [asked.split()[0] for asked in person.asked] == ["token"]
    is_page = isinstance(server, PageTokens)
    assert ("It does not end by itself" if is_page else f"until {IN_SIXTY_DAYS:%Y-%m-%d}") in shown
    assert is_page or "UTC: workers renew it before that." in shown
    assert all(f"\n{step}. " in f"\n{guidance}" for step in (1, 2, 3))
    assert server.token not in shown + guidance


def test_a_token_that_is_good_for_an_hour_is_exchanged(
    tmp_path: Path, server: TokenServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pasted = server.person if isinstance(server, PageTokens) else server.token
    server.ends[pasted] = HOUR_S
    sits_there(monkeypatch, pasted, server.app_secret, server.app_number)
    connect(folder_of(tmp_path, server), "box", AccessWays(), as_json=False)

    shown, guidance = capsys.readouterr()
    is_page = isinstance(server, PageTokens)
    assert kept(tmp_path, ["token"]) == {"token": server.token if is_page else "LASTING"}
    assert ("It does not end by itself" if is_page else f"until {IN_SIXTY_DAYS:%Y-%m-%d}") in shown
    for secret in (server.app_secret, "LASTING", pasted):
        assert secret not in shown + guidance


def test_a_secret_of_another_app_is_told_and_nothing_is_kept(
    tmp_path: Path, server: TokenServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pasted = server.person if isinstance(server, PageTokens) else server.token
    server.ends[pasted] = HOUR_S
    sits_there(monkeypatch, pasted, "of-another", server.app_number)
    folder = folder_of(tmp_path, server)
    with pytest.raises(SyndicatorError, match=r"^box: .*client secret.*nothing was kept"):
        connect(folder, "box", AccessWays(), as_json=False)
    assert kept(tmp_path, ["token"]) == {}


def test_where_the_service_tells_nothing_of_a_token_that_is_said(
    tmp_path: Path, server: TokenServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server.tells = False
    sits_there(monkeypatch, server.token)
    connect(folder_of(tmp_path, server), "box", AccessWays(), as_json=False)
    assert "The service does not say when it ends." in capsys.readouterr().out
    assert kept(tmp_path, ["token"]) == {"token": server.token}


def test_a_token_without_an_exchange_is_kept_and_its_end_told(
    tmp_path: Path,
    threads: ThreadsTokens,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    threads.ends[threads.token] = HOUR_S
    sits_there(monkeypatch, threads.token)
    folder = folder_of(tmp_path, threads)
    connect(folder, "box", AccessWays(), as_json=False)
    end = datetime.now(UTC) + timedelta(hours=1)
    shown = capsys.readouterr().out
    assert f"until {end:%Y-%m-%d %H:}" in shown
    assert "UTC: connect again before that." in shown
    declarations.cache_clear()
    assert "it ends in" in declarations(folder).ending_tokens(datetime.now(UTC))["box"]


@pytest.mark.parametrize("days", [10, 60])
def test_the_file_of_a_token_is_as_old_as_the_token(
    tmp_path: Path, threads: ThreadsTokens, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    threads.ends[threads.token] = int(timedelta(days=days).total_seconds())
    sits_there(monkeypatch, threads.token)
    connect(folder_of(tmp_path, threads), "box", AccessWays(), as_json=False)
    made = datetime.fromtimestamp((tmp_path / "token").stat().st_mtime, UTC)
    assert abs(made - (datetime.now(UTC) - (60 - days) * DAY)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("kind", "lacks"), [(ThreadsTokens, "threads_delete"), (PageTokens, "pages_manage_posts")]
)
def test_a_token_that_is_too_weak_is_refused_by_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[TokenServer], lacks: str
) -> None:
    with kind() as server:
        server.permits = [each for each in server.permits if each != lacks]
        sits_there(monkeypatch, server.token)
        with pytest.raises(SyndicatorError, match=f"lacks {lacks}.*nothing was kept"):
            connect(folder_of(tmp_path, server), "box", AccessWays(), as_json=False)
    assert kept(tmp_path, ["token"]) == {}


def test_a_persons_token_without_the_page_names_the_pages_that_it_has(
    tmp_path: Path, page: PageTokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    del page.pages[page.page]
    sits_there(monkeypatch, page.person)
    with pytest.raises(
        SyndicatorError, match=r"Ana Editor, who has no access to Page 104.*Other Page \(99\)"
    ):
        connect(folder_of(tmp_path, page), "box", AccessWays(), as_json=False)


def test_the_pages_token_ends_with_a_persons_that_was_not_exchanged(
    tmp_path: Path, page: PageTokens, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page.ends[page.token] = HOUR_S
    sits_there(monkeypatch, page.person)
    connect(folder_of(tmp_path, page), "box", AccessWays(), as_json=False)
    end = datetime.now(UTC) + timedelta(hours=1)
    assert f"until {end:%Y-%m-%d %H:}" in capsys.readouterr().out


def test_a_script_hands_over_a_persons_token_and_nobody_is_asked(
    tmp_path: Path, page: PageTokens, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{page.person}\n"))
    folder = folder_of(tmp_path, page, "env:PAGE_TOKEN")
    connect(folder, "box", AccessWays(from_stdin=True), as_json=True)
    assert json.loads(capsys.readouterr().out)["to_set"] == {"token": page.token}
