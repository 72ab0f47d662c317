"""The site's HTTP server, which answers as a real newsroom's does."""

from __future__ import annotations

import hashlib
import logging
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from syndicator.domain.errors import Misconfigured, SyndicatorError
from syndicator.example_site.acts import all_published, open_site
from syndicator.example_site.content import LANGUAGES, SECTIONS
from syndicator.example_site.pages import ExampleSite
from syndicator.example_site.state import url_of

log = logging.getLogger(__name__)

HTML = "text/html; charset=utf-8"
PHOTO = re.compile(r"/photos/([\w-]+\.jpg)")
PAGE = re.compile(r"/(en|lo)/([\w-]*)")
HOST = re.compile(r"[\w.\-]+(?::\d+)?|\[[\da-fA-F:]+\](?::\d+)?")


@dataclass(frozen=True)
class SiteResponse:
    """``modified``: when it last changed; ``None`` where that says nothing to caches."""

    status: HTTPStatus
    media_type: str
    content: bytes
    modified: datetime | None = None


class Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD, with validators (RFC 9110 section 13.1)."""

    protocol_version = "HTTP/1.1"
    server_version = "example"
    sys_version = ""
    timeout = 30  # seconds of silence

    def __init__(self, folder: Path, state: Path, *arguments: Any) -> None:
        self.folder, self.state = folder, state
        super().__init__(*arguments)

    def do_GET(self) -> None:
        try:
            response = self._answer(urlsplit(self.path).path)
        except SyndicatorError as e:
            log.error("%s", e)
            text = f"The site cannot be shown.\n{e}\n".encode()
            response = SiteResponse(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", text)
        self._send(response)

    do_HEAD = do_GET  # noqa: N815 - as above

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as in http.server
        log.debug(format, *args)

    def _answer(self, path: str) -> SiteResponse:
        if photo := PHOTO.fullmatch(path):
            return self._photo(photo[1])
        if path == "/style.css":
            return SiteResponse(HTTPStatus.OK, "text/css; charset=utf-8", _style())
        shown = ExampleSite(self._base(), all_published(self.folder, self.state))
        page = PAGE.fullmatch(path)
        match page.groups() if page else path:
            case "/":
                return _page(shown, shown.home())
            case "/feed.xml":
                return _page(shown, shown.feed(), "application/atom+xml; charset=utf-8")
            case (language, ""):
                return _page(shown, shown.listing(language))
            case (language, section) if section in SECTIONS:
                return _page(shown, shown.listing(language, section))
            case (language, slug):
                return _article(shown, language, slug)
            case _:
                return _missing(shown, path)

    def _photo(self, name: str) -> SiteResponse:
        for folder in (self.folder, self.state):
            path = folder / "photos" / name
            if path.is_file():
                changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                return SiteResponse(HTTPStatus.OK, "image/jpeg", path.read_bytes(), changed)
        return SiteResponse(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"There is no such photo.\n")

    def _base(self) -> str:
        """The address that the reader uses, so that links lead back by the same way."""
        name = self.headers.get("Host", "")
        if HOST.fullmatch(name):
            return f"http://{name}"
        host, port = self.connection.getsockname()[:2]
        return url_of(f"{host}:{port}")

    def _send(self, response: SiteResponse) -> None:
        tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        is_known = response.status == HTTPStatus.OK and self._has(tag, response.modified)
        self.send_response(HTTPStatus.NOT_MODIFIED if is_known else response.status)
        if response.status == HTTPStatus.OK:
            self.send_header("ETag", tag)
            self.send_header("Cache-Control", "no-cache")
            if response.modified:
                self.send_header("Last-Modified", format_datetime(response.modified, usegmt=True))
        if not is_known:
            self.send_header("Content-Type", response.media_type)
            self.send_header("Content-Length", str(len(response.content)))
        self.end_headers()
        if not is_known and self.command != "HEAD":
            self.wfile.write(response.content)

    def _has(self, tag: str, modified: datetime | None) -> bool:
        """Whether the reader has this already. A tag, being exact, goes before a date."""
        if tags := self.headers.get("If-None-Match"):
            return tags.strip() == "*" or tag in re.findall(r'"[^"]*"', tags)
        try:
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
        except ValueError:
            return False
        return modified is not None and since.tzinfo is not None and modified.replace(microsecond=0) <= since


def _page(shown: ExampleSite, text: str, media_type: str = HTML) -> SiteResponse:
    return SiteResponse(HTTPStatus.OK, media_type, text.encode(), shown.modified)


def _article(shown: ExampleSite, language: str, slug: str) -> SiteResponse:
    found = shown.find(language, slug)
    if found is None:
        return _missing(shown, f"/{language}/")
    if found.retracted:
        text = shown.message(language, "gone", found.story.retraction)
        return SiteResponse(HTTPStatus.GONE, HTML, text.encode())
    return _page(shown, shown.article(found))


def _missing(shown: ExampleSite, path: str) -> SiteResponse:
    language = next((each for each in LANGUAGES if path.startswith(f"/{each}/")), "en")
    return SiteResponse(HTTPStatus.NOT_FOUND, HTML, shown.message(language, "missing").encode())


def _style() -> bytes:
    return files("syndicator.example_site").joinpath("style.css").read_bytes()


@contextmanager
def serving(folder: Path, state: Path, host: str, port: int) -> Iterator[str]:
    """Serve the site in threads; gives its address. Port 0: any that is free."""
    handler = partial(Handler, folder, state)
    try:
        server = ThreadingHTTPServer((host, port), handler)
    except OSError as e:
        raise Misconfigured(
            f"{host}:{port}: cannot be served there ({e.strerror}): choose another --host or --port"
        ) from e
    with server:
        url = url_of(f"{host}:{server.server_port}")
        open_site(folder, state, url)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield url
        finally:
            server.shutdown()
            thread.join()


def wait_for_the_end() -> None:
    """Until the process is asked to stop (SIGINT, SIGTERM)."""
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    stopping.wait()
