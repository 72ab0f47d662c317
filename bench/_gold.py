"""Gold of article extraction: pages, and what people read on them. Whoever measures brings it; none of it is
part of the project.

Folders are known by what is in them, in four layouts, which checkouts of public repositories have:

- ``ground-truth.json`` and ``html/ID.html.gz``: scrapinghub/article-extraction-benchmark (texts alone);
- ``tests/evaldata.json`` and ``tests/cache`` or ``tests/eval``: adbar/trafilatura (titles, authors, days, and
  short pieces that a text has to have and not to have);
- ``dev/ground-truth/ID.json`` and ``dev/html/ID.html.gz``: Murrough-Foley/web-content-extraction-benchmark
  (titles, authors, days, texts; its pages that are articles);
- ``gold.json`` and ``html/ID.html.gz``: your own; an object of objects by ID, whose keys are ``url`` and any
  of ``title``, ``authors`` (a list), ``date`` (ISO 8601), ``image``, ``body`` (text), ``with``, ``without``
  (lists of pieces).
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser

#: A key that is an address, and where a page says its own.
ADDRESS = re.compile(r"https?://\S")
OWN_ADDRESS = 'link[rel="canonical"], meta[property="og:url"]'

#: Between names in one string of gold, and degrees behind them.
NAME_SEPARATOR = re.compile(r"\s*[,;|&/\n]\s*|\s+(?:and|und|et|y|oraz|i)\s+|\s+\(", re.IGNORECASE)
NO_NAME = re.compile(r"[A-Z.]{2,5}|(?:Ph\.?|Psy|Ed|M)\.?\s?D\.?|[a-z].*|.{0,2}|.*\)")


@dataclass(frozen=True, kw_only=True)
class Gold:
    """A page, and what is to be found on it; ``None`` or empty: nobody looked. ``authors``, ``image`` and
    ``date`` as the gold writes them."""

    name: str
    markup: bytes
    url: str
    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    image: str = ""
    body: str = ""
    pieces: tuple[str, ...] = ()
    foreign_pieces: tuple[str, ...] = ()


def read(folder: Path) -> Iterator[Gold]:
    """The gold in a folder, in whichever layout. Raises ``ValueError`` where it has none of them."""
    if (folder / "ground-truth.json").exists():
        yield from _own(folder, "ground-truth.json")
    elif (folder / "gold.json").exists():
        yield from _own(folder, "gold.json")
    elif (folder / "tests" / "evaldata.json").exists():
        yield from _trafilatura(folder / "tests")
    elif (folder / "dev" / "ground-truth").is_dir():
        yield from _development_split(folder / "dev")
    else:
        raise ValueError(f"{folder}: no gold in a layout that is known")


def _own(folder: Path, name: str) -> Iterator[Gold]:
    for page, truth in sorted(json.loads((folder / name).read_text()).items()):
        yield Gold(
            name=page,
            markup=_unpacked(folder / "html" / f"{page}.html.gz"),
            url=truth["url"],
            title=truth.get("title") or "",
            authors=tuple(truth.get("authors") or ()),
            date=truth.get("date") or "",
            image=truth.get("image") or "",
            body=truth.get("body") or truth.get("articleBody") or "",
            pieces=tuple(truth.get("with") or ()),
            foreign_pieces=tuple(truth.get("without") or ()),
        )


def _trafilatura(folder: Path) -> Iterator[Gold]:
    for key, truth in json.loads((folder / "evaldata.json").read_text()).items():
        places = (folder / place / truth["file"] for place in ("cache", "eval"))
        file = next((place for place in places if place.exists()), None)
        if file is not None:
            markup = file.read_bytes()
            yield Gold(
                name=truth["file"],
                markup=markup,
                url=_address(key, markup),
                title=truth.get("title") or "",
                authors=_names(truth.get("author") or ""),
                date=truth.get("date") or "",
                pieces=tuple(truth.get("with") or ()),
                foreign_pieces=tuple(truth.get("without") or ()),
            )


def _development_split(folder: Path) -> Iterator[Gold]:
    for file in sorted((folder / "ground-truth").iterdir()):
        document = json.loads(file.read_text())
        if document["_internal"]["page_type"]["primary"] == "article" and document.get("url"):
            truth = document["ground_truth"]
            yield Gold(
                name=file.stem,
                markup=_unpacked(folder / "html" / f"{file.stem}.html.gz"),
                url=document["url"],
                title=truth.get("title") or "",
                authors=_names(truth.get("author") or ""),
                date=truth.get("publish_date") or "",
                body=truth.get("main_content") or "",
                pieces=tuple(truth.get("with") or ()),
                foreign_pieces=tuple(truth.get("without") or ()),
            )


def _address(key: str, markup: bytes) -> str:
    """The address of a page: its key, or where that is only a name ("hard::news.html"), the one that the page
    gives itself, or else none that anything is at."""
    if ADDRESS.match(key):
        return key.strip()
    page = LexborHTMLParser(markup)
    own = [
        node.attributes.get("content") or node.attributes.get("href") or "" for node in page.css(OWN_ADDRESS)
    ]
    return next(filter(ADDRESS.match, own), f"https://gold.invalid/{quote(key)}")


def _names(text: str | list[str]) -> tuple[str, ...]:
    """The names in gold's one string, without the degrees behind them."""
    texts = [text] if isinstance(text, str) else text
    parts = [part.strip() for each in texts for part in NAME_SEPARATOR.split(each.strip())]
    return tuple(part for part in parts[:1] if part) + tuple(p for p in parts[1:] if not NO_NAME.fullmatch(p))


def _unpacked(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes())
