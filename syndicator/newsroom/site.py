"""The example site. English pages say what they are in JSON-LD and OpenGraph; Lao pages say it only to
people, in the way of many real sites: day-first dates, a counter, the lead printed twice."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import signal
import threading
from collections.abc import Callable
from datetime import datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from syndicator.newsroom.desk import Desk, Story

ZONE = ZoneInfo("Asia/Vientiane")
NAMES = {"en": "The Mekong Ledger", "lo": "ຂ່າວແມ່ຂອງ"}
WORDS = {
    "en": {"more": "More news", "photo": "Photo", "print": "Print", "correction": "Correction"},
    "lo": {"more": "ຂ່າວອື່ນໆ", "photo": "ພາບ", "print": "ພິມ", "correction": "ແກ້ໄຂ"},
}
STYLE = """
:root { --ink: #1c2430; --soft: #6b7480; --line: #e3ddd2; --paper: #fbf8f2; --accent: #9c3b2e }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 17px/1.6 Georgia, "Noto Serif Lao", "Noto Sans Lao", serif }
header, main, footer { max-width: 60rem; margin: auto; padding: 0 1.25rem }
header { display: flex; gap: 1.5rem; align-items: baseline; flex-wrap: wrap;
  border-bottom: 3px double var(--ink) }
header a.name { font-size: 2rem; font-weight: 700; padding: 1.25rem 0 .75rem; margin-right: auto }
a { color: inherit; text-decoration: none }
a:hover { color: var(--accent) }
.list { list-style: none; padding: 0; display: grid; gap: 1.75rem;
  grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)) }
.list img, .photo img { width: 100%; aspect-ratio: 8/5; object-fit: cover; border-radius: 4px;
  display: block }
.list h2 { font-size: 1.15rem; line-height: 1.3; margin: .5rem 0 .25rem }
.list p { margin: 0; color: var(--soft); font-size: .9rem }
article, .news { max-width: 42rem }
h1 { line-height: 1.25; margin: 1.5rem 0 .5rem }
.meta, .cap, footer { color: var(--soft); font-size: .9rem }
.lead { font-weight: 700; margin: 1rem 0 }
.correction { border-left: 4px solid var(--accent); padding: .25rem 1rem; background: #fff }
"""


class Site:
    """Pages by path: ``page`` answers (status, media type, body)."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def page(self, path: str) -> tuple[int, str, bytes]:
        if path.startswith("/photos/"):
            return self._photo(path.removeprefix("/photos/"))
        html = "text/html; charset=utf-8"
        stories = self.desk.stories()
        if path in ("/", "/en/", "/lo/"):
            language = "lo" if path == "/lo/" else "en"
            return 200, html, self._listing(language, stories).encode()
        story = next((s for s in stories if s.path == path), None)
        if story:
            return 200, html, self._article(story, stories).encode()
        number = path.rpartition("-")[2]
        gone = number.isdigit() and int(number) in self.desk.retracted()
        said = "This article was retracted." if gone else "There is no such page."
        return (410 if gone else 404), html, _page("en", said, f"<p>{said}</p>").encode()

    def _photo(self, name: str) -> tuple[int, str, bytes]:
        path = self.desk.folder / "photos" / Path(name).name
        if not path.is_file():
            return 404, "text/plain", b"no such photo"
        return 200, mimetypes.guess_type(path)[0] or "image/jpeg", path.read_bytes()

    def _listing(self, language: str, stories: list[Story]) -> str:
        items = "".join(_item(story) for story in stories if story.language == language)
        return _page(language, NAMES[language], f'<ul class="list">{items}</ul>')

    def _article(self, story: Story, stories: list[Story]) -> str:
        others = [s for s in stories if s.language == story.language and s != story][:4]
        more = f'<aside class="more"><h3>{WORDS[story.language]["more"]}</h3><ul class="list">'
        more += "".join(map(_item, others)) + "</ul></aside>"
        write = _english if story.language == "en" else _lao
        return _page(story.language, story.title, write(story) + more, _head(story))


def _english(story: Story) -> str:
    text = "".join(f"<p>{escape(p)}</p>" for p in story.paragraphs)
    note = f'<p class="correction">Correction: {escape(story.note)}</p>' if story.note else ""
    published = _local(story.published)
    return (
        f"<article><h1>{escape(story.title)}</h1>"
        f'<p class="meta">{escape(story.byline or NAMES["en"])} · '
        f'<time datetime="{published.isoformat()}">{published:%-d %B %Y, %H:%M}</time></p>'
        f'{_figure(story)}<div class="text">{text}</div>{note}</article>'
    )


def _lao(story: Story) -> str:
    lead, *rest = story.paragraphs
    text = f"<p>(ຂມຂ) {escape(lead)}</p>" + "".join(f"<p>{escape(p)}</p>" for p in rest) + "<p>ຂມຂ</p>"
    note = (
        f'<p class="correction"><b>ແກ້ໄຂ:</b> <span class="note">{escape(story.note)}</span></p>'
        if story.note
        else ""
    )
    picture = ""
    if story.photo:
        picture = (
            f'<div class="photo"><img src="/photos/{story.photo.file}" alt="{escape(story.photo.alt)}">'
            f'<p class="cap">{escape(story.photo.caption)} (ພາບ: {escape(story.photo.credit)})</p></div>'
        )
    return (
        f'<div class="news"><div class="sec">{escape(story.section)}</div><h1 class="title">{escape(story.title)}</h1>'
        f'<div class="meta"><span class="date">{_local(story.published):%d/%m/%Y %H:%M}</span> '
        f'<a href="#">Email</a> <a href="#">Print</a> <span>{story.number * 7}</span></div>'
        f'<div class="lead">{escape(story.summary)}</div>{picture}<div class="content">{text}</div>{note}</div>'
    )


def _figure(story: Story) -> str:
    photo = story.photo
    if not photo:
        return ""
    return (
        f'<figure class="photo" style="margin:0"><img src="/photos/{photo.file}" alt="{escape(photo.alt)}">'
        f'<figcaption class="cap">{escape(photo.caption)} Photo: {escape(photo.credit)}</figcaption></figure>'
    )


def _head(story: Story) -> str:
    if story.language != "en":
        return ""
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": story.title,
        "description": story.summary,
        "datePublished": _local(story.published).isoformat(),
        "author": {"@type": "Person", "name": story.byline or NAMES["en"]},
        "articleSection": story.section,
        "keywords": list(story.tags),
        "inLanguage": "en",
    }
    if story.corrected:
        said |= {"dateModified": _local(story.corrected).isoformat(), "correction": story.note}
    if story.photo:
        said["image"] = {
            "@type": "ImageObject",
            "url": f"/photos/{story.photo.file}",
            "caption": story.photo.caption,
            "creditText": story.photo.credit,
        }
    script = json.dumps(said, ensure_ascii=False).replace("</", "<\\/")
    tags = f'<meta property="og:type" content="article"><meta property="og:title" content="{escape(story.title)}">'
    if story.photo:
        tags += f'<meta property="og:image:alt" content="{escape(story.photo.alt)}">'
    return f'{tags}<script type="application/ld+json">{script}</script>'


def _item(story: Story) -> str:
    picture = f'<img src="/photos/{story.photo.file}" alt="">' if story.photo else ""
    return (
        f'<li><a href="{story.path}">{picture}<h2>{escape(story.title)}</h2></a>'
        f'<p class="date">{_local(story.published):%d/%m/%Y %H:%M}{_corrected(story)}</p><p>{escape(story.section)}</p></li>'
    )


def _corrected(story: Story) -> str:
    said = WORDS[story.language]["correction"]
    return f" · {said} {_local(story.corrected):%H:%M:%S}" if story.corrected else ""


def _page(language: str, title: str, body: str, head: str = "") -> str:
    name = NAMES[language]
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width">{head}<style>{STYLE}</style></head><body>'
        f'<header><a class="name" href="/{language}/">{name}</a><a href="/en/">English</a><a href="/lo/">ລາວ</a></header>'
        f"<main>{body}</main><footer><p>{name} is an example. Nothing in it has happened.</p></footer></body></html>"
    )


def _local(moment: datetime | None) -> datetime:
    assert moment is not None  # noqa: S101 - only published stories have pages
    return moment.astimezone(ZONE)


def handler(site: Site) -> type[BaseHTTPRequestHandler]:
    """Answers GET and HEAD, with an ETag."""

    class Handler(BaseHTTPRequestHandler):
        server_version = "MekongLedger"

        def do_GET(self) -> None:
            status, kind, body = site.page(self.path.partition("?")[0])
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            self.send_response(status)
            self.send_header("ETag", etag)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 - the base class calls it so

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            """One line per request would bury what matters."""

    return Handler


def server(desk: Desk, host: str, port: int) -> ThreadingHTTPServer:
    """The site, listening. Raises ``OSError``."""
    return ThreadingHTTPServer((host, port), handler(Site(desk)))


def serve(desk: Desk, host: str, port: int, ready: Callable[[], None] = lambda: None) -> None:
    """Serve until told to stop."""
    listening = server(desk, host, port)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=listening.shutdown).start())
    ready()
    listening.serve_forever(poll_interval=0.2)
    listening.server_close()
