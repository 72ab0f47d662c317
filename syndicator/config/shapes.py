"""The step from TOML values to dataclasses: the types of their fields are the rules, and a broken rule is an
error in an operator's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import timedelta
from difflib import get_close_matches
from enum import Enum
from functools import cache
from itertools import count
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin, get_type_hints

from pydantic import PydanticUserError, TypeAdapter, ValidationError, ValidationInfo
from pydantic_core import CoreSchema, ErrorDetails, SchemaValidator
from pydantic_core import core_schema as cs

from syndicator.secret import Secret

#: Seconds in each unit of a span.
UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
#: The longest span: what is longer is a slip of the keyboard.
MAX_SPAN = timedelta(days=36_500)

#: What a value of each type looks like, for whoever has to add one.
SAMPLES: Mapping[Any, str] = {
    str: '"..."',
    int: "1",
    float: "1.5",
    bool: "true",
    Path: '"var/..."',
    Secret: '"env:NAME"',
    timedelta: '"5m"',
    tuple: '["..."]',
}

#: By the validator's own names: https://docs.pydantic.dev/latest/errors/validation_errors/
MESSAGES = {
    "string_type": 'must be text in quotation marks, such as "..."',
    "string_too_short": "must not be empty",
    "int_type": "must be a whole number without quotation marks, such as 10",
    "float_type": "must be a number without quotation marks, such as 1.5",
    "bool_type": "must be true or false, without quotation marks",
    "tuple_type": 'must be a list, such as ["..."]',
    "dict_type": "must be a table",
}


#: The classes of the tables that a table stands in, with the names of their schemas.
Around = Mapping[Any, str]
OUTERMOST: Around = {}

#: Parts of schemas' names, so that no two are alike.
SCHEMA_NUMBERS = count()


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The surroundings of a declared value, for the rules that need more than the value itself.

    ``folder``: the folder of the declarations, where relative paths start. ``names``: by table ("sources",
    "channels", "profiles"), the names declared in it; without a table that could not be read. ``format``:
    the lookup of a kind of format, which raises ``LookupError``.
    """

    folder: Path
    names: Mapping[str, Collection[str]]
    format: Callable[[str], object]


class TableMistakes(Exception):
    """The mistakes in a table: the place of each, inside the table, and what is wrong there."""

    def __init__(self, mistakes: Sequence[tuple[tuple[str | int, ...], str]]) -> None:
        super().__init__("; ".join(message for _, message in mistakes))
        self.mistakes = mistakes


def duration(declared: object) -> timedelta:
    """``"30s"``, ``"5m"``, ``"2h"``, ``"1d"`` as a span of time. Raises ``ValueError``."""
    if isinstance(declared, timedelta):
        return declared
    match = re.fullmatch(r"(\d{1,9}(?:\.\d+)?) ?([smhd])", declared) if isinstance(declared, str) else None
    if not match:
        raise ValueError('must be a span of time, such as "30s", "5m", "2h" or "1d"')
    seconds = float(match[1]) * UNIT_S[match[2]]
    if seconds > MAX_SPAN.total_seconds():
        raise ValueError("must not be longer than a hundred years")
    return timedelta(seconds=seconds)


def settings(kind: type[Any], injected: Collection[str] = ()) -> list[Field[Any]]:
    """The fields of a dataclass that its declaration may set. Raises ``TypeError`` if it is none."""
    return [f for f in fields(kind) if f.init and f.name not in injected]


def table(kind: type[Any], injected: Collection[str] = (), around: Around = OUTERMOST) -> CoreSchema:
    """The settings of a dataclass as a table; any other key is refused. Defaults that are written like
    declared values are treated like them; all others are left to the dataclass. ``around``: the classes
    of the tables that it is in, for those that hold tables of their own kind."""
    hints = get_type_hints(kind, include_extras=True)
    rules = {f.name: _setting(f, value(hints[f.name], around)) for f in settings(kind, injected)}
    # Strict: "5" is no number, and 1 is not true.
    return cs.typed_dict_schema(rules, extra_behavior="forbid", config=cs.CoreConfig(strict=True))


def _setting(f: Field[Any], rule: CoreSchema) -> cs.TypedDictField:
    if isinstance(f.default, str | Path) and f.default:
        rule = cs.with_default_schema(rule, default=str(f.default), validate_default=True)
    is_required = f.default is MISSING and f.default_factory is MISSING
    return cs.typed_dict_field(rule, required=is_required)


def value(hint: Any, around: Around = OUTERMOST) -> CoreSchema:
    """The rule for values of a type: ours where TOML has no such type, else pydantic's."""
    origin, args = get_origin(hint), get_args(hint)
    if hint is timedelta:
        return cs.no_info_plain_validator_function(duration)
    if hint is Path:
        return cs.with_info_after_validator_function(_placed, cs.str_schema(min_length=1))
    if hint is Secret:
        return cs.with_info_plain_validator_function(referred)
    if is_dataclass(hint):
        return _within(hint, around)
    if origin is tuple:
        # TOML has lists
        return cs.tuple_schema([value(args[0], around)], variadic_item_index=0, strict=False)
    if origin in (Union, UnionType) and NoneType in args:  # TOML cannot say None: leaving out does
        return value(Union[tuple(arg for arg in args if arg is not NoneType)], around)  # noqa: UP007 - made here
    if origin in (dict, Mapping):
        return cs.dict_schema(cs.str_schema(), value(args[1], around))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return cs.no_info_after_validator_function(hint, cs.literal_schema([each.value for each in hint]))
    return TypeAdapter(hint).core_schema


def _within(kind: Any, around: Around) -> CoreSchema:
    """A table in a table; one of a kind that it is in already is that one's schema, by reference."""
    if kind in around:
        return cs.definition_reference_schema(around[kind])
    name = f"{kind.__qualname__}:{next(SCHEMA_NUMBERS)}"
    inner = table(kind, around={**around, kind: name})
    schema = cs.no_info_after_validator_function(lambda declared: kind(**declared), inner, ref=name)
    return cs.definitions_schema(cs.definition_reference_schema(name), [schema])


def _placed(path: str, info: ValidationInfo[Scope]) -> Path:
    try:
        return info.context.folder / Path(path).expanduser()
    except RuntimeError as e:
        raise ValueError("begins with ~ and the name of nobody here") from e


def referred(declared: object, info: ValidationInfo[Scope]) -> Secret:
    """A secret by reference; a relative file is looked for where the declarations are."""
    reference = Secret.parse(declared).reference
    kind, _, name = reference.partition(":")
    return Secret(f"file:{_placed(name, info)}" if kind == "file" else reference)


@cache
def _validator(kind: type[Any], injected: frozenset[str]) -> SchemaValidator:
    """Made once for all tables of a kind: two thousand sources are of one or two."""
    return SchemaValidator(table(kind, injected))


def filled(
    kind: type[Any],
    declared: Mapping[str, Any],
    scope: Scope,
    *,
    injected: Mapping[str, object],
    beside: Collection[str],
) -> dict[str, Any]:
    """The values of a dataclass's settings from a table, found to be what the class accepts.

    ``injected``: stand-ins for fields that are no settings. ``beside``: other keys that the table may
    have. Raises ``TableMistakes``.
    """
    try:
        # a class is hashable, whatever mypy says
        validator = _validator(cast(Any, kind), frozenset(injected))
    except (PydanticUserError, NameError) as e:
        raise TableMistakes(
            [(("kind",), f"its settings cannot be read from {kind.__qualname__}: {e}")]
        ) from e
    try:
        settings: dict[str, Any] = validator.validate_python(dict(declared), context=scope)
        kind(**settings, **injected)
    except ValidationError as e:
        raise TableMistakes(
            [_mistake(error, kind, injected, beside) for error in e.errors(include_url=False)]
        ) from e
    except ValueError as e:  # of the class itself
        raise TableMistakes([_inside((), str(e), kind)]) from e
    return settings


def _mistake(
    error: ErrorDetails, kind: type[Any], injected: Collection[str], beside: Collection[str]
) -> tuple[tuple[str | int, ...], str]:
    """The place and the text of a mistake, without the value: it may be a secret."""
    place = error["loc"]
    match error["type"]:
        case "extra_forbidden":
            return place, _unknown_key(place, kind, injected, beside)
        case "missing":
            return place, f"is missing; add {_sample(str(place[-1]), type_at(kind, place))}"
        case "value_error":
            return _inside(place, str(error["ctx"]["error"]), type_at(kind, place))
        case "literal_error":
            return place, f"must be {error['ctx']['expected']}".replace("'", '"')
    message = error["msg"].removeprefix("Input ")
    return place, MESSAGES.get(error["type"], message[:1].lower() + message[1:])


def _inside(place: tuple[str | int, ...], message: str, kind: Any) -> tuple[tuple[str | int, ...], str]:
    """A mistake that a class reports of itself as a whole, which may begin with the key: ``key: message``."""
    keys, is_named, message_for_key = message.partition(": ")
    first, *rest = keys.split(".")
    if is_named and is_dataclass(kind) and first in {f.name for f in fields(kind)}:
        return (*place, first, *(int(part) if part.isdigit() else part for part in rest)), message_for_key
    return place, message


def _unknown_key(
    place: Sequence[str | int], kind: type[Any], injected: Collection[str], beside: Collection[str]
) -> str:
    key, around = str(place[-1]), type_at(kind, place[:-1])
    outer = {f.name for f in settings(kind, injected)} | set(beside)
    known = outer if len(place) == 1 else {f.name for f in settings(around)}
    if key in outer - known and not _is_table(type_at(kind, [key])):
        return "does not belong into this table; write it further up, above the line of the table's name"
    return unknown(known, key, "there is no such key")


def type_at(hint: Any, place: Sequence[str | int]) -> Any:
    """The type of what stands at a place inside a value of a type."""
    for part in place:
        hint = _plainly(hint)
        if is_dataclass(hint):
            hint = get_type_hints(hint, include_extras=True).get(str(part), object)
        else:
            inner = get_args(hint) or (object,)
            hint = inner[0] if get_origin(hint) is tuple else inner[-1]
    return _plainly(hint)


def _plainly(hint: Any) -> Any:
    """A type without ``None`` and annotations."""
    if get_origin(hint) is Annotated:
        return _plainly(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        return _plainly(next(arg for arg in get_args(hint) if arg is not NoneType))
    return hint


def _is_table(hint: Any) -> bool:
    return (is_dataclass(hint) and hint is not Secret) or get_origin(hint) is Mapping


def _sample(key: str, hint: Any) -> str:
    return f"[{key}]" if _is_table(hint) else f"{key} = {SAMPLES.get(get_origin(hint) or hint, '...')}"


def unknown(known: Collection[str], name: str, what: str) -> str:
    """The text of a mistake: ``what`` (that a name does not exist), and the names that do."""
    nearest = get_close_matches(name, known, n=1, cutoff=0.5)
    if nearest:
        return f"{what}; do you mean {nearest[0]!r}?"
    return f"{what}; there are {', '.join(sorted(known))}" if known else f"{what}; none is declared"
