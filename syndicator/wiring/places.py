"""Where documents and photos are kept, as it is declared: a folder or a bucket."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import syndicator.formats
from syndicator.config import Declared
from syndicator.documents.directory import PRIVATE, Directory
from syndicator.documents.directory_shelf import DirectoryShelf
from syndicator.documents.public_photos import SHOWN, PhotoBucket, PhotoFolder, PhotoPlace, PublishedPhotos
from syndicator.documents.shelf import Shelf
from syndicator.documents.split import SplitDocuments, SplitShelf
from syndicator.domain.feed import path
from syndicator.http.networks import is_loopback
from syndicator.jobs.ports import Documents, Format

if TYPE_CHECKING:  # it takes 11 MB that a folder does not need
    from syndicator.documents.s3 import Bucket


def formats_of(declared: Declared) -> dict[str, Format]:
    """The formats that feeds are written in, by name."""
    names = {name for feed in declared.feeds.values() for name in feed.written}
    return {name: syndicator.formats.kind(name)() for name in names}


def open_documents(declared: Declared) -> Documents:
    """The folder or bucket of documents. Raises ``Misconfigured`` where a secret is not to be had."""
    public = _open_place(declared)
    if not declared.readers:
        return public
    return SplitDocuments(public, _open_place(declared, is_private=True), declared.readers)


def _open_place(declared: Declared, *, is_private: bool = False) -> Documents:
    if declared.keep.is_in_bucket:
        return _open_bucket(declared, is_private=is_private)
    folder = Path(declared.keep.documents)
    return Directory(folder / PRIVATE if is_private else folder)


def public_photos(declared: Declared, folder: str) -> PublishedPhotos:
    """The photos of a folder, at their addresses. Raises ``Misconfigured`` like ``photo_place``."""
    return PublishedPhotos(photo_place(declared, folder), declared.site.feeds_url)


def shown_photos(declared: Declared) -> PublishedPhotos | None:
    """Those that readers are shown from us; ``None`` where nobody but this machine reaches us."""
    is_reached = not is_loopback(urlsplit(declared.web.address).hostname or "")
    return public_photos(declared, SHOWN) if is_reached and declared.web.public_url else None


def photo_place(declared: Declared, folder: str) -> PhotoPlace:
    """Where the photos of a folder are that others fetch from us: beside the documents that everybody may
    read. Raises ``Misconfigured`` where a secret is not to be had."""
    if declared.keep.is_in_bucket:
        return PhotoBucket(_open_bucket(declared), folder)
    return PhotoFolder(Path(declared.keep.documents), folder)


def _open_bucket(declared: Declared, *, is_private: bool = False) -> Bucket:
    from syndicator.documents.s3 import BucketContents, open_bucket  # noqa: PLC0415 - 11 MB that a folder does not need

    keep = declared.keep
    return open_bucket(
        keep.private if is_private else keep.documents,
        kept=BucketContents(
            feeds=declared.feeds,
            media_types={form.extension: form.media_type for form in formats_of(declared).values()},
        ),
        region=keep.s3.region,
        endpoint=keep.s3.endpoint,
        access_key=keep.s3.access_key.reveal() if keep.s3.access_key else "",
        secret_key=keep.s3.secret_key.reveal() if keep.s3.secret_key else "",
    )


def shelf(declared: Declared) -> Shelf:
    """The shelf that a web server reads documents from; that of a bucket has read them once when this
    returns, if the bucket answers at all."""
    public, private = _shelf_of(declared), declared.readers
    return SplitShelf(public, _shelf_of(declared, is_private=True), private) if private else public


def _shelf_of(declared: Declared, *, is_private: bool = False) -> Shelf:
    keep = declared.keep
    if not keep.is_in_bucket:
        folder = Path(keep.documents)
        return DirectoryShelf(folder / PRIVATE if is_private else folder)
    from syndicator.documents.bucket_shelf import BucketShelf  # noqa: PLC0415 - likewise

    feeds = [feed for feed in declared.feeds.values() if feed.is_private == is_private]
    bucket = BucketShelf(_open_bucket(declared, is_private=is_private))
    formats = formats_of(declared)
    bucket.start(path(feed.name, formats[name].extension) for feed in feeds for name in feed.written)
    return bucket
