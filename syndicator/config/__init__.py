"""Declarations: what a newsroom writes down in ``syndicator.toml`` and ``feeds/*.toml``."""

from syndicator.config.declared import S3, Declared, Example, Fetch, Hub, Keep, Outlet, Plug, Web
from syndicator.config.example import load_example
from syndicator.config.reader import KindsOf, load

__all__ = [
    "S3",
    "Declared",
    "Example",
    "Fetch",
    "Hub",
    "Keep",
    "KindsOf",
    "Outlet",
    "Plug",
    "Web",
    "load",
    "load_example",
]
