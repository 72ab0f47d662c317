"""A folder that declares many sources of one site, and a feed of all of them."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.world import NewsSite

DECLARATIONS = """
[site]
title = "The Test"
url = "{site}/"

[fetch]
allow = ["{host}"]
"""

SOURCE = """
[sources.s{number}]
kind = "page"
listings = [{{ url = "{site}/news?{number}" }}]
article = '/news/\\d+$'
every = "1s"
language = "en"
"""


def declare_page_sources(folder: Path, site: NewsSite, number: int, also: str = "") -> None:
    """So many sources that are looked at each second. ``also``: further tables."""
    head = DECLARATIONS.format(site=site.address, host=site.address.removeprefix("http://"))
    sources = [SOURCE.format(number=each, site=site.address) for each in range(number)]
    (folder / "syndicator.toml").write_text("".join([head, also, *sources]))
    (folder / "feeds").mkdir()
    (folder / "feeds" / "all.toml").write_text('title = "All"\n')
