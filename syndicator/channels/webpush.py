"""Web Push: a notification per article, in the browsers of readers who asked for it on the newsroom's pages.

The protocol: RFC 8030; encryption: RFC 8291; who sends: RFC 8292. Where readers subscribe:
``web/webpush.py``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import requests

from syndicator.domain.capabilities import NEVER, Capabilities, LinkPlace
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, Refused
from syndicator.domain.feed import Site
from syndicator.domain.post import Occasion, Post
from syndicator.domain.recipient import Letter
from syndicator.http.push_encryption import base64url
from syndicator.http.push_subscriptions import SERVICE, SERVICES
from syndicator.http.vapid import ApplicationServer, application_server, new_private_key, origin_of
from syndicator.jobs.broadcast_ports import Announcements, LetterGroup
from syndicator.jobs.ports import Callbacks
from syndicator.jobs.push_mail import PushMail
from syndicator.secret import Secret
from syndicator.text.addresses import MAIL, web_address
from syndicator.text.push_notices import JSON_BYTES, MAX_TEXT_BYTES, push_notice

#: How long services may keep a notification for a browser that is not there: four weeks is the most that any
#: takes (https://firebase.google.com/docs/cloud-messaging/customize-messages/setting-message-lifespan).
MAX_LIFETIME = timedelta(days=28)

#: Bytes of a topic before base64url: 32 letters are the most (RFC 8030 section 5.4).
TOPIC_BYTES = 24


@dataclass(frozen=True, kw_only=True)
class WebPush:
    """The browsers that have subscribed. The fields are the channel's settings.

    ``private_key``: ours, for ever: subscriptions take nothing from another. ``contact``: whom push services
    write to. ``lifetime``: how long a notification is news. ``pages``: origins of the newsroom's pages beside
    that of ``[site] url``. ``icon``: beside each notification. ``services``: hosts of push services.
    ``most_subscribers``: more are turned away, so that nobody can fill the database.
    """

    name: str
    private_key: Secret
    contact: str
    lifetime: timedelta = timedelta(hours=12)
    pages: tuple[str, ...] = ()
    icon: str = ""
    services: tuple[str, ...] = SERVICES
    most_subscribers: int = 100_000
    session: requests.Session = field(repr=False, compare=False)
    announcements: Announcements = field(repr=False, compare=False)
    callbacks: Callbacks = field(repr=False, compare=False)
    site: Site = field(repr=False, compare=False)

    #: Its pages (``web.channel_pages``).
    web_pages: ClassVar[str] = "syndicator.web.webpush:push_routes"

    joins: ClassVar[bool] = False

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "Nobody gives it: a key pair is made here, once. Keep a copy of the private key in a safe place:\n"
        "all subscriptions belong to it, and with another they are lost."
    )

    def __post_init__(self) -> None:
        contact = self.contact.removeprefix("mailto:")
        if not (web_address(self.contact).startswith("https://") or MAIL.fullmatch(contact)):
            raise ValueError(
                'contact: whom push services write to: "mailto:desk@news.example", or an https address'
            )
        if not timedelta(minutes=1) <= self.lifetime <= MAX_LIFETIME:
            raise ValueError('lifetime: from "1m" to "28d"')
        for page in self.pages:
            if not web_address(page) or origin_of(page) != page:
                raise ValueError(f'pages: {page!r} is no origin: write "https://www.news.example"')
        for service in self.services:
            if not SERVICE.fullmatch(service):
                raise ValueError(
                    f'services: {service!r} is no host: write "push.example", or "*.push.example"'
                )
        if self.most_subscribers < 1:
            raise ValueError("most_subscribers: 1 or more")
        if self.icon and not self.icon.startswith("https://"):
            raise ValueError("icon: browsers show those at https addresses alone")

    @property
    def capabilities(self) -> Capabilities:
        """``edit_within``: what is out of date need not be corrected on anybody's screen. Nothing can be
        taken off it. There is no ``key_memory``: the record is asked, which knows when it was put back."""
        return Capabilities(
            ruler=JSON_BYTES,
            unit="bytes",
            text=MAX_TEXT_BYTES,
            link_place=LinkPlace.BESIDE,
            has_language=True,
            photo_by_address=True,
            is_notification=True,
            edit_within=self.lifetime,
            delete_within=NEVER,
            settles_within=timedelta(0),
            verified="real receivers: web-push-testing 1.2.2, and Chromium 156's service worker",
        )

    def send(self, post: Post, *, key: str) -> Receipt:
        topic = topic_of(key)
        self._announce(post, Occasion.NEWS, topic, key=topic)
        return Receipt(remote_id=topic, is_current=True)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Announces what takes the notification's place."""
        occasion = Occasion.RETRACTION if post.occasion is Occasion.RETRACTION else Occasion.CORRECTION
        self._announce(
            post,
            occasion,
            receipt.remote_id,
            key=f"{receipt.remote_id} {occasion} {post.article.revision} {post.digest}",
        )
        return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        raise Refused("nothing takes a notification off a screen")

    def find(self, post: Post, *, key: str) -> Receipt | None:
        topic = topic_of(key)
        found = self.announcements.find(topic, post.article.published)
        return Receipt(remote_id=topic) if found else None

    def check(self) -> str:
        count = self.announcements.active_recipients()
        icon = self.icon or self.site.icon
        remark = "" if icon.startswith("https://") or not icon else f"; {icon} is not shown: no https address"
        return f"subscribers: {count:,}; application server key {self.server_key}{remark}"

    def new_secret(self) -> str:
        """A private key, where there is none yet."""
        return new_private_key()

    @property
    def server_key(self) -> str:
        """Our public key. Raises ``Misconfigured``."""
        return self._server.key

    @property
    def page_origins(self) -> frozenset[str]:
        """The origins of pages that readers may subscribe on."""
        return frozenset({origin_of(self.site.url), *self.pages})

    @property
    def address(self) -> str:
        """Where readers' browsers subscribe."""
        return f"{self.site.web_url}/push/{self.name}/subscriptions"

    def broadcast(self, letters: Iterable[Letter]) -> Iterator[LetterGroup]:
        mail = PushMail(channel=self.name, server=self._server, callbacks=self.callbacks)
        yield from mail.send(letters)

    def _announce(self, post: Post, occasion: Occasion, topic: str, *, key: str) -> None:
        is_new = occasion is Occasion.NEWS
        notice = push_notice(
            post,
            tag=topic,
            icon=self.icon or self.site.icon,
            site_title=self.site.title,
            site_url=self.site.url,
            is_replacing=not is_new,
        )
        urgency = "high" if post.article.urgent and is_new else "normal"
        self.announcements.put(
            key=key,
            post=topic,
            occasion=occasion,
            payload={"notice": notice, "urgency": urgency},
            expires=datetime.now(UTC) + self.lifetime,
        )

    @property
    def _server(self) -> ApplicationServer:
        contact = self.contact if ":" in self.contact else f"mailto:{self.contact}"
        try:
            return application_server(self.private_key.reveal(), contact)
        except ValueError as e:
            raise Misconfigured(f"private_key: {self.private_key} {e}") from e


def topic_of(key: str) -> str:
    """The topic of a post, by its idempotency key: what is under way is replaced by what has the same, and so
    is, by its tag, what is shown. Push services see it, so that it tells nothing."""
    return base64url(hashlib.sha256(key.encode()).digest()[:TOPIC_BYTES])
