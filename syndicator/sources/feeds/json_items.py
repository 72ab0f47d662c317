"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), and what 1.0 and careless publishers do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import UnionType
from typing import Any

from syndicator.domain.errors import SourceError
from syndicator.sources.feeds.byline import person
from syndicator.sources.feeds.feed_text import paragraphs
from syndicator.sources.feeds.pictures import FeedPicture, kind_of_file
from syndicator.text.addresses import web_address
from syndicator.text.clean import fold

#: Digits that a number may have; whatever has more is a text.
MAX_DIGITS = 18

#: Values of one list.
MAX_VALUES = 500

LEFT_OUT = "is not as JSON Feed has it: left out"

#: What is read of an attachment, and the field that has it.
FILE_FIELDS = (("url", "url"), ("type", "mime_type"), ("title", "title"))


class OddEntry(Exception):
    """An entry that cannot be read; its text says why, in an operator's words."""


def json_feed(url: str, content: bytes) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]:
    """The head of a JSON Feed and its items. Raises ``SourceError``: no JSON, or no list of items."""
    try:
        feed = json.loads(
            content,
            parse_int=lambda digits: int(digits) if len(digits) <= MAX_DIGITS else digits,
            strict=False,  # line breaks and tabs as they are, in texts
        )
        if not isinstance(feed["items"], list):
            raise TypeError("items")
        items = [each if isinstance(each, dict) else {"is_no_item": each} for each in feed["items"]]
    except (LookupError, TypeError) as e:
        raise SourceError(f"{url}: not a JSON Feed: it has no list of items") from e
    except RecursionError as e:
        raise SourceError(f"{url}: not a JSON Feed: things within things without end") from e
    except ValueError as e:
        raise SourceError(f"{url}: not a JSON Feed: {e}") from e
    return feed, items


def item(fields: Mapping[str, Any], feed: Mapping[str, Any]) -> dict[str, Any]:
    """An entry from a JSON Feed's item. Raises ``OddEntry`` where a field that makes an article is not of its
    type; any other one is left out, or read as it must be meant, with a warning (``odd``)."""
    if "is_no_item" in fields:
        raise OddEntry("it is no JSON object")
    odd: list[str] = []
    read = partial(_optional, fields, odd)
    text = _required_text(fields, "content_text")
    tags = read("tags", _texts)
    files = read("attachments", _files)
    images = [url for url in (read("image", _text), read("banner_image", _text)) if url]
    own = fields.get("_syndicator") or {}
    is_own = isinstance(own, dict) and isinstance(feed.get("_syndicator"), dict)
    authors = read("authors author", partial(_authors, is_own))
    if not authors and not is_own:  # which name the site there
        authors = _optional(feed, [], "authors author", partial(_authors, False))
    return {
        "id": _id(fields.get("id")),
        "url": _required_text(fields, "url")
        or _required_text(fields, "external_url")
        or _address_in_id(fields),
        "title": fold(_required_text(fields, "title")),
        "summary": fold(read("summary", _text) or text),
        "content": _required_text(fields, "content_html") or paragraphs(text),
        "published": read("date_published", _text),
        "updated": read("date_modified", _text),
        "authors": authors,
        "tags": tags,
        "section": next(iter(tags), ""),
        "language": read("language", _text),
        "pictures": _pictures(images, files, own.get("photo") if is_own else None),
        "recordings": [
            (file["url"], file["title"])
            for file in files
            if kind_of_file(file["url"], file["type"]) in ("audio", "video")
        ],
        "is_withdrawn": fields.get("expired") is True,
        "is_own": is_own,
        "odd": odd,
    }


def _optional(
    fields: Mapping[str, Any], odd: list[str], names: str, read: Callable[[Any], tuple[Any, str]]
) -> Any:
    """The value of the first of these fields that there is; what is odd about it is noted in ``odd``."""
    first, *_ = named = names.split()
    value = next((fields[name] for name in named if fields.get(name) is not None), None)
    result, problem = read(value)
    if problem:
        odd.append(f"its {first} {problem}")
    return result


def _required_text(fields: Mapping[str, Any], name: str) -> str:
    text, problem = _text(fields.get(name))
    if problem:
        raise OddEntry(f"its {name} is no text")
    return text


def _id(value: Any) -> str:
    """An id as text, a number too. Raises ``OddEntry`` for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _required_text({"id": value}, "id")


def _address_in_id(fields: Mapping[str, Any]) -> str:
    """The id where it is an address: "ideally, the id is the full URL of the resource described"."""
    entry_id = _id(fields.get("id"))
    return entry_id if entry_id.lower().startswith(("https://", "http://")) else ""


def _text(value: Any) -> tuple[str, str]:
    """A text, and what is odd about it."""
    if value is None or value is False:
        return "", ""
    return (value, "") if isinstance(value, str) else ("", LEFT_OUT)


def _listed(value: Any, kinds: type | UnionType) -> tuple[list[Any], str]:
    """What a list holds of these kinds, or the one thing that stands in its place."""
    if value is None:
        return [], ""
    values = value if isinstance(value, list) else [value]
    wanted = [each for each in values[:MAX_VALUES] if isinstance(each, kinds) and not isinstance(each, bool)]
    return wanted, "" if len(wanted) == len(values) else LEFT_OUT


def _texts(value: Any) -> tuple[list[str], str]:
    if isinstance(value, str):
        parts = [fold(part) for part in value.split(",")]
        return list(dict.fromkeys(filter(None, parts))), "is not a list: parted at its commas"
    words, problem = _listed(value, str | int if isinstance(value, list) else str)
    return list(dict.fromkeys(filter(None, (fold(str(word)) for word in words)))), problem


def _authors(is_own: bool, value: Any) -> tuple[list[str], str]:
    """Names: of objects, as the format has it, and of texts, alone or in a list."""
    listed, problem = _listed(value, dict | str)
    names = [each.get("name") if isinstance(each, dict) else each for each in listed]
    wrong = [name for name in names if name is not None and not isinstance(name, str)]
    names = [(fold if is_own else person)(name) for name in names if isinstance(name, str)]
    return list(dict.fromkeys(filter(None, names))), problem or (LEFT_OUT if wrong else "")


def _files(value: Any) -> tuple[list[dict[str, str]], str]:
    """Attachments, each with ``url``, ``type`` and ``title``; an address alone is one, too."""
    listed, problem = _listed(value, dict | str)
    files = []
    for each in listed:
        fields = {"url": each} if isinstance(each, str) else each
        texts = {name: _text(fields.get(key))[0] for name, key in FILE_FIELDS}
        if web_address(texts["url"], "https://relative.invalid/"):
            files.append(texts)
        else:
            problem = LEFT_OUT
    return files, problem or ("is not a list: read as one of one" if isinstance(value, dict) else "")


def _pictures(images: Sequence[str], files: Sequence[Mapping[str, str]], own: Any) -> list[FeedPicture]:
    """Pictures, the item's own ones first. Our feeds say more of theirs than the format has fields for."""
    photo = own if isinstance(own, dict) else {}
    caption, credit, alt = (fold(_text(photo.get(name))[0]) for name in ("caption", "credit", "alt"))
    attached = [file for file in files if kind_of_file(file["url"], file["type"]) == "image"]
    return [
        *(FeedPicture(url=url, caption=caption, credit=credit, alt=alt) for url in images),
        *(FeedPicture(url=file["url"], caption=fold(file["title"])) for file in attached),
    ]
