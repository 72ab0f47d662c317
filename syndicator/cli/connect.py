"""``syndicator connect``: access to a channel's account, gained, tried, and kept where it is declared."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from syndicator.cli.browser_visit import browser_sign_in
from syndicator.cli.declared import must_be_declared
from syndicator.cli.terminal import ask_hidden, guide, print_line
from syndicator.config import Declared, Outlet
from syndicator.domain.errors import SyndicatorError
from syndicator.http.client import Http
from syndicator.http.graph_access import LastingToken
from syndicator.jobs.courier import Courier
from syndicator.secret import MAX_FILE_BYTES, Secret
from syndicator.wiring import declarations
from syndicator.wiring.couriers import courier_of, offers_alone
from syndicator.wiring.secret_files import keep_secret, secret_file

#: The environment's variables that secrets are tried in, before they are kept anywhere.
TRIED = "SYNDICATOR_TRIED_{}"


@dataclass(frozen=True, kw_only=True)
class AccessWays:
    """How access is gained: a secret for each setting in a line of standard input; else asked for; by a
    browser where the service has that, unless ``paste``; one that is ``elsewhere`` on another machine."""

    from_stdin: bool = False
    paste: bool = False
    elsewhere: bool = False


def connect(folder: Path, name: str, ways: AccessWays, *, as_json: bool) -> None:
    """Gain access for a declared channel, try it, and keep it. Nothing is kept of what does not work. Raises
    ``SyndicatorError``."""
    declared = declarations(folder)
    must_be_declared([name], declared.channels, "channel")
    outlet = declared.channels[name]
    places = {key: value for key, value in outlet.settings.items() if isinstance(value, Secret)}
    secrets, new = _secrets(declared, name, outlet, places, ways) if places else ({}, ())
    lasting = None if new else _lasting(declared, name, outlet, secrets, ways)
    if lasting:
        [(key, pasted)] = secrets.items()
        secrets, new = {key: lasting.token}, [key] if lasting.token != pasted else []
    account = _tried(declared, name, outlet, secrets)
    life: timedelta | None = getattr(outlet.kind, "token_life", None)
    kept = {key: _kept(places[key], secret, lasting, life) for key, secret in secrets.items()}
    ends = lasting.ends if lasting else datetime.now(UTC) + life if life and new else None
    end = f"{ends:%Y-%m-%d}" if ends else ""
    if as_json:
        shown = {key: secrets[key] for key, is_kept in kept.items() if key in new and not is_kept}
        result = {"channel": name, "account": account, "kept": {k: str(places[k]) for k in kept if kept[k]}}
        to_set = shown or [str(places[k]) for k in kept if not kept[k]]
        print(json.dumps({**result, "to_set": to_set, **({"ends": end} if end else {})}))
        return
    print_line(f"{name}: {account}")
    for key, is_kept in kept.items():
        where = str(places[key]).partition(":")[2]
        if is_kept:
            print_line(f"{key}: kept in {where}, readable for you alone")
        elif key in new:
            print_line(
                f"{key}: set this wherever workers run; it is not shown again:\n\n{where}={secrets[key]}"
            )
        else:
            print_line(f"{key}: works; set {where} to it wherever workers run")
    if lasting:
        is_renewed = hasattr(outlet.kind, "renewed_token") and all(kept.values())
        print_line(_end(lasting, is_renewed=is_renewed))
    elif life and new:
        print_line(f"It is good for {life.days} days, until {end}: connect again before that.")
    if not places:
        print_line("It needs no secret.")


def _secrets(
    declared: Declared, name: str, outlet: Outlet, places: Mapping[str, Secret], ways: AccessWays
) -> tuple[Mapping[str, str], Collection[str]]:
    """A secret for each setting, and the settings whose secret nobody has seen yet."""
    if ways.from_stdin:
        lines = sys.stdin.read(MAX_FILE_BYTES).split("\n")
        found = dict(zip(places, (line.strip() for line in lines), strict=False))
        if missing := [key for key in places if not found.get(key)]:
            raise SyndicatorError(f"standard input has no {' and no '.join(missing)}: a line for each")
        return found, ()
    if steps := getattr(outlet.kind, "access", ""):
        guide(steps)
    channel = courier_of(
        declared, name, outlet, Http(allow=declared.fetch.allow), offers_alone(declared)
    ).channel
    make = getattr(channel, "new_secret", None)
    if make and not ways.paste and len(places) == 1:
        [(key, place)] = places.items()
        # One that is there stays: all that was made with it would be lost.
        return ({key: place.reveal()}, ()) if _is_there(place) else ({key: make()}, places)
    sign_in = getattr(channel, "sign_in", None)
    if sign_in and not ways.paste:
        typed: dict[str, str] = {}
        with browser_sign_in(partial(_typed, typed), elsewhere=ways.elsewhere) as person:
            granted: Mapping[str, str] = sign_in(person)
        return {key: granted[key] if key in granted else typed[key] for key in places}, granted
    return {key: ask_hidden(key) for key in places}, ()


def _typed(typed: dict[str, str], name: str) -> str:
    """What a person types in, noted by the name of it."""
    typed[name] = ask_hidden(name)
    return typed[name]


def _is_there(place: Secret) -> bool:
    """Whether anything is where a secret is looked for, be it one or not."""
    kind, _, name = place.reference.partition(":")
    return Path(name).exists() if kind == "file" else name in os.environ


def _lasting(
    declared: Declared, name: str, outlet: Outlet, secrets: Mapping[str, str], ways: AccessWays
) -> LastingToken | None:
    """The token that the service gives for a pasted one; ``None`` where it gives none. Raises
    ``SyndicatorError``."""

    def ask(what: str) -> str:
        return "" if ways.from_stdin else ask_hidden(what, may_be_empty=True)

    with _with_secrets(declared, name, outlet, secrets) as courier:
        make = getattr(courier.channel, "lasting_token", None)
        return make(ask) if make and len(secrets) == 1 else None


def _end(lasting: LastingToken, *, is_renewed: bool) -> str:
    """When a token ends, in words. ``is_renewed``: workers ask for another one before, if it lasts."""
    if lasting.ends:
        then = "workers renew it" if is_renewed and lasting.is_lasting else "connect again"
        return f"It is good until {lasting.ends:%Y-%m-%d %H:%M} UTC: {then} before that."
    if lasting.is_endless:
        return "It does not end by itself."
    return "The service does not say when it ends."


def _tried(declared: Declared, name: str, outlet: Outlet, secrets: Mapping[str, str]) -> str:
    """What the channel says with these secrets. Raises ``SyndicatorError`` where they do not work."""
    with _with_secrets(declared, name, outlet, secrets) as courier:
        return courier.redact(courier.channel.check())


@contextmanager
def _with_secrets(
    declared: Declared, name: str, outlet: Outlet, secrets: Mapping[str, str]
) -> Iterator[Courier]:
    """The channel with these secrets, which are kept nowhere yet. Raises ``SyndicatorError``."""
    names = {key: TRIED.format(key.upper()) for key in secrets}
    try:
        os.environ.update({names[key]: secret for key, secret in secrets.items()})
        tried = {key: Secret(f"env:{variable}") for key, variable in names.items()}
        with_them = replace(outlet, settings={**outlet.settings, **tried})
        courier = courier_of(
            declared, name, with_them, Http(allow=declared.fetch.allow), offers_alone(declared)
        )
        try:
            yield courier
        except SyndicatorError as e:
            raise SyndicatorError(f"{name}: {courier.redact(str(e))}; nothing was kept") from e
    finally:
        for variable in names.values():
            os.environ.pop(variable, None)


def _kept(place: Secret, secret: str, lasting: LastingToken | None, life: timedelta | None) -> bool:
    """Whether a secret is in its file now; those of the environment are its owner's to set. The file of a
    token is as old as the token, whose end is told by that."""
    with secret_file(place) as path:
        if path:
            keep_secret(path, secret)
            if lasting and lasting.ends and life:
                made = min(lasting.ends - life, datetime.now(UTC)).timestamp()
                os.utime(path, (made, made))
        return path is not None
