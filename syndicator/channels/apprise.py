"""Apprise: a notification per article on whatever services an Apprise API server has under a key.

Apprise API: https://github.com/caronc/apprise-api, whose swagger.yaml has the paths.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, ClassVar, NoReturn
from urllib.parse import quote

import requests

from syndicator.domain.capabilities import NEVER, Capabilities, Spent
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, PhotoRefused, Refused, TryLater
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Post
from syndicator.http.exchange import Exchange, RemoteReply
from syndicator.remarks import with_photo_if_taken
from syndicator.secret import Secret
from syndicator.text.addresses import check_server
from syndicator.text.rulers import CHARACTERS

#: Statuses (``/notify/{key}``): nothing is configured under the key; nobody listens; some service failed, and
#: others may not have; what is too large.
UNCONFIGURED, NO_SUCH_PAGE, SOME_FAILED = 204, (404, 405), 424

#: Keys of configurations ("1-128 chars, alphanumeric, _, -").
KEY = re.compile(r"[A-Za-z0-9_-]{1,128}")


@dataclass(frozen=True, kw_only=True)
class Apprise:
    """What an Apprise API server has under one key. The fields are the channel's settings.

    ``tag``: those of its services that are meant. ``max_characters``: what the shortest of them takes:
    services lose longer ones, or cut them.
    """

    name: str
    server: str
    key: Secret
    tag: str = "all"
    max_characters: int = 500
    session: requests.Session = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "In your Apprise API server's Configuration Manager, choose a key that nobody guesses, and save the\n"
        "addresses of the services under it. The key is the secret."
    )

    def __post_init__(self) -> None:
        check_server(self.server, "http://apprise.example:8000")
        if self.max_characters < 50:
            raise ValueError("max_characters: 50 at least")

    @property
    def capabilities(self) -> Capabilities:
        """Replies name no message: none can be changed, repeated, nor looked up."""
        return Capabilities(
            ruler=CHARACTERS,
            unit="characters",
            text=self.max_characters,
            photo=PhotoLimits(),
            edit_within=NEVER,
            delete_within=NEVER,
            finds=False,
            verified="contract of Apprise API 1.4.0's OpenAPI document",
        )

    def send(self, post: Post, *, key: str) -> Receipt:
        """Notifies the services, without the photo where that is not taken."""
        title, body = post.headline_and_rest
        fields = {**({"title": title} if title else {}), "body": body, "type": "info", "format": "text"}
        fields["tag"] = self.tag

        def notify(post: Post) -> None:
            if post.photo is None:
                self._notify(json=fields)
                return
            files = {"attach": (post.photo.filename, post.photo.content, post.photo.media_type)}
            reply = self._notify(data=fields, files=files, accept=(400, 413, 431))
            if reply.status != 200:
                raise PhotoRefused(reply.message)

        with_photo_if_taken(post, notify)
        return Receipt(remote_id=key, is_current=True)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:  # noqa: ARG002 - the port's
        raise Refused("what Apprise has sent cannot be edited")

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        raise Refused("what Apprise has sent cannot be deleted: delete it on each service")

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        raise OutcomeUnknown("Apprise cannot be asked for what it has sent: look on each service")

    def check(self) -> str:
        """How many services there are (``/json/urls/{key}``), whose addresses hold secrets."""
        params = {"privacy": "1", "tag": self.tag}
        url = self._url("json/urls")
        reply = self._exchange().ask("GET", url, params=params, accept=NO_SUCH_PAGE, unknown=TryLater)
        if reply.status != 200:
            self._nothing_there(reply)
        count = reply.read(lambda it: len(it["urls"]))
        if not count:
            self._nothing_there(reply)
        return f"{count} service{'s' * (count > 1)} on {reply.host}, untried"

    def _notify(self, *, accept: tuple[int, ...] = (), **request: Any) -> RemoteReply:
        """The reply to a notification that was taken, or one of the statuses. Raises what else it may be."""
        accept = (*accept, SOME_FAILED, *NO_SUCH_PAGE)
        headers = {"Accept": "application/json"}
        reply = self._exchange().ask(
            "POST", self._url("notify"), headers=headers, accept=accept, counts_as=Spent.POSTS, **request
        )
        if reply.status == UNCONFIGURED or reply.status in NO_SUCH_PAGE:
            self._nothing_there(reply)
        if reply.status == SOME_FAILED:
            error = OutcomeUnknown(f"{reply.message}; some services may have it: look there")
            error.is_over = True
            raise error
        return reply

    def _nothing_there(self, reply: RemoteReply) -> NoReturn:
        raise Misconfigured(
            f"{reply.message}: nothing is saved there under {self.key} for the tag {self.tag!r}, or it is no "
            "Apprise API"
        )

    def _exchange(self) -> Exchange:
        return Exchange(self.session, secrets=(self.key,))

    def _url(self, path: str) -> str:
        """An address of the key's. Raises ``Misconfigured``."""
        key = self.key.reveal()
        if not KEY.fullmatch(key):
            raise Misconfigured(f"{self.key} holds no key: 1 to 128 letters, digits, _ and -")
        return f"{self.server.rstrip('/')}/{path}/{quote(key, safe='')}"
