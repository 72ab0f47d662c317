"""What pages of channels are made with.

A kind of channel that has pages names the function that makes them: ``web_pages``, "module:function".
That is loaded only where a channel of the kind is declared. It is called with all of them, by name, and with
``PageMeans``, and returns routes. Where one of them is a page of the console that shows the channel's posts,
``console_page`` is its address.
"""

from __future__ import annotations

from dataclasses import dataclass

from syndicator.http.client import Http
from syndicator.store import Store
from syndicator.web.context import Context


@dataclass(frozen=True, kw_only=True)
class PageMeans:
    """``http``: for addresses that strangers have named."""

    context: Context
    store: Store
    http: Http
