"""``syndicator preview``: an article as it would be recorded, and what every channel would get."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from syndicator.cli.declared import must_be_declared
from syndicator.cli.drawings import drawings
from syndicator.cli.stories import article_on_file
from syndicator.cli.terminal import print_line
from syndicator.domain.article import Article, Sighting
from syndicator.domain.changes import New, decide
from syndicator.domain.errors import PhotoError, SyndicatorError
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Post
from syndicator.jobs.courier import Courier
from syndicator.jobs.ports import Source
from syndicator.jobs.post_photo import NONE_WITHOUT, post_photo
from syndicator.photos.card import draw_card
from syndicator.wiring import App, inspect_app

#: What is shown of an article, besides its photo.
FIELDS = (
    *("guid", "url", "title", "summary", "note", "content_html", "published", "updated"),
    *("authors", "section", "tags", "places", "language", "urgent", "story", "social", "operator_words"),
)
PHOTO_FIELDS = ("url", "caption", "credit", "alt")

#: An address of no site, for a saved page that nobody says the address of.
SOME_ADDRESS = "https://example.org/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An article; ``origins``: where on its page each field was found, as far as a page was read."""

    article: Article
    origins: Mapping[str, str]
    warnings: Sequence[str]


def preview(
    folder: Path,
    what: str,
    *,
    source: str,
    url: str,
    cards: Path | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Print an article, by address, file or guid, and its posts. Nothing is recorded and nothing is sent.
    ``cards``: a folder into which each channel's card is drawn. ``html``: a file for the posts as their
    networks would show them. Raises ``SyndicatorError`` where there is no
    such article."""
    print_preview(inspect_app(folder), what, source=source, url=url, cards=cards, html=html, as_json=as_json)


def print_preview(
    app: App,
    what: str,
    *,
    source: str,
    url: str,
    cards: Path | None = None,
    html: Path | None = None,
    as_json: bool,
) -> None:
    """The same of what is put together already."""
    found = _find(app, what, source, url)
    posts = {
        name: _post(app, courier, found.article, found.warnings) for name, courier in app.couriers.items()
    }
    if cards:
        cards.mkdir(parents=True, exist_ok=True)
        for name, post in posts.items():
            (cards / f"{name}.png").write_bytes(draw_card(post))
    if html:
        html.write_text(drawings(app, found.article, posts), "utf-8")
    if as_json:
        result = {
            "article": article_as_json(found.article),
            "posts": {name: _post_as_json(post) for name, post in posts.items()},
            "origins": dict(found.origins),
            "warnings": list(found.warnings),
        }
        print(json.dumps(result, ensure_ascii=False, indent=2))
        return
    _print_article(found)
    for name, post in posts.items():
        _print_post(name, post)
        if cards:
            print_line(f"[card: {cards / f'{name}.png'}]")
    if html:
        print_line(f"\nAs their networks would show them: {html}")


def _find(app: App, what: str, source: str, url: str) -> Found:
    on_file, is_address = article_on_file(app, what), "://" in what
    if on_file and not source and not is_address:
        return Found(article=on_file, origins={}, warnings=())
    path = Path(what)
    page = path.read_bytes() if not is_address and path.is_file() else None
    if page is None and not is_address:
        raise SyndicatorError(f"{what}: neither an address, nor a file, nor an article on record")
    if on_file is None or source:
        return _read(app, url or (what if page is None else ""), source, page)
    try:
        found = _read(app, what, on_file.source if on_file.source in app.sources else "", page)
    except SyndicatorError as e:
        return Found(article=on_file, origins={}, warnings=[f"shown as it is on record: {e}"])
    kept = replace(found.article, guid=on_file.guid, operator_words=on_file.operator_words)
    return replace(found, article=kept)


def _read(app: App, address: str, source: str, page: bytes | None) -> Found:
    """The article of a page, as a look would record it. ``page`` is its content where it is saved already."""
    now = datetime.now(UTC)
    sighting = _sighting(_readers(app, address, source), address, now, page)
    sighting, problem = _measured(app, sighting)
    decision = decide(None, replace(sighting, is_withdrawn=False), now, authority=app.site.authority)
    assert isinstance(decision, New)  # noqa: S101 - nothing on file, nothing withdrawn
    warnings = [*sighting.warnings, *([problem] if problem else [])]
    photo = decision.article.photo
    if photo and not (photo.alt or photo.caption):
        warnings.append("its photo has no alternative text and no caption: nobody is told what it shows")
    return Found(article=decision.article, origins=sighting.origins, warnings=warnings)


def _readers(app: App, address: str, name: str) -> Sequence[Source]:
    """The source of that name, else those that may have articles at such an address."""
    if name:
        must_be_declared([name], app.sources, "source")
        return [app.sources[name]]
    readers = [source for source in app.sources.values() if not address or source.reads(address)]
    if not readers:
        raise SyndicatorError(
            f"{address}: no declared source has articles with such an address; name one with --source"
        )
    return readers if address else readers[:1]


def _sighting(readers: Sequence[Source], address: str, now: datetime, page: bytes | None) -> Sighting:
    """The article, by the first of these sources that has it. Raises what the first says that has not."""
    first_error: SyndicatorError | None = None
    for reader in readers:
        try:
            return reader.read(address or _some_address(reader), now, page)
        except SyndicatorError as e:
            first_error = first_error or e
    raise first_error or SyndicatorError(f"{address}: no source has it")


def _some_address(reader: Source) -> str:
    listings = getattr(reader, "listings", ())
    return str(listings[0].url) if listings else SOME_ADDRESS


def _measured(app: App, sighting: Sighting) -> tuple[Sighting, str]:
    """The sighting with its photo's size, or as it is and why not."""
    if sighting.photo is None:
        return sighting, ""
    try:
        return replace(sighting, photo=app.photos.measure(sighting.photo)), ""
    except PhotoError as e:
        return sighting, f"photo {sighting.photo.url}: {e}"


def _post(app: App, courier: Courier, article: Article, known_problems: Sequence[str]) -> Post:
    """What the channel would get, as the job ``deliver`` composes it. Of its photo is told what is not among
    the ``known_problems``."""
    shown = post_photo(app.photos, courier, article)
    compose = app.composer_of(article)
    post = compose(shown.article, courier.channel.capabilities, courier.style, shown.file)
    post = replace(post, further=shown.further, further_by_address=shown.further_by_address)
    is_new = bool(shown.remark) and not any(problem in shown.remark for problem in known_problems)
    remarks = [shown.remark] if is_new else []
    if courier.needs_photo and post.photo is None:
        remarks.append(f"nothing is posted: {NONE_WITHOUT}")
    return replace(post, omitted=(*post.omitted, *remarks))


def article_as_json(article: Article) -> dict[str, Any]:
    """An article as ``--json`` prints it."""
    photo = article.photo
    values = {name: getattr(article, name) for name in FIELDS}
    values |= {name: values[name].isoformat().replace("+00:00", "Z") for name in ("published", "updated")}
    values |= {name: list(values[name]) for name in ("authors", "tags", "places")}
    return values | {"photo": {name: getattr(photo, name) for name in PHOTO_FIELDS} if photo else None}


def _post_as_json(post: Post) -> dict[str, Any]:
    return {
        "text": post.text,
        "alt": post.alt,
        "language": post.language,
        "url": post.url,
        "photo": _photo_as_json(post.photo) if post.photo else None,
        "further_photos": [_photo_as_json(photo) | {"alt": photo.alt} for photo in post.further],
        "further_photos_by_address": [
            {"url": photo.url, "alt": photo.alt} for photo in post.further_by_address
        ],
        "length": post.length,
        "room": post.room,
        "warning": post.warning,
        "omitted": list(post.omitted),
    }


def _photo_as_json(photo: PhotoFile) -> dict[str, Any]:
    return {
        "media_type": photo.media_type,
        "bytes": len(photo.content),
        "width": photo.width,
        "height": photo.height,
    }


def _print_article(found: Found) -> None:
    table = Table("field", Column("value", overflow="fold"), "found in", show_lines=True)
    for name, value in article_as_json(found.article).items():
        table.add_row(name, Text(_shown(value)), found.origins.get(name, ""))
    Console().print(table)
    for warning in found.warnings:
        print_line(f"warning: {warning}")


def _shown(value: Any) -> str:
    match value:
        case dict():
            return "\n".join(f"{name}: {part}" for name, part in value.items() if part)
        case list():
            return ", ".join(value)
        case bool():
            return "yes" if value else ""
        case _:
            return str(value or "")


def _print_post(name: str, post: Post) -> None:
    """The very text that would go out, with its line breaks and no others."""
    print_line(f"\n{name}:\n{post.text}")
    for photo in post.photos:
        size = f"{photo.width} x {photo.height}, {len(photo.content):,} bytes"
        print_line(f"[photo: {size}; {f'alt: {photo.alt}' if photo.alt else 'no alternative text'}]")
    print_line(f"[{post.length:,} of {post.room:,}{''.join(f'; {line}' for line in post.omitted)}]")
