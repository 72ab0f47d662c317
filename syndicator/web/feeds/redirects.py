"""Feeds that are no longer where they were: moved (301), or ended (410)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from syndicator.domain.feed import Feed, Site, path

#: A document below the place of all feeds: the feed's name, an archive's number, the format.
_ADDRESS = re.compile(r"([a-z0-9-]+)(?:/(\d+))?\.([a-z][a-z0-9.]*)")

#: Stands for the format in an address elsewhere.
EXTENSION = "{ext}"


class Moves:
    """``moved``: by old name the new one, or an address. ``ended``: names of feeds that are no more."""

    def __init__(
        self,
        site: Site,
        extensions: Mapping[str, Collection[str]],
        moved: Mapping[str, str],
        ended: Collection[str],
    ) -> None:
        self.site, self.extensions = site, extensions
        self.moved, self.ended = moved, ended

    def find(self, address: str) -> tuple[str, str, str | None] | None:
        """Of an address below the feeds': the feed it was, the format, and where that is now (``None``:
        nowhere); ``None`` if nothing is known of it."""
        match = _ADDRESS.fullmatch(address)
        if not match:
            return None
        name, page, extension = match.groups()
        if not any(extension in known for known in self.extensions.values()):
            return None
        if name in self.moved:
            return name, extension, self._address(self.moved[name], page, extension)
        return (name, extension, None) if name in self.ended else None

    def _address(self, target: str, page: str | None, extension: str) -> str:
        if target not in self.extensions:
            return target.replace(EXTENSION, extension)
        known = self.extensions[target]
        if extension not in known:  # readers take any format, and archives are each format's own
            return f"{self.site.feeds_url}/{path(target, next(iter(known)))}"
        return f"{self.site.feeds_url}/{path(target, extension, int(page) if page else None)}"


def extensions(feeds: Collection[Feed], by_format: Mapping[str, str]) -> dict[str, list[str]]:
    """The extensions of each feed's documents."""
    return {feed.name: [by_format[name] for name in feed.formats] for feed in feeds}
