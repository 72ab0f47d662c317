"""Sound and film that go with a text."""

from __future__ import annotations

import html
from collections.abc import Sequence
from urllib.parse import urlsplit

from syndicator.text.addresses import web_address

#: Recordings of one entry.
MAX_RECORDINGS = 10


def links_to(recordings: Sequence[tuple[str, str]], content: str, base: str) -> str:
    """Sound and film that go with a text, as links like those to frames, where it has none to them."""
    links = []
    for address, name in recordings[:MAX_RECORDINGS]:
        url = web_address(address, base)
        if url and html.escape(url) not in content:
            label = html.escape(name or urlsplit(url).hostname or url, quote=False)
            links.append(f'\n<p><a href="{html.escape(url)}">{label}</a></p>')
    return "".join(links)
