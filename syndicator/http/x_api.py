"""X's API v2, in the name of one account: signed requests, and what its replies say.

Replies: https://docs.x.com/x-api/fundamentals/response-codes-and-errors
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlencode

from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.http.oauth1 import OAuth1Keys

#: Fields of posts that we read, and the two names of the parameter: the OpenAPI document's, and the pages'.
FIELDS, FIELDS_NAMES = "author_id,created_at,entities", ("post.fields", "tweet.fields")

#: Posts in a page of a listing, and pages that are read to find one: each post costs.
PAGE_POSTS, MAX_PAGES = 100, 2

#: What a 403 says that is about one post: it is a duplicate, has two cashtags, answers somebody, or has a
#: link or a file that X will not have
#: (https://docs.x.com/x-api/posts/manage-tweets/integrate#post-creation-restrictions-self-serve).
ABOUT_ONE = re.compile(
    r"duplicate|cashtag|\brepl(?:y|ies)\b|conversation|mention|\bquot|\burl\b|\bmedia\b|too long|\bedit",
    re.IGNORECASE,
)
DUPLICATE = "duplicate content"

#: The last part of the type of a problem with a post that is not there.
GONE = "/resource-not-found"

#: The last parts of the types of problems that the account or the application has, whatever is asked.
ABOUT_ACCOUNT = ("client-forbidden", "usage-capped", "oauth1-permissions", "unsupported-authentication")

#: Characters of a problem's words that are looked at.
MAX_DETAIL_CHARS = 2000

#: A post as it is read, and where its links lead.
ReadPost = tuple[Mapping[str, Any], set[str]]


@dataclass
class XApi:
    """An account on X. ``server``: the API's address, without a slash at the end."""

    server: str
    keys: OAuth1Keys = field(repr=False)
    _known: tuple[str, str] = field(default=("", ""), repr=False)  # a token, and whose it is

    def ask(
        self, exchange: Exchange, method: str, path: str, *, accept: Collection[int] = (), **request: Any
    ) -> RemoteReply:
        """A signed request. Raises what ``Exchange.ask`` does, and ``Misconfigured`` where nothing is left of
        the account's credits (402)."""
        url = f"{self.server}{path}"
        headers = self.keys.headers(method, url)
        reply = exchange.ask(method, url, headers=headers, accept=(402, *accept), **request)
        if reply.status == 402:
            raise Misconfigured(f"{reply.message}; buy credits at https://console.x.com, then resume")
        return reply

    def who(self, exchange: Exchange) -> RemoteReply:
        """The account: https://docs.x.com/x-api/users/get-my-user"""
        path = f"/2/users/me?{urlencode({'user.fields': 'subscription_type'})}"
        token = self.keys.token.reveal()
        reply = self.ask(exchange, "GET", path, unknown=TryLater)
        # as it is: access tokens begin with it, so that it may be struck out of what is read
        self._known = token, reply.read(lambda _redacted: str(json.loads(reply.body)["data"]["id"]))
        return reply

    def own_id(self, exchange: Exchange) -> str:
        """The account's id, of the token that there is now."""
        if self._known[0] != self.keys.token.reveal():
            self.who(exchange)
        return self._known[1]

    def author(self, exchange: Exchange, path: str) -> str:
        """The id of the account whose a post is; ``""``: it is gone, or nobody says. Raises what ``ask``
        does."""
        reply = self.read_posts(exchange, path, {})
        return reply.read(lambda _: str((json.loads(reply.body).get("data") or {}).get("author_id", "")))

    def own_posts(self, exchange: Exchange, since: datetime) -> Iterator[ReadPost]:
        """The account's own posts since then, the latest first, each with where its links lead:
        https://docs.x.com/x-api/users/get-posts. Raises ``OutcomeUnknown`` where there are more than are
        read."""
        query = {"max_results": str(PAGE_POSTS), "start_time": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
        path = f"/2/users/{quote(self.own_id(exchange), safe='')}/tweets"
        for _ in range(MAX_PAGES):
            posts, following = self.read_posts(exchange, path, query).read(page)
            yield from posts
            if not following:
                return
            query["pagination_token"] = following
        raise OutcomeUnknown(f"not among the account's latest {MAX_PAGES * PAGE_POSTS} posts; there are more")

    def versions(self, exchange: Exchange, post_id: str) -> list[str]:
        """The ids of a post's versions, the newest last; none: it is gone."""
        return self.read_posts(exchange, post_path(post_id), {}).read(versions)

    def read_posts(self, exchange: Exchange, path: str, query: Mapping[str, str]) -> RemoteReply:
        """One post, or a page of them; that there is nothing (404) is the caller's to judge. Raises what
        ``ask`` does."""
        for name in FIELDS_NAMES:
            address = f"{path}?{urlencode({**query, name: FIELDS})}"
            reply = self.ask(exchange, "GET", address, accept=(400, 404), unknown=TryLater)
            if reply.status != 400:
                break
        if reply.status == 400:
            raise TryLater(f"{reply.message}; posts cannot be looked up", whole_channel=False)
        return reply


def post_path(post_id: str) -> str:
    return f"/2/tweets/{quote(post_id, safe='')}"


def is_duplicate(reply: RemoteReply) -> bool:
    """Whether a post is refused because its text is out already."""
    return reply.status == 403 and DUPLICATE in _problem(reply)[1]


def refusal(reply: RemoteReply, *, is_about_one: bool) -> SyndicatorError:
    """The error of a post that was refused. ``is_about_one``: the request was of a sort that accounts may not
    make which post all the same (an edit, a reply), so that the account is not to blame."""
    kind, detail = _problem(reply)
    if reply.status == 403 and (kind in ABOUT_ACCOUNT or not (is_about_one or ABOUT_ONE.search(detail))):
        return Misconfigured(f"{reply.message}; check the account and its token")
    return Refused(reply.message)


def links(post: Mapping[str, Any]) -> Iterator[str]:
    """Where the links of a post lead: in its text, X's own addresses stand for them."""
    for each in (post.get("entities") or {}).get("urls") or ():
        for name in ("expanded_url", "unwound_url"):
            if each.get(name):
                yield unquote(str(each[name]))


def versions(document: Mapping[str, Any]) -> list[str]:
    """The ids of a post's versions, the newest last; none: there is no such post
    (https://docs.x.com/x-api/fundamentals/edit-posts). Raises ``LookupError`` where it says neither."""
    problems = [document, *document.get("errors", ())]
    if any(str(each.get("type", "")).endswith(GONE) for each in problems) and "data" not in document:
        return []
    post = document["data"]
    history = post.get("edit_history_post_ids") or post.get("edit_history_tweet_ids") or [post["id"]]
    return [str(each) for each in history]


def page(document: Mapping[str, Any]) -> tuple[list[ReadPost], str]:
    """The posts of a page of a listing, each with where its links lead, and the token of the next page
    (empty: it is the last). Raises ``LookupError`` where it is no whole page: what is not among its posts is
    no proof then."""
    meta = document["meta"]
    posts = [(each, set(links(each))) for each in document.get("data", ())]
    if len(posts) != int(meta["result_count"]):
        raise LookupError("posts are missing")
    return posts, str(meta.get("next_token", ""))


def processing(document: Mapping[str, Any]) -> tuple[str, float] | None:
    """The state of an upload that is not at its end, and how many seconds X wants to be left alone for;
    ``None``: it can be attached (https://docs.x.com/x-api/media/get-media-upload-status)."""
    info = document["data"].get("processing_info") or {}
    state = str(info.get("state", "succeeded"))
    return None if state == "succeeded" else (state, float(info.get("check_after_secs", 1)))


def _problem(reply: RemoteReply) -> tuple[str, str]:
    """The last part of a problem's type, and its words: of one, of the first of several, or of the oldest
    shape (``code`` and ``message``)."""
    try:
        document = json.loads(reply.body)
        if isinstance(document, dict) and isinstance(document.get("errors"), list) and "type" not in document:
            document = document["errors"][0]
        kind = str(document.get("type", "")).rpartition("/")[2]
        detail = f"{document.get('detail', '')} {document.get('message', '')}"
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return "", ""
    return kind, detail[:MAX_DETAIL_CHARS]
