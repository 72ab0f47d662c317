"""Whether photos can be fetched where services are told that they are, as far as this machine can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from syndicator.cli.check import check
from syndicator.cli.photo_probe import fetched_photo
from syndicator.domain.errors import PhotoError, SyndicatorError
from syndicator.domain.photo import PhotoFile
from syndicator.http.client import Http
from tests.channels.local_server import Trouble, body, closed_port, status
from tests.channels.photo_host import PhotoHost

HERE = Http(allow=("127.0.0.1",), setting="[fetch] photos")


@pytest.fixture
def host() -> Iterator[PhotoHost]:
    with PhotoHost() as host:
        yield host


@dataclass
class Elsewhere:
    """Puts photos where nobody serves them."""

    address: str

    def put(self, photo: PhotoFile) -> str:
        return self.address


class Full:
    def put(self, photo: PhotoFile) -> str:
        raise PhotoError("the disk is full", lasting=False)


def test_says_where_photos_are_fetched(host: PhotoHost) -> None:
    assert fetched_photo(host, HERE) == f"can be fetched at {host.address}/ (from this machine)"


def test_says_that_only_the_inside_reaches_it(host: PhotoHost) -> None:
    with pytest.raises(SyndicatorError, match=r"no service reaches it: .*public_url of \[web\]"):
        fetched_photo(host, Http())


@pytest.mark.parametrize("code", [404, 403, 503])
def test_says_what_is_served_instead(host: PhotoHost, code: int) -> None:
    host.trouble = Trouble(status(code))

    with pytest.raises(SyndicatorError, match=rf"{code}.*public_url of \[web\]"):
        fetched_photo(host, HERE)


def test_says_that_something_else_is_there(host: PhotoHost) -> None:
    host.trouble = Trouble(body(b"<h1>Welcome</h1>", "text/html"))

    with pytest.raises(SyndicatorError, match="is not what was put there"):
        fetched_photo(host, HERE)


def test_says_that_nobody_serves() -> None:
    with pytest.raises(SyndicatorError, match=r"127\.0\.0\.1.*whatever serves them up"):
        fetched_photo(Elsewhere(f"http://127.0.0.1:{closed_port()}/a.jpg"), HERE)


def test_says_that_nothing_can_be_put_there() -> None:
    with pytest.raises(SyndicatorError, match="the disk is full"):
        fetched_photo(Full(), HERE)


DECLARED = """
[site]
title = "The Test"
url = "http://127.0.0.1:{port}/"
authority = "test.example"

[web]
public_url = "http://127.0.0.1:{port}"

[fetch]
photos = ["127.0.0.1:{port}"]

[channels.wire]
{channel}
"""


NETWORK = 'server = "http://127.0.0.1:{port}"\ntoken = "env:NONE_OF_THESE"'


@pytest.mark.parametrize(
    ("channel", "results"),
    [
        (f'kind = "instagram"\naccount = "1"\n{NETWORK}', [False]),
        (f'kind = "threads"\n{NETWORK}', [None]),
        ('kind = "outbox"\nfolder = "posts"', []),
        (f'kind = "slack"\nchannel = "C1"\n{NETWORK}', []),  # nobody else reaches this machine
    ],
)
def test_check_tries_it_where_a_channel_needs_it(
    tmp_path: Path, channel: str, results: list[bool | None]
) -> None:
    port = closed_port()
    (tmp_path / "syndicator.toml").write_text(DECLARED.format(port=port, channel=channel.format(port=port)))
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["wire"]\n')

    found = [result for result in check(tmp_path) if result.what == "photos for services"]

    assert [result.ok for result in found] == results
    for result in found:
        assert re.search(rf"127\.0\.0\.1:{port}/feeds/_photos/", result.said)


@pytest.mark.parametrize(("kind", "is_tried"), [("slackhook", True), ("ntfy", True), ("outbox", False)])
def test_check_tries_whether_readers_can_be_shown_them(tmp_path: Path, kind: str, is_tried: bool) -> None:
    settings = {
        "slackhook": 'webhook = "env:NONE"',
        "ntfy": f'topic = "t"\nserver = "http://127.0.0.1:{closed_port()}"\ntoken = "env:NONE"',
        "outbox": 'folder = "posts"',
    }
    text = DECLARED.format(port=closed_port(), channel=f'kind = "{kind}"\n{settings[kind]}')
    text = re.sub('public_url = ".*"', 'public_url = "https://feeds.nobody.invalid"', text)
    (tmp_path / "syndicator.toml").write_text(text)
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "all.toml").write_text('title = "All"\nchannels = ["wire"]\n')

    found = [result for result in check(tmp_path) if result.what == "photos for services"]

    assert [result.ok for result in found] == [None] * is_tried
    assert all("https://feeds.nobody.invalid/feeds/_shown/" in result.said for result in found)
