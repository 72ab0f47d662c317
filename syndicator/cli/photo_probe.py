"""A small photo, put where services fetch photos from us, and fetched from there."""

from __future__ import annotations

import io

from PIL import Image

from syndicator.domain.errors import FetchError, Forbidden, PhotoError, SyndicatorError
from syndicator.domain.photo import PhotoFile
from syndicator.http.client import Http
from syndicator.jobs.ports import PublicPhotos

#: Pixels of its side, and its colour.
SIDE_PX, COLOUR = 16, "slategrey"

MEND = (
    "only photos that the newsroom's site has just as a service takes them can be fetched until then. Is "
    "public_url of [web] the address at which these documents are served, and is whatever serves them up?"
)


def fetched_photo(public: PublicPhotos, http: Http) -> str:
    """Says where photos are fetched from. Raises ``SyndicatorError`` with what is in the way."""
    out = io.BytesIO()
    Image.new("RGB", (SIDE_PX, SIDE_PX), COLOUR).save(out, "JPEG")
    photo = PhotoFile(content=out.getvalue(), media_type="image/jpeg", width=SIDE_PX, height=SIDE_PX)
    try:
        address = public.put(photo)
        response = http.get(address)
    except Forbidden as e:
        raise SyndicatorError(f"{e.url}: no service reaches it: {e.why}; {MEND}") from e
    except (FetchError, PhotoError) as e:
        raise SyndicatorError(f"{e}; {MEND}") from e
    if response.content != photo.content:
        raise SyndicatorError(f"{address}: what is served there is not what was put there; {MEND}")
    return f"can be fetched at {address.rpartition('/')[0]}/ (from this machine)"
