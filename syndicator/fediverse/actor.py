"""An actor: one account of the newsroom, and the addresses of all that is its own.

ActivityPub: https://www.w3.org/TR/activitypub/#actor-objects
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

#: Where everything of actors is, below our own address.
PREFIX = "/ap"


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """An account of ours.

    ``name``: of its channel. ``base``: our own public address, without a slash at the end. ``handle`` and
    ``domain``: people follow ``@handle@domain``. ``title``, ``summary`` (plain text), ``url`` and ``icon``:
    what people see of it. ``is_automated``: it is shown as a robot's. ``also_known_as``: accounts that may
    move here. ``moved_to``: the account that this one has moved to.
    """

    name: str
    base: str
    handle: str
    domain: str
    title: str
    summary: str = ""
    url: str = ""
    icon: str = ""
    language: str = ""
    is_automated: bool = True
    also_known_as: tuple[str, ...] = ()
    moved_to: str = ""

    @property
    def acct(self) -> str:
        """The account as WebFinger names it (RFC 7565)."""
        return f"acct:{self.full_name}"

    @property
    def full_name(self) -> str:
        """What people follow, without the ``@`` before it."""
        return f"{self.handle}@{self.domain}"

    @property
    def id(self) -> str:
        return f"{self.base}{PREFIX}/{self.name}"

    @property
    def key_id(self) -> str:
        return f"{self.id}#main-key"

    @property
    def inbox(self) -> str:
        return f"{self.id}/inbox"

    @property
    def shared_inbox(self) -> str:
        """The inbox of all actors here."""
        return f"{self.base}{PREFIX}/inbox"

    @property
    def outbox(self) -> str:
        return f"{self.id}/outbox"

    @property
    def followers(self) -> str:
        return f"{self.id}/followers"

    @property
    def following(self) -> str:
        return f"{self.id}/following"

    def post(self, post_id: str) -> str:
        """The address of a post."""
        return f"{self.id}/posts/{post_id}"

    def tag(self, hashtag: str) -> str:
        """The address of a hashtag, which is written without its sign."""
        return f"{self.id}/tags/{quote(hashtag)}"

    def post_id(self, address: str) -> str:
        """The id of the post at an address; ``""`` where it is none of this actor's."""
        prefix = f"{self.id}/posts/"
        post_id = address.removeprefix(prefix).partition("#")[0]
        return post_id if address.startswith(prefix) and post_id.isalnum() else ""

    @property
    def own_domain(self) -> str:
        """Host and port of our own address, by which WebFinger may ask as well."""
        return urlsplit(self.base).netloc.lower()
