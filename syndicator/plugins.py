"""Tables of what can be plugged in: sources, formats, channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points
from pkgutil import resolve_name
from typing import Any


@cache
def _offered(group: str) -> dict[str, str]:
    """Names and import paths that installed packages offer. Read once per process: it takes a look into each
    of them."""
    return {point.name: point.value for point in entry_points(group=group)}


@dataclass(frozen=True)
class Kinds:
    """Names and where their classes are. ``noun`` is what they are kinds of; ``group`` the entry point
    group in which other packages offer more of them."""

    noun: str
    group: str
    built_in: Mapping[str, str]

    @property
    def known(self) -> dict[str, str]:
        """Every name with its import path; what ships with us cannot be replaced by accident."""
        return _offered(self.group) | dict(self.built_in)

    def __call__(self, name: str) -> type[Any]:
        """The class behind a name: built in, from an entry point, or an import path
        ``package.module:Class``. Raises ``LookupError`` that names the nearest known one."""
        known = self.known
        path = known.get(name) or (name if ":" in name else "")
        if not path:
            nearest = get_close_matches(name, known, n=1)
            hint = f"do you mean {nearest[0]!r}?" if nearest else f"there are {', '.join(sorted(known))}"
            raise LookupError(f"no such kind of {self.noun}: {name!r}; {hint}")
        try:
            found = resolve_name(path)
        except (ValueError, ImportError, AttributeError) as e:
            raise LookupError(f"the kind of {self.noun} {name!r} cannot be loaded: {e}") from e
        if not isinstance(found, type):
            raise LookupError(f"the kind of {self.noun} {name!r} is no class: {path}")
        return found
