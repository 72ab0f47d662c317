"""Mastodon, and everything that speaks its API: one status per article, with its lead photo.

API: https://docs.joinmastodon.org/methods/statuses/
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar, Literal

import requests

from syndicator.domain.capabilities import ALWAYS, NEVER, Budget, Capabilities, LinkCard, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, PostGone, Refused, TryLater
from syndicator.domain.listed_post import horizon_of
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange
from syndicator.http.mastodon_access import STEPS, mastodon_token, missing_scope
from syndicator.http.mastodon_api import MastodonApi
from syndicator.http.mastodon_media import MastodonMedia
from syndicator.http.mastodon_places import StatusPlaces
from syndicator.http.mastodon_servers import DECLARED_WAYS, LIMITS, KnownServer, Ways, instance_of
from syndicator.http.oauth import SignIn
from syndicator.remarks import photos_taken
from syndicator.secret import Secret
from syndicator.text.addresses import check_server
from syndicator.text.mastodon_statuses import checked, created_at, receipt, shown_receipt, status_fields
from syndicator.text.mentions import without_mentions
from syndicator.text.posted_html import links_to
from syndicator.text.rulers import CHARACTERS, GRAPHEMES

#: Keys tried for one post: a key whose status has been deleted is spent for an hour.
MAX_KEYS = 3

#: What servers take for a mention: their own rule, in its own words (``MENTION_RE`` in Mastodon's
#: app/models/account.rb), up to the first character of the name.
MENTION = re.compile(r"(?<![=/\w])@(?=[A-Za-z0-9_])")

#: Servers take 16 MiB and scale down to 3840 x 2160 pixels; a timeline needs less.
#: https://docs.joinmastodon.org/user/posting/#images
PHOTO = PhotoLimits(side=2048, length=8_000_000, media_types=("image/jpeg", "image/png", "image/webp"))


@dataclass(frozen=True, kw_only=True)
class Mastodon:
    """An account on a Mastodon server. The fields are the channel's settings.

    The three limits are named as servers name them; ``check`` tells where the server's own differ.
    ``remembers_keys``: Mastodon does; GoToSocial, for one, takes a repeated request for a new one.
    ``needs_photo``: the server takes no post without one, as Pixelfed; ``edits``: it has edits. What the
    server is counts more than these, once it was asked: before the first post of a process.
    """

    name: str
    server: str
    token: Secret
    visibility: Literal["public", "unlisted", "private"] = "public"
    max_characters: int = 500
    characters_reserved_per_url: int = 23
    description_limit: int = 1500
    remembers_keys: bool = True
    needs_photo: bool = False
    edits: bool = True
    session: requests.Session = field(repr=False, compare=False)
    known: KnownServer = field(default_factory=KnownServer, init=False, repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = STEPS

    def __post_init__(self) -> None:
        check_server(self.server, "https://mastodon.example")

    @property
    def capabilities(self) -> Capabilities:
        """Keys are kept for an hour (https://docs.joinmastodon.org/methods/statuses/#headers); the margin is
        for slow answers. A server gives up a request after 90 seconds (``Rack::Timeout.service_timeout`` in
        Mastodon's config/initializers/timeout.rb), and knows a key only once its status is there. Budgets:
        https://docs.joinmastodon.org/api/rate-limits/"""
        half_an_hour = timedelta(minutes=30)
        return Capabilities(
            ruler=GRAPHEMES,
            unit="graphemes",
            text=self.max_characters,
            link=self.characters_reserved_per_url,
            plain=partial(without_mentions, mention=MENTION),
            has_mentions=True,
            has_language=True,
            has_warning=True,
            warning_counts=True,
            photo=PHOTO,
            photos=4,
            alt=self.description_limit,
            alt_ruler=CHARACTERS,
            card=LinkCard.FETCHED,
            edit_within=ALWAYS if self.edits else NEVER,
            replies=True,
            key_memory=timedelta(minutes=50) if self._has_keys else None,
            settles_within=timedelta(seconds=90),
            budgets=(
                Budget(of=Spent.REQUESTS, most=300, per=timedelta(minutes=5)),
                Budget(of=Spent.PHOTOS, most=30, per=half_an_hour),
                Budget(of=Spent.DELETIONS, most=30, per=half_an_hour),
            ),
            verified="contract of Mastodon 4.5's documentation",
        )

    def send(self, post: Post, *, key: str) -> Receipt:
        """Posts a status, under its idempotency key.

        The server answers 404 to a key whose status was deleted meanwhile, which tells for certain that
        nothing was posted: the next key is as repeatable as the first. It answers the same where the status
        that this one is to answer is gone.
        """
        api = self._api()
        self._learn(api)
        status, shown = self._status(api, post)
        status["visibility"] = self.visibility
        if (self.needs_photo or self._ways.needs_photo) and not status["media_ids"]:
            raise Refused(
                "the server takes no post without a photo, and there is none: "
                "[channels.NAME.post] card = true makes one of the headline"
            )
        for attempt in range(MAX_KEYS if self._has_keys else 1):
            headers = self._key(f"{key}#{attempt}")
            reply = api.ask("POST", "/api/v1/statuses", headers=headers, json=status, accept=(404, 422))
            MastodonMedia(api).check_accepted(reply, status["media_ids"])
            if reply.status != 404:
                return reply.read(lambda status: shown_receipt(status, shown))
            if post.reply_to:
                StatusPlaces(api, self.known).must_be_there(post.reply_to, post)
        raise Misconfigured(f"{reply.message}; is there a Mastodon server at {self.server}?")

    def _key(self, key: str) -> dict[str, str]:
        """The header of a key: some servers keep none, and yet refuse one seen."""
        return {"Idempotency-Key": hashlib.sha256(key.encode()).hexdigest()} if self._has_keys else {}

    @property
    def _ways(self) -> Ways:
        return self.known.ways or Ways(remembers_keys=self.remembers_keys)

    @property
    def _has_keys(self) -> bool:
        return self.remembers_keys and self._ways.remembers_keys

    def _learn(self, api: MastodonApi) -> None:
        """Asks the server what it is, unless it was asked. Raises ``TryLater`` where it turns out to have no
        keys: what is under way may be the repeat of a request, and is planned anew."""
        had_keys = self._has_keys
        self.known.ask(api)
        if had_keys and not self._has_keys:
            why = f"{api.host} honours no Idempotency-Key (declare remembers_keys = false)"
            raise TryLater(f"{why}: lost answers are looked up from now on", whole_channel=False, rests=False)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Edits the status: https://docs.joinmastodon.org/methods/statuses/#edit"""
        api = self._api()
        status, shown = self._status(api, post)
        reply = api.ask_status("PUT", receipt, json=status, accept=(404, 410, 422))
        MastodonMedia(api).check_accepted(reply, status["media_ids"])
        if reply.status in (404, 410):
            StatusPlaces(api, self.known).must_be_gone(receipt, reply)
            raise PostGone(f"{reply.message}; the status was deleted on the server")
        return reply.read(lambda status: shown_receipt(status, shown))

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Deletes the status: https://docs.joinmastodon.org/methods/statuses/#delete"""
        api, params = self._api(), {"delete_media": "true"}
        reply = api.ask_status("DELETE", receipt, params=params, accept=(404, 410))
        if reply.status in (404, 410):
            StatusPlaces(api, self.known).must_be_gone(receipt, reply)

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        """Looks through the account's latest statuses for the article's link.

        A listing that reaches back beyond the time of the earliest attempt has the status if there is one.
        """
        horizon = horizon_of(post)
        for statuses in self._api().own_statuses(checked):
            for status in statuses:
                if links_to(str(status["content"]), post.addresses):
                    return receipt(status, post)
            if not statuses or created_at(statuses[-1]) < horizon:
                break
        return None

    def check(self) -> str:
        api = self._api()
        try:
            account_name, instance = api.account("acct"), instance_of(api)
        except Refused as e:
            raise Misconfigured(f"{e}; is there a Mastodon server at {self.server}?") from e
        settings = {name: getattr(self, name) for name in (*LIMITS, *DECLARED_WAYS)}
        differences = instance.differences(settings) if instance else []
        who = f"@{account_name} on {api.host}"
        if scope := missing_scope(api):
            raise Misconfigured(f"{who}: the token lacks the scope {scope}: make one that has it")
        return "; ".join((f"{who}; may post, with photos", *differences))

    def sign_in(self, person: SignIn) -> Mapping[str, str]:
        """A token that the account's owner grants us."""
        return {"token": mastodon_token(self.server, person, lambda: Exchange(self.session))}

    def _status(self, api: MastodonApi, post: Post) -> tuple[dict[str, Any], Post]:
        """A status, and the post that it shows: that of the photos which the server takes."""
        media = MastodonMedia(api)
        taken = photos_taken(post, lambda photo: media.upload(photo, photo.alt))
        if post.warning:
            self.known.ask(api)
        status = status_fields(post, [media_id for _, media_id in taken], self._ways.most_warning)
        return status, post.showing(*(photo for photo, _ in taken))

    def _api(self) -> MastodonApi:
        return MastodonApi(Exchange.with_token(self.session, self.token), self.server)
