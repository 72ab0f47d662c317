"""Decoded photos in memory, for the channels that want them next: those used longest ago make room."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from syndicator.photos.renditions import Renditions

#: Bytes of memory for decoded photos, a few of them. The channels of an article want its photo at about one
#: time.
MAX_KEPT_BYTES = 24_000_000


class KeptRenditions:
    """Renditions by name, of so many bytes together."""

    def __init__(self, max_bytes: int = MAX_KEPT_BYTES) -> None:
        self.max_bytes = max_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Renditions] = OrderedDict()

    def of(self, name: str, read: Callable[[], bytes]) -> Renditions:
        """The renditions of this name, or new ones that are read so. Whatever is over the limit goes first,
        but for those that are asked for."""
        with self._lock:
            found = self._kept.pop(name, None) or Renditions(read)
            self._kept[name] = found
            total = sum(each.weight for each in self._kept.values())
            for other in list(self._kept)[:-1]:
                if total <= self.max_bytes:
                    break
                total -= self._kept.pop(other).weight
            return found
