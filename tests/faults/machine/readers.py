"""Readers of the feeds: all the time, in every format; and in the end, of everything that stands there."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import requests
from lxml import etree

from tests.faults.machine.history import Entry
from tests.faults.machine.newsroom import version_in

#: Seconds between two requests.
PAUSE_S = 0.15

ATOM = "{http://www.w3.org/2005/Atom}"
FORMATS = ("rss", "atom", "json")


class Readers(threading.Thread):
    """``broken``: what a reader must never see. ``unanswered``: while the web process is down, nobody
    answers; that is not this machine's to judge."""

    def __init__(self, base: str) -> None:
        super().__init__(name="readers", daemon=True)
        self.base, self.stopping = base, threading.Event()
        self.reads = self.unchanged = self.unanswered = 0
        self.broken: list[str] = []
        self._by_etag: dict[tuple[str, str], str] = {}
        self._last: dict[str, str] = {}
        self._was_built = False

    def run(self) -> None:
        turn = 0
        while not self.stopping.wait(PAUSE_S):
            turn += 1
            self._read(FORMATS[turn % 3], is_conditional=turn % 2 == 0)

    def stop(self) -> None:
        self.stopping.set()
        self.join()

    def _read(self, extension: str, *, is_conditional: bool) -> None:
        url = f"{self.base}/feeds/all.{extension}"
        etag = self._last.get(extension) if is_conditional else None
        try:
            answer = requests.get(url, headers={"If-None-Match": etag} if etag else {}, timeout=30)
        except requests.RequestException:  # a torn answer is seen as such: nobody takes it for a feed
            self.unanswered += 1
            return
        self.reads += 1
        wrong = self._wrong(extension, answer)
        if wrong:
            self.broken.append(f"all.{extension} at {time.strftime('%H:%M:%S')}: {wrong}")

    def _wrong(self, extension: str, answer: requests.Response) -> str:
        if answer.status_code == 304:
            self.unchanged += 1
            return ""
        if answer.status_code != 200:
            if answer.status_code == 503 and not self._was_built:
                return ""
            return f"status {answer.status_code}: {answer.text[:200]}"
        self._was_built = True
        etag, body = answer.headers.get("ETag", ""), answer.content
        self._last[extension] = etag
        coding = answer.headers.get("Content-Encoding", "")
        if not coding and int(answer.headers["Content-Length"]) != len(body):
            return f"Content-Length {answer.headers['Content-Length']} of {len(body)} bytes"
        try:
            articles_in(extension, body)
        except (ValueError, LookupError, TypeError, etree.LxmlError) as e:
            return f"{type(e).__name__}: {e}"
        known = self._by_etag.setdefault((extension, etag), hashlib.sha256(body).hexdigest())
        return "" if known == hashlib.sha256(body).hexdigest() else f"other bytes than before under {etag}"


def articles_in(extension: str, content: bytes) -> list[tuple[str, int]]:
    """The articles of a document, whole: path and version of each. Raises where it is not whole."""
    if extension == "json":
        items = json.loads(content)["items"]
        return [(urlsplit(item["url"]).path, version_in(item["title"])) for item in items]
    root = etree.fromstring(content)
    if extension == "atom":
        return [_entry(entry) for entry in root.iterfind(f"{ATOM}entry")]
    return [
        (urlsplit(item.findtext("link") or "").path, version_in(item.findtext("title") or ""))
        for item in root.iterfind("channel/item")
    ]


def _entry(entry: etree._Element) -> tuple[str, int]:
    [link] = entry.iterfind(f"{ATOM}link[@rel='alternate']")
    return urlsplit(link.get("href", "")).path, version_in(entry.findtext(f"{ATOM}title") or "")


def everything(base: str) -> Iterator[Entry]:
    """What all documents hold, walked as their readers walk them, archives included. The newest document may
    show what an archive holds, too: that is once, if both say the same."""
    for extension in FORMATS:
        url, shown = f"{base}/feeds/all.{extension}", set[Entry]()
        while url:
            answer = requests.get(url, timeout=30)
            answer.raise_for_status()
            entries = [
                Entry(document=f"all.{extension}", article=article, version=version)
                for article, version in articles_in(extension, answer.content)
            ]
            yield from (entry for entry in entries if entry not in shown)
            shown.update(entries)
            url = _earlier(extension, answer.content)


def _earlier(extension: str, content: bytes) -> str:
    if extension == "json":
        return str(json.loads(content).get("next_url", ""))
    links = etree.fromstring(content).iterfind(f".//{ATOM}link[@rel='prev-archive']")
    return next((link.get("href", "") for link in links), "")
