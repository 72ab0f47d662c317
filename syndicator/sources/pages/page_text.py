"""The text of a page, in whichever encoding it came."""

from __future__ import annotations

from syndicator.http.client import Response
from syndicator.text.encodings import Decoded, decode

#: Bytes of one page: news pages have 330,000 on average, some of them ten times as many.
MAX_PAGE_BYTES = 3_000_000


def decoded_page(page: Response) -> Decoded:
    """A page as text, in whichever encoding it came."""
    return decode(page.content, page.headers.get("Content-Type", ""))
