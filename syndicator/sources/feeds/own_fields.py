"""What feeds have no words for: what was corrected, which running story it is, what posts are to say. Systems
have them in elements and keys of their own, or on their pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

from syndicator.domain.changes import MAX_STORY_CHARS
from syndicator.sources.feeds.feed_text import is_markup
from syndicator.sources.pages.extract import Select, lines_of
from syndicator.sources.sites.article_page import MAX_SOCIAL_CHARS
from syndicator.text.clean import plain
from syndicator.text.markup import parse

#: An element of XML as it is written, or keys of JSON, one within the other, with dots between them; behind
#: ``@``, the attribute that has it.
PLACE = re.compile(r"[^\s@<>/]+(?:@[^\s@<>/]+)?")

#: Characters of each.
MAX_CHARS = {"note": MAX_SOCIAL_CHARS, "story": MAX_STORY_CHARS, "social": MAX_SOCIAL_CHARS}

LEFT_OUT = "is not as JSON Feed has it: left out"


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnFields:
    """Where each is. Empty: nowhere."""

    note: str = ""
    story: str = ""
    social: str = ""

    @property
    def declared(self) -> Mapping[str, str]:
        """The places that are declared, by what is there."""
        return {each.name: place for each in fields(self) if (place := getattr(self, each.name))}

    def check(self, setting: str) -> None:
        """Refuse what names no element and no key. Raises ``ValueError``: ``setting: what``."""
        for name, place in self.declared.items():
            if not PLACE.fullmatch(place):
                what = 'no element ("cms:story", "cms:story@id") and no key ("_cms.story") of an entry'
                raise ValueError(f"{setting}.{name}: {place!r} is {what}")

    def of_element(self, element: Any) -> dict[str, str]:
        """What an entry of XML (lxml's) says, by its own elements or those within them."""
        return self._read(partial(_in_element, element))

    def of_item(self, item: Mapping[str, Any], odd: list[str]) -> dict[str, str]:
        """What an item of JSON Feed says; what is there and no text is noted in ``odd``."""
        return self._read(lambda place: _in_item(item, place, odd))

    def _read(self, written_at: Callable[[str], str]) -> dict[str, str]:
        found = {name: _as_said(name, written_at(place)) for name, place in self.declared.items()}
        return {name: said for name, said in found.items() if said}


#: None of them is declared.
NOWHERE = OwnFields()


def own_fields_in(select: Select) -> tuple[str, ...]:
    """Those of them that are looked for on pages."""
    return tuple(each.name for each in fields(OwnFields) if getattr(select, each.name))


def told(
    own: Mapping[str, str] | None, entry: OwnFields, page: OwnFields
) -> tuple[Mapping[str, Any], dict[str, str], tuple[str, ...]]:
    """What an entry says (``None``: its document is too broken to tell), where each was found, and what it
    does not tell: that may be on its page."""
    found, elsewhere = own or {}, (entry if own is None else page).declared
    origins = {name: f"entry: {entry.declared[name]}" for name in found}
    return found, origins, tuple(name for name in elsewhere if name not in found)


def _as_said(name: str, written: str) -> str:
    """A text in one line; words for posts in their own lines and paragraphs."""
    if name != "social":
        said = plain(written)
    elif is_markup(written):
        body = parse(written).body
        said = lines_of(body) if body is not None else ""
    else:
        said = "\n".join(map(plain, written.splitlines())).strip()
    return said[: MAX_CHARS[name]]


def _in_element(entry: Any, place: str) -> str:
    name, _, attribute = place.partition("@")
    found = next((each for each in _elements(entry) if _written_name(each) == name), None)
    if found is None:
        return ""
    return found.get(attribute) or "" if attribute else "".join(found.itertext())


def _elements(entry: Any) -> Iterator[Any]:
    """An entry's own elements before those within them."""
    yield from entry
    for child in entry:
        yield from child.iterdescendants()


def _written_name(element: Any) -> str:
    if not isinstance(element.tag, str):
        return ""
    local = element.tag.rpartition("}")[2]
    return f"{element.prefix}:{local}" if element.prefix else local


def _in_item(item: Mapping[str, Any], place: str, odd: list[str]) -> str:
    value: Any = item
    for key in re.split(r"[.@]", place):
        value = value.get(key) if isinstance(value, dict) else None
    if value is None or value is False:
        return ""
    if isinstance(value, str) or (isinstance(value, int) and value is not True):
        return str(value)
    odd.append(f"its {place} {LEFT_OUT}")
    return ""
