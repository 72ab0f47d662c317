"""Whether a page can be shared, asked of a real server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from syndicator.domain.article import Photo
from syndicator.http.client import Http
from syndicator.posts.readiness import PageReadiness
from tests.channels.local_server import LocalServer, Reply, Request
from tests.posts.test_compose import article

TITLE = '<meta property="og:title" content="Bridge reopens">'
PHOTO = '<meta property="og:image" content="https://ledger.example/a.jpg">'


def structured(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


PUBLISHER = structured('{"headline": "Bridge", "publisher": {"name": "Ledger", "image": "/logo.png"}}')


class Site(LocalServer):
    def __init__(self) -> None:
        super().__init__()
        self.page = Reply(body=b"", media_type="text/html")

    def answer(self, request: Request) -> Reply:
        return Reply(body=b"front page") if request.path == "/" else self.page


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


def missing(site: Site, head: str = "", *, photo: bool = True, reply: Mapping[str, Any] | None = None) -> str:
    body = f"<html><head>{head}</head><body>text</body></html>".encode()
    site.page = Reply(**{"body": body, "media_type": "text/html", **(reply or {})})
    told = article(url=f"{site.address}/2026/bridge", photo=Photo(url="x") if photo else None)
    return PageReadiness(Http(allow=[site.address.removeprefix("http://")])).missing(told)


@pytest.mark.parametrize(
    "head",
    [
        TITLE + PHOTO,
        "<title>Bridge</title><meta name='twitter:image' content='/a.jpg'>",
        structured('{"headline": "Bridge", "image": "/a.jpg"}'),
        structured('{"@graph": [{"headline": "Bridge", "image": ["/a"]}]}'),
        "<title>Ten things on crossing rivers</title><h1>Bridge reopens</h1>" + PHOTO,
        '<title>Bridge</title><meta property="og:image:secure_url" content="https://ledger.example/a.jpg">',
    ],
)
def test_a_page_with_title_and_photo_is_ready(site: Site, head: str) -> None:
    assert not missing(site, head)


def test_without_a_photo_a_title_is_enough(site: Site) -> None:
    assert not missing(site, TITLE, photo=False)


@pytest.mark.parametrize(
    ("head", "reply", "message"),
    [
        (TITLE, {}, "no photo"),
        (TITLE + '<meta property="og:image" content=" ">', {}, "no photo"),
        (PHOTO, {}, "no title"),
        (TITLE + '<meta property="og:image:width" content="1200">', {}, "no photo"),
        (
            TITLE + '<script type="application/ld+json">{"headline": "Bridge", "image": null}</script>',
            {},
            "no photo",
        ),
        (TITLE + PUBLISHER, {}, "no photo"),
        (TITLE + structured('{"image": '), {}, "no photo"),
        ("<title>Page not found</title>" + PHOTO, {}, "something else: 'Page not found'"),
        ('<meta property="og:title" content="Under maintenance">' + PHOTO, {}, "something else"),
        (TITLE + PHOTO, {"status": 404}, "404"),
        (TITLE + PHOTO, {"status": 503}, "503"),
        (TITLE + PHOTO, {"status": 302, "headers": {"Location": "/"}}, "leads to"),
    ],
)
def test_what_a_page_lacks_is_told(site: Site, head: str, reply: dict[str, Any], message: str) -> None:
    assert message in missing(site, head, reply=reply)


def test_a_site_that_is_not_there_is_told(site: Site) -> None:
    told = replace(article(), url="https://nobody.invalid/2026/bridge")
    assert missing(site, TITLE + PHOTO) == ""
    assert PageReadiness(Http()).missing(told).startswith("its page: ")
