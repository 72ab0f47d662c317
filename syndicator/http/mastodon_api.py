"""The API of Mastodon and of everything that speaks it, in the name of one account.

https://docs.joinmastodon.org/client/intro/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import OutcomeUnknown, TryLater
from syndicator.http.exchange import Exchange, RemoteReply

#: Statuses in a page, the most that servers give, and pages that are read to find one
#: (https://docs.joinmastodon.org/methods/accounts/#statuses).
PAGE_STATUSES, MAX_PAGES = 40, 10


@dataclass(frozen=True, slots=True)
class MastodonApi:
    """The API at a server's address, within one exchange."""

    exchange: Exchange
    server: str

    @property
    def host(self) -> str:
        return str(urlsplit(self.server).hostname)

    def url(self, path: str) -> str:
        return self.server.rstrip("/") + path

    def ask(self, method: str, path: str, **request: Any) -> RemoteReply:
        """One request; what ``Exchange.ask`` takes is handed on."""
        return self.exchange.ask(method, self.url(path), **request)

    def ask_status(self, method: str, receipt: Receipt, **request: Any) -> RemoteReply:
        """One about a status."""
        return self.ask(method, f"/api/v1/statuses/{quote(receipt.remote_id, safe='')}", **request)

    def account(self, name: str) -> str:
        """A field of the account."""
        reply = self.ask("GET", "/api/v1/accounts/verify_credentials", unknown=TryLater)
        return reply.read(lambda account: str(account[name]))

    def own_statuses(self, read: Callable[[Any], list[Any]]) -> Iterator[Sequence[Any]]:
        """The account's statuses, the newest first, page by page, each of which is ``read``. Raises
        ``OutcomeUnknown`` where there are more than are read."""
        path = f"/api/v1/accounts/{quote(self.account('id'), safe='')}/statuses"
        params = {"limit": str(PAGE_STATUSES), "exclude_reblogs": "true"}
        for _ in range(MAX_PAGES):
            statuses = self.ask("GET", path, params=params, unknown=TryLater).read(read)
            yield statuses
            if not statuses:
                return
            params["max_id"] = str(statuses[-1]["id"])
        count = MAX_PAGES * PAGE_STATUSES
        raise OutcomeUnknown(f"not among the account's latest {count} statuses; there are more")
