"""Facebook: a post of a Page per article, with its photos, or with the card of its link.

Pages API: https://developers.facebook.com/docs/pages-api/posts
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

import requests

from syndicator.domain.capabilities import Capabilities, LinkCard, PhotoEdits, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import (
    Misconfigured,
    OutcomeUnknown,
    PhotoRefused,
    PostGone,
    Refused,
    TryLater,
)
from syndicator.domain.fixed import check_fixed, kept_id, own_id, photos_of
from syndicator.domain.listed_post import ListedPost, linked, tried_since
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Post
from syndicator.http.graph import GraphApi, GraphRefused, check_version
from syndicator.http.graph_access import PERMISSIONS_OF_PAGES, Ask, LastingToken, known_token, page_token
from syndicator.http.page_photos import PagePhotos, attached
from syndicator.remarks import photos_taken, with_photo_if_taken
from syndicator.secret import Secret
from syndicator.text.addresses import check_server
from syndicator.text.mentions import without_mentions
from syndicator.text.rulers import UTF16_UNITS

#: What is taken for a mention: ``@[id]``, up to the bracket
#: (https://developers.facebook.com/docs/pages-api/posts#mentions).
MENTION = re.compile(r"@(?=\[)")

#: The same words again, one post after the other; and the subcode of the same photo.
DUPLICATE, SAME_PHOTO = 506, 1366051

#: A post's number: its Page's, and its own.
POST_ID = re.compile(r"[0-9]+_[0-9]+")


@dataclass(frozen=True, kw_only=True)
class Facebook:
    """A Page of Facebook. The fields are the channel's settings.

    ``page``: its number. ``version``: of the API; each lives for two years or so.
    """

    name: str
    page: str
    token: Secret
    server: str = "https://graph.facebook.com"
    version: str = "v26.0"
    session: requests.Session = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "1. On https://developers.facebook.com/apps make an app of the type Business, connect it with the\n"
        "   newsroom's business portfolio, and switch it live.\n"
        "2. In the portfolio's settings add a system user, and give it the Page with Content as its task.\n"
        "3. Generate a token of it for the app with pages_manage_posts, pages_read_engagement and\n"
        "   pages_show_list, that never ends. Paste it here: the Page's own token is asked for with it.\n"
        "A person's token does, too; one that is good for an hour is exchanged, with the app's number and\n"
        "secret, which are not kept."
    )

    #: The longest text is in no page of the documentation: what is known of it is 63,206 characters. Photos:
    #: 4 MB (subcode 1366046); how many is in no page either, and what other senders send is ten. An edit
    #: changes the words alone, and those of this app's posts alone
    #: (https://developers.facebook.com/docs/pages-api/posts#update-posts). Limits depend on how many people a
    #: Page has reached, and come in a header.
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=UTF16_UNITS,
        unit="UTF-16 units",
        text=63_206,
        plain=partial(without_mentions, mention=MENTION),
        photo=PhotoLimits(side=2048, length=3_900_000, media_types=("image/jpeg", "image/png")),
        photos=10,
        photo_edits=PhotoEdits.NONE,
        alt=1000,
        card=LinkCard.SENT,
        verified="contract of the Graph API 26.0 (July 2026)",
    )

    def __post_init__(self) -> None:
        check_server(self.server, "https://graph.facebook.com")
        if not (self.page.isascii() and self.page.isdigit()):
            raise ValueError(f"page: {self.page!r} is no number of a Page (its About, Page transparency)")
        check_version(self.version, "v26.0")

    def send(self, post: Post, *, key: str) -> Receipt:  # noqa: ARG002 - posts have no keys
        """Posts it. A duplicate is refused, which may be of the post itself, whose answer was lost."""
        try:
            return self._sent(post)
        except PostGone as e:
            raise self._no_page(e) from e
        except GraphRefused as e:
            if e.code != DUPLICATE and e.subcode != SAME_PHOTO:
                raise
            since = min(tried_since(post), post.article.first_seen)
            if found := self._found(post, since):
                return found
            error = OutcomeUnknown(f"{e}; and no post of the Page leads to {post.url}")
            error.is_over = True
            raise error from e

    def _sent(self, post: Post) -> Receipt:
        """Posts the photos with the text, else the text with the link's card; the news goes out without a
        photo that is refused. A repeat would be a second post: the last request is the one that posts."""
        exchange = self._api.exchange()
        photos = PagePhotos(self._api, exchange, self.page)

        def write(post: Post) -> Receipt:
            if len(post.photos) == 1:
                reply = photos.publish(post.photos[0], post.text)
                return reply.read(lambda told: self._receipt(told["post_id"], photos_of(post)))
            taken = photos_taken(post, photos.upload, PhotoRefused)
            beside = attached(photo_id for _, photo_id in taken) or {"link": post.url}
            reply = self._api.call(exchange, "POST", f"{self.page}/feed", {"message": post.text, **beside})
            shown = post.showing(*(photo for photo, _ in taken))
            return reply.read(lambda told: self._receipt(told["id"], photos_of(shown)))

        return with_photo_if_taken(post, write)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        """Edits the words. Raises ``Refused`` where the photo should be another one, or none: the words are
        right by then."""
        post_id, exchange = _post_id(receipt), self._api.exchange()
        try:
            reply = self._api.call(exchange, "POST", post_id, {"message": post.text}, counts_as=Spent.EDITS)
        except PostGone as e:
            self._check_ours(receipt, e)
            raise
        if not reply.read(lambda told: bool(told["success"])):
            raise Refused(f"{reply.host} did not edit {receipt.url or post_id}")
        check_fixed(receipt, post, "the photo")
        return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Deletes the post; one that is gone already is no error."""
        try:
            self._api.call(self._api.exchange(), "DELETE", _post_id(receipt), {})
        except PostGone as e:
            self._check_ours(receipt, e)

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - posts have no keys
        """Looks for the article's address in the Page's posts since the first attempt."""
        try:
            return self._found(post, tried_since(post))
        except PostGone as e:
            raise self._no_page(e) from e

    def _found(self, post: Post, since: datetime) -> Receipt | None:
        fields, path = "id,message,attachments{unshimmed_url}", f"{self.page}/feed"
        found = linked(self._api.listed(self._api.exchange(), path, since, fields, _listed), post)
        if found is None:
            return None
        return self._receipt(found.remote_id, is_current=found.has_words_of(post.text))

    def check(self) -> str:
        """https://developers.facebook.com/docs/graph-api/reference/page/ whose token is it?"""
        exchange, fields = self._api.exchange(), {"fields": "id,name"}
        reply = self._api.call(exchange, "GET", "me", fields, unknown=TryLater)
        page, name = reply.read(lambda told: (str(told["id"]), str(told["name"])))
        if page != self.page:
            raise Misconfigured(
                f"{reply.host}: the token is that of {name} ({page}), not of Page {self.page}"
            )
        is_known = known_token(self._api, PERMISSIONS_OF_PAGES).is_known
        return f"Page {name} ({page}); may post{'' if is_known else ' (untried)'}"

    def lasting_token(self, ask: Ask) -> LastingToken:
        """The Page's token for ``syndicator connect`` to keep, for one that was pasted."""
        return page_token(self._api, self.page, ask)

    @property
    def _api(self) -> GraphApi:
        return GraphApi(server=self.server, version=self.version, token=self.token, session=self.session)

    def _no_page(self, error: PostGone) -> Misconfigured:
        return Misconfigured(f"page: {self.page} is no Page of this token: {error}")

    def _check_ours(self, receipt: Receipt, error: PostGone) -> None:
        """Whether a post that is not found was deleted. Raises ``Refused`` for one of another Page, which
        this one's token does not see: it may still be there."""
        page = _post_id(receipt).partition("_")[0]
        if page != self.page:
            where = f"posted by Page {page}, not {self.page}: see to {receipt.url or 'it'} there"
            raise Refused(f"{error}; it was {where}") from error

    def _receipt(self, post_id: Any, fixed: Sequence[bytes] = (), *, is_current: bool = True) -> Receipt:
        """The receipt of a post. Raises ``ValueError`` for what is no number of one."""
        if not POST_ID.fullmatch(str(post_id)):
            raise ValueError("no number of a post")
        url = f"https://www.facebook.com/{post_id}"
        return Receipt(remote_id=kept_id(str(post_id), fixed), url=url, is_current=is_current)


def _post_id(receipt: Receipt) -> str:
    """A post's number. Raises ``Refused`` where an operator has entered something else."""
    post_id = own_id(receipt)
    if not POST_ID.fullmatch(post_id):
        raise Refused(f'{post_id!r} is no post: enter its number, as "PAGE_POST"')
    return post_id


def _listed(each: Any) -> ListedPost:
    attached = each.get("attachments", {}).get("data", [])
    links = tuple(str(one.get("unshimmed_url", "")) for one in attached)
    return ListedPost(remote_id=str(each["id"]), text=str(each.get("message", "")), links=links)
