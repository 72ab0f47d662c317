"""Tokens of Meta's services: from one that a person has come by to the one that lasts.

Their sign-in comes back to an address with https alone, so that a token is pasted. Exchanges and ends:
https://developers.facebook.com/docs/threads/get-started/long-lived-tokens,
https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from syndicator.domain.errors import Misconfigured, SyndicatorError, TryLater
from syndicator.http.graph import MAX_PAGES, PAGE_ITEMS, GraphApi, after

#: Asks whoever sits there for something that may be left empty.
Ask = Callable[[str], str]

#: A token that ends within this is one of those that are good for an hour or two.
SOON = timedelta(days=2)

PERMISSIONS_OF_PAGES = ("pages_manage_posts", "pages_read_engagement")

#: What is asked for where a token does not last.
QUESTION = "the app's {}, where the token is one that is good for an hour; else nothing"


@dataclass(frozen=True, kw_only=True, slots=True)
class LastingToken:
    """``ends``: when, where the service says; ``is_endless``: it says that it does not by itself."""

    token: str
    ends: datetime | None = None
    is_endless: bool = False

    @property
    def is_known(self) -> bool:
        """Whether the service has told of it; then it permits all that is needed."""
        return self.is_endless or self.ends is not None

    @property
    def is_lasting(self) -> bool:
        return self.is_endless or (self.ends is not None and self.ends > datetime.now(UTC) + SOON)


def known_token(api: GraphApi, permissions: Collection[str]) -> LastingToken:
    """The token that ``api`` has, with what the service says of it. Raises ``Misconfigured`` where it lacks
    permissions."""
    return _known(api, api.token.reveal(), permissions)


def profile_token(api: GraphApi, grant: str, permissions: Collection[str], ask: Ask) -> LastingToken:
    """The token of a profile that lasts, for the one that ``api`` has: that one where it lasts itself, or
    where nobody has the app's secret. Raises ``SyndicatorError``; ``Misconfigured`` for one that lacks
    ``permissions``."""
    own = known_token(api, permissions)
    if own.is_lasting or not (secret := ask(QUESTION.format("secret"))):
        return own
    return _exchanged(api, "access_token", {"grant_type": grant, "client_secret": secret})


def page_token(api: GraphApi, page: str, ask: Ask) -> LastingToken:
    """A Page's own token, for the one that ``api`` has: the Page's, or that of a person or system user who
    may post there. Raises what ``profile_token`` does."""
    own = known_token(api, PERMISSIONS_OF_PAGES)
    reply = api.call(api.exchange(), "GET", "me", {"fields": "id,name"}, unknown=TryLater)
    number, name = reply.read(lambda told: (str(told["id"]), str(told["name"])))
    if number == page:
        return own
    if not own.is_lasting and (app := ask(QUESTION.format("number (App ID)"))):
        fields = {
            "grant_type": "fb_exchange_token",
            "client_id": app,
            "client_secret": ask("the app's secret"),
        }
        own = _exchanged(api, f"{api.version}/oauth/access_token", {**fields, "fb_exchange_token": own.token})
    pages = _pages(api, own.token)
    if page not in pages:
        others = ", ".join(f"{title} ({key})" for key, (title, _) in pages.items()) or "none"
        raise Misconfigured(f"the token is that of {name}, who has no access to Page {page}; to {others}")
    token = _known(api, pages[page][1], PERMISSIONS_OF_PAGES)
    # A Page's token ends with the one that it was had by, but for one of a person that is good for 60 days:
    # https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived#long-via-code
    return LastingToken(token=token.token, ends=own.ends) if not (token.is_known or own.is_lasting) else token


def _pages(api: GraphApi, token: str) -> Mapping[str, tuple[str, str]]:
    """The Pages where a person may do something, by their numbers: name and token of each."""
    pages: dict[str, tuple[str, str]] = {}
    query = {"fields": "id,name,access_token", "limit": str(PAGE_ITEMS), "access_token": token}
    for _ in range(MAX_PAGES):
        reply = api.call(api.exchange(), "GET", "me/accounts", query, unknown=TryLater)
        found, query["after"] = reply.read(lambda told: (_tokens(told["data"]), after(told)))
        pages |= found
        if not query["after"]:
            break
    return pages


def _tokens(listed: Any) -> dict[str, tuple[str, str]]:
    with_token = (each for each in listed if "access_token" in each)
    return {str(each["id"]): (str(each["name"]), str(each["access_token"])) for each in with_token}


def _known(api: GraphApi, token: str, permissions: Collection[str]) -> LastingToken:
    """A token, with what the service says of it; to those who have made its app alone, so that what is not
    known is no fault. Raises ``Misconfigured`` where it lacks permissions."""
    query = {"input_token": token, "access_token": token}
    try:
        reply = api.call(api.exchange(), "GET", "debug_token", query, unknown=TryLater)
        ends, given = reply.read(lambda told: (int(told["data"]["expires_at"]), told["data"]["scopes"]))
    except SyndicatorError:
        return LastingToken(token=token)
    if missing := [each for each in permissions if each not in given]:
        raise Misconfigured(f"the token lacks {' and '.join(missing)}: make one that has all that is needed")
    end = datetime.fromtimestamp(ends, UTC) if ends else None
    return LastingToken(token=token, ends=end, is_endless=not ends)


def _exchanged(api: GraphApi, path: str, fields: Mapping[str, str]) -> LastingToken:
    """The token that lasts, for one that does not. Raises ``SyndicatorError``."""
    token, seconds = api.granted(path, fields)
    return LastingToken(token=token, ends=datetime.now(UTC) + timedelta(seconds=seconds) if seconds else None)
