"""A server that goes on working after we have stopped waiting: requests are applied when the test says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from syndicator.channels.mastodon import Mastodon
from syndicator.domain.delivery import Standing
from syndicator.domain.steady import SteadyTime
from syndicator.store import Store
from tests.channels.local_server import Act, Request, Trouble, reset, status
from tests.channels.servers import FakeMastodon
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

STATUSES = "/api/v1/statuses"


@pytest.fixture
def story(store: Store) -> Story:
    story = Story(store)
    story.max_age = timedelta(days=3)
    story.baseline()
    return story


def lost(story: Story, server: FakeMastodon, method: str, act: Act) -> Request:
    """One request that the server takes, and answers with nothing of use. It is still to be applied."""
    server.trouble = Trouble(act, at=STATUSES, method=method)
    story.delivers()
    server.trouble = None
    request = server.requests[-1]
    assert request.method == method
    return request


def killed(story: Story, server: FakeMastodon, method: str) -> Request:
    """The same, and the worker dies of it."""

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Store, "settle", dies)
        with pytest.raises(KeyboardInterrupt):
            lost(story, server, method, reset)
    server.trouble = None
    return server.requests[-1]


def goes_on(story: Story, server: FakeMastodon, request: Request, late: int) -> None:
    """Every five seconds somebody delivers; the lost request is applied after so many."""
    for second in range(0, 100, 5):
        if second == late:
            server.locked_answer(request)
        story.delivers()
        story.clock.tick(seconds=5)
    story.delivers_until_done(hours=1)


def titles(server: FakeMastodon) -> list[str]:
    return [post.text.splitlines()[0] for post in server.published]


@pytest.mark.parametrize("step", [timedelta(minutes=20), timedelta(days=40)])
@pytest.mark.parametrize("remembers_keys", [True, False])
@pytest.mark.parametrize("is_there", [True, False], ids=["lost", "killed"])
def test_no_rest_is_over_because_the_clock_was_set(
    story: Story,
    mastodon: Mastodon,
    server: FakeMastodon,
    step: timedelta,
    remembers_keys: bool,
    is_there: bool,
) -> None:
    """The time of day goes ahead while the server works, and comes back; seconds go on as they do. The worker
    has heard that the answer is lost, or dies while it waits for it."""
    story.real = replace(mastodon, remembers_keys=remembers_keys)
    story.max_age = timedelta(days=90)
    began, wrong = story.clock(), timedelta()
    story.steady = lambda: SteadyTime("boot", (story.clock() - wrong - began).total_seconds())
    story.publishes()
    request = lost(story, server, "POST", reset) if is_there else killed(story, server, "POST")

    wrong = step
    story.clock.tick(seconds=step.total_seconds())
    for _ in range(5):
        story.delivers()
        story.clock.tick(seconds=5)
    wrong = timedelta()
    story.clock.tick(seconds=-step.total_seconds())
    story.store.set_right(story.clock())
    server.shelf.keys.clear()  # looked for before the work began
    server.locked_answer(request)  # applied 25 s after it was sent
    story.clock.tick(minutes=3)
    story.delivers_until_done()

    assert titles(server) == ["Bridge 1 reopens"]
    assert story.delivery.standing is Standing.SENT


@pytest.mark.parametrize("late", [0, 15, 25, 85])
@pytest.mark.parametrize("remembers_keys", [True, False])
@pytest.mark.parametrize("act", [status(504), reset], ids=["504", "reset"])
def test_a_post_that_appears_late_is_not_posted_twice(
    story: Story, mastodon: Mastodon, server: FakeMastodon, late: int, remembers_keys: bool, act: Act
) -> None:
    story.real = replace(mastodon, remembers_keys=remembers_keys)
    story.publishes()
    request = lost(story, server, "POST", act)
    story.publishes("2")

    goes_on(story, server, request, late)

    assert sorted(titles(server)) == ["Bridge 1 reopens", "Bridge 2 reopens"]
    assert [d.standing for d in story.deliveries] == [Standing.SENT, Standing.SENT]


@pytest.mark.parametrize("late", [0, 15, 25, 85])
def test_an_edit_that_lands_late_does_not_overwrite_a_newer_one(
    story: Story, mastodon: Mastodon, server: FakeMastodon, late: int
) -> None:
    story.real = mastodon
    story.publishes()
    story.delivers()
    story.publishes(title="Bridge A")
    request = lost(story, server, "PUT", status(504))
    story.publishes(title="Bridge B")

    goes_on(story, server, request, late)

    assert titles(server) == ["Bridge B"]
    assert story.delivery.standing is Standing.SENT


@pytest.mark.parametrize("late", [0, 15, 25, 85])
def test_a_deletion_that_lands_late_takes_no_newer_post_along(
    story: Story, mastodon: Mastodon, server: FakeMastodon, late: int
) -> None:
    story.real = mastodon
    story.publishes()
    story.delivers()
    story.retracts()
    request = lost(story, server, "DELETE", status(504))
    story.publishes(title="Bridge again")

    goes_on(story, server, request, late)

    assert titles(server) == ["Bridge again"]
    assert story.delivery.standing is Standing.SENT


@pytest.mark.parametrize("late", [0, 15, 25, 85])
def test_a_post_that_appears_late_is_taken_back_if_its_article_is(
    story: Story, mastodon: Mastodon, server: FakeMastodon, late: int
) -> None:
    story.real = mastodon
    story.publishes()
    request = lost(story, server, "POST", status(504))
    story.retracts()

    goes_on(story, server, request, late)

    assert titles(server) == []
    assert story.delivery.receipt is None
