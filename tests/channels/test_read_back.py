"""What services show of a post is held against what they were sent; a difference is told, and no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from syndicator.channels.discord import Discord
from syndicator.channels.mastodon import Mastodon
from syndicator.channels.slack import Slack
from syndicator.channels.telegram import Telegram
from syndicator.domain.article import Photo
from syndicator.domain.post import Occasion
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from syndicator.store import Store
from tests.channels.contract import ARTICLE, KEY, impatient_session, picture
from tests.channels.discord_server import FakeDiscord
from tests.channels.local_server import Trouble, body
from tests.channels.servers import FakeMastodon
from tests.channels.slack_server import FakeSlack
from tests.channels.telegram_server import FakeTelegram
from tests.jobs.newsroom import Story


@pytest.fixture
def fedi(tmp_path: Path) -> Iterator[tuple[Mastodon, FakeMastodon]]:
    (tmp_path / "token").write_text(FakeMastodon.token)
    with impatient_session() as session, FakeMastodon() as server:
        token = Secret(f"file:{tmp_path}/token")
        yield Mastodon(name="wire", server=server.address, token=token, session=session), server


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({}, ""),
        ({"content": "<p>Something else</p>"}, "text, link"),
        ({"media_attachments": []}, "photo"),
        ({"media_attachments": [{"id": "1", "description": None}]}, "alternative text"),
        ({"media_attachments": None, "content": None}, ""),  # it does not say
    ],
)
def test_a_status_that_is_otherwise_is_told(
    fedi: tuple[Mastodon, FakeMastodon], changes: dict[str, object], differs: str
) -> None:
    channel, server = fedi
    article = replace(ARTICLE, photo=Photo(url="https://ledger.example/p.jpg", alt="A weir in the evening"))
    post = compose(article, channel.capabilities, photo=picture())
    receipt = channel.send(post, key=KEY)
    assert receipt.differs == ""
    [status] = server.shelf.statuses.values()
    answer = {**server._status(status), **changes}
    server.trouble = Trouble(body(json.dumps(answer).encode()), at="/api/v1/statuses")

    assert channel.send(post, key="another").differs == differs
    assert channel.edit(receipt, post).differs == differs


def test_a_message_on_discord_without_its_photo_is_told(tmp_path: Path, remarks: list[str]) -> None:
    with impatient_session() as session, FakeDiscord() as server:
        (tmp_path / "webhook").write_text(f"{server.address}/api/webhooks/1386400000000000001/{server.token}")
        channel = Discord(name="wire", webhook=Secret(f"file:{tmp_path}/webhook"), session=session)
        post = compose(ARTICLE, channel.capabilities, photo=picture())
        assert channel.send(post, key=KEY).differs == ""
        server.most_bytes = 1
        assert channel.send(post, key=KEY).differs == ""
    [line] = remarks
    assert line.startswith("without its photo: ")


def test_a_message_on_slack_without_a_block_is_told(tmp_path: Path) -> None:
    with impatient_session() as session, FakeSlack() as server:
        (tmp_path / "token").write_text(server.token)
        channel = Slack(
            name="wire",
            server=server.address,
            channel=server.bot_channel,
            token=Secret(f"file:{tmp_path}/token"),
            session=session,
        )
        post = compose(replace(ARTICLE, title="Weir & lock <open>"), channel.capabilities)
        assert channel.send(post, key=KEY).differs == ""
        server.hides = "section"
        assert channel.send(post, key=KEY).differs == "text"


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({}, ""),
        ({"photo": None}, "photo"),
        ({"caption_entities": []}, "link"),
        ({"caption": "Something else", "photo": []}, "text, photo"),
    ],
)
def test_a_message_on_telegram_that_is_otherwise_is_told(
    tmp_path: Path, changes: dict[str, object], differs: str
) -> None:
    with impatient_session() as session, FakeTelegram() as server:
        (tmp_path / "token").write_text(server.token)
        token = Secret(f"file:{tmp_path}/token")
        channel = Telegram(
            name="wire", chat="@theledger", token=token, server=server.address, session=session
        )
        post = compose(ARTICLE, channel.capabilities, photo=picture())
        receipt = channel.send(post, key=KEY)
        assert receipt.differs == ""
        [message] = server.messages.values()
        result = {**server._keep(message), **changes}
        held = {name: value for name, value in result.items() if value is not None}
        answer = body(json.dumps({"ok": True, "result": held}).encode())
        server.trouble = Trouble(answer, at=f"/bot{server.token}/sendPhoto")
        assert channel.send(post, key=KEY).differs == differs
        server.trouble = Trouble(answer, at=f"/bot{server.token}/editMessageMedia")
        assert channel.edit(receipt, post).differs == differs


def test_a_notice_under_a_photo_that_stays_is_as_it_was_sent(tmp_path: Path) -> None:
    with impatient_session() as session, FakeTelegram() as server:
        (tmp_path / "token").write_text(server.token)
        token = Secret(f"file:{tmp_path}/token")
        channel = Telegram(
            name="wire", chat="@theledger", token=token, server=server.address, session=session
        )
        receipt = channel.send(compose(ARTICLE, channel.capabilities, photo=picture()), key=KEY)
        notice = compose(ARTICLE, channel.capabilities, occasion=Occasion.RETRACTION)
        assert channel.edit(receipt, notice).differs == ""


def test_a_difference_is_a_line_of_the_delivery_and_no_second_post(
    fedi: tuple[Mastodon, FakeMastodon], store: Store
) -> None:
    channel, server = fedi
    story = Story(store)
    story.real = channel
    story.baseline()
    answer = {"id": "7", "content": "<p>Something else</p>", "url": f"{server.address}/@newsroom/7"}
    server.trouble = Trouble(body(json.dumps(answer).encode()), at="/api/v1/statuses", after=True)
    story.publishes()
    story.delivers_until_done()

    assert any(line.endswith("; not there as it was sent: text, link") for line in story.events)
    assert len(server.published) == 1
