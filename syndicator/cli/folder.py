"""The folder that a command is about."""

from __future__ import annotations

import os
from pathlib import Path


def folder() -> Path:
    """Where the declarations are: ``--folder``, else ``SYNDICATOR_FOLDER``, else the current folder.
    Absolute, and the same for child processes."""
    return Path(os.environ["SYNDICATOR_FOLDER"])
