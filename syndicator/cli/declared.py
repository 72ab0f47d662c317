"""What a command is about: the folder of declarations, and names that are declared in it."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from syndicator.domain.errors import SyndicatorError


def folder() -> Path:
    """Where the declarations are: ``--folder``, else ``SYNDICATOR_FOLDER``, else the current folder.
    Absolute, and the same for child processes."""
    return Path(os.environ["SYNDICATOR_FOLDER"])


def must_be_declared(names: Collection[str], known: Collection[str], noun: str) -> None:
    """Raises ``SyndicatorError``, which says what there is, for the first name that is not declared.
    ``noun``: what it would name, such as a source."""
    for name in names:
        if name not in known:
            raise SyndicatorError(f"no {noun} {name!r} is declared; there are: {', '.join(known) or 'none'}")
