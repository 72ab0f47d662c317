"""``syndicator check``: try everything that is declared, and say what is wrong and how to mend it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from syndicator.cli.feed_report import oddities
from syndicator.cli.money_checks import money_remarks
from syndicator.cli.photo_probe import fetched_photo
from syndicator.cli.post_checks import post_mistakes
from syndicator.cli.source_trials import Trial, source_trials
from syndicator.config import Declared
from syndicator.domain.errors import Misconfigured, SyndicatorError
from syndicator.domain.ledger import Ledger
from syndicator.example_site import NAMES
from syndicator.http.client import Http
from syndicator.jobs.courier import Courier
from syndicator.store import Store
from syndicator.store.engine import connect
from syndicator.store.soundness import must_be_sound
from syndicator.text.addresses import is_web_address, same_site
from syndicator.wiring import App, assemble, declarations
from syndicator.wiring.couriers import SilentBell

#: Domains that are nobody's (RFC 2606 sections 2 and 3).
RESERVED = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)$", re.IGNORECASE)

#: Places and channels that are tried at once: most of the time goes by in waiting for others.
MAX_TRIALS = 32

#: Seconds for a look through SQLite's file: some gigabytes.
DATABASE_CHECK_S = 30.0

#: Characters of a reader's secret: of letters and digits, 16 are 95 bits.
MIN_SECRET_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one trial. ``what`` was tried; ``said`` tells how it went. ``ok`` is ``None`` for a
    remark that stops nothing."""

    what: str
    ok: bool | None
    said: str


def check(folder: Path) -> list[Result]:
    """Every source looked at, every channel's credentials tried; nothing is recorded or posted. Raises
    ``DeclarationError`` where the declarations themselves are wrong."""
    declared = declarations(folder)
    numbers = {"source": declared.sources, "feed": declared.feeds, "channel": declared.channels}
    count = ", ".join(f"{len(each)} {what}{'s' * (len(each) != 1)}" for what, each in numbers.items())
    results = [Result("declarations", True, count)]
    results += [Result("declarations", None, warning) for warning in declared.warnings]
    results += _readers(declared)
    results += _left_of_the_example(declared)
    if declared.example and not (declared.example.folder / "articles").is_dir():
        problem = f"there is no {declared.example.folder}/articles; your own site needs none: leave it out"
        results.append(Result("[example]", False, problem))
    store = Store(connect(declared.keep.database))
    app = assemble(declared, store, SilentBell())
    with source_trials([*app.sources.values()]) as trials, ThreadPoolExecutor(MAX_TRIALS) as pool:
        places, channels = (
            pool.map(_tried, _places(app)),
            pool.map(_tried, _channels(app, _plans(app, store))),
        )
        results += [*places, *_looks(zip(app.sources, trials(), strict=True)), *channels]
    results += [Result(f"channel {name}", ok, said) for name, said, ok in post_mistakes(app)]
    results += [Result(f"channel {name}", None, remark) for name, remark in money_remarks(app)]
    ending = declared.ending_tokens(datetime.now(UTC))
    results += [Result(f"channel {name}", None, remark) for name, remark in ending.items()]
    results += _fetched_photos(app)
    results += _damage(store)
    results += _odd_feeds(app)
    store.engine.dispose()
    return results


def _looks(trials: Iterable[tuple[str, Trial]]) -> Iterator[Result]:
    for name, trial in trials:
        yield Result(f"source {name}", trial.is_ok, trial.report)
        yield from (Result(f"source {name}", None, remark) for remark in trial.remarks)


def _fetched_photos(app: App) -> Iterator[Result]:
    """Whether services can fetch photos from us, where one does. That stops those that post none without;
    to others it is a remark."""
    couriers = app.couriers.values()
    capabilities = [each.channel.capabilities for each in couriers]
    fetched = app.deliverer.public_photos if any(each.photo_fetched for each in capabilities) else None
    shown = app.deliverer.shown_photos if any(each.photo_shown for each in capabilities) else None
    if not (public := fetched or shown):
        return
    http = Http(allow=app.declared.fetch.photos, setting="[fetch] photos")
    result = _tried(("photos for services", partial(fetched_photo, public, http)))
    is_needed = any(each.needs_photo for each in couriers)
    yield result if result.ok or is_needed else replace(result, ok=None)


def _damage(store: Store) -> list[Result]:
    """Whether SQLite's file is whole. Nothing to say of one that is, nor of a server."""
    try:
        must_be_sound(store, DATABASE_CHECK_S)
    except SyndicatorError as e:
        return [Result("database file", False, str(e))]
    return []


def _odd_feeds(app: App) -> list[Result]:
    """What a record can tell of feeds. A database that does not answer is a result
    of its own already."""
    try:
        return [Result(f"feed {name}", None, oddity) for name, oddity in oddities(app)]
    except SyndicatorError:
        return []


def _left_of_the_example(declared: Declared) -> Iterator[Result]:
    """What copied declarations say of a site that is not the one they watch."""
    site = declared.site
    watched = [url for plug in declared.sources.values() for url in _addresses(plug.settings)]
    if watched and not any(same_site(site.url, url) for url in watched):
        yield Result("[site] url", None, f"no source is at {site.url}: is that the newsroom that feeds name?")
    is_example = declared.example and same_site(site.url, f"http://{declared.example.listen}/")
    if RESERVED.search(site.authority) and not is_example:
        remark = (
            f"{site.authority!r} is a name for examples, and becomes part of every article's guid, for ever: "
            "use a domain of your own before anybody reads your feeds"
        )
        yield Result("[site] authority", None, remark)
    if not is_example:
        yield from _names_of_the_example(declared)


def _names_of_the_example(declared: Declared) -> Iterator[Result]:
    """Where feeds and posts would go out under the example's name."""
    texts = [("[site] title", declared.site.title)]
    for name, feed in declared.feeds.items():
        texts += [(f"feed {name}", feed.title), (f"feed {name}", feed.description)]
    for what, text in texts:
        if named := next((name for name in NAMES.values() if name in text), ""):
            yield Result(
                what, None, f"{text!r}: {named} is the example's name: readers would see it as yours"
            )


def _addresses(settings: Any) -> Iterator[str]:
    """Every web address in the settings of a source, of whatever kind."""
    if isinstance(settings, str):
        if is_web_address(settings):
            yield settings
    elif isinstance(settings, Mapping):
        yield from _addresses(tuple(settings.values()))
    elif isinstance(settings, list | tuple):
        for each in settings:
            yield from _addresses(each)
    elif is_dataclass(settings):
        yield from _addresses([getattr(settings, field.name) for field in fields(settings)])


def _readers(declared: Declared) -> Iterator[Result]:
    """Whether each reader of a private feed gets in, and nobody else by guessing."""
    for feed, secrets in declared.readers.items():
        if not secrets:
            yield Result(f"feed {feed}", None, "is private, and nobody is named who may read it")
        for name, secret in secrets.items():
            what = f"feed {feed}, reader {name}"
            try:
                problem = weakness(secret.reveal())
            except Misconfigured as e:
                yield Result(what, False, str(e))
                continue
            yield Result(what, None, f"{secret} {problem}") if problem else Result(what, True, "has a secret")


def weakness(secret: str) -> str:
    """What is wrong with a secret that stands in addresses; nothing, if it is empty."""
    if len(secret) < MIN_SECRET_LENGTH:
        return (
            f"has {len(secret)} characters, and can be guessed: use {MIN_SECRET_LENGTH} or more, made by "
            'chance (python -c "import secrets; print(secrets.token_urlsafe())")'
        )
    if not re.fullmatch(r"[\w.~-]+", secret, re.ASCII):
        return "holds characters that no address has: letters, digits, - and _ do for both ways in"
    return ""


def _places(app: App) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "database", partial(_database, app.store)
    yield "broker", partial(_broker, app.declared.keep.broker)
    yield "documents", app.documents.check
    yield "photos", partial(_photos, app)
    if app.site.logo:
        yield "logo", partial(_logo, app.site.logo)


def _database(store: Store) -> str:
    from syndicator.cli.servers import try_database  # noqa: PLC0415 - half a second, beside the first looks

    return try_database(store)


def _broker(url: str) -> str:
    from syndicator.cli.servers import try_broker  # noqa: PLC0415 - likewise

    return try_broker(url)


def _channels(app: App, plans: Mapping[str, str]) -> Iterator[tuple[str, Callable[[], str]]]:
    for name, courier in app.couriers.items():
        yield f"channel {name}", partial(_channel, courier, plans.get(name, ""))


def _plans(app: App, store: Store) -> Mapping[str, str]:
    """What each account waits for and has left, as far as it is on record: an empty database knows nothing,
    and one that does not answer is a result of its own."""
    now = datetime.now(UTC)
    ledgers = {name: Ledger() for name in app.couriers}
    with suppress(SyndicatorError):
        ledgers |= {row.name: Ledger.from_json(row.ledger) for row in store.channels() if row.name in ledgers}
    return {
        name: "; ".join(ledger.with_money(app.couriers[name].pace, now).plan(now))
        for name, ledger in ledgers.items()
    }


def _tried(task: tuple[str, Callable[[], str]]) -> Result:
    what, run = task
    try:
        return Result(what, True, run())
    except SyndicatorError as e:
        return Result(what, False, str(e))


def _channel(courier: Courier, plan: str) -> str:
    """What a channel says of its trial, without its secrets, and how its account stands."""
    try:
        return "; ".join(filter(None, (courier.redact(courier.channel.check()), plan)))
    except SyndicatorError as e:
        raise SyndicatorError(courier.redact(str(e))) from e


def _logo(path: Path) -> str:
    from syndicator.photos.logo import logo  # noqa: PLC0415 - for those who declare one

    picture = logo(path)
    return f"{path}: {picture.width} x {picture.height} pixels without its margins"


def _photos(app: App) -> str:
    folder = app.declared.keep.photos
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(b"a trial")
    except OSError as e:
        raise SyndicatorError(f"{folder} cannot be written: {e.strerror}: mend it") from e
    return f"are kept in {folder}"
