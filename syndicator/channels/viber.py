"""Viber: a message per article in a Channel, which nobody can change afterwards.

Channels Post API: https://developers.viber.com/docs/tools/channels-post-api/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import requests

from syndicator.domain.capabilities import NEVER, Capabilities, LinkCard, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange, MakeError
from syndicator.secret import Secret
from syndicator.text.addresses import check_server
from syndicator.text.rulers import UTF16_UNITS

#: The longest text (Channels Post API, "Text message"). What a character is, it does not say: UTF-16 units
#: are never fewer.
MAX_TEXT = 7000

#: Codes in replies, which come with a 200 (https://developers.viber.com/docs/api/rest-bot-api/#error-codes):
#: taken; too many requests; this message alone. Those up to the last one known are of the account; beyond,
#: all are a "general error".
DONE, TOO_MANY, OF_MESSAGE, LAST_KNOWN = 0, 12, (3, 4), 21


@dataclass(frozen=True, kw_only=True)
class Viber:
    """A Channel. The fields are the channel's settings. ``sender``: the id of the super admin who posts."""

    name: str
    sender: str
    token: Secret
    server: str = "https://chatapi.viber.com"
    session: requests.Session = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "In Viber, as a super admin of the Channel, open its info screen > Developer Tools, and copy the\n"
        "token: that is the secret. A webhook has to be set once (docs/channels.md has the command)."
    )

    #: There are calls for new messages alone. Viber shows a card of a link in the text.
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=UTF16_UNITS,
        unit="UTF-16 units",
        text=MAX_TEXT,
        card=LinkCard.FETCHED,
        edit_within=NEVER,
        delete_within=NEVER,
        finds=False,
        verified="contract of Viber's Channels Post API, documentation 7.3.0",
    )

    def __post_init__(self) -> None:
        check_server(self.server, "https://chatapi.viber.com")
        if not self.sender.strip():
            raise ValueError("sender: the id of a super admin; syndicator check names those that there are")

    def send(self, post: Post, *, key: str) -> Receipt:
        fields = {"from": self.sender, "type": "text", "text": post.text}
        answer = self._ask("post", fields, counts_as=Spent.POSTS)
        return Receipt(remote_id=str(answer.get("message_token") or key), is_current=True)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:  # noqa: ARG002 - the port's
        raise Refused("Viber has no call that edits what was posted in a Channel")

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        raise Refused("Viber has no call that deletes what was posted in a Channel: delete it in Viber")

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        raise OutcomeUnknown("Viber has no call that shows what was posted in a Channel: look there")

    def check(self) -> str:
        """The Channel, and that the sender is one of its super admins."""
        answer = self._ask("get_account_info", {}, unknown=TryLater)
        admins = {
            str(member.get("id")): str(member.get("name"))
            for member in answer.get("members", [])
            if "admin" in str(member.get("role", "")).lower()
        }
        if self.sender not in admins:
            known = ", ".join(f"{name} ({id_})" for id_, name in admins.items())
            raise Misconfigured(f"sender: {self.sender} is none of the Channel's admins: {known or 'none'}")
        return f"{admins[self.sender]} in the Channel {str(answer.get('name'))!r}"

    def _ask(
        self,
        call: str,
        fields: dict[str, Any],
        *,
        unknown: MakeError = OutcomeUnknown,
        counts_as: Spent | None = None,
    ) -> dict[str, Any]:
        """What a call answers. Raises what its status means."""
        exchange = Exchange(self.session, secrets=(self.token,))
        reply = exchange.ask(
            "POST",
            f"{self.server.rstrip('/')}/pa/{call}",
            json={"auth_token": self.token.reveal(), **fields},
            accept=(404,),
            unknown=unknown,
            counts_as=counts_as,
        )
        if reply.status == 404:
            raise Misconfigured(f"{reply.message}; is Viber's API at {self.server}?")
        answer, status = reply.read(lambda it: (dict(it), int(it["status"])))
        if status == DONE:
            return answer
        why = f"{reply.host} answers {str(answer.get('status_message'))[:100]!r} ({status}) to {call}"
        raise _error(status, why, unknown)


def _error(status: int, why: str, unknown: MakeError) -> SyndicatorError:
    if status == TOO_MANY:
        return TryLater(why)
    if status in OF_MESSAGE:
        return Refused(why)
    if 0 < status <= LAST_KNOWN:
        return Misconfigured(f"{why}; check the token, the webhook, and that the sender is a super admin")
    return unknown(why)
