"""Where built feeds are kept, and how web servers read them.

``directory`` and ``s3`` write documents to a folder and to a bucket (``jobs.ports.Documents``);
``directory_shelf`` and ``bucket_shelf`` read them for web servers (``shelf.Shelf``); ``split`` keeps those of
private feeds in a place of their own, whichever kind of place that is.
"""

from __future__ import annotations

from syndicator.domain.errors import SyndicatorError


class DocumentError(SyndicatorError):
    """A document could not be written (a full disk, missing rights). What was served before still is."""
