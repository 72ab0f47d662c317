"""Steps: what is done with a delivery next."""

from __future__ import annotations

from enum import StrEnum


class Step(StrEnum):
    """What closes the gap between what a delivery has and what it wants."""

    NOTHING = "nothing"
    SEND = "send"
    REPEAT = "repeat"  # send again under the key that the channel still remembers
    FIND = "find"  # ask the channel whether it has the post
    EDIT = "edit"
    DELETE = "delete"
    NOTICE = "notice"  # edit the post into a notice that its article is withdrawn
    REPLY = "reply"  # name the correction or the retraction under the post
    REPLY_AGAIN = "reply again"  # under the key that the channel still remembers
    LOSE = "lose"  # a reply that may be out there is left to a person
    LEAVE = "leave"  # as it is, and tell the operator
    EXPIRE = "expire"  # too late to be news
    DROP = "drop"  # withdrawn before anything was posted

    @property
    def changes_channel(self) -> bool:
        """Whether its request changes what readers see, so that its outcome matters."""
        return self.alters_post or self.is_reply or self in (Step.SEND, Step.REPEAT)

    @property
    def is_reply(self) -> bool:
        return self in (Step.REPLY, Step.REPLY_AGAIN)

    @property
    def begins_post(self) -> bool:
        """Whether its request makes a post that nobody has asked for before."""
        return self in (Step.SEND, Step.REPLY)

    @property
    def alters_post(self) -> bool:
        """Whether its request changes a post, so that nobody knows what it shows until an answer comes."""
        return self in (Step.EDIT, Step.NOTICE, Step.DELETE)
