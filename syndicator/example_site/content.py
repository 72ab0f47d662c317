"""Stories as the site's writers have handed them in: one TOML file and at most one photo for each story."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from syndicator.domain.errors import DeclarationError

#: The site's sections: the name in addresses, and what readers of each language see.
SECTIONS: Mapping[str, Mapping[str, str]] = {
    "politics": {"en": "Politics", "lo": "ການເມືອງ"},
    "economy": {"en": "Economy", "lo": "ເສດຖະກິດ"},
    "society": {"en": "Society", "lo": "ສັງຄົມ"},
    "sport": {"en": "Sport", "lo": "ກິລາ"},
}
LANGUAGES = ("en", "lo")

#: Where a story's figure stands in its texts, and in a note the figure that it replaced.
FIGURE, WAS = "{figure}", "{was}"

#: Numbers from 1000 are those of bulletins.
FILE_NAME = re.compile(r"(?P<id>\d{1,3})-(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)\.toml")

TEXT, TEXTS, NUMBERS, NUMBER, TABLE = (
    "a text",
    "a list of texts",
    "a list of whole numbers",
    "a number",
    "a table",
)
REQUIRED = {
    **dict.fromkeys(("language", "section", "title", "summary", "body", "note"), TEXT),
    **dict.fromkeys(("authors", "tags"), TEXTS),
    "figures": NUMBERS,
}
OPTIONAL = {"hours_ago": NUMBER, "retraction": TEXT, "place": TEXT, "photo": TABLE}
PHOTO = dict.fromkeys(("file", "caption", "credit", "alt"), TEXT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A lead photo: ``file`` is its name in the folder of photos."""

    file: str
    caption: str
    credit: str
    alt: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """A story as it was written.

    Its texts may hold ``{figure}``; a correction puts the next of ``figures`` there and prints ``note``.
    ``hours_ago``: how long before the site's first start it was published; ``None``: still a draft.
    ``retraction``: the reason that is given when it is taken back. ``place``: where it happened.
    """

    id: int
    slug: str
    language: str
    section: str
    title: str
    summary: str
    body: tuple[str, ...]
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    figures: tuple[int, ...]
    note: str
    hours_ago: float | None = None
    retraction: str = ""
    place: str = ""
    picture: Picture | None = None

    def figure(self, corrections: int) -> int:
        """The figure after so many corrections: they never run out."""
        beyond = max(0, corrections + 1 - len(self.figures))
        return self.figures[min(corrections, len(self.figures) - 1)] + beyond


def load(folder: Path) -> list[Story]:
    """All stories of ``folder/articles``, by file name. Raises ``DeclarationError`` with every mistake."""
    paths = sorted((folder / "articles").glob("*.toml"))
    if not paths:
        what = "no articles (*.toml): name the site's own folder ([example] folder, or --folder)"
        raise DeclarationError([f"{folder / 'articles'}: {what}"])
    stories: list[Story] = []
    mistakes: list[str] = []
    for path in paths:
        try:
            stories.append(_read(path, path.stat().st_mtime_ns))
        except DeclarationError as e:
            mistakes += e.mistakes
    mistakes += _missing_photos(folder, stories) + _repeated(stories)
    if mistakes:
        raise DeclarationError(mistakes)
    return stories


@lru_cache(maxsize=256)
def _read(path: Path, _changed: int) -> Story:
    """One file; read again only when it has changed."""
    name = FILE_NAME.fullmatch(path.name)
    if not name:
        raise DeclarationError(
            [f"{path}: is to be named NUMBER-WORDS.toml, like 101-new-bridge.toml, the number below 1000"]
        )
    try:
        text = path.read_text("utf-8")
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise DeclarationError([f"{path}: {e}: mend the file there (it is TOML, in UTF-8)"]) from e
    mistakes = [f"{path}:{_line(text, field)}: {what}" for field, what in _mistakes(table)]
    if mistakes:
        raise DeclarationError(mistakes)
    return _story(int(name["id"]), name["slug"], table)


def _story(number: int, slug: str, table: Mapping[str, Any]) -> Story:
    return Story(
        id=number,
        slug=slug,
        body=tuple(" ".join(part.split()) for part in re.split(r"\n\s*\n", table["body"].strip())),
        picture=Picture(**table["photo"]) if "photo" in table else None,
        authors=tuple(table["authors"]),
        tags=tuple(table["tags"]),
        figures=tuple(table["figures"]),
        **{field: table[field] for field in ("language", "section", "title", "summary", "note")},
        hours_ago=table.get("hours_ago"),
        retraction=table.get("retraction", ""),
        place=table.get("place", ""),
    )


def _mistakes(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with a story: the field, and what to do about it."""
    yield from _shape(table, REQUIRED, OPTIONAL)
    if isinstance(table.get("photo"), dict):
        for field, what in _shape(table["photo"], PHOTO, {}):
            yield field, f"photo.{what}"
    for field, known in (("language", LANGUAGES), ("section", tuple(SECTIONS))):
        if field in table and table[field] not in known:
            yield field, f"{field} = {table[field]!r}: is to be one of {', '.join(known)}"
    texts = [table.get(field) for field in ("title", "summary", "body")]
    if not any(FIGURE in text for text in texts if isinstance(text, str)):
        yield "figures", f"figures: write {FIGURE} where the figure stands in title, summary or body"


def _shape(
    table: Mapping[str, Any], required: Mapping[str, str], optional: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    known = {**required, **optional}
    for field in required.keys() - table.keys():
        yield field, f"{field} is missing: add {field} = ... ({known[field]})"
    for field, value in table.items():
        if field not in known:
            near = difflib.get_close_matches(field, known, 1)
            yield field, f"{field} is not known" + (f": is {near[0]} meant?" if near else ": take it out")
        elif not _is(value, known[field]):
            yield field, f"{field} is to be {known[field]}, and not empty"


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "a text":
            return isinstance(value, str) and bool(value.strip())
        case "a list of texts":
            return isinstance(value, list) and bool(value) and all(_is(item, TEXT) for item in value)
        case "a list of whole numbers":
            return isinstance(value, list) and bool(value) and all(type(item) is int for item in value)
        case "a number":
            return type(value) in (int, float)
        case _:
            return isinstance(value, dict)


def _line(text: str, field: str) -> int:
    """The line (from 1) where a field or table of that name begins; 1 where there is none."""
    match = re.search(rf"^\[?{re.escape(field)}\b", text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 1


def _missing_photos(folder: Path, stories: list[Story]) -> list[str]:
    wanted = [(story, folder / "photos" / story.picture.file) for story in stories if story.picture]
    return [
        f"{folder}/articles/{story.id}-{story.slug}.toml: photo.file: {path} does not exist: put the photo "
        "there, or take [photo] out"
        for story, path in wanted
        if not path.is_file()
    ]


def _repeated(stories: list[Story]) -> list[str]:
    seen: dict[int, Story] = {}
    return [
        f"{story.id}-{story.slug}.toml: {story.id} is the number of {seen[story.id].slug}: choose another"
        for story in stories
        if seen.setdefault(story.id, story) is not story
    ]
