"""A search engine that speaks IndexNow, built from its documentation, and the site with the key."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tests.channels.local_server import LocalServer, Reply, Request, said
from tests.channels.servers import Published

#: Addresses as RFC 3986 (section 2) has them.
ESCAPED = re.compile(r"https?://[A-Za-z0-9.:-]+/(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")


class FakeIndexNow(LocalServer):
    """An engine, which has seen the key's file of news.example. ``is_new``: it has yet to look at the key.
    ``left``: requests until it has enough. ``keys``: what stands in the file."""

    key = "3f2a9c0d-E81b"

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.submitted: list[str] = []
        self.is_new, self.left, self.keys = False, 1_000_000, self.key

    @property
    def published(self) -> list[Published]:
        return [Published(remote_id=url, text="", links=(url,)) for url in dict.fromkeys(self.submitted)]

    def answer(self, request: Request) -> Reply:
        if request.method == "GET" and request.path == f"/{self.key}.txt":
            return Reply(body=f"{self.keys}\n".encode(), media_type="text/plain")
        if request.path != "/indexnow":
            return said(404, {})
        if request.method != "POST":
            return said(405, {"success": False, "message": "Method not allowed"})
        if not request.headers["Content-Type"].startswith("application/json"):
            return said(400, {"message": "Invalid format"})
        if self.left <= 0:
            return said(429, {"message": "Too Many Requests"})
        self.left -= 1
        return self._take(request)

    def _take(self, request: Request) -> Reply:
        fields = request.fields()
        if set(fields) - {"host", "key", "keyLocation", "urlList"} or not fields.get("urlList"):
            return said(400, {"message": "Invalid format"})
        if not re.fullmatch(r"[A-Za-z0-9-]{8,128}", fields["key"]):
            return said(422, {"message": "Key must be at least 8 characters"})
        location = urlsplit(fields.get("keyLocation", f"https://{fields['host']}/{fields['key']}.txt"))
        folder = location.path.rpartition("/")[0] + "/"
        for url in fields["urlList"]:
            parts = urlsplit(url)
            if not ESCAPED.fullmatch(url) or len(fields["urlList"]) > 10_000:
                return said(422, {"message": "Invalid url"})
            if {parts.hostname, location.hostname} != {fields["host"]} or not parts.path.startswith(folder):
                return said(422, {"message": "Url is not of the host, or not where the key counts"})
        if fields["key"] != self.keys:
            return said(403, {"success": False, "message": "Invalid key"})
        self.submitted += fields["urlList"]
        return said(202 if self.is_new else 200, {"success": True})
