"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), and what 1.0 and careless publishers do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syndicator.domain.errors import SourceError
from syndicator.text.clean import plain

#: Digits that a number may have; whatever has more is a text.
MAX_DIGITS = 18


class OddEntry(Exception):
    """An entry that cannot be read; its text says why, in an operator's words."""


def json_feed(url: str, content: bytes) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
    """The head of a JSON Feed and its items. Raises ``SourceError``: no JSON, or no list of items."""
    try:
        feed = json.loads(
            content, parse_int=lambda digits: int(digits) if len(digits) <= MAX_DIGITS else digits
        )
        items = [each if isinstance(each, dict) else {"is_no_item": each} for each in _list(feed["items"])]
    except (LookupError, TypeError, OddEntry) as e:
        raise SourceError(f"{url}: not a JSON Feed: it has no list of items") from e
    except RecursionError as e:
        raise SourceError(f"{url}: not a JSON Feed: things within things without end") from e
    except ValueError as e:
        raise SourceError(f"{url}: not a JSON Feed: {e}") from e
    return feed, items


def item(fields: Mapping[str, Any]) -> dict[str, Any]:
    """An entry from a JSON Feed's item. Raises ``OddEntry`` where a field that makes an article is not of its
    type; any other one is left out, with a warning (``odd``)."""
    if "is_no_item" in fields:
        raise OddEntry("it is no JSON object")
    odd: list[str] = []

    def optional(names: str, read: Callable[[Any], Any]) -> Any:
        first, *_ = named = names.split()
        value = next((fields[name] for name in named if fields.get(name) is not None), None)
        try:
            return read(value)
        except OddEntry:
            odd.append(f"its {first} is not as JSON Feed has it: left out")
            return read(None)

    images = [optional("image", _text), optional("banner_image", _text), *optional("attachments", _pictures)]
    text = _required_text(fields, "content_text")
    return {
        "id": _id(fields.get("id")),
        "url": _required_text(fields, "url") or _required_text(fields, "external_url"),
        "title": _required_text(fields, "title"),
        "summary": optional("summary", _text) or text,
        "content": _required_text(fields, "content_html") or paragraph(text),
        "published": optional("date_published", _text),
        "updated": optional("date_modified", _text),
        "authors": optional("authors author", _authors),
        "tags": optional("tags", _texts),
        "language": optional("language", _text),
        "photos": [image for image in images if image],
        "is_withdrawn": fields.get("expired") is True,
        "odd": odd,
    }


def paragraph(text: str) -> str:
    """Plain text as markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f"<p>{escaped}</p>" if text else ""


def _required_text(fields: Mapping[str, Any], name: str) -> str:
    try:
        return _text(fields.get(name))
    except OddEntry:
        raise OddEntry(f"its {name} is no text") from None


def _id(value: Any) -> str:
    """An id as text, a number too. Raises ``OddEntry`` for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _required_text({"id": value}, "id")


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if not isinstance(value, str):
        raise OddEntry
    return value


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise OddEntry
    return value


def _texts(value: Any) -> list[str]:
    return [plain(_text(word)) for word in _list(value)]


def _authors(value: Any) -> list[str]:
    people = [value] if isinstance(value, dict) else _list(value)
    names = [_text(person.get("name")) if isinstance(person, dict) else _text(person) for person in people]
    return [plain(name) for name in names if name]


def _pictures(value: Any) -> list[str]:
    files = _list(value)
    if not all(isinstance(each, dict) for each in files):
        raise OddEntry
    return [_text(each.get("url")) for each in files if "image" in str(each.get("mime_type"))]
