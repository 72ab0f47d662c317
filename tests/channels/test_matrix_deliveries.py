"""Deliveries to a real homeserver whose answers are lost: there is one message, whatever it remembers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from syndicator.channels.matrix import Matrix
from syndicator.domain.delivery import Standing
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.contract import ImpatientInTrouble
from tests.channels.local_server import Trouble, reset
from tests.channels.synapse import V3, SynapseProxy
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout


@pytest.fixture
def server(synapse: str) -> Iterator[SynapseProxy]:
    with SynapseProxy(synapse) as proxy:
        yield proxy


@pytest.fixture
def story(store: Store, server: SynapseProxy, tmp_path: Path) -> Iterator[Story]:
    (tmp_path / "token").write_text(server.token)
    story = Story(store)
    story.baseline()
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", ImpatientInTrouble(server))
        story.real = Matrix(
            name="wire",
            server=server.address,
            room=server.alias,
            token=Secret(f"file:{tmp_path}/token"),
            session=session,
        )
        yield story


@pytest.mark.parametrize("away_min", [2, 300])
@pytest.mark.parametrize("has_new_token", [False, True])
def test_a_lost_answer_makes_one_message(
    story: Story, server: SynapseProxy, tmp_path: Path, away_min: int, has_new_token: bool
) -> None:
    if has_new_token and away_min < 25:
        pytest.skip("within that time, the same device is counted on")
    server.trouble = Trouble(reset, at=f"{V3}/rooms/{quote(server.room, safe='')}/send", after=True)
    story.publishes()
    story.delivers()
    server.trouble = None
    if has_new_token:
        (tmp_path / "token").write_text(server.log_in()["access_token"])
    story.clock.tick(minutes=away_min)
    story.delivers_until_done()

    assert story.delivery.standing is Standing.SENT
    assert len(server.messages) == 1


def test_a_life_of_an_article(story: Story, server: SynapseProxy) -> None:
    story.publishes()
    story.delivers()
    story.publishes(title="The bridge reopens on Monday")
    story.delivers()
    [message] = server.messages
    assert message["body"].startswith("The bridge reopens on Monday")

    story.retracts()
    story.delivers()

    assert story.delivery.standing is Standing.SENT
    assert server.messages == []
