"""Documents as responses."""

from __future__ import annotations

import orjson
from starlette.responses import Response

from syndicator.fediverse.vocabulary import Document

#: Seconds that caches may keep a document: a correction should be seen soon.
MAX_AGE_S = 60


class JsonResponse(Response):
    """A document in one of the types that JSON goes by, which anybody's script may read."""

    def __init__(self, document: Document, media_type: str, status: int = 200) -> None:
        headers = {
            "Cache-Control": f"max-age={MAX_AGE_S}",
            "Vary": "Accept",
            "Access-Control-Allow-Origin": "*",
        }
        super().__init__(orjson.dumps(document), status, headers, media_type)
