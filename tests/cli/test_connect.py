"""``syndicator connect``: access gained, tried, and kept."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from syndicator.cli import browser_visit
from syndicator.cli.browser_visit import CallbackServer
from syndicator.cli.connect import AccessWays, connect
from syndicator.domain.errors import SyndicatorError
from syndicator.http.client import Http
from syndicator.http.exchange import Exchange
from syndicator.http.oauth import OUT_OF_BAND, OAuthClient, SignIn, access_token
from syndicator.wiring import declarations
from syndicator.wiring.couriers import courier_of, offers_alone
from tests.channels.servers import FakeMastodon, FakeReceiver
from tests.cli.sign_ins import declared


@pytest.fixture
def server() -> Iterator[FakeMastodon]:
    with FakeMastodon() as fake:
        yield fake


@pytest.fixture
def declare(tmp_path: Path) -> Callable[..., Path]:
    return partial(declared, tmp_path)


def mastodon(server: FakeMastodon, place: str = "file:secrets/box.token") -> str:
    return f'kind = "mastodon"\nserver = "{server.address}"\ntoken = "{place}"'


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def owner(url: str) -> Mapping[str, str]:
    """An owner who allows it, and what the browser comes back with."""
    reply = requests.get(url, allow_redirects=False, timeout=5)
    assert reply.status_code == 302, reply.text
    return query_of(reply.headers["Location"])


def signed_in(visit: Callable[[str], Mapping[str, str]] = owner) -> SignIn:
    return SignIn(visit=visit, ask=lambda what: f"no {what}")


def test_a_token_that_works_is_kept_for_its_owner_alone(
    declare: Callable[..., Path],
    server: FakeMastodon,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = declare(mastodon(server))
    typed(monkeypatch, f"{server.token}\n")
    connect(folder, "box", AccessWays(from_stdin=True), as_json=False)

    file = folder / "secrets" / "box.token"
    assert file.read_text() == f"{server.token}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    shown = capsys.readouterr().out
    assert "@newsroom on 127.0.0.1" in shown
    assert server.token not in shown
    assert str(file) in shown.replace("\n", "")


@pytest.mark.parametrize("token", ["wr0ng-token-of-another", ""])
def test_a_token_that_does_not_work_is_not_kept(
    declare: Callable[..., Path], server: FakeMastodon, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    folder = declare(mastodon(server))
    (folder / "secrets").mkdir()
    (folder / "secrets" / "box.token").write_text("the old one")
    typed(monkeypatch, f"{token}\n")
    with pytest.raises(SyndicatorError) as caught:
        connect(folder, "box", AccessWays(from_stdin=True), as_json=False)

    assert "nothing was kept" in str(caught.value) or "no token" in str(caught.value)
    assert not token or token not in str(caught.value)
    assert (folder / "secrets" / "box.token").read_text() == "the old one"


def test_a_secret_of_the_environment_is_tried_and_never_shown(
    declare: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with FakeReceiver() as receiver:
        folder = declare(f'kind = "webhook"\nurl = "{receiver.address}"\nsecret = "env:BOX_SECRET"')
        typed(monkeypatch, receiver.secret)
        connect(folder, "box", AccessWays(from_stdin=True), as_json=True)

    result = json.loads(capsys.readouterr().out)
    assert result["to_set"] == ["env:BOX_SECRET"]
    assert receiver.secret not in json.dumps(result)


def test_a_channel_without_secrets_is_tried(
    declare: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    connect(declare('kind = "outbox"\nfolder = "box"'), "box", AccessWays(), as_json=False)
    assert "needs no secret" in capsys.readouterr().out


@pytest.mark.parametrize("ways", [AccessWays(paste=True), AccessWays(elsewhere=True)])
def test_nobody_at_the_terminal_is_asked(
    declare: Callable[..., Path], server: FakeMastodon, monkeypatch: pytest.MonkeyPatch, ways: AccessWays
) -> None:
    typed(monkeypatch, "")
    with pytest.raises(SyndicatorError, match="--token-stdin"):
        connect(declare(mastodon(server)), "box", ways, as_json=False)


@pytest.mark.parametrize("place", ["file:box.token", "env:BOX_TOKEN"])
def test_a_browser_signs_in_and_comes_back(
    declare: Callable[..., Path],
    server: FakeMastodon,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    place: str,
) -> None:
    def browser(line: str) -> None:
        address = next((word for word in line.split() if "/oauth/authorize" in word), "")
        if address:
            Thread(target=requests.get, args=(address,), kwargs={"timeout": 5}).start()

    monkeypatch.setattr("syndicator.cli.browser_visit.guide", browser)
    monkeypatch.setattr(browser_visit, "PORT", 0)
    folder = declare(mastodon(server, place))
    connect(folder, "box", AccessWays(), as_json=False)

    shown = capsys.readouterr().out
    if place.startswith("file:"):
        assert (folder / "box.token").read_text().strip() == server.token
        assert server.token not in shown
    else:
        assert shown.count(server.token) == 1
    [app] = server.apps.values()
    assert app["redirect_uris"].startswith("http://127.0.0.1:")
    assert app["scopes"].split() == ["read:accounts", "read:statuses", "write:statuses", "write:media"]


def test_a_code_from_a_browser_elsewhere_is_typed_in(
    declare: Callable[..., Path], server: FakeMastodon, monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses: list[str] = []
    monkeypatch.setattr("syndicator.cli.browser_visit.guide", addresses.append)

    def prompt(text: str, **options: object) -> str:
        [address] = [word for word in addresses[-1].split() if word.startswith("http")]
        return owner(address)["code"]

    monkeypatch.setattr("typer.prompt", prompt)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    folder = declare(mastodon(server))
    connect(folder, "box", AccessWays(elsewhere=True), as_json=False)

    assert (folder / "secrets" / "box.token").exists()
    assert [app["redirect_uris"] for app in server.apps.values()] == [OUT_OF_BAND]


@pytest.mark.parametrize(
    ("back", "why"),
    [
        ({"error": "access_denied", "error_description": "The owner said no."}, "The owner said no."),
        ({}, "no code came back"),
        ({"code": "code1", "state": "of another"}, "another sign-in"),
        ({"code": "code1"}, "another sign-in"),
        ({"code": "never-given", "state": "ours"}, "invalid_grant.*good once"),
    ],
)
def test_what_comes_back_wrong_is_told(
    declare: Callable[..., Path], server: FakeMastodon, back: Mapping[str, str], why: str
) -> None:
    declared = declarations(declare(mastodon(server)))
    http = Http(allow=declared.fetch.allow)
    channel = courier_of(declared, "box", declared.channels["box"], http, offers_alone(declared)).channel

    def visit(url: str) -> Mapping[str, str]:
        return {**back, "state": query_of(url)["state"]} if back.get("state") == "ours" else back

    with pytest.raises(SyndicatorError, match=why):
        channel.sign_in(signed_in(visit))  # type: ignore[attr-defined]  # a Mastodon


def test_the_server_refuses_what_was_not_agreed(server: FakeMastodon) -> None:
    server.apps["c"] = {"redirect_uris": "http://127.0.0.1:9/x", "scopes": "a", "client_secret": "s"}
    client = OAuthClient(
        client_id="c",
        client_secret="s",
        redirect_uri="http://127.0.0.1:9/x",
        authorize_url=f"{server.address}/oauth/authorize",
        token_url=f"{server.address}/oauth/token",
        scopes="a",
    )

    def exchange() -> Exchange:
        return Exchange(requests.Session())

    assert access_token(client, signed_in(), exchange) == server.token

    def again(url: str) -> Mapping[str, str]:
        back = owner(url)
        server.codes.pop(back["code"])  # it was used
        return back

    with pytest.raises(SyndicatorError, match="good once"):
        access_token(client, signed_in(again), exchange)
    with pytest.raises(AssertionError, match="invalid_client"):
        access_token(replace(client, redirect_uri="http://127.0.0.1:9/other"), signed_in(), exchange)


def test_others_who_call_at_the_callback_find_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_visit, "PORT", 0)
    with CallbackServer() as callback:
        root = callback.address.rpartition("/")[0]
        for address in (f"{root}/favicon.ico", callback.address):
            thread = Thread(target=callback.handle_request)
            thread.start()
            assert requests.get(address, timeout=5).status_code == 404
            thread.join()
        assert callback.back == {}


def test_a_port_that_is_taken_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_visit, "PORT", 0)
    with CallbackServer() as other:
        monkeypatch.setattr(browser_visit, "PORT", other.server_address[1])
        with pytest.raises(SyndicatorError, match=f"port {other.server_address[1]} .* not free.*--elsewhere"):
            CallbackServer()
