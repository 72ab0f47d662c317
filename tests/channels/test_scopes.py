"""Tokens that may do too little, found before a post needs them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syndicator.channels.facebook import Facebook
from syndicator.channels.mastodon import Mastodon
from syndicator.channels.threads import Threads
from syndicator.domain.errors import Misconfigured, TryLater
from syndicator.secret import Secret
from tests.channels.contract import impatient_session
from tests.channels.graph_tokens import PageTokens, ThreadsTokens
from tests.channels.local_server import Trouble, status
from tests.channels.servers import FakeMastodon


@pytest.fixture
def server() -> Iterator[FakeMastodon]:
    with FakeMastodon() as fake:
        yield fake


@pytest.fixture
def channel(server: FakeMastodon, tmp_path: Path) -> Iterator[Mastodon]:
    (tmp_path / "token").write_text(server.token)
    with impatient_session() as session:
        token = Secret(f"file:{tmp_path}/token")
        yield Mastodon(name="m", server=server.address, token=token, session=session)


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [
        ("read", "write:statuses"),
        ("read write:media", "write:statuses"),
        ("read write:statuses", "write:media"),
    ],
)
def test_a_token_that_is_too_weak_is_told_by_the_scope_that_it_lacks(
    server: FakeMastodon, channel: Mastodon, scopes: str, missing: str
) -> None:
    server.scopes = scopes
    with pytest.raises(Misconfigured, match=f"@newsroom on .* lacks the scope {missing}"):
        channel.check()


def test_a_check_says_what_we_may_do_and_changes_nothing(server: FakeMastodon, channel: Mastodon) -> None:
    assert channel.check() == "@newsroom on 127.0.0.1; may post, with photos"
    assert not server.published
    assert not server.shelf.media


def test_a_server_that_is_busy_then_is_asked_again_later(server: FakeMastodon, channel: Mastodon) -> None:
    server.trouble = Trouble(status(503), at="/api/v1/statuses", method="PUT")
    with pytest.raises(TryLater):
        channel.check()


@pytest.mark.parametrize("lacks", ["pages_manage_posts", "pages_read_engagement", ""])
def test_the_token_of_a_page_is_told_by_what_it_lacks(tmp_path: Path, lacks: str) -> None:
    with PageTokens() as page, impatient_session() as session:
        (tmp_path / "token").write_text(page.token)
        token = Secret(f"file:{tmp_path}/token")
        channel = Facebook(name="f", page=page.page, server=page.address, token=token, session=session)
        page.permits = [each for each in page.permits if each != lacks]
        if lacks:
            with pytest.raises(Misconfigured, match=f"the token lacks {lacks}"):
                channel.check()
        else:
            assert channel.check() == f"Page Example News ({page.page}); may post"
        page.tells = False  # to others than those who have made the app
        assert channel.check().endswith("may post (untried)")


@pytest.mark.parametrize("lacks", ["threads_content_publish", "threads_delete", ""])
def test_the_token_of_a_threads_profile_is_told_by_what_it_lacks(tmp_path: Path, lacks: str) -> None:
    with ThreadsTokens() as server, impatient_session() as session:
        (tmp_path / "token").write_text(server.token)
        channel = Threads(
            name="t", server=server.address, token=Secret(f"file:{tmp_path}/token"), session=session
        )
        server.permits = [each for each in server.permits if each != lacks]
        if lacks:
            with pytest.raises(Misconfigured, match=f"the token lacks {lacks}"):
                channel.check()
        else:
            assert "may post" in channel.check()
