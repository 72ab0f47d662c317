"""How Meta's services hand out tokens: what is told of one, and what is given for one that ends soon."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from tests.channels.graph_server import FakePage, GraphDeclines, GraphServer
from tests.channels.instagram_server import FakeInstagram
from tests.channels.local_server import Request
from tests.channels.threads_server import FakeThreads

HOUR_S, SIXTY_DAYS_S = 3600, 5_184_000


class TokenServer(GraphServer):
    """``ends``: of each token, in how many seconds it ends (0: it does not); ``permits``: what all of them
    do; ``tells``: whether it tells of tokens, as to those who have made the app; ``exchange``: at which path,
    by which grant and with what else a token that lasts is given."""

    app_number, app_secret = "1770000000001", "apps-0wn-s3cret"
    permits: Mapping[str, Any] | list[str]
    exchange: tuple[str, str, Mapping[str, str]]

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.tells = True
        self.ends = {self.token: SIXTY_DAYS_S}

    def _answer(self, request: Request) -> dict[str, Any]:
        path, grant, fields = self.exchange
        if request.path == path:
            wanted = {"grant_type": grant, "client_secret": self.app_secret, **fields}
            given = {name: request.query.get(name) for name in wanted}
            self._check_token(request.query.get("access_token", ""))
            if given != wanted:
                raise GraphDeclines(1, "Error validating client secret.")
            self.token_age["LASTING"] = self.token_age[self.token]
            self.ends["LASTING"] = SIXTY_DAYS_S
            return {"access_token": "LASTING", "token_type": "bearer", "expires_in": SIXTY_DAYS_S}
        return super()._answer(request)

    def call(self, request: Request, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        if (request.method, path) == ("GET", "debug_token"):
            if not self.tells:
                raise GraphDeclines(100, "(#100) You must provide an app access token, or a developer's")
            seconds = self.ends[fields["input_token"]]
            ends = int(time.time()) + seconds if seconds else 0
            return {"data": {"is_valid": True, "expires_at": ends, "scopes": list(self.permits)}}
        return super().call(request, path, fields)


class ThreadsTokens(TokenServer, FakeThreads):
    permits = ["threads_basic", "threads_content_publish", "threads_delete"]  # noqa: RUF012
    exchange = ("/access_token", "th_exchange_token", {})


class InstagramTokens(TokenServer, FakeInstagram):
    permits = ["instagram_business_basic", "instagram_business_content_publish"]  # noqa: RUF012
    exchange = ("/access_token", "ig_exchange_token", {})


class PageTokens(TokenServer, FakePage):
    """``person``: the token of somebody who has tasks on the Pages ``pages``, by their numbers; the last one
    on a second page of the list."""

    permits = ["pages_manage_posts", "pages_read_engagement"]  # noqa: RUF012
    person = "EAAperson"
    exchange = (
        "/v26.0/oauth/access_token",
        "fb_exchange_token",
        {"client_id": TokenServer.app_number, "fb_exchange_token": "EAAperson"},
    )

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.pages = {"99": "Other Page", self.page: "Example News"}
        self.ends = {self.token: 0, self.person: HOUR_S, "EAAother": 0}
        self.token_age[self.person] = self.token_age["EAAother"] = self.token_age[self.token]

    def call(self, request: Request, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        is_person = fields.get("access_token") in (self.person, "LASTING")
        if is_person and path == "me":
            return {"id": "7700", "name": "Ana Editor"}
        if is_person and path == "me/accounts":
            tokens = {self.page: self.token}
            listed = [
                {"id": number, "name": name, "access_token": tokens.get(number, "EAAother")}
                for number, name in self.pages.items()
            ]
            first = int(fields.get("after") or 0)
            more = {"next": "https://graph.example/"} if first + 1 < len(listed) else {}
            return {
                "data": listed[first : first + 1],
                "paging": {"cursors": {"after": str(first + 1)}, **more},
            }
        return super().call(request, path, fields)
