"""Mastodon, and everything that speaks its API: one status per article, with its lead photo.

API: https://docs.joinmastodon.org/methods/statuses/
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar, Literal
from urllib.parse import quote, urlsplit

import requests

from syndicator.domain.article import CLOCK_SKEW
from syndicator.domain.capabilities import Budget, Capabilities, LinkCard, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, PostGone, Refused, TryLater
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.http.oauth import OAuthClient, SignIn, access_token
from syndicator.secret import Secret
from syndicator.text.addresses import is_server_address, is_web_address
from syndicator.text.mentions import without_mentions
from syndicator.text.posted_html import has_text, links_to
from syndicator.text.rulers import CHARACTERS, GRAPHEMES

log = logging.getLogger(__name__)

#: Keys tried for one post: a key whose status has been deleted is spent for an hour.
MAX_KEYS = 3

#: Pages of statuses that we read to find one, and statuses in each: the most that servers give.
#: https://docs.joinmastodon.org/methods/accounts/#statuses
MAX_PAGES, PAGE_STATUSES = 10, 40

#: What servers take for a mention: their own rule, in its own words (``MENTION_RE`` in Mastodon's
#: app/models/account.rb), up to the first character of the name.
MENTION = re.compile(r"(?<![=/\w])@(?=[A-Za-z0-9_])")

#: Servers take 16 MiB and scale down to 3840 x 2160 pixels; a timeline needs less.
#: https://docs.joinmastodon.org/user/posting/#images
PHOTO = PhotoLimits(side=2048, length=8_000_000, media_types=("image/jpeg", "image/png", "image/webp"))

#: What we do there (https://docs.joinmastodon.org/api/oauth-scopes/).
SCOPES = "read:accounts read:statuses write:statuses write:media"

#: Seconds between two requests for a photo that the server is still processing: the first wait, the longest.
FIRST_WAIT_S, MAX_WAIT_S = 0.1, 2.0


@dataclass(frozen=True, kw_only=True)
class Mastodon:
    """An account on a Mastodon server. The fields are the channel's settings.

    The three limits are named as servers name them; ``check`` tells where the server's own differ.
    ``remembers_keys``: Mastodon does; GoToSocial, for one, takes a repeated request for a new one.
    """

    name: str
    server: str
    token: Secret
    visibility: Literal["public", "unlisted", "private"] = "public"
    max_characters: int = 500
    characters_reserved_per_url: int = 23
    description_limit: int = 1500
    remembers_keys: bool = True
    session: requests.Session = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "Sign in to the account in your browser, and allow Syndicator to post. Or make a token in its\n"
        f"Preferences > Development > New application with the scopes {SCOPES},\nand paste it (--paste)."
    )

    def __post_init__(self) -> None:
        if not is_server_address(self.server):
            raise ValueError(
                f'server: {self.server!r} is no address of a server: write "https://mastodon.example"'
            )

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
            has_language=True,
            has_warning=True,
            photo=PHOTO,
            photos=4,
            alt=self.description_limit,
            card=LinkCard.FETCHED,
            replies=True,
            key_memory=timedelta(minutes=50) if self.remembers_keys else None,
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
        status = {**self._status(exchange, post), "visibility": self.visibility}
        for attempt in range(MAX_KEYS):
            reply = exchange.ask(
                "POST",
                self._url("/api/v1/statuses"),
                headers={"Idempotency-Key": hashlib.sha256(f"{key}#{attempt}".encode()).hexdigest()},
                json=status,
                accept=(404, 422),
            )
            self._check_accepted(exchange, reply, status["media_ids"])
            if reply.status != 404:
                return reply.read(partial(_receipt, text=post.text))
            if post.reply_to:
                self._must_be_there(exchange, post.reply_to)
        raise Misconfigured(f"{reply.message}; is there a Mastodon server at {self.server}?")

    def _must_be_there(self, exchange: Exchange, receipt: Receipt) -> None:
        """Raises ``PostGone`` if the status is not there any more."""
        parent = exchange.ask("GET", self._status_url(receipt), accept=(404, 410), unknown=TryLater)
        if parent.status in (404, 410):
            raise PostGone(f"{parent.message}; the status that it is to answer is gone")

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Edits the status: https://docs.joinmastodon.org/methods/statuses/#edit"""
        exchange = self._exchange()
        status = self._status(exchange, post)
        reply = exchange.ask("PUT", self._status_url(receipt), json=status, accept=(404, 410, 422))
        self._check_accepted(exchange, reply, status["media_ids"])
        if reply.status in (404, 410):
            raise PostGone(f"{reply.message}; the status was deleted on the server")
        return reply.read(_receipt)

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Deletes the status: https://docs.joinmastodon.org/methods/statuses/#delete"""
        self._exchange().ask(
            "DELETE", self._status_url(receipt), params={"delete_media": "true"}, accept=(404, 410)
        )

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        """Looks through the account's latest statuses for the article's link.

        A listing that reaches back beyond the time of the earliest attempt has the status if there is one.
        """
        exchange = self._exchange()
        account_id = self._account(exchange).read(lambda account: str(account["id"]))
        horizon, max_id = (post.since or post.article.first_seen) - CLOCK_SKEW, ""
        for _ in range(MAX_PAGES):
            statuses = self._statuses_page(exchange, account_id, max_id)
            for status in statuses:
                if links_to(str(status["content"]), post.addresses):
                    return _receipt(status, post.text)
            if not statuses or _created_at(statuses[-1]) < horizon:
                return None
            max_id = str(statuses[-1]["id"])
        raise OutcomeUnknown(
            f"not among the account's latest {MAX_PAGES * PAGE_STATUSES} statuses; there are more"
        )

    def check(self) -> str:
        exchange = self._exchange()
        try:
            account_name = self._account(exchange).read(lambda account: str(account["acct"]))
            instance = exchange.ask("GET", self._url("/api/v2/instance"), accept=(404,), unknown=TryLater)
        except Refused as e:
            raise Misconfigured(f"{e}; is there a Mastodon server at {self.server}?") from e
        differences = [] if instance.status == 404 else instance.read(self._differences)
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

    def sign_in(self, person: SignIn) -> str:
        """A token that the account's owner grants us: https://docs.joinmastodon.org/client/authorized/"""
        form = {"client_name": "Syndicator", "redirect_uris": person.redirect_uri, "scopes": SCOPES}
        reply = Exchange(self.session).ask("POST", self._url("/api/v1/apps"), data=form, unknown=TryLater)
        client = OAuthClient(
            *reply.read(lambda app: (str(app["client_id"]), str(app["client_secret"]))),
            authorize_url=self._url("/oauth/authorize"),
            token_url=self._url("/oauth/token"),
            scopes=SCOPES,
        )
        return access_token(client, person, lambda: Exchange(self.session))

    def _differences(self, instance: Any) -> list[str]:
        """Settings of the server that are not as declared: https://docs.joinmastodon.org/entities/Instance/"""
        configuration = instance["configuration"]
        server_values = {**configuration.get("statuses", {}), **configuration.get("media_attachments", {})}
        differences = [
            f"the server's {name} is {server_values[name]}, not {getattr(self, name)}: declare it"
            for name in ("max_characters", "characters_reserved_per_url", "description_limit")
            if server_values.get(name, getattr(self, name)) != getattr(self, name)
        ]
        if self.remembers_keys and "mastodon" not in str(instance.get("source_url", "mastodon")):
            differences.append(
                "the server is no Mastodon: declare remembers_keys = false unless it honours Idempotency-Key"
            )
        return differences

    def _status(self, exchange: Exchange, post: Post) -> dict[str, Any]:
        form = {"status": post.text, "media_ids": self._upload(exchange, post)}
        # An ISO 639 code: https://docs.joinmastodon.org/methods/statuses/#form-data-parameters
        language = post.language.partition("-")[0].lower()
        return {
            **form,
            **({"language": language} if language else {}),
            **({"spoiler_text": post.warning} if post.warning else {}),
            **({"in_reply_to_id": post.reply_to.remote_id} if post.reply_to else {}),
        }

    def _upload(self, exchange: Exchange, post: Post) -> list[str]:
        """The ids of its photos, once they can be attached: https://docs.joinmastodon.org/methods/media/

        A photo without a status is invisible, so that an upload may be repeated; and a photo that the
        server will not have does not keep the news from going out.
        """
        return [media_id for photo in post.photos if (media_id := self._upload_one(exchange, post, photo))]

    def _upload_one(self, exchange: Exchange, post: Post, photo: PhotoFile) -> str:
        """A photo's id; ``""`` where the server will not have it."""
        try:
            reply = exchange.ask(
                "POST",
                self._url("/api/v2/media"),
                files={"file": (photo.filename, photo.content, photo.media_type)},
                data={"description": CHARACTERS.cut(photo.alt, self.description_limit)},
                unknown=_photo_later,
            )
            media_id = reply.read(lambda media: str(media["id"]))
            if reply.status == 202:
                self._wait_until_processed(exchange, media_id)
        except Refused as e:
            log.warning("channel %s: %s goes out without its photo: %s", self.name, post.url, e)
            return ""
        return media_id

    def _wait_until_processed(self, exchange: Exchange, media_id: str) -> None:
        pause_s = FIRST_WAIT_S
        url = self._url(f"/api/v1/media/{quote(media_id, safe='')}")
        while exchange.ask("GET", url, unknown=_photo_later).status == 206:
            time.sleep(pause_s)
            pause_s = min(pause_s * 2, MAX_WAIT_S)

    def _check_accepted(self, exchange: Exchange, reply: RemoteReply, media_ids: list[str]) -> None:
        """Raises for a status that the server did not accept (422): ``TryLater`` if only its photo is not
        ready to be attached, or no longer there, else ``Refused``. The reply's text is in the language of the
        account, so that the photo is asked for instead (https://docs.joinmastodon.org/methods/media/#get)."""
        if reply.status != 422:
            return
        for media_id in media_ids:
            url = self._url(f"/api/v1/media/{quote(media_id, safe='')}")
            photo = exchange.ask("GET", url, unknown=_photo_later, accept=(404, 410, 422))
            if photo.status != 200:
                raise _photo_later(reply.message)
        if media_ids and "finished processing" in reply.message:  # servers that answer 200 meanwhile
            raise _photo_later(reply.message)
        raise Refused(reply.message)

    def _account(self, exchange: Exchange) -> RemoteReply:
        return exchange.ask("GET", self._url("/api/v1/accounts/verify_credentials"), unknown=TryLater)

    def _statuses_page(self, exchange: Exchange, account_id: str, max_id: str) -> list[Any]:
        reply = exchange.ask(
            "GET",
            self._url(f"/api/v1/accounts/{quote(account_id, safe='')}/statuses"),
            params={"limit": str(PAGE_STATUSES), "exclude_reblogs": "true"}
            | ({"max_id": max_id} if max_id else {}),
            unknown=TryLater,
        )
        return reply.read(_checked_statuses)

    def _exchange(self) -> Exchange:
        headers = {"Authorization": f"Bearer {self.token.reveal()}"}
        return Exchange(self.session, headers, secrets=(self.token,))

    def _url(self, path: str) -> str:
        return self.server.rstrip("/") + path

    def _status_url(self, receipt: Receipt) -> str:
        return self._url(f"/api/v1/statuses/{quote(receipt.remote_id, safe='')}")


def _photo_later(reason: str) -> TryLater:
    # The trouble may well be this photo's: the next article gets its turn.
    return TryLater(f"photo: {reason}", whole_channel=False)


def _receipt(status: Any, text: str = "") -> Receipt:
    """The receipt of a status; a current one, if it has this text."""
    url = str(status.get("url") or "")
    return Receipt(
        remote_id=str(status["id"]),
        url=url if is_web_address(url) else "",
        is_current=bool(text) and has_text(str(status.get("content") or ""), text),
    )


def _checked_statuses(statuses: Any) -> list[Any]:
    """The statuses of a page, if each has what we look at: a reply of another form proves no absence. Raises
    ``TypeError`` and others that ``RemoteReply.read`` knows."""
    if not isinstance(statuses, list):
        raise TypeError("no list of statuses")
    for status in statuses:
        _receipt(status), _created_at(status), str(status["content"])
    return statuses


def _created_at(status: Any) -> datetime:
    created_at = datetime.fromisoformat(status["created_at"])
    if created_at.tzinfo is None:
        raise ValueError("a time without a zone")
    return created_at
