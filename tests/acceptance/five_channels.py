"""Five kinds of channels at once, each with its server, and what its readers see, read from that server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path

import requests

from tests.channels import pds
from tests.channels.servers import FakeMastodon, FakeReceiver, Published
from tests.channels.telegram_server import FakeTelegram


@dataclass(frozen=True, kw_only=True)
class DeclaredChannel:
    """A channel of the kind that it is called by, what is declared of it, and what its readers see: read anew
    at each call of ``shown``. ``secret``: what the kind calls it, and it."""

    name: str
    declared: str
    shown: Callable[[], list[Published]]
    secret: tuple[str, str] = ("", "")
    on_correction: str = "edit"
    on_retraction: str = "delete"
    leaves_tombstone: bool = False
    has_language: bool = True
    has_alt: bool = True

    @property
    def declaration(self) -> str:
        wanted = f'on_correction = "{self.on_correction}"\non_retraction = "{self.on_retraction}"\n'
        secret = f'{self.secret[0]} = "env:{self.name.upper()}"\n' if self.secret[0] else ""
        return f'[channels.{self.name}]\nkind = "{self.name}"\n{self.declared}\n{secret}{wanted}\n'


def on_mastodon(server: FakeMastodon) -> Iterator[Published]:
    """The account's statuses, as the server's API hands them out."""
    access = {"Authorization": f"Bearer {server.token}"}
    url = f"{server.address}/api/v1/accounts/7/statuses"
    for status in requests.get(url, headers=access, timeout=30).json():
        paragraphs = status["content"].replace("<br />", "\n").replace("</p><p>", "\n\n")
        [photo] = status["media_attachments"] or [None]
        yield Published(
            remote_id=status["id"],
            text=unescape(re.sub("<[^>]+>", "", paragraphs)),
            photo=fetched(photo["url"]) if photo else None,
            alt=photo["description"] if photo else "",
            language=status["language"],
        )


def at_receiver(server: FakeReceiver) -> Iterator[Published]:
    """The articles as the messages left them; a photo's address is followed. Each message came once."""
    with server.lock:
        messages, articles = [message["data"] for message in server.messages], server.published
    revisions = [(data["guid"], data["revision"]) for data in messages]
    assert len(set(revisions)) == len(revisions)
    latest = {data["guid"]: data for data in messages}
    for article in articles:
        data = latest[article.remote_id]
        photo = fetched(data["photo"]["url"]) if data["photo"] else None
        yield replace(article, photo=photo, language=data["language"])


def in_chat(server: FakeTelegram) -> list[Published]:
    """The chat's messages, as its members see them: bots cannot read them."""
    with server.lock:
        return server.published


def in_outbox(folder: Path) -> Iterator[Published]:
    """The cards, and of one that was withdrawn what is left."""
    for path in sorted(folder.glob("*.json")):
        card = json.loads(path.read_bytes())
        yield Published(
            remote_id=card["stem"],
            text=card["text"],
            photo=(folder / card["photo"]).read_bytes() if card["photo"] else None,
            alt=card["alt"],
            language=card["language"],
        )


def fetched(url: str) -> bytes:
    """The file at an address."""
    reply = requests.get(url, timeout=30)
    reply.raise_for_status()
    return reply.content


@contextmanager
def five_channels(folder: Path) -> Iterator[list[DeclaredChannel]]:
    """The channels with their servers, which run meanwhile. Between them they declare every way to correct
    and to retract that changes what is shown; without the fifth, if its server is not installed."""
    with ExitStack() as servers:
        social = servers.enter_context(FakeMastodon())
        chat = servers.enter_context(FakeTelegram())
        partner = servers.enter_context(FakeReceiver())
        outbox = folder / "outbox"
        found = [
            DeclaredChannel(
                name="mastodon",
                declared=f'server = "{social.address}"',
                secret=("token", social.token),
                shown=lambda: [*on_mastodon(social)],
            ),
            DeclaredChannel(
                name="telegram",
                declared=f'server = "{chat.address}"\nchat = "@theledger"\nrepost_within = "1h"',
                secret=("token", chat.token),
                shown=lambda: in_chat(chat),
                on_correction="repost",
                on_retraction="notice",
                has_language=False,
                has_alt=False,
            ),
            DeclaredChannel(
                name="webhook",
                declared=f'url = "{partner.address}/hook"',
                secret=("secret", partner.secret),
                shown=lambda: [*at_receiver(partner)],
            ),
            DeclaredChannel(
                name="outbox",
                declared=f'folder = "{outbox}"',
                shown=lambda: [*in_outbox(outbox / "outbox")],
                leaves_tombstone=True,
            ),
        ]
        if not pds.missing():
            (folder / "pds").mkdir()
            sky = servers.enter_context(pds.PdsProxy(servers.enter_context(pds.running(folder / "pds"))))
            found.append(
                DeclaredChannel(
                    name="bluesky",
                    declared=f'server = "{sky.address}"\nhandle = "{sky.account.handle}"',
                    secret=("password", sky.account.password),
                    shown=lambda: sky.published,
                    on_correction="reply",
                )
            )
        yield found
