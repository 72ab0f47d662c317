"""From TOML values to the settings of dataclasses, and from a validator's findings to plain words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, fields
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, create_model

from syndicator.secret import Secret

#: Fields of sources and channels that wiring fills in.
INJECTED = {"name", "http", "session"}

#: What every channel's declaration may say to us, and not to the channel.
COMMON = {"channels": ("kind", "max_age"), "sources": ("kind",)}

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def duration(value: object) -> timedelta:
    """``"30s"``, ``"5m"``, ``"2h"``, ``"1d"`` as a time span. Raises ``ValueError``."""
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd])", value.strip()) if isinstance(value, str) else None
    if not match:
        raise ValueError(f'{value!r} is no time span, such as "30s", "5m", "2h" or "1d"')
    return timedelta(seconds=float(match[1]) * UNITS[match[2]])


Span = Annotated[timedelta, BeforeValidator(duration)]


def model(kind: type[Any]) -> type[BaseModel]:
    """A model of a dataclass's settings that refuses unknown keys."""
    hints = get_type_hints(kind)
    wanted: dict[str, Any] = {}
    for f in fields(kind):
        if f.name in INJECTED or not f.init:
            continue
        default = ... if f.default is MISSING and f.default_factory is MISSING else None
        wanted[f.name] = (_shape(hints[f.name]), default)
    config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    return create_model(kind.__name__, __config__=config, **wanted)


def _shape(hint: Any) -> Any:
    """The type as declared: spans of time are written as text, tables are checked like ours."""
    if hint is timedelta:
        return Span
    if isinstance(hint, type) and hasattr(hint, "__dataclass_fields__") and hint is not Secret:
        return Annotated[hint, BeforeValidator(lambda value: _made(hint, value))]
    if get_origin(hint) is tuple:
        return tuple.__class_getitem__((_shape(get_args(hint)[0]), ...))
    return hint


def _made(kind: type[Any], value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    filled = model(kind).model_validate(value)
    return kind(**{name: getattr(filled, name) for name in filled.model_fields_set})


def in_words(error: Mapping[str, Any], kind: type[Any], path: Sequence[str | int]) -> str:
    where = ".".join(str(part) for part in error["loc"])
    table = f"[{'.'.join(map(str, path))}] " if path else ""
    key = str(error["loc"][-1]) if error["loc"] else ""
    match error["type"]:
        case "extra_forbidden":
            known = [f.name for f in fields(_nested(kind, error["loc"][:-1])) if f.name not in INJECTED]
            return f"{table}{unknown(key, [*known, *COMMON.get(str(path[0]) if path else '', ())], 'key')}"
        case "missing":
            return f"{table}{where}: is missing"
        case "value_error":
            return f"{table}{where}: {error['ctx']['error']}"
        case _:
            said = error["msg"].removeprefix("Input ").removeprefix("Value error, ")
            return f"{table}{where}: {said[:1].lower()}{said[1:]}"


def _nested(kind: type[Any], loc: Sequence[str | int]) -> type[Any]:
    for part in loc:
        if isinstance(part, str):
            hint = get_type_hints(kind).get(part)
            kind = get_args(hint)[0] if get_origin(hint) is tuple else hint or kind
    return kind


def unknown(name: str, known: Collection[str], noun: str, where: str = "") -> str:
    nearest = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"do you mean {nearest[0]!r}?" if nearest else f"there are: {', '.join(sorted(known)) or 'none'}"
    return f"{name!r} is no {noun}{f' of {where}' if where else ''}; {hint}"
