"""Discord's messages as requests: what its kinds of channels have in common.

https://docs.discord.com/developers/resources/message
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from syndicator.domain.capabilities import Spent
from syndicator.domain.errors import PhotoRefused, Refused, TryLater
from syndicator.http.exchange import Exchange, RemoteReply

#: Codes in replies (https://docs.discord.com/developers/topics/opcodes-and-status-codes): a message that is
#: not there; too many edits of messages that are older than an hour; and limits that pass.
UNKNOWN_MESSAGE, OLD_EDITS = 10008, 30046
PASSING = (20016, 20028, 20029, 40004, OLD_EDITS)


def write(
    exchange: Exchange,
    method: str,
    url: str,
    fields: Mapping[str, Any],
    files: Mapping[str, tuple[str, bytes, str]],
    **request: Any,
) -> RemoteReply:
    """Writes a message. Raises what its reply tells, unless that is a 404: ``PhotoRefused`` where its files
    are too large."""
    request["counts_as"] = Spent.POSTS if method == "POST" else Spent.EDITS
    if not files:
        return check_accepted(exchange.ask(method, url, json=fields, accept=(400, 404), **request))
    form = {"payload_json": json.dumps(fields, ensure_ascii=False)}
    reply = exchange.ask(method, url, data=form, files=files, accept=(400, 404, 413), **request)
    if reply.status == 413:
        raise PhotoRefused(reply.message)
    return check_accepted(reply)


def check_accepted(reply: RemoteReply) -> RemoteReply:
    """The reply, unless it is a 400. Raises ``TryLater``, ``Refused``."""
    if reply.status != 400:
        return reply
    if reply.code in PASSING:
        raise TryLater(reply.message, whole_channel=reply.code != OLD_EDITS)
    raise Refused(reply.message)
