"""Where posts go. Adding a channel: one module, one line here, one test class."""

from __future__ import annotations

from difflib import get_close_matches
from importlib.metadata import entry_points
from pkgutil import resolve_name
from typing import Any

#: Kinds that ship with us. Others come from packages (entry points) or are import paths.
BUILT_IN = {
    "mastodon": "syndicator.channels.mastodon:Mastodon",
    "outbox": "syndicator.channels.outbox:Outbox",
    "webhook": "syndicator.channels.webhook:Webhook",
}

#: The entry point group in which other packages offer kinds of channels.
GROUP = "syndicator.channels"


def kind(name: str) -> type[Any]:
    """The class behind a kind: built in, from an entry point, or an import path ``package.module:Class``.

    Raises ``LookupError`` that names the nearest known kind.
    """
    known = {point.name: point.value for point in entry_points(group=GROUP)} | BUILT_IN
    path = known.get(name) or (name if ":" in name else "")
    if not path:
        nearest = get_close_matches(name, known, n=1)
        hint = f"do you mean {nearest[0]!r}?" if nearest else f"there are {', '.join(sorted(known))}"
        raise LookupError(f"no such kind of channel: {name!r}; {hint}")
    try:
        found = resolve_name(path)
    except (ValueError, ImportError, AttributeError) as e:
        raise LookupError(f"the kind of channel {name!r} cannot be loaded: {e}") from e
    if not isinstance(found, type):
        raise LookupError(f"the kind of channel {name!r} is no class: {path}")
    return found
