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
from urllib.parse import quote, unquote, urlsplit

import requests
from selectolax.lexbor import LexborHTMLParser

from syndicator.domain.article import CLOCK_SKEW
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, TryLater
from syndicator.domain.post import Limits, PhotoLimits, Post
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.secret import Secret
from syndicator.text.addresses import is_web_address, web_address
from syndicator.text.rulers import CHARACTERS, GRAPHEMES

log = logging.getLogger(__name__)

#: Keys tried for one post: a key whose status was deleted meanwhile is spent for an hour.
KEYS = 3

#: Pages of statuses that we read to find one, and statuses in each: the most that servers give.
#: https://docs.joinmastodon.org/methods/accounts/#statuses
PAGES, PAGE = 10, 40

#: What servers take for a mention: their own rule, in its own words (``MENTION_RE`` in Mastodon's
#: app/models/account.rb), up to the first character of the name.
MENTION = re.compile(r"(?<![=/\w])@(?=[A-Za-z0-9_])")

#: A space of no width: what keeps a name from being one, in bridges between networks, too.
NO_MENTION = "@\u200b"

#: Seconds between two looks at a photo that the server is still working on; the first wait and the longest.
FIRST_LOOK, LONGEST_LOOK = 0.1, 2.0


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

    #: Servers take 16 MiB and scale down to 3840 x 2160 pixels; a timeline needs less.
    #: https://docs.joinmastodon.org/user/posting/#images
    photo: ClassVar[PhotoLimits] = PhotoLimits(
        side=2048, length=8_000_000, media_types=("image/jpeg", "image/png", "image/webp")
    )

    #: A server gives up a request after 90 seconds (``Rack::Timeout.service_timeout`` in Mastodon's
    #: config/initializers/timeout.rb), and knows a key only once its status is there.
    settles_within: ClassVar[timedelta] = timedelta(seconds=90)

    def __post_init__(self) -> None:
        address = web_address(self.server)
        if not address or urlsplit(address).path.strip("/"):
            raise ValueError(
                f'server: {self.server!r} is no address of a server: write "https://mastodon.example"'
            )

    @property
    def key_memory(self) -> timedelta | None:
        """Keys are kept for an hour: https://docs.joinmastodon.org/methods/statuses/#headers
        The margin is for slow answers."""
        return timedelta(minutes=50) if self.remembers_keys else None

    @property
    def limits(self) -> Limits:
        return Limits(
            ruler=GRAPHEMES,
            text=self.max_characters,
            link=self.characters_reserved_per_url,
            alt=self.description_limit,
            photo=self.photo,
            plain=without_mentions,
        )

    def send(self, post: Post, *, key: str) -> Receipt:
        """A status, under its idempotency key.

        The server answers 404 to a key whose status was deleted meanwhile, which tells for certain that
        nothing was posted: the next key is as repeatable as the first.
        """
        exchange = self._exchange()
        status = {**self._status(exchange, post), "visibility": self.visibility}
        for turn in range(KEYS):
            answer = exchange.ask(
                "POST",
                self._at("/api/v1/statuses"),
                headers={"Idempotency-Key": hashlib.sha256(f"{key}#{turn}".encode()).hexdigest()},
                json=status,
                accept=(404, 422),
            )
            self._is_taken(exchange, answer, status["media_ids"])
            if answer.status != 404:
                return answer.read(partial(_receipt, text=post.text))
        raise Misconfigured(f"{answer.message}; is there a Mastodon server at {self.server}?")

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """https://docs.joinmastodon.org/methods/statuses/#edit"""
        exchange = self._exchange()
        status = self._status(exchange, post)
        answer = exchange.ask("PUT", self._of(receipt), json=status, accept=(404, 410, 422))
        self._is_taken(exchange, answer, status["media_ids"])
        if answer.status in (404, 410):
            raise Refused(f"{answer.message}; the status was deleted on the server")
        return answer.read(_receipt)

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """https://docs.joinmastodon.org/methods/statuses/#delete"""
        self._exchange().ask("DELETE", self._of(receipt), params={"delete_media": "true"}, accept=(404, 410))

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        """Looks through the account's latest statuses for the article's link.

        A listing that reaches back beyond the time of the earliest attempt has the status if there is one.
        """
        exchange = self._exchange()
        account = self._account(exchange).read(lambda found: str(found["id"]))
        horizon, last = (post.since or post.article.first_seen) - CLOCK_SKEW, ""
        for _ in range(PAGES):
            statuses = self._page(exchange, account, last)
            for status in statuses:
                if _names(status, post.url):
                    return _receipt(status, post.text)
            if not statuses or _created(statuses[-1]) < horizon:
                return None
            last = str(statuses[-1]["id"])
        raise OutcomeUnknown(f"not among the account's latest {PAGES * PAGE} statuses; there are more")

    def check(self) -> str:
        exchange = self._exchange()
        try:
            account = self._account(exchange).read(lambda found: str(found["acct"]))
            instance = exchange.ask("GET", self._at("/api/v2/instance"), accept=(404,), unknown=TryLater)
        except Refused as e:
            raise Misconfigured(f"{e}; is there a Mastodon server at {self.server}?") from e
        differences = [] if instance.status == 404 else instance.read(self._differences)
        return "; ".join((f"@{account} on {urlsplit(self.server).hostname}", *differences))

    def _differences(self, instance: Any) -> list[str]:
        """Where the server is not as declared: https://docs.joinmastodon.org/entities/Instance/"""
        said = instance["configuration"]
        theirs = {**said.get("statuses", {}), **said.get("media_attachments", {})}
        differences = [
            f"the server's {name} is {theirs[name]}, not {getattr(self, name)}: declare it"
            for name in ("max_characters", "characters_reserved_per_url", "description_limit")
            if theirs.get(name, getattr(self, name)) != getattr(self, name)
        ]
        if self.remembers_keys and "mastodon" not in str(instance.get("source_url", "mastodon")):
            differences.append(
                "the server is no Mastodon: declare remembers_keys = false unless it honours Idempotency-Key"
            )
        return differences

    def _status(self, exchange: Exchange, post: Post) -> dict[str, Any]:
        said = {"status": post.text, "media_ids": self._upload(exchange, post)}
        # An ISO 639 code: https://docs.joinmastodon.org/methods/statuses/#form-data-parameters
        language = post.language.partition("-")[0].lower()
        return {**said, "language": language} if language else said

    def _upload(self, exchange: Exchange, post: Post) -> list[str]:
        """The photo's id, in a list, once it can be attached: https://docs.joinmastodon.org/methods/media/

        A photo without a status is invisible, so that an upload may be repeated; and a photo that the
        server will not have does not keep the news from going out.
        """
        if post.photo is None:
            return []
        photo = post.photo
        try:
            answer = exchange.ask(
                "POST",
                self._at("/api/v2/media"),
                files={"file": (photo.filename, photo.content, photo.media_type)},
                data={"description": CHARACTERS.cut(post.alt, self.description_limit)},
                unknown=_photo_later,
            )
            media = answer.read(lambda found: str(found["id"]))
            if answer.status == 202:
                self._wait(exchange, media)
        except Refused as e:
            log.warning("channel %s: %s goes out without its photo: %s", self.name, post.url, e)
            return []
        return [media]

    def _wait(self, exchange: Exchange, media: str) -> None:
        pause = FIRST_LOOK
        where = self._at(f"/api/v1/media/{quote(media, safe='')}")
        while exchange.ask("GET", where, unknown=_photo_later).status == 206:
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_LOOK)

    def _is_taken(self, exchange: Exchange, answer: RemoteReply, media_ids: list[str]) -> None:
        """Whether a status was taken for what it is. A 422 may be its photo's alone, which is not ready for
        being attached, or no longer there; its text is in the language of the account, so that the photo is
        asked for instead (https://docs.joinmastodon.org/methods/media/#get). Raises ``TryLater`` then, else
        ``Refused``."""
        if answer.status != 422:
            return
        for media in media_ids:
            where = self._at(f"/api/v1/media/{quote(media, safe='')}")
            photo = exchange.ask("GET", where, unknown=_photo_later, accept=(404, 410, 422))
            if photo.status != 200:
                raise _photo_later(answer.message)
        if media_ids and "finished processing" in answer.message:  # servers that answer 200 meanwhile
            raise _photo_later(answer.message)
        raise Refused(answer.message)

    def _account(self, exchange: Exchange) -> RemoteReply:
        return exchange.ask("GET", self._at("/api/v1/accounts/verify_credentials"), unknown=TryLater)

    def _page(self, exchange: Exchange, account: str, last: str) -> list[Any]:
        answer = exchange.ask(
            "GET",
            self._at(f"/api/v1/accounts/{quote(account, safe='')}/statuses"),
            params={"limit": str(PAGE), "exclude_reblogs": "true"} | ({"max_id": last} if last else {}),
            unknown=TryLater,
        )
        return answer.read(_statuses)

    def _exchange(self) -> Exchange:
        headers = {"Authorization": f"Bearer {self.token.reveal()}"}
        return Exchange(self.session, headers, secrets=(self.token,))

    def _at(self, path: str) -> str:
        return self.server.rstrip("/") + path

    def _of(self, receipt: Receipt) -> str:
        return self._at(f"/api/v1/statuses/{quote(receipt.remote_id, safe='')}")


def without_mentions(text: str) -> str:
    """The same to readers; but nobody is mentioned whose name happens to stand in a headline. Hashtags call
    nobody, and stay what they are."""
    return MENTION.sub(NO_MENTION, text)


def _photo_later(why: str) -> TryLater:
    # The trouble may well be this photo's: the next article gets its turn.
    return TryLater(f"photo: {why}", whole_channel=False)


def _receipt(status: Any, text: str = "") -> Receipt:
    """The receipt of a status; a current one, if it says this text."""
    url = str(status.get("url") or "")
    return Receipt(
        remote_id=str(status["id"]),
        url=url if is_web_address(url) else "",
        is_current=bool(text) and _says(status, text),
    )


def _says(status: Any, text: str) -> bool:
    """Whether the status says just this, breaks and spaces aside."""
    content = LexborHTMLParser(str(status.get("content") or "")).text()
    return "".join(content.split()) == "".join(text.split())


def _statuses(found: Any) -> list[Any]:
    """A page of statuses, if each has what we look at: an answer that is something else shows no absence."""
    if not isinstance(found, list):
        raise TypeError("no list of statuses")
    for status in found:
        _receipt(status), _created(status), str(status["content"])
    return found


def _created(status: Any) -> datetime:
    created = datetime.fromisoformat(status["created_at"])
    if created.tzinfo is None:
        raise ValueError("a time without a zone")
    return created


def _names(status: Any, url: str) -> bool:
    """Whether the status links to the address, escaped in whatever way."""
    html = LexborHTMLParser(str(status["content"]))
    links = {link.attributes.get("href") or "" for link in html.css("a")} | set(html.text().split())
    return unquote(url) in {unquote(link) for link in links}
