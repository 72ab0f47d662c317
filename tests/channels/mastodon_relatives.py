"""Servers that speak Mastodon's API and are none: what they say of themselves, and what they do otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.channels.local_server import Reply, Request, said
from tests.channels.servers import FakeMastodon


class FakeGoToSocial(FakeMastodon):
    """Takes a repeated request for a new one, whatever its key."""

    max_characters, description_limit = 5000, 5000
    source_url = "https://codeberg.org/superseriousbusiness/gotosocial"

    def _instance(self) -> dict[str, Any]:
        return {**super()._instance(), "version": "0.20.2+git-8d4a1c2"}

    def _take_status(self, request: Request) -> Reply:
        self.shelf.keys.clear()
        return super()._take_status(request)


class FakeAkkoma(FakeMastodon):
    """Has the first form of the description alone, with Pleroma's names of limits."""

    max_characters, description_limit = 5000, 5000

    def answer(self, request: Request) -> Reply:
        if request.path == "/api/v2/instance":
            return said(404, {"error": "Not implemented"})
        if request.path == "/api/v1/instance":
            version = "2.7.2 (compatible; Akkoma 3.13.2-0-gebfb617)"
            limits = {"max_toot_chars": self.max_characters, "description_limit": self.description_limit}
            return said(200, {"uri": self.address, "version": version, **limits})
        return super().answer(request)


class FakeFriendica(FakeMastodon):
    """Knows no keys."""

    source_url = "https://git.friendi.ca/friendica/friendica"

    def _instance(self) -> dict[str, Any]:
        return {**super()._instance(), "version": "2.8.0 (compatible; Friendica 2024.12)"}

    def _take_status(self, request: Request) -> Reply:
        self.shelf.keys.clear()
        return super()._take_status(request)


class FakePixelfed(FakeMastodon):
    """Takes no post without a photo and no long warning, refuses a key that it has seen, and has no edits."""

    source_url = "https://github.com/pixelfed/pixelfed"

    def _instance(self) -> dict[str, Any]:
        return {**super()._instance(), "version": "3.5.3 (compatible; Pixelfed 0.12.6)"}

    def _api(self, request: Request) -> Reply:
        if request.method == "PUT" and "/statuses/" in request.path and not request.path.endswith("/0"):
            return said(404, {"error": "Not found"})
        return super()._api(request)

    def _take_status(self, request: Request) -> Reply:
        key = request.headers.get("Idempotency-Key", "")
        _, since = self.shelf.keys.get(key, ("", self.now() - timedelta(days=1)))
        if key and self.now() - since < timedelta(hours=1):
            return said(400, {"error": "Duplicate idempotency key."})
        if key:
            self.shelf.keys[key] = ("", self.now())
        if not request.fields().get("media_ids"):
            return said(403, {"error": "Media is required"})
        if len(request.fields().get("spoiler_text", "")) > 140:
            told = "The spoiler text must not be greater than 140 characters."
            return said(422, {"message": told, "errors": {"spoiler_text": [told]}})
        return super()._take_status(request)
