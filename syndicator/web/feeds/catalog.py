"""Which document an address leads to: ``/feeds/NAME.EXT``, and archives at ``/feeds/NAME/NUMBER.EXT``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from syndicator.documents.shelf import Shelf
from syndicator.domain.feed import Feed, Site
from syndicator.web.feeds.resources import PREFIX, Resource, ServedFormat

#: The number of an archive as it is written, and no other way: one archive has one address.
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class Catalog:
    """The documents of declared feeds, by the paths of their addresses."""

    def __init__(
        self, site: Site, feeds: Iterable[Feed], formats: Mapping[str, ServedFormat], shelf: Shelf
    ) -> None:
        self.site, self.shelf = site, shelf
        served = [(feed, formats[name]) for feed in feeds for name in feed.written]
        resources = (Resource(site, feed, form, shelf) for feed, form in served)
        self._resources = {PREFIX + resource.file: resource for resource in resources}
        self._archives = {
            (feed.name, form.extension): (feed, form)
            for feed, form in served
            if feed.keeps_archives and form.keeps_archives
        }

    def find(self, path: str) -> Resource | None:
        """The document at a path, whether it is built or not; an archive only where there is one."""
        return self._resources.get(path) or self._archive(path)

    def _archive(self, path: str) -> Resource | None:
        """Made for each request: there are as many archives as there is history, and each is read seldom."""
        if not path.startswith(PREFIX):
            return None
        name, _, file = path.removeprefix(PREFIX).partition("/")
        number, _, extension = file.partition(".")
        declared = self._archives.get((name, extension)) if _NUMBER.fullmatch(number) else None
        if declared is None:
            return None
        archive = Resource(self.site, *declared, self.shelf, int(number))
        return archive if self.shelf.has(archive.file) else None
