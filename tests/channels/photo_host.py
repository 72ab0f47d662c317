"""Photos at addresses, as services fetch them: a place to put them, and what is found at an address."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests

from syndicator.domain.article import Article
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Post
from syndicator.jobs.ports import Channel
from syndicator.posts.compose import compose
from tests.channels.contract import ARTICLE
from tests.channels.local_server import LocalServer, Reply, Request


class PhotoHost(LocalServer):
    """See ``jobs.ports.PublicPhotos``: on this machine."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.files: dict[str, PhotoFile] = {}

    def put(self, photo: PhotoFile) -> str:
        path = f"/{hashlib.sha256(photo.content).hexdigest()}.{photo.media_type.removeprefix('image/')}"
        self.files[path] = photo
        return f"{self.address}{path}"

    def answer(self, request: Request) -> Reply:
        photo = self.files.get(request.path)
        return Reply(body=photo.content, media_type=photo.media_type) if photo else Reply(status=404)


def fetched(address: str) -> bytes | None:
    """What a service of ours finds at an address; ``None``: nothing. Only this machine is asked."""
    if not address.startswith("http://127.0.0.1:"):
        return None
    try:
        response = requests.get(address, timeout=5)
    except requests.RequestException:
        return None
    return response.content if response.ok else None


class FetchesPhotos:
    """For test classes of channels whose service fetches photos: each is put where it can."""

    host: PhotoHost

    @pytest.fixture(autouse=True)
    def _host(self) -> Iterator[None]:
        with PhotoHost() as self.host:
            yield

    def post(self, channel: Channel, article: Article = ARTICLE, photo: PhotoFile | None = None) -> Post:
        if photo:
            photo = replace(photo, addresses=(self.host.put(photo),))
        return compose(article, channel.capabilities, photo=photo)
