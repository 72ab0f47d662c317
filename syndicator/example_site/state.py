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
from syndicator.files import write_whole

#: Where the site is unless it was told otherwise.
ADDRESS = "http://127.0.0.1:8001"


@dataclass
class SiteState:
    """``started``: the site's first start. ``url``: where it is served. By number of the story:
    ``published``, ``corrected`` (each time), ``retracted``. All times are aware UTC."""

    started: datetime
    url: str = ADDRESS
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
    path = folder / "state.json"
    try:
        told = json.loads(path.read_bytes())
        return SiteState(
            started=_time(told["started"]),
            url=told["url"],
            published={int(key): _time(at) for key, at in told["published"].items()},
            corrected={int(key): list(map(_time, each)) for key, each in told["corrected"].items()},
            retracted={int(key): _time(at) for key, at in told["retracted"].items()},
        )
    except FileNotFoundError:
        return SiteState(started=now())
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise Misconfigured(f"{path}: is not what the site wrote ({e}): remove it to start afresh") from e


def now() -> datetime:
    """This second, in UTC."""
    return datetime.now(UTC).replace(microsecond=0)


def _write(folder: Path, state: SiteState) -> None:
    told: dict[str, Any] = {
        "started": state.started.isoformat(),
        "url": state.url,
        "published": {key: at.isoformat() for key, at in state.published.items()},
        "corrected": {key: [at.isoformat() for at in each] for key, each in state.corrected.items()},
        "retracted": {key: at.isoformat() for key, at in state.retracted.items()},
    }
    write_whole(folder / "state.json", json.dumps(told, indent=1).encode(), is_durable=True)


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    return at
