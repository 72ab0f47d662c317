"""Slack's Web API, in the name of one app: its methods, and what their errors mean.

https://docs.slack.dev/apis/web-api/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import requests

from syndicator.domain.capabilities import Spent
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, TryLater
from syndicator.http.exchange import Exchange, MakeError
from syndicator.secret import Secret

#: Errors in replies, which come with a 200 (the pages of the methods). Not posted, and may be later:
LATER = frozenset(
    {
        *("ratelimited", "rate_limited", "message_limit_exceeded", "accesslimited"),
        *("external_channel_migrating", "team_added_to_org"),
    }
)
#: perhaps posted, as they say themselves:
UNSURE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
#: this message alone. Whatever else is said is of the token or the channel.
REFUSED = frozenset(
    {
        *("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text"),
        *("cant_update_message", "edit_window_closed", "block_mismatch", "update_failed"),
        *("cant_delete_message", "compliance_exports_prevent_deletion", "message_not_found"),
        *("slack_connect_file_link_sharing_blocked", "too_many_attachments"),
        *("cannot_reply_to_message", "invalid_thread_ts", "thread_not_found"),
    }
)

#: What is said of a message that nothing can be put under.
NO_THREAD = frozenset({"cannot_reply_to_message", "invalid_thread_ts", "thread_not_found"})

#: What is said of a message that is not there.
NOT_THERE = "message_not_found"


class RefusedByName(Refused):
    """A message that was refused by name."""

    def __init__(self, why: str, name: str) -> None:
        super().__init__(why)
        self.name = name


@dataclass(frozen=True, kw_only=True)
class SlackApi:
    """The API at a server's address."""

    server: str
    token: Secret
    session: requests.Session = field(repr=False, compare=False)

    def ask(
        self,
        method: str,
        fields: dict[str, Any],
        *,
        unknown: MakeError = OutcomeUnknown,
        counts_as: Spent | None = None,
    ) -> dict[str, Any]:
        """What a method answers. Raises ``RefusedByName`` and others for what its error means."""
        exchange = Exchange.with_token(self.session, self.token)
        url = f"{self.server.rstrip('/')}/api/{method}"
        reply = exchange.ask("POST", url, json=fields, unknown=unknown, counts_as=counts_as)
        answer, error = reply.read(
            lambda answer: (_checked(answer, method), str(answer.get("error") or "no reason"))
        )
        if answer["ok"]:
            return answer
        why = f"{reply.host} answers {error[:100]!r} to {method}"
        if error in LATER:
            raise TryLater(why, rests="limit" in error)
        if error in UNSURE:
            raise unknown(why)
        if error in REFUSED:
            raise RefusedByName(why, error)
        raise Misconfigured(f"{why}; check the app, its token and scopes, and that it is in the channel")


def _checked(answer: Any, method: str) -> dict[str, Any]:
    """A reply that has what we look at. Raises ``LookupError`` and others that ``RemoteReply.read`` knows."""
    if not isinstance(answer["ok"], bool):
        raise TypeError("neither yes nor no")
    if answer["ok"] and method in ("chat.postMessage", "chat.update"):
        str(answer["ts"]), str(answer["channel"])
    return dict(answer)
