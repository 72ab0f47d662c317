"""``syndicator connect`` of X: the app's keys are typed in, and an account grants it the other two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from syndicator.cli.connect import AccessWays, connect
from syndicator.domain.errors import SyndicatorError
from syndicator.http.exchange import Exchange
from syndicator.http.oauth import CALLBACK, SignIn
from syndicator.http.oauth1_sign_in import OAuth1App, granted_token
from tests.channels.x_access import FakeXAccess
from tests.cli.sign_ins import Person, at_the_terminal, declared, ends_at, kept, with_a_browser_elsewhere

SETTINGS = ("api_key", "api_key_secret", "access_token", "access_token_secret")
KEYS = FakeXAccess.keys
ALL = dict(
    zip(SETTINGS, (KEYS["key"], KEYS["key_secret"], KEYS["token"], FakeXAccess.token_secret), strict=True)
)


@pytest.fixture
def server() -> Iterator[FakeXAccess]:
    with FakeXAccess() as fake:
        yield fake


def declare(folder: Path, server: FakeXAccess, place: str = "file:{}") -> Path:
    secrets = "\n".join(f'{name} = "{place.format(name)}"' for name in SETTINGS)
    return declared(folder, f'kind = "x"\nserver = "{server.address}"\nmoney_per_month = 100\n{secrets}')


@pytest.fixture
def folder(tmp_path: Path, server: FakeXAccess) -> Path:
    return declare(tmp_path, server)


@pytest.fixture
def person(server: FakeXAccess, monkeypatch: pytest.MonkeyPatch) -> Person:
    person = Person({"api_key_secret": server.keys["key_secret"], "api_key": server.keys["key"]})
    server.callbacks = {at_the_terminal(monkeypatch, person)}
    return person


def pin(url: str) -> str:
    """What the page shows that a browser ends on."""
    found = re.search(r"<code>([0-9]{7})</code>", requests.get(url, timeout=5).text)
    assert found
    return found[1]


def test_an_account_grants_the_app_the_other_two(
    folder: Path, person: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(folder, "box", AccessWays(), as_json=False)

    shown, guidance = capsys.readouterr()
    assert kept(folder, SETTINGS) == ALL
    assert CALLBACK in guidance  # to be put on the allowlist
    assert "@newsroom on X" in shown
    assert not [secret for secret in ALL.values() if secret in shown + guidance]
    assert [what.partition(" (")[0] for what in person.asked] == ["api_key", "api_key_secret"]


def test_what_was_typed_in_is_not_shown_and_what_is_new_is_once(
    tmp_path: Path, server: FakeXAccess, person: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(declare(tmp_path, server, "env:BOX_{}"), "box", AccessWays(), as_json=False)

    shown = capsys.readouterr().out
    assert [shown.count(ALL[name]) for name in SETTINGS] == [0, 0, 1, 1]
    assert "api_key: works; set BOX_api_key to it" in shown
    assert f"BOX_access_token_secret={server.token_secret}" in shown


def test_a_pin_is_typed_in_for_a_browser_elsewhere(
    folder: Path, server: FakeXAccess, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.callbacks = set()
    with_a_browser_elsewhere(monkeypatch, person, pin)
    connect(folder, "box", AccessWays(elsewhere=True), as_json=False)
    assert kept(folder, SETTINGS) == ALL


@pytest.mark.parametrize("words", ["0000000", "1234567"])
def test_another_pin_is_refused(
    folder: Path, person: Person, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    with_a_browser_elsewhere(monkeypatch, person, lambda url: pin(url) and words)
    with pytest.raises(SyndicatorError, match=r"Invalid oauth_verifier.*begin again"):
        connect(folder, "box", AccessWays(elsewhere=True), as_json=False)
    assert not kept(folder, SETTINGS)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"declines": True}, "access was not granted"),
        ({"callbacks": set()}, "Callback URL not approved for this client application"),
        ({"keys": {**FakeXAccess.keys, "key_secret": "another"}}, "Could not authenticate you"),
        ({"keys": {**FakeXAccess.keys, "key": "another"}}, "Could not authenticate you"),
        ({"access_level": "read"}, "may only read.*nothing was kept"),
    ],
)
def test_what_is_not_granted_is_told(
    folder: Path, server: FakeXAccess, person: Person, change: dict[str, object], why: str
) -> None:
    for name, value in change.items():
        setattr(server, name, value)
    with pytest.raises(SyndicatorError, match=why):
        connect(folder, "box", AccessWays(), as_json=False)
    assert not kept(folder, SETTINGS)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, ""),
        ({"oauth_token": "request-token-of-another"}, "another sign-in"),
        ({"oauth_token": ""}, "another sign-in"),
        ({"oauth_verifier": "7654321"}, "Invalid oauth_verifier"),
        ({"oauth_verifier": ""}, "not granted"),
    ],
)
def test_what_comes_back_is_held_against_what_was_asked(
    server: FakeXAccess, person: Person, more: dict[str, str], why: str
) -> None:
    def visit(url: str) -> dict[str, str]:
        return {**dict(parse_qsl(urlsplit(ends_at(url)).query)), **more}

    def token() -> tuple[str, str]:
        app = OAuth1App(key=server.keys["key"], key_secret=server.keys["key_secret"], server=server.address)
        owner = SignIn(visit=visit, ask=person.answers, callback=next(iter(server.callbacks)))
        return granted_token(app, owner, lambda: Exchange(requests.Session()))

    if why:
        with pytest.raises(SyndicatorError, match=why):
            token()
    else:
        assert token() == (server.keys["token"], server.token_secret)


def test_a_request_token_is_good_once(server: FakeXAccess, person: Person) -> None:
    def visit(url: str) -> dict[str, str]:
        back = dict(parse_qsl(urlsplit(ends_at(url)).query))
        del server.request_tokens[back["oauth_token"]]  # it was used
        return back

    app = OAuth1App(key=server.keys["key"], key_secret=server.keys["key_secret"], server=server.address)
    owner = SignIn(visit=visit, ask=person.answers, callback=next(iter(server.callbacks)))
    with pytest.raises(SyndicatorError, match="Invalid request token"):
        granted_token(app, owner, lambda: Exchange(requests.Session()))
