"""What has happened on the site so far: a small file that only ever changes as a whole."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from syndicator.domain.errors import Misconfigured
from syndicator.example_site import LISTEN
from syndicator.files import write_whole

STATE_FILE = "state.json"


@dataclass
class SiteState:
    """``started``: the site's first start. ``url``: where it is served. By number of the story:
    ``published``, ``corrected`` (each time), ``retracted``. All times are aware UTC."""

    started: datetime
    url: str = field(default_factory=lambda: url_of(LISTEN))
    published: dict[int, datetime] = field(default_factory=dict)
    corrected: dict[int, list[datetime]] = field(default_factory=dict)
    retracted: dict[int, datetime] = field(default_factory=dict)


@contextmanager
def editing(folder: Path) -> Iterator[SiteState]:
    """The state, to be changed by one hand at a time; written when the block ends without an error."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as e:
        raise Misconfigured(f"{folder}: cannot be written ({e.strerror}): choose another --state") from e
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = read(folder)
        yield state
        _write(folder, state)


def read(folder: Path) -> SiteState:
    """The state as it is now; that of a first start where there is none."""
    path = folder / STATE_FILE
    try:
        written = json.loads(path.read_bytes())
        return SiteState(
            started=_time(written["started"]),
            url=written["url"],
            published={int(key): _time(at) for key, at in written["published"].items()},
            corrected={int(key): list(map(_time, each)) for key, each in written["corrected"].items()},
            retracted={int(key): _time(at) for key, at in written["retracted"].items()},
        )
    except FileNotFoundError:
        return SiteState(started=now())
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise Misconfigured(f"{path}: is not what the site wrote ({e}): remove it to start afresh") from e


def begin(folder: Path, url: str) -> None:
    """Note where the site will be served, if it never was."""
    if not (folder / STATE_FILE).exists():
        with editing(folder) as state:
            state.url = url


def url_of(listen: str) -> str:
    """Where a person on this machine finds a server that listens at ``HOST:PORT``."""
    host, _, port = listen.rpartition(":")
    here = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "[::]": "[::1]"}  # noqa: S104 - only compared with
    return f"http://{here.get(host, host)}:{port}"


def now() -> datetime:
    """This second, in UTC."""
    return datetime.now(UTC).replace(microsecond=0)


def _write(folder: Path, state: SiteState) -> None:
    written: dict[str, Any] = {
        "started": state.started.isoformat(),
        "url": state.url,
        "published": {key: at.isoformat() for key, at in state.published.items()},
        "corrected": {key: [at.isoformat() for at in each] for key, each in state.corrected.items()},
        "retracted": {key: at.isoformat() for key, at in state.retracted.items()},
    }
    write_whole(folder / STATE_FILE, json.dumps(written, indent=1).encode(), is_durable=True)


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    return at
