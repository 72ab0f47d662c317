"""``syndicator check``: what is declared of an actor's posts, which have mentions and several photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from syndicator.channels.activitypub import ActivityPub
from syndicator.cli.post_checks import _without_effect
from syndicator.domain.capabilities import Capabilities
from syndicator.domain.post import Style
from syndicator.jobs.courier import Courier


@dataclass(frozen=True)
class Actor:
    """What is looked at of the channel."""

    capabilities: Capabilities = ActivityPub.capabilities


@pytest.mark.parametrize(
    "style", [Style(photos=4), Style(mentions={"Harbour Board": "board@gov.example"}), Style(photos=9)]
)
def test_both_have_an_effect(style: Style) -> None:
    courier = Courier(channel=Actor(), max_age=timedelta(days=1), style=style)  # type: ignore[arg-type] # its capabilities alone
    assert list(_without_effect(courier)) == []
