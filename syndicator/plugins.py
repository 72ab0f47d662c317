"""What can be plugged in by name: sources, formats, channels.

A kind is a module of its folder, named as declarations name the kind, with one class that has all that the
folder's port asks for: the kind ``mastodon`` of channel is in ``channels/mastodon.py``. There is no list of
them. Other packages offer more by entry points
(https://packaging.python.org/en/latest/specifications/entry-points/), and a declaration may give an import
path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from inspect import get_annotations, isabstract
from pkgutil import iter_modules, resolve_name
from types import ModuleType
from typing import Any, cast


@cache
def _offered(group: str) -> Mapping[str, str]:
    """Import paths by name, of what installed packages offer. Read once per process: it takes a look into
    each of them."""
    return {point.name: point.value for point in entry_points(group=group)}


@dataclass(frozen=True)
class Kinds:
    """The kinds of one ``noun``: "source", "format" or "channel". ``package``: the import path of their
    folder, and the entry point group in which other packages offer more. ``port``: the protocol that their
    classes fulfil."""

    noun: str
    package: str
    port: type[Any]

    @property
    def built_in(self) -> list[str]:
        """Names of what ships with us, sorted. Loads all modules of the folder."""
        path = import_module(self.package).__path__
        return sorted(module.name for module in iter_modules(path) if self._built_in(module.name))

    def __call__(self, name: str) -> type[Any]:
        """The class behind a name: built in, from an entry point, or an import path ``package.module:Class``.
        What ships with us cannot be replaced by accident. Raises ``LookupError`` that names the nearest."""
        return self._built_in(name) or self._elsewhere(name)

    def _built_in(self, name: str) -> type[Any] | None:
        if not name.isidentifier() or name.startswith("_"):
            return None
        module = f"{self.package}.{name}"
        try:
            loaded = import_module(module)
        except ModuleNotFoundError as e:
            if e.name != module:
                raise
            return None
        return _class_in(loaded, cast(Any, self.port))  # a class is hashable, whatever mypy says

    def _elsewhere(self, name: str) -> type[Any]:
        offered = _offered(self.package)
        path = offered.get(name) or (name if ":" in name else "")
        if not path:
            known = {*offered, *self.built_in}
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


@cache
def _class_in(module: ModuleType, port: type[Any]) -> type[Any] | None:
    """The class that a module is there for. Looked for once: thousands of sources are of one kind."""
    classes = (found for found in vars(module).values() if isinstance(found, type))
    return next((c for c in classes if c.__module__ == module.__name__ and _fulfils(c, port)), None)


def _fulfils(found: type[Any], port: type[Any]) -> bool:
    wanted = {name for name in (*vars(port), *get_annotations(port)) if name[0] != "_"}
    has_all = wanted <= {*dir(found), *getattr(found, "__dataclass_fields__", ())}
    return has_all and not isabstract(found)
