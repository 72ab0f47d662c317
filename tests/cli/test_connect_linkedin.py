"""``syndicator connect`` of LinkedIn: an app of the newsroom's own, and a member who signs in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
import requests

from syndicator.cli.connect import AccessWays, connect
from syndicator.domain.errors import SyndicatorError
from syndicator.http.exchange import Exchange
from syndicator.http.linkedin_access import linkedin_token
from syndicator.http.oauth import CALLBACK, SignIn
from tests.channels.linkedin_access import FakeLinkedInAccess
from tests.cli.sign_ins import Person, at_the_terminal, declared, ends_at, kept, with_a_browser_elsewhere


@pytest.fixture
def server() -> Iterator[FakeLinkedInAccess]:
    with FakeLinkedInAccess() as fake:
        yield fake


@pytest.fixture
def folder(tmp_path: Path, server: FakeLinkedInAccess) -> Path:
    organization = f'organization = "{server.organization}"'
    settings = f'kind = "linkedin"\n{organization}\nserver = "{server.address}"\ntoken = "file:token"'
    return declared(tmp_path, settings)


@pytest.fixture
def person(server: FakeLinkedInAccess, monkeypatch: pytest.MonkeyPatch) -> Person:
    person = Person({"Client ID": server.client_id, "Client Secret": server.client_secret})
    server.redirect_urls = {at_the_terminal(monkeypatch, person), CALLBACK}
    return person


def test_a_member_signs_in_and_the_token_is_kept_with_its_end(
    folder: Path, server: FakeLinkedInAccess, person: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    before = datetime.now(UTC)
    connect(folder, "box", AccessWays(), as_json=False)

    shown, guidance = capsys.readouterr()
    assert kept(folder, ["token"]) == {"token": server.token}
    assert CALLBACK in guidance  # to be registered
    ends = {f"{moment + timedelta(days=60):%Y-%m-%d}" for moment in (before, datetime.now(UTC))}
    assert any(f"good for 60 days, until {end}" in shown for end in ends)
    assert f"organization {server.organization}; its posts can be read" in shown
    assert server.token not in shown + guidance
    [scope] = parse_qs(urlsplit(person.addresses[0]).query)["scope"]
    assert set(scope.split()) == {"w_organization_social", "r_organization_social"}


def test_the_apps_own_secret_is_asked_for_unseen_and_kept_nowhere(
    folder: Path, server: FakeLinkedInAccess, person: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    connect(folder, "box", AccessWays(), as_json=True)

    assert [what.partition(" (")[0] for what in person.asked] == ["Client ID", "Client Secret"]
    out, guidance = capsys.readouterr()
    assert server.client_secret not in out + guidance
    answer = json.loads(out)
    assert answer["channel"] == "box"
    assert answer["ends"] > f"{datetime.now(UTC) + timedelta(days=58):%Y-%m-%d}"
    assert not any(server.client_secret in file.read_text() for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_browser_elsewhere_ends_at_an_address_that_is_typed_in(
    folder: Path,
    server: FakeLinkedInAccess,
    person: Person,
    monkeypatch: pytest.MonkeyPatch,
    is_whole: bool,
) -> None:
    def brings(url: str) -> str:
        address = ends_at(url)
        assert address.startswith(f"{CALLBACK}?")
        return address if is_whole else dict(parse_qsl(urlsplit(address).query))["code"]

    with_a_browser_elsewhere(monkeypatch, person, brings)
    connect(folder, "box", AccessWays(elsewhere=True), as_json=False)
    assert kept(folder, ["token"]) == {"token": server.token}


def test_the_address_of_another_sign_in_is_refused(
    folder: Path, server: FakeLinkedInAccess, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def brings(url: str) -> str:
        address, _, query = url.partition("?")
        return ends_at(f"{address}?{urlencode({**dict(parse_qsl(query)), 'state': 'of-another'})}")

    with_a_browser_elsewhere(monkeypatch, person, brings)
    with pytest.raises(SyndicatorError, match="another sign-in"):
        connect(folder, "box", AccessWays(elsewhere=True), as_json=False)
    assert not kept(folder, ["token"])
    assert server.codes


def test_an_address_that_is_not_registered_keeps_the_browser(
    folder: Path, server: FakeLinkedInAccess, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicator.cli.browser_visit.SIGN_IN_S", 1.0)
    server.redirect_urls = {CALLBACK.replace("127.0.0.1", "localhost")}
    with pytest.raises(SyndicatorError, match=r"nobody came back .* register it as it is"):
        connect(folder, "box", AccessWays(), as_json=False)
    assert ["does not match the registered value" in page.text for page in person.pages] == [True]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"declines": True}, "access was not granted: The user cancelled the authorization"),
        ({"scopes": {"w_organization_social"}}, 'Scope "r_organization_social" is not authorized'),
        ({"client_secret": "WPL_AP1.another"}, "invalid_client: Client authentication failed"),
        ({"organization": "1"}, "nothing was kept"),
    ],
)
def test_what_is_not_granted_is_told_in_linkedins_words(
    folder: Path, server: FakeLinkedInAccess, person: Person, change: dict[str, object], why: str
) -> None:
    for name, value in change.items():
        setattr(server, name, value)
    with pytest.raises(SyndicatorError) as caught:
        connect(folder, "box", AccessWays(), as_json=False)
    assert why in str(caught.value)
    assert not kept(folder, ["token"])


def test_a_code_is_good_once(server: FakeLinkedInAccess, person: Person) -> None:
    def visit(url: str) -> dict[str, str]:
        back = dict(parse_qsl(urlsplit(ends_at(url)).query))
        del server.codes[back["code"]]  # it was used
        return back

    again = SignIn(visit=visit, ask=person.answers)
    with pytest.raises(SyndicatorError, match=r"Unable to retrieve access token.*good once"):
        linkedin_token(server.address, again, lambda: Exchange(requests.Session()))


def test_members_sign_in_at_linkedin_and_not_at_its_api(person: Person) -> None:
    def visit(url: str) -> dict[str, str]:
        return {"error": url.partition("?")[0]}

    member = SignIn(visit=visit, ask=person.answers)
    with pytest.raises(
        SyndicatorError, match=r"not granted: https://www\.linkedin\.com/oauth/v2/authorization"
    ):
        linkedin_token("https://api.linkedin.com", member, lambda: Exchange(requests.Session()))
