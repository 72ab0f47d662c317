"""Mastodon, and everything that speaks its API: one status per article, with its lead photo.

API: https://docs.joinmastodon.org/methods/statuses/
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar, Literal
from urllib.parse import quote, urlsplit

import requests

from syndicator.domain.capabilities import ALWAYS, NEVER, Budget, Capabilities, LinkCard, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, PostGone, Refused, TryLater, photo_later
from syndicator.domain.listed_post import horizon_of
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.http.mastodon_media import MastodonMedia
from syndicator.http.mastodon_places import StatusPlaces
from syndicator.http.mastodon_servers import (
    DECLARED_WAYS,
    LIMITS,
    PAGE_STATUSES,
    KnownServer,
    Ways,
    instance_of,
    page_of,
)
from syndicator.http.oauth import OUT_OF_BAND, OAuthClient, SignIn, access_token
from syndicator.remarks import photos_taken, remark
from syndicator.secret import Secret
from syndicator.text.addresses import check_server
from syndicator.text.mastodon_statuses import checked, created_at, receipt, shown_otherwise
from syndicator.text.mentions import without_mentions
from syndicator.text.posted_html import links_to
from syndicator.text.rulers import CHARACTERS, GRAPHEMES

#: Keys tried for one post: a key whose status has been deleted is spent for an hour.
MAX_KEYS = 3

#: Pages of statuses that we read to find one.
MAX_PAGES = 10

#: What servers take for a mention: their own rule, in its own words (``MENTION_RE`` in Mastodon's
#: app/models/account.rb), up to the first character of the name.
MENTION = re.compile(r"(?<![=/\w])@(?=[A-Za-z0-9_])")

#: Servers take 16 MiB and scale down to 3840 x 2160 pixels; a timeline needs less.
#: https://docs.joinmastodon.org/user/posting/#images
PHOTO = PhotoLimits(side=2048, length=8_000_000, media_types=("image/jpeg", "image/png", "image/webp"))

#: What we do there (https://docs.joinmastodon.org/api/oauth-scopes/).
SCOPES = "read:accounts read:statuses write:statuses write:media"


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
    access: ClassVar[str] = (
        "Sign in to the account in your browser, and allow Syndicator to post. Or make a token in its\n"
        f"Preferences > Development > New application with the scopes {SCOPES},\nand paste it (--paste)."
    )

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
        exchange = self._exchange()
        self._learn(exchange)
        status, shown = self._status(exchange, post)
        status["visibility"] = self.visibility
        if (self.needs_photo or self._ways.needs_photo) and not status["media_ids"]:
            raise Refused(
                "the server takes no post without a photo, and there is none: "
                "[channels.NAME.post] card = true makes one of the headline"
            )
        for attempt in range(MAX_KEYS if self._has_keys else 1):
            reply = exchange.ask(
                "POST",
                self._url("/api/v1/statuses"),
                headers=self._key(f"{key}#{attempt}"),
                json=status,
                accept=(404, 422),
            )
            self._check_accepted(exchange, reply, status["media_ids"])
            if reply.status != 404:
                return self._receipt(reply, shown)
            if post.reply_to:
                self._places(exchange).must_be_there(post.reply_to, post)
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

    def _learn(self, exchange: Exchange) -> None:
        """Asks the server what it is, unless it was asked. Raises ``TryLater`` where it turns out to have no
        keys: what is under way may be the repeat of a request, and is planned anew."""
        had_keys = self._has_keys
        self.known.ask(exchange, self._url)
        if had_keys and not self._has_keys:
            host = urlsplit(self.server).hostname
            why = f"{host} honours no Idempotency-Key (declare remembers_keys = false)"
            raise TryLater(f"{why}: lost answers are looked up from now on", whole_channel=False, rests=False)

    def _places(self, exchange: Exchange) -> StatusPlaces:
        return StatusPlaces(exchange, self.server, self.known, self._url, self._status_url)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Edits the status: https://docs.joinmastodon.org/methods/statuses/#edit"""
        exchange = self._exchange()
        status, shown = self._status(exchange, post)
        reply = exchange.ask("PUT", self._status_url(receipt), json=status, accept=(404, 410, 422))
        self._check_accepted(exchange, reply, status["media_ids"])
        if reply.status in (404, 410):
            self._places(exchange).must_be_gone(receipt, reply)
            raise PostGone(f"{reply.message}; the status was deleted on the server")
        return self._receipt(reply, shown)

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Deletes the status: https://docs.joinmastodon.org/methods/statuses/#delete"""
        exchange, params = self._exchange(), {"delete_media": "true"}
        reply = exchange.ask("DELETE", self._status_url(receipt), params=params, accept=(404, 410))
        if reply.status in (404, 410):
            self._places(exchange).must_be_gone(receipt, reply)

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        """Looks through the account's latest statuses for the article's link.

        A listing that reaches back beyond the time of the earliest attempt has the status if there is one.
        """
        exchange = self._exchange()
        account_id = self._account(exchange).read(lambda account: str(account["id"]))
        statuses_url = self._url(f"/api/v1/accounts/{quote(account_id, safe='')}/statuses")
        horizon, max_id = horizon_of(post), ""
        for _ in range(MAX_PAGES):
            statuses = page_of(exchange, statuses_url, max_id).read(checked)
            for status in statuses:
                if links_to(str(status["content"]), post.addresses):
                    return receipt(status, post)
            if not statuses or created_at(statuses[-1]) < horizon:
                return None
            max_id = str(statuses[-1]["id"])
        raise OutcomeUnknown(
            f"not among the account's latest {MAX_PAGES * PAGE_STATUSES} statuses; there are more"
        )

    def check(self) -> str:
        exchange = self._exchange()
        try:
            account_name = self._account(exchange).read(lambda account: str(account["acct"]))
            instance = instance_of(exchange, self._url)
        except Refused as e:
            raise Misconfigured(f"{e}; is there a Mastodon server at {self.server}?") from e
        settings = {name: getattr(self, name) for name in (*LIMITS, *DECLARED_WAYS)}
        differences = instance.differences(settings) if instance else []
        who = f"@{account_name} on {urlsplit(self.server).hostname}"
        for name, scope in (("statuses", "write:statuses"), ("media", "write:media")):
            if not self._may_write(exchange, name):
                raise Misconfigured(f"{who}: the token lacks the scope {scope}: make one that has it")
        return "; ".join((f"{who}; may post, with photos", *differences))

    def _may_write(self, exchange: Exchange, name: str) -> bool:
        """Tries to change one that there is not, which changes nothing: servers look at the token's scopes
        first (https://docs.joinmastodon.org/api/oauth-scopes/)."""
        url = self._url(f"/api/v1/{name}/0")
        return exchange.ask("PUT", url, json={}, accept=range(400, 500), unknown=TryLater).status != 403

    def sign_in(self, person: SignIn) -> Mapping[str, str]:
        """A token that the account's owner grants us: https://docs.joinmastodon.org/client/authorized/"""
        address = OUT_OF_BAND if person.is_elsewhere else person.callback
        form = {"client_name": "Syndicator", "redirect_uris": address, "scopes": SCOPES}
        reply = Exchange(self.session).ask("POST", self._url("/api/v1/apps"), data=form, unknown=TryLater)
        client_id, client_secret = reply.read(lambda app: (str(app["client_id"]), str(app["client_secret"])))
        client = OAuthClient(
            client_id=client_id,
            client_secret=client_secret,
            redirect_uri=address,
            authorize_url=self._url("/oauth/authorize"),
            token_url=self._url("/oauth/token"),
            scopes=SCOPES,
        )
        return {"token": access_token(client, person, lambda: Exchange(self.session))}

    def _status(self, exchange: Exchange, post: Post) -> tuple[dict[str, Any], Post]:
        """A status, and the post that it shows: that of the photos which the server takes."""
        uploaded = self._upload(exchange, post)
        form = {"status": post.text, "media_ids": [*uploaded]}
        # An ISO 639 code: https://docs.joinmastodon.org/methods/statuses/#form-data-parameters
        language = post.language.partition("-")[0].lower()
        warning = self._warning(exchange, post)
        status = {
            **form,
            **({"language": language} if language else {}),
            **({"spoiler_text": warning} if warning else {}),
            **({"in_reply_to_id": post.reply_to.remote_id} if post.reply_to else {}),
        }
        return status, post.showing(*uploaded.values())

    def _warning(self, exchange: Exchange, post: Post) -> str:
        """Its warning, as long as the server takes one."""
        if not post.warning:
            return ""
        self.known.ask(exchange, self._url)
        most = self._ways.most_warning
        if most is None or (short := CHARACTERS.cut(post.warning, most, post.language)) == post.warning:
            return post.warning
        remark(f"warning cut to {CHARACTERS.measure(short)} characters: the server takes {most}")
        return short

    def _upload(self, exchange: Exchange, post: Post) -> dict[str, PhotoFile]:
        """Its photos that the server takes, by their ids."""
        media = MastodonMedia(exchange, self._url)
        taken = photos_taken(post, lambda photo: media.upload(photo, photo.alt))
        return {media_id: photo for photo, media_id in taken}

    def _check_accepted(self, exchange: Exchange, reply: RemoteReply, media_ids: list[str]) -> None:
        """Raises for a status that the server did not accept (422): ``TryLater`` if only its photo is not
        ready to be attached, or no longer there, else ``Refused``. The reply's text is in the language of the
        account, so that the photo is asked for instead (https://docs.joinmastodon.org/methods/media/#get)."""
        if reply.status != 422:
            return
        media = MastodonMedia(exchange, self._url)
        # Some servers answer that a photo is there while it is still being processed.
        is_unready = "finished processing" in reply.message or not all(map(media.is_there, media_ids))
        if media_ids and is_unready:
            raise photo_later(reply.message)
        raise Refused(reply.message)

    def _account(self, exchange: Exchange) -> RemoteReply:
        return exchange.ask("GET", self._url("/api/v1/accounts/verify_credentials"), unknown=TryLater)

    def _receipt(self, reply: RemoteReply, post: Post) -> Receipt:
        """The receipt of a status that answers a request, held against what that was to show."""
        return reply.read(
            lambda status: replace(receipt(status, post), differs=shown_otherwise(status, post))
        )

    def _exchange(self) -> Exchange:
        return Exchange.with_token(self.session, self.token)

    def _url(self, path: str) -> str:
        return self.server.rstrip("/") + path

    def _status_url(self, receipt: Receipt) -> str:
        return self._url(f"/api/v1/statuses/{quote(receipt.remote_id, safe='')}")
