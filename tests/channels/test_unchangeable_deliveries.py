"""Deliveries to channels that post and can do no more: nothing is pretended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from syndicator.channels.apprise import Apprise
from syndicator.channels.slackhook import SlackHook
from syndicator.channels.viber import Viber
from syndicator.domain.delivery import Standing
from syndicator.jobs.ports import Channel
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.apprise_server import FakeApprise
from tests.channels.contract import impatient_session
from tests.channels.local_server import Trouble, reset
from tests.channels.slackhook_server import FakeSlackHook
from tests.channels.viber_server import FakeViber
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

#: One that posts and can do no more.
Server = FakeApprise | FakeSlackHook | FakeViber


@dataclass(frozen=True)
class Kind:
    """A kind of channel. ``secret``: what lets us in; ``at``: where posts are sent to."""

    server: Callable[[], Server]
    channel: Callable[[Server, Secret, requests.Session], Channel]
    secret: Callable[[Server], str]
    at: str


def apprise(server: Server, secret: Secret, session: requests.Session) -> Apprise:
    return Apprise(name="wire", server=server.address, key=secret, session=session)


def slackhook(server: Server, secret: Secret, session: requests.Session) -> SlackHook:
    return SlackHook(name="wire", webhook=secret, session=session)


def viber(server: Server, secret: Secret, session: requests.Session) -> Viber:
    return Viber(name="wire", server=server.address, sender=FakeViber.admin, token=secret, session=session)


KINDS = {
    "apprise": Kind(FakeApprise, apprise, lambda server: FakeApprise.key, "/notify/"),
    "slackhook": Kind(
        FakeSlackHook, slackhook, lambda server: f"{server.address}{FakeSlackHook.path}", FakeSlackHook.path
    ),
    "viber": Kind(FakeViber, viber, lambda server: FakeViber.token, "/pa/post"),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture
def server(kind: Kind) -> Iterator[Server]:
    with kind.server() as fake:
        yield fake


@pytest.fixture
def story(store: Store, kind: Kind, server: Server, tmp_path: Path) -> Iterator[Story]:
    (tmp_path / "secret").write_text(kind.secret(server))
    story = Story(store)
    story.baseline()
    with impatient_session() as session:
        story.real = kind.channel(server, Secret(f"file:{tmp_path}/secret"), session)
        yield story


def posts(server: Server, kind: Kind) -> int:
    """How often one was sent there."""
    return sum(request.method == "POST" and request.path.startswith(kind.at) for request in server.requests)


def test_a_correction_leaves_the_post_and_says_so(story: Story, server: Server, kind: Kind) -> None:
    story.publishes()
    story.delivers()
    story.publishes(title="The bridge reopens on Monday")
    story.delivers_until_done()

    assert posts(server, kind) == len(server.published) == 1
    assert story.delivery.standing is Standing.SENT
    assert any("corrected, and left as it was" in text for text in story.events)


def test_a_retraction_is_to_be_done_by_hand(story: Story, server: Server, kind: Kind) -> None:
    story.publishes()
    story.delivers()
    story.retracts()
    story.delivers_until_done()

    assert posts(server, kind) == len(server.published) == 1
    assert story.delivery.standing is Standing.REFUSED
    assert "by hand" in story.delivery.reason


def test_a_lost_answer_is_never_repeated(story: Story, server: Server, kind: Kind) -> None:
    server.trouble = Trouble(reset, at=kind.at, after=True)
    story.publishes()
    story.delivers()
    server.trouble = None
    story.delivers_until_done(hours=4)

    assert posts(server, kind) == len(server.published) == 1
    assert story.delivery.standing is Standing.UNKNOWN
    assert "look" in story.delivery.reason
