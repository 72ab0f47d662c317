"""The example site, served in a thread of the test: ``with serving(tmp_path) as example: ...``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from syndicator.example_site import acts
from syndicator.example_site.acts import Published
from syndicator.example_site.site import serving as serve

EXAMPLE = Path(__file__).parents[2] / "example"


@dataclass(frozen=True)
class ServedExample:
    """``url`` is where it is served, without a slash at the end."""

    url: str
    folder: Path
    state: Path

    def publish(self) -> Published:
        return acts.publish(self.folder, self.state)

    def correct(self, slug: str | None = None) -> Published:
        return acts.correct(self.folder, self.state, slug)

    def retract(self, slug: str | None = None) -> Published:
        return acts.retract(self.folder, self.state, slug)

    def published(self) -> list[Published]:
        """Everything that was ever published, newest first."""
        return acts.all_published(self.folder, self.state)


@contextmanager
def serving(tmp_path: Path, folder: Path = EXAMPLE, port: int = 0) -> Iterator[ServedExample]:
    """Serve it on this machine, with its state below ``tmp_path``; again in the same place, it goes on."""
    state = tmp_path / "example"
    with serve(folder, state, "127.0.0.1", port) as url:
        yield ServedExample(url, folder, state)
