"""Discord's messages as requests: what its kinds of channels have in common.

https://docs.discord.com/developers/resources/message
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from syndicator.domain.capabilities import Spent
from syndicator.domain.errors import Refused, TryLater
from syndicator.http.exchange import Exchange, RemoteReply

log = logging.getLogger(__name__)

#: Codes in replies (https://docs.discord.com/developers/topics/opcodes-and-status-codes): a message that is
#: not there; too many edits of messages that are older than an hour; and limits that pass.
UNKNOWN_MESSAGE, OLD_EDITS = 10008, 30046
PASSING = (20016, 20028, 20029, 40004, OLD_EDITS)


def write(
    exchange: Exchange,
    method: str,
    url: str,
    fields: Callable[[bool], Mapping[str, Any]],
    files: Mapping[str, tuple[str, bytes, str]],
    what: str,
    **request: Any,
) -> RemoteReply:
    """Writes a message, of these fields with photos or without, and with its photos if the server takes them;
    a warning names ``what`` goes out without. Raises what its reply tells, unless that is a 404."""
    request["counts_as"] = Spent.POSTS if method == "POST" else Spent.EDITS
    if files:
        form = {"payload_json": json.dumps(fields(True), ensure_ascii=False)}
        reply = exchange.ask(method, url, data=form, files=files, accept=(400, 404, 413), **request)
        if reply.status != 413:
            return check_accepted(reply)
        log.warning("%s goes out without its photo: %s", what, reply.message)
    return check_accepted(exchange.ask(method, url, json=fields(False), accept=(400, 404), **request))


def check_accepted(reply: RemoteReply) -> RemoteReply:
    """The reply, unless it is a 400. Raises ``TryLater``, ``Refused``."""
    if reply.status != 400:
        return reply
    if reply.code in PASSING:
        raise TryLater(reply.message, whole_channel=reply.code != OLD_EDITS)
    raise Refused(reply.message)
