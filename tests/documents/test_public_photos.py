"""Photos that services fetch from us: kept for a while, at addresses that nobody guesses."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syndicator.documents.directory import Directory
from syndicator.documents.public_photos import (
    FETCHED,
    KEPT_FOR,
    NAME,
    SHOWN,
    PhotoBucket,
    PhotoFolder,
    PhotoPlace,
    PublishedPhotos,
)
from syndicator.domain.errors import PhotoError
from tests.channels.contract import picture
from tests.documents.swift_server import Swift
from tests.documents.test_keeping import InBucket, document

FEEDS = "https://feeds.ledger.example/feeds"


def published(place: PhotoPlace) -> PublishedPhotos:
    return PublishedPhotos(place, FEEDS)


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/png"])
def test_a_photo_has_the_address_of_its_bytes(tmp_path: Path, media_type: str) -> None:
    place, photo = PhotoFolder(tmp_path), picture("teal", media_type)

    first, again = published(place).put(photo), published(place).put(photo)

    address, _, name = first.rpartition("/")
    assert first == again
    assert address == f"{FEEDS}/{FETCHED}"
    assert NAME.fullmatch(name)
    assert name.startswith(hashlib.sha256(photo.content).hexdigest())
    assert place.read(name) == photo.content
    assert [path.name for path in (tmp_path / FETCHED).iterdir()] == [name]


@pytest.mark.parametrize(
    "name", ["{}.jpg\n", "\n{}.jpg", "{}.jpg/", "../{}.jpg", "{}.jpg\0", "{}jpg", "x{}.jpg"]
)
def test_only_a_hash_is_a_name(name: str) -> None:
    assert NAME.fullmatch("{}.jpg".format("a" * 64))
    assert not NAME.fullmatch(name.format("a" * 64))


def test_another_photo_has_another_address(tmp_path: Path) -> None:
    photos = published(PhotoFolder(tmp_path))

    assert photos.put(picture("teal")) != photos.put(picture("tomato"))


def test_a_file_of_another_type_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(PhotoError, match="image/svg"):
        published(PhotoFolder(tmp_path)).put(replace(picture(), media_type="image/svg+xml"))

    assert list(tmp_path.iterdir()) == []


def test_old_photos_are_removed_and_young_ones_stay(tmp_path: Path) -> None:
    photos, folder = published(PhotoFolder(tmp_path)), tmp_path / FETCHED
    old = folder / photos.put(picture("teal")).rpartition("/")[2]
    then = time.time() - KEPT_FOR[FETCHED].total_seconds() - 60
    os.utime(old, (then, then))

    young = published(PhotoFolder(tmp_path)).put(picture("tomato")).rpartition("/")[2]

    assert [path.name for path in folder.iterdir()] == [young]


def test_a_photo_that_is_wanted_again_is_kept_from_then_on(tmp_path: Path) -> None:
    photos, folder = published(PhotoFolder(tmp_path)), tmp_path / FETCHED
    file = folder / photos.put(picture()).rpartition("/")[2]
    os.utime(file, (1.0, 1.0))

    photos.put(picture())
    PhotoFolder(tmp_path).tidy(KEPT_FOR[FETCHED])

    assert file.is_file()


def test_removing_a_feed_leaves_the_photos(tmp_path: Path) -> None:
    documents, place = Directory(tmp_path), PhotoFolder(tmp_path)
    name = published(place).put(picture()).rpartition("/")[2]
    documents.replace("photos", [document()])

    documents.remove("photos")

    assert place.read(name)


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / FETCHED).write_text("in the way")

    with pytest.raises(PhotoError, match="cannot be put where services fetch it") as caught:
        published(PhotoFolder(tmp_path)).put(picture())

    assert not caught.value.lasting


def test_where_nothing_was_ever_put_there_is_nothing(tmp_path: Path) -> None:
    place = PhotoFolder(tmp_path)

    place.tidy(KEPT_FOR[FETCHED])

    assert place.read("0" * 64 + ".jpg") is None


def test_a_bucket_keeps_them_with_what_browsers_need_to_know(swift: Swift) -> None:
    bucket = InBucket(swift)
    place = PhotoBucket(bucket.documents)

    name = published(place).put(picture()).rpartition("/")[2]

    about = bucket.about(f"{FETCHED}/{name}")
    assert about["Content-Type"] == "image/jpeg"
    assert "immutable" in about["Cache-Control"]
    assert place.read(name) == picture().content
    place.tidy(timedelta(hours=1))
    assert place.read(name)
    place.tidy(timedelta(hours=-1))
    assert place.read(name) is None


def test_photos_that_readers_are_shown_stay_when_those_that_were_copied_go(tmp_path: Path) -> None:
    fetched, shown = PhotoFolder(tmp_path), PhotoFolder(tmp_path, SHOWN)
    names = [published(place).put(picture()).rpartition("/")[2] for place in (fetched, shown)]
    then = time.time() - KEPT_FOR[FETCHED].total_seconds() - 60
    for place, name in zip((fetched, shown), names, strict=True):
        os.utime(tmp_path / place.folder / name, (then, then))

    for place in (fetched, shown):
        published(place).put(picture("tomato"))

    assert [place.read(name) is None for place, name in zip((fetched, shown), names, strict=True)] == [
        True,
        False,
    ]


def test_a_bucket_keeps_both_apart(swift: Swift) -> None:
    documents = InBucket(swift).documents
    fetched, shown = PhotoBucket(documents), PhotoBucket(documents, SHOWN)
    names = [published(place).put(picture()).rpartition("/")[2] for place in (fetched, shown)]

    fetched.tidy(timedelta(hours=-1))

    assert fetched.read(names[0]) is None
    assert shown.read(names[1]) == picture().content
