"""Formats of feeds. A new format is one module here (``plugins``) and its test class."""

from __future__ import annotations

from syndicator.jobs.ports import Format
from syndicator.plugins import Kinds

kind = Kinds(noun="format", package=__name__, port=Format)
