"""What holds wherever documents are kept: in a folder, and in a bucket of a real S3 server."""

from __future__ import annotations

import gzip
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import brotli
import obstore
import pytest

from syndicator.documents.bucket_shelf import BucketShelf
from syndicator.documents.directory import Directory
from syndicator.documents.directory_shelf import DirectoryShelf
from syndicator.documents.s3 import Bucket, BucketContents, open_bucket
from syndicator.documents.shelf import Served
from syndicator.domain.feed import Feed
from syndicator.jobs.ports import Document, Documents
from tests.documents.swift_server import ACCESS_KEY, SECRET_KEY, Swift

NINE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

_numbers = count(1)


def document(
    content: bytes = b"<rss/>",
    extension: str = "rss",
    modified: datetime = NINE,
    entries: Sequence[bytes] = (),
    page: int | None = None,
) -> Document:
    return Document(extension=extension, content=content, modified=modified, entries=entries, page=page)


class Place:
    """Somewhere that documents are kept. ``raw`` is what stands at a path, whoever asks."""

    documents: Documents

    @abstractmethod
    def raw(self, path: str) -> bytes | None: ...

    @abstractmethod
    def reader(self) -> Callable[[str], Served | None]:
        """A web server's shelf, as it answers once it has looked."""

    @abstractmethod
    def archives(self, feed: str, extension: str) -> Mapping[int, datetime]:
        """What such a shelf knows of archives."""


class InFolder(Place):
    def __init__(self, folder: Path) -> None:
        self.folder, self.documents = folder, Directory(folder)

    def raw(self, path: str) -> bytes | None:
        found = self.folder / path
        return found.read_bytes() if found.exists() else None

    def reader(self) -> Callable[[str], Served | None]:
        return DirectoryShelf(self.folder).load

    def archives(self, feed: str, extension: str) -> Mapping[int, datetime]:
        return DirectoryShelf(self.folder).archives(feed, extension)


class InBucket(Place):
    def __init__(self, swift: Swift) -> None:
        self.swift, self.name = swift, f"feeds-{next(_numbers)}"
        swift.make_bucket(self.name)
        self.documents: Bucket = self.opened()

    def opened(self, secret: str = SECRET_KEY, place: str = "", port: int = 0) -> Bucket:
        return open_bucket(
            place or f"s3://{self.name}/news/feeds",
            kept=BucketContents(
                feeds={"all": Feed(name="all", title="All", max_age=300, stale_if_error=86_400)},
                media_types={"rss": "application/rss+xml"},
            ),
            region="us-east-1",
            endpoint=f"http://127.0.0.1:{port or self.swift.port}",
            access_key=ACCESS_KEY,
            secret_key=secret,
        )

    def raw(self, path: str) -> bytes | None:
        try:
            return bytes(obstore.get(self.swift.store(self.name), f"news/feeds/{path}").bytes())
        except FileNotFoundError:
            return None

    def about(self, path: str) -> dict[str, str]:
        found = obstore.get(self.swift.store(self.name), f"news/feeds/{path}", options={"head": True})
        return dict(found.attributes)

    def reader(self) -> Callable[[str], Served | None]:
        shelf = BucketShelf(self.documents, every=0)

        def load(name: str) -> Served | None:
            shelf.load(name)
            shelf.look()
            return shelf.load(name)

        return load

    def archives(self, feed: str, extension: str) -> Mapping[int, datetime]:
        shelf = BucketShelf(self.documents, every=0)
        assert not shelf.archives(feed, extension)
        shelf.look()
        return shelf.archives(feed, extension)


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return InBucket(request.getfixturevalue("swift")) if request.param == "bucket" else InFolder(tmp_path)


@pytest.mark.parametrize("content", [b"", b"<rss/>", b"<rss>" * 2000, bytes(range(256))])
def test_a_document_stands_beside_its_compressed_forms(place: Place, content: bytes) -> None:
    place.documents.replace("all", [document(content)])

    assert place.raw("all.rss") == place.documents.read("all.rss") == content
    assert gzip.decompress(place.raw("all.rss.gz") or b"") == content
    assert brotli.decompress(place.raw("all.rss.br") or b"") == content


def test_a_shelf_serves_every_form_under_its_own_tag(place: Place) -> None:
    place.documents.replace("all", [document(b"<rss>" * 100)])

    served = place.reader()("all.rss")

    assert served is not None
    assert served.modified == NINE
    assert served.variants[""] == b"<rss>" * 100
    assert gzip.decompress(served.variants["gzip"]) == brotli.decompress(served.variants["br"])
    tag = served.etags[""].strip('"')
    assert served.etags == {"": f'"{tag}"', "gzip": f'"{tag}-gz"', "br": f'"{tag}-br"'}


def test_tags_are_the_same_wherever_documents_are_kept(tmp_path: Path, swift: Swift) -> None:
    tags = []
    for place in (InFolder(tmp_path), InBucket(swift)):
        place.documents.replace("all", [document(b"<rss>" * 100)])
        served = place.reader()("all.rss")
        assert served is not None
        tags.append(served.etags)
    assert tags[0] == tags[1]


def test_archives_are_known_by_their_numbers(place: Place) -> None:
    for page in (1, 2, 11):
        place.documents.replace("all", [document(page=page), document(b"{}", "json", page=page)])
    place.documents.replace("city", [document(), document(page=3)])

    assert set(place.archives("all", "rss")) == {1, 2, 11}
    assert set(place.archives("city", "rss")) == {3}
    assert all(isinstance(moment, datetime) for moment in place.archives("all", "json").values())
    assert place.archives("none", "rss") == {}


def test_what_does_not_change_is_left_alone_and_as_old_as_it_was(place: Place) -> None:
    place.documents.replace("all", [document(), document(b"{}", "json")])
    read = place.reader()
    before = read("all.rss")

    later = NINE + timedelta(hours=1)
    place.documents.replace("all", [document(modified=later), document(b"{1}", "json", later)])

    assert read("all.rss") is before
    changed = read("all.json")
    assert changed is not None
    assert (changed.variants[""], changed.modified) == (b"{1}", later)


def test_a_replaced_document_is_seen(place: Place) -> None:
    place.documents.replace("all", [document(b"1")])
    read = place.reader()
    first = read("all.rss")
    assert first is not None

    place.documents.replace("all", [document(b"2")])
    second = read("all.rss")

    assert second is not None
    assert (first.variants[""], second.variants[""]) == (b"1", b"2")
    assert read("all.rss") is second


def test_readers_can_be_told_what_is_new_to_them(place: Place) -> None:
    """The same everywhere: what stands beside the document, and what is made of it."""
    place.documents.replace("all", [document(b"<rss>(a)</rss>", entries=[b"(a)"])])
    read = place.reader()
    first = read("all.rss")
    place.documents.replace("all", [document(b"<rss>(b)(a)</rss>", entries=[b"(b)", b"(a)"])])
    second = read("all.rss")

    assert first is not None
    assert second is not None
    assert second.since([first.digest]) == (first.digest, b"<rss>(b)</rss>")
    assert place.raw("all.rss.entries") == second.versions


def test_a_record_of_another_build_is_none(place: Place) -> None:
    """As it is between the two writes of a document and its record: whole documents are never wrong."""
    place.documents.replace("all", [document(b"<rss>(a)</rss>", entries=[b"(a)"])])
    read = place.reader()
    first = read("all.rss")
    place.documents.replace("all", [document(b"<rss>(b)</rss>")])
    second = read("all.rss")

    assert first is not None
    assert second is not None
    assert second.since([first.digest]) is None


def test_archives_have_no_versions(place: Place) -> None:
    place.documents.replace("all", [document(b"<rss>(a)</rss>", entries=[b"(a)"], page=1)])

    assert place.raw("all/1.rss.entries") is None
    served = place.reader()("all/1.rss")
    assert served is not None
    assert served.versions == b""


def test_feeds_do_not_touch_each_other(place: Place) -> None:
    place.documents.replace("all", [document(b"1")])
    place.documents.replace("all-lao", [document(b"2")])

    assert place.documents.read("all.rss") == b"1"
    assert place.documents.read("all-lao.rss") == b"2"


def test_what_is_not_there_is_not_served(place: Place) -> None:
    place.documents.replace("all", [document()])

    assert place.documents.read("none.rss") is None
    assert place.documents.read("all.rss/more") is None
    assert place.reader()("none.rss") is None


def test_a_trial_says_where_they_are_and_leaves_nothing(place: Place) -> None:
    said = place.documents.check()

    assert said.startswith("are kept in ")
    if isinstance(place, InBucket):
        assert place.documents.etags() == {}
    if isinstance(place, InFolder):
        assert list(place.folder.iterdir()) == []
