"""What ``check`` says of a source that it has looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from syndicator.cli.source_trials import Trial, source_trials
from syndicator.domain.article import Sighting
from syndicator.jobs.ports import Look


@dataclass(frozen=True)
class Shelf:
    """A source of so many articles, and problems."""

    count: int
    torn: int = 0
    name: str = "shelf"
    every: timedelta = timedelta(minutes=5)

    def look(self, _memory: Any, now: datetime) -> Look:
        sightings = [
            Sighting(
                source="shelf", key=f"{n}", url=f"https://shelf.example/{n}", title=f"No {n}", published=now
            )
            for n in range(self.count)
        ]
        return Look(sightings=sightings, problems=[f"No {n} is torn" for n in range(self.torn)])

    def reads(self, _url: str) -> bool:
        return True

    def read(self, _url: str, now: datetime, _page: bytes | None = None) -> Sighting:
        return self.look({}, now).sightings[0]


def tried(shelf: Shelf) -> Trial:
    with source_trials([shelf]) as trials:
        [trial] = trials()
    return trial


@pytest.mark.parametrize(("count", "words"), [(1, "1 article, the newest"), (2, "2 articles, the newest")])
def test_articles_are_counted_as_people_count(count: int, words: str) -> None:
    trial = tried(Shelf(count))

    assert trial.is_ok
    assert trial.report.startswith(words)


@pytest.mark.parametrize(
    ("torn", "words"),
    [(0, "'No 0'"), (1, "; one problem: No 0 is torn"), (3, "; 3 problems, the first: No 0 is torn")],
)
def test_and_so_are_problems(torn: int, words: str) -> None:
    trial = tried(Shelf(1, torn))

    assert trial.report.endswith(words)
