"""Photos that services fetch from us (``documents.public_photos``), at the address below the feeds' that each
was given."""

from __future__ import annotations

from collections.abc import Callable

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from syndicator.documents.public_photos import CACHE_CONTROL, ENDINGS, NAME
from syndicator.domain.errors import SyndicatorError
from syndicator.throttled_log import ThrottledLog
from syndicator.web.conditional import is_current
from syndicator.web.feeds.resources import PREFIX

#: Files that are read at once, each of some megabytes at the most.
MAX_READS = 4

MEDIA_TYPES = {ending: media_type for media_type, ending in ENDINGS.items()}


def photo_path(folder: str) -> str:
    """The path of those of a folder."""
    return f"{PREFIX}{folder}/{{name:path}}"


class FetchedPhotos:
    """``read``: the file of a name; ``None``: there is none. Raises ``SyndicatorError``."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._limiter = CapacityLimiter(MAX_READS)
        self._log = ThrottledLog()

    async def respond(self, request: Request) -> Response:
        """One photo, which is what it is for ever. Only names that are a hash are looked for at all."""
        name = request.path_params["name"]
        if not NAME.fullmatch(name):
            raise HTTPException(404)
        try:
            content = await to_thread.run_sync(
                self._read, name, abandon_on_cancel=True, limiter=self._limiter
            )
        except SyndicatorError as e:
            self._log.warn("a photo cannot be read: %s", e)
            raise HTTPException(503, "The photo cannot be read at the moment") from e
        if content is None:
            raise HTTPException(404)
        hash_, _, ending = name.partition(".")
        etag = f'"{hash_}"'
        headers = {"Cache-Control": CACHE_CONTROL, "ETag": etag}
        conditions = {key.lower(): value for key, value in request.headers.raw}
        if is_current(etag.encode(), None, conditions):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=MEDIA_TYPES[ending], headers=headers)
