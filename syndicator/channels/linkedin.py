"""LinkedIn: a post of an organisation's page per article, with its photos, or with a card of its link.

Posts API: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar
from urllib.parse import quote, urlsplit

import requests

from syndicator.domain.capabilities import Capabilities, LinkCard, PhotoEdits, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, PostGone, Refused, TryLater
from syndicator.domain.fixed import check_fixed, kept_id, own_id, photos_of
from syndicator.domain.listed_post import linked, tried_since
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.http.linkedin_access import STEPS, linkedin_token
from syndicator.http.linkedin_api import POST_URN, LinkedInApi, duplicate_of
from syndicator.http.oauth import SignIn
from syndicator.remarks import photos_taken
from syndicator.secret import Secret
from syndicator.text.addresses import check_server, same_site
from syndicator.text.linkedin_posts import card_of, listed_post, photo_content, words_of
from syndicator.text.little_text import commentary, escaped, in_address
from syndicator.text.rulers import UTF16_UNITS, Counting


@dataclass(frozen=True, kw_only=True)
class LinkedIn:
    """The page of an organisation. The fields are the channel's settings.

    ``organization``: its number. ``version``: of the API, as YYYYMM; each lives for a year or so.
    """

    name: str
    organization: str
    token: Secret
    server: str = "https://api.linkedin.com"
    version: str = "202605"
    session: requests.Session = field(repr=False, compare=False)

    #: How long a token is good for.
    token_life: ClassVar[timedelta] = timedelta(days=60)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = STEPS

    #: Texts have 3,000 characters; whether those are counted as they are escaped is not said. Alternative
    #: texts have 4,086, photos fewer than 36,152,320 pixels (.../shares/images-api), and a post 20 of
    #: them (.../shares/multiimage-post-api). An edit changes words
    #: alone (.../posts-api#update-posts). The limits of a day are in the app's own pages, and in no header.
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=Counting(lambda text: UTF16_UNITS.measure(escaped(text))),
        unit="UTF-16 units",
        text=3000,
        address=in_address,
        photo=PhotoLimits(
            side=2048, length=8_000_000, media_types=("image/jpeg", "image/png"), max_pixels=36_152_319
        ),
        photos=20,
        photo_edits=PhotoEdits.NONE,
        alt=4086,
        card=LinkCard.SENT,
        verified="contract of LinkedIn's pages, API 202605",
    )

    def __post_init__(self) -> None:
        check_server(self.server, "https://api.linkedin.com")
        if not (self.organization.isascii() and self.organization.isdigit()):
            raise ValueError(f"organization: {self.organization!r} is no number (the admin page's address)")
        if not re.fullmatch(r"20[0-9]{2}(?:0[1-9]|1[0-2])", self.version):
            raise ValueError(f'version: {self.version!r} is none: write one such as "202605"')

    def send(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - posts have no keys
        """Posts the photos with the text, else the text with the link's card; the news goes out without a
        photo that is refused. What LinkedIn calls a duplicate of may be the post itself."""
        exchange = self._api.exchange()
        taken = photos_taken(post, lambda photo: self._api.upload(exchange, photo))
        body = {
            "author": self._author,
            "commentary": commentary(post),
            "visibility": "PUBLIC",
            "distribution": {"feedDistribution": "MAIN_FEED"},
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
            "content": photo_content(taken) or {"article": card_of(post)},
        }
        reply = self._api.ask(exchange, "POST", "posts", json=body, accept=(422,), counts_as=Spent.POSTS)
        if reply.status == 422:
            return self._standing(exchange, duplicate_of(reply), reply, post)
        urn = reply.headers.get("x-restli-id", "")
        if not POST_URN.fullmatch(urn):
            raise OutcomeUnknown(f"{reply.host} names no post in its answer")
        shown = post.showing(*(photo for photo, _ in taken))
        return self._receipt(urn, photos_of(shown) or [words_of(card_of(post))])

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Edits the words. Raises ``Refused`` where the photo, or the card's words, should be others: the
        words are right by then."""
        urn = _urn(receipt)
        patch = {"patch": {"$set": {"commentary": commentary(post)}}}
        headers = {"X-RestLi-Method": "PARTIAL_UPDATE"}
        with self._of_ours(receipt):
            reply = self._api.ask(
                self._api.exchange(), "POST", f"posts/{quote(urn, safe='')}", json=patch, headers=headers,
                accept=(404,), counts_as=Spent.EDITS,
            )  # fmt: skip
        if reply.status == 404:
            raise PostGone(reply.message)
        check_fixed(receipt, post, "the photo or the card", words_of(card_of(post)))
        return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Deletes the post; a repeat is no error there (.../posts-api#delete-posts)."""
        headers = {"X-RestLi-Method": "DELETE"}
        path = f"posts/{quote(_urn(receipt), safe='')}"
        with self._of_ours(receipt):
            self._api.ask(self._api.exchange(), "DELETE", path, headers=headers, accept=(404,))

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - posts have no keys
        """Looks for the article's address in the page's posts since the first attempt. Raises
        ``OutcomeUnknown`` where the token may not read them."""
        exchange, since = self._api.exchange(), tried_since(post)
        for posts in self._api.own_posts(exchange, listed_post):
            cards = {each.remote_id: card for each, card, _ in posts}
            if found := linked((each for each, _, _ in posts), post, in_address):
                fixed, is_current = [words_of(cards[found.remote_id])], found.has_words_of(commentary(post))
                return self._receipt(found.remote_id, fixed, is_current=is_current)
            if posts and posts[-1][-1] < since:
                break
        return None

    def check(self) -> str:
        """Whether the page's posts can be read, which looking for a lost one takes."""
        reply = self._api.posts(self._api.exchange(), 0, 1)
        if reply.status == 403:
            return f"organization {self.organization}; may post (untried), and may not read its own posts"
        reply.read(lambda told: list(told["elements"]))
        return f"organization {self.organization}; its posts can be read; may post (untried)"

    def sign_in(self, person: SignIn) -> Mapping[str, str]:
        """A token that an administrator of the page grants an app of the newsroom's own."""
        return {"token": linkedin_token(self.server, person, lambda: Exchange(self.session))}

    @property
    def _author(self) -> str:
        return f"urn:li:organization:{self.organization}"

    @property
    def _api(self) -> LinkedInApi:
        return LinkedInApi(
            server=self.server,
            version=self.version,
            author=self._author,
            token=self.token,
            is_own=self._is_own,
            session=self.session,
        )

    def _is_own(self, url: str) -> bool:
        return same_site(url, self.server) and urlsplit(url).scheme == urlsplit(self.server).scheme

    @contextmanager
    def _of_ours(self, receipt: Receipt) -> Iterator[None]:
        """For a change of a post. One of another organisation, which this one's token may not change, is
        refused, and stops nothing, as far as the token may look."""
        try:
            yield
        except Misconfigured as e:
            exchange, path = self._api.exchange(), f"posts/{quote(_urn(receipt), safe='')}"
            shown = self._api.ask(exchange, "GET", path, accept=(403, 404), unknown=TryLater)
            is_ours = shown.status == 200 and shown.read(lambda told: str(told["author"])) == self._author
            if is_ours or self._api.posts(exchange, 0, 1).status == 403:
                raise
            whose = f"it is no post of organization {self.organization}"
            raise Refused(f"{e}; {whose}: see to {receipt.url or _urn(receipt)} there") from e

    def _standing(self, exchange: Exchange, urn: str, refusal: RemoteReply, post: Post) -> Receipt:
        """The post that one is refused for as its duplicate, if it is this article's. Raises ``Refused`` for
        another article's."""
        listed, card, _ = self._api.post(exchange, urn, refusal, listed_post)
        if not listed.leads_to_any(post.addresses, in_address):
            raise Refused(f"{refusal.message}; {urn} is no post of this article")
        fixed = [words_of(card)] if card else photos_of(post)
        return self._receipt(urn, fixed, is_current=listed.has_words_of(commentary(post)))

    def _receipt(self, urn: str, fixed: Sequence[bytes] = (), *, is_current: bool = True) -> Receipt:
        url = f"https://www.linkedin.com/feed/update/{urn}/"
        return Receipt(remote_id=kept_id(urn, fixed), url=url, is_current=is_current)


def _urn(receipt: Receipt) -> str:
    """A post's URN. Raises ``Refused`` where an operator has entered something else."""
    urn = own_id(receipt)
    if not POST_URN.fullmatch(urn):
        raise Refused(f'{urn!r} is no post: enter its URN, as "urn:li:share:123"')
    return urn
