"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), and what 1.0 and careless publishers do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syndicator.domain.errors import SourceError
from syndicator.text.clean import plain

#: Digits that a number may have; whatever has more is a text.
DIGITS = 18


class Odd(Exception):
    """What is wrong with an entry, in an operator's words."""


def json_feed(url: str, content: bytes) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
    """Its head and items. Raises ``SourceError``: no JSON, or no list of items."""
    try:
        feed = json.loads(content, parse_int=lambda said: int(said) if len(said) <= DIGITS else said)
        items = [each if isinstance(each, dict) else {"is_no_item": each} for each in _listed(feed["items"])]
    except (LookupError, TypeError, Odd) as e:
        raise SourceError(f"{url}: not a JSON Feed: it has no list of items") from e
    except RecursionError as e:
        raise SourceError(f"{url}: not a JSON Feed: things within things without end") from e
    except ValueError as e:
        raise SourceError(f"{url}: not a JSON Feed: {e}") from e
    return feed, items


def item(found: Mapping[str, Any]) -> dict[str, Any]:
    """An item in the words of feeds. Raises ``Odd`` where what makes an article is not what it should be.
    Where it is only something else, that is left out, and told (``odd``)."""
    if "is_no_item" in found:
        raise Odd("it is no JSON object")
    odd: list[str] = []

    def beside(names: str, read: Callable[[Any], Any]) -> Any:
        first, *_ = named = names.split()
        value = next((found[name] for name in named if found.get(name) is not None), None)
        try:
            return read(value)
        except Odd:
            odd.append(f"its {first} is not as JSON Feed has it: left out")
            return read(None)

    images = [beside("image", _text), beside("banner_image", _text), *beside("attachments", _pictures)]
    text = _required(found, "content_text")
    return {
        "id": _id(found.get("id")),
        "url": _required(found, "url") or _required(found, "external_url"),
        "title": _required(found, "title"),
        "summary": beside("summary", _text) or text,
        "content": _required(found, "content_html") or paragraph(text),
        "published": beside("date_published", _text),
        "updated": beside("date_modified", _text),
        "authors": beside("authors author", _authors),
        "tags": beside("tags", _words),
        "language": beside("language", _text),
        "photos": [image for image in images if image],
        "is_withdrawn": found.get("expired") is True,
        "odd": odd,
    }


def paragraph(text: str) -> str:
    """Plain text as markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f"<p>{escaped}</p>" if text else ""


def _required(found: Mapping[str, Any], name: str) -> str:
    try:
        return _text(found.get(name))
    except Odd:
        raise Odd(f"its {name} is no text") from None


def _id(value: Any) -> str:
    """Numbers are to be taken for text, what is neither makes no item."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _required({"id": value}, "id")


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if not isinstance(value, str):
        raise Odd
    return value


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Odd
    return value


def _words(value: Any) -> list[str]:
    return [plain(_text(word)) for word in _listed(value)]


def _authors(value: Any) -> list[str]:
    people = [value] if isinstance(value, dict) else _listed(value)
    names = [_text(person.get("name")) if isinstance(person, dict) else _text(person) for person in people]
    return [plain(name) for name in names if name]


def _pictures(value: Any) -> list[str]:
    files = _listed(value)
    if not all(isinstance(each, dict) for each in files):
        raise Odd
    return [_text(each.get("url")) for each in files if "image" in str(each.get("mime_type"))]
