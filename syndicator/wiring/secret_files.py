"""Files that secrets are kept in, and the one hand at a time that writes them: a person's, at
``syndicator connect``, and a worker's, which renews what ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syndicator.domain.errors import SyndicatorError
from syndicator.files import write_whole
from syndicator.secret import Secret


@contextmanager
def secret_file(place: Secret) -> Iterator[Path | None]:
    """The file that a secret is kept in, in one hand; ``None``: it is in the environment, its owner's to set.
    Raises ``SyndicatorError`` where it could not be written, before the block begins."""
    kind, _, name = place.reference.partition(":")
    if kind != "file":
        yield None
        return
    path = Path(name).resolve()  # a link stays one
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path.parent, os.O_RDONLY)  # the file itself is another one after each writing
    except OSError as e:
        raise _unwritable(path, e.strerror) from e
    try:
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise _unwritable(path, f"{path.parent} may not be written to")
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield path
    finally:
        os.close(lock)


def keep_secret(path: Path, secret: str) -> None:
    """Put a secret into its file, whole, for ourselves alone. Raises ``SyndicatorError``."""
    try:
        write_whole(path, f"{secret}\n".encode(), mode=0o600, is_durable=True)
    except OSError as e:
        raise _unwritable(path, e.strerror) from e


def _unwritable(path: Path, why: str | None) -> SyndicatorError:
    return SyndicatorError(f"{path} cannot be written ({why}): nothing was kept")
