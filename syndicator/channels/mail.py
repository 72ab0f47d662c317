"""Mail: an alert per article to one address, a mailing list's say, by the newsroom's own relay."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.policy import SMTP
from typing import ClassVar

import requests

from syndicator.domain.capabilities import NEVER, Capabilities
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import OutcomeUnknown, Refused
from syndicator.domain.photo import PhotoLimits
from syndicator.domain.post import Post
from syndicator.mail.message import address, message, message_id
from syndicator.mail.relay import Relay
from syndicator.secret import Secret
from syndicator.text.rulers import GRAPHEMES


@dataclass(frozen=True, kw_only=True)
class Mail:
    """Alerts by mail. The fields are the channel's settings.

    ``to`` and ``sender``: an address, with a name or without. ``relay``: ``smtp://host:587`` or
    ``smtps://host``. ``user`` and ``password``: where the relay asks for them.

    All channels are made alike: this one has a ``session`` and does not use it.
    """

    name: str
    to: str
    sender: str
    relay: str
    user: str = ""
    password: Secret | None = None
    session: requests.Session = field(repr=False, compare=False)

    #: How to come by the secret, for ``syndicator connect``.
    access: ClassVar[str] = (
        "Ask whoever runs the newsroom's mail for an account that may send as the sender, and for the\n"
        "relay's address: the secret is that account's password."
    )

    #: What was sent is changed by nobody, and cannot be looked up; relays know no keys. ``photo``: messages
    #: beyond 100 kB or so are cut, or come late; photos are 600 pixels wide, on fine screens twice that.
    capabilities: ClassVar[Capabilities] = Capabilities(
        ruler=GRAPHEMES,
        unit="graphemes",
        text=5000,
        photo=PhotoLimits(side=1200, length=300_000),
        alt=1000,
        has_language=True,
        is_mail=True,
        edit_within=NEVER,
        delete_within=NEVER,
        replies=True,
        finds=False,
        settles_within=timedelta(minutes=10),
        verified="a real relay (aiosmtpd 1.4)",
    )

    def __post_init__(self) -> None:
        for setting in ("to", "sender"):
            try:
                address(getattr(self, setting))
            except ValueError as e:
                raise ValueError(f"{setting}: {e}") from None
        try:
            self._relay()
        except ValueError as e:
            raise ValueError(f"relay: {e}") from None

    def send(self, post: Post, *, key: str) -> Receipt:
        """Sends a message, whose id is made of the key. One that answers a post is in its thread."""
        made = message_id(key, self.sender)
        mail = message(post, sender=self.sender, recipient=self.to, message_id=made, date=datetime.now(UTC))
        self._relay().send(
            mail.as_bytes(policy=SMTP), address(self.sender).addr_spec, address(self.to).addr_spec
        )
        return Receipt(remote_id=made, is_current=True)

    def edit(self, receipt: Receipt, post: Post) -> Receipt:  # noqa: ARG002 - the port's
        """Raises ``Refused``."""
        raise Refused("mail that was sent cannot be edited")

    def delete(self, receipt: Receipt, post: Post) -> None:  # noqa: ARG002 - the port's
        """Raises ``Refused``."""
        raise Refused("mail that was sent cannot be deleted")

    def find(self, post: Post, *, key: str) -> Receipt | None:  # noqa: ARG002 - the port's
        """Raises ``OutcomeUnknown``."""
        raise OutcomeUnknown(
            f"nobody but {self.to} knows whether it came: look for <{message_id(key, self.sender)}>"
        )

    def check(self) -> str:
        """Whether the relay lets us in; nothing is sent."""
        self._relay().check()
        return f"{self.sender} to {self.to}, by {self._relay().host}, which lets us in; may send (untried)"

    def _relay(self) -> Relay:
        return Relay(address=self.relay, user=self.user, password=self.password)
