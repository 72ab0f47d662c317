"""The tree of our errors; each is named by what it means for the caller.

::

    SyndicatorError
    ├── DeclarationError      syndicator.toml or feeds/*.toml is wrong (every mistake, with file and line)
    ├── Misconfigured         an account, a secret or an address does not work: stop it, tell the operator
    ├── SourceError           a source could not be looked at, or one page of it not read
    │   └── SourceGone        410: the newsroom says that it is no more
    ├── FetchError            one address could not be fetched
    │   ├── Forbidden         the address is not one that we may connect to
    │   └── TooLarge          more bytes, pixels or redirects than allowed
    ├── Unfit                 what was rendered does not read back as what it was made of: it is not served
    ├── PhotoError            a photo could not be fetched or read
    └── (of a channel, by the one question: was it posted?)
        ├── TryLater          no; it may be, later
        ├── Refused           no, and it never will be
        │   ├── PostGone      the post that is to be edited or answered is no more
        │   └── PhotoRefused  its photo alone is why: without that it may be
        └── OutcomeUnknown    perhaps
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime


class SyndicatorError(Exception):
    """Base of all errors that we raise on purpose; its text is written for an operator."""


class DeclarationError(SyndicatorError):
    """Declarations are wrong. ``mistakes`` holds one line each: ``file:line: what, and what to do``."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)


class Misconfigured(SyndicatorError):
    """Nothing can work until a person mends it: a wrong token, a missing secret, a closed account."""


class FetchError(SyndicatorError):
    """``url`` could not be fetched.

    ``status`` is the HTTP status if there was one; ``retry_at`` (aware, UTC) the earliest next try
    that the server asked for (RFC 9110 section 10.2.3).
    """

    def __init__(
        self, url: str, why: str, *, status: int | None = None, retry_at: datetime | None = None
    ) -> None:
        super().__init__(f"{url}: {why}")
        self.url, self.why, self.status, self.retry_at = url, why, status, retry_at


class Forbidden(FetchError):
    """The address is in a private network, or of a scheme or port that we do not fetch."""


class TooLarge(FetchError):
    """The answer is larger than we read, or leads through too many redirects."""


class SourceError(SyndicatorError):
    """A look at a source failed. ``retry_at`` (aware, UTC): when the source asked to be left alone until."""

    def __init__(self, why: str, *, retry_at: datetime | None = None) -> None:
        super().__init__(why)
        self.retry_at = retry_at


class SourceGone(SourceError):
    """The source answered 410: it is not coming back, and is not asked again."""


class PhotoError(SyndicatorError):
    """A photo is missing, not a picture, too large or damaged. ``lasting``: another try at once would not
    help. ``may_come``: one within hours might (unless it is said: where it is not ``lasting``)."""

    def __init__(self, why: str, *, lasting: bool, may_come: bool | None = None) -> None:
        super().__init__(why)
        self.lasting = lasting
        self.may_come = not lasting if may_come is None else may_come


class TryLater(SyndicatorError):
    """The article was not posted, and may be later.

    ``not_before`` (aware, UTC): when the channel said so. ``whole_channel``: the trouble may be the
    account's or the server's, so that the next article may fare no better. ``rests`` ``False``: it may
    as well be this one request's bad luck, so that others are tried before the account rests.
    """

    def __init__(
        self,
        why: str,
        *,
        not_before: datetime | None = None,
        whole_channel: bool = True,
        rests: bool = True,
    ) -> None:
        super().__init__(why)
        self.not_before, self.whole_channel, self.rests = not_before, whole_channel, rests

    @property
    def rests_account(self) -> bool:
        """Whether the account is to rest, as its service says: no other post is tried meanwhile."""
        return self.whole_channel and (self.rests or self.not_before is not None)


def photo_later(why: str, *, whole_channel: bool = False) -> TryLater:
    """The error of a photo that cannot be had there now: the trouble may well be this one's, and other posts
    are tried."""
    return TryLater(f"photo: {why}", whole_channel=whole_channel, rests=False)


class Refused(SyndicatorError):
    """The article was not posted, and asking again would not help."""


class PostGone(Refused):
    """Nothing was done, since the post that is to be edited or answered is not there any more."""


class PhotoRefused(Refused):
    """Nothing was done, since the service will not have the post's photo; the rest of it may do."""


class OutcomeUnknown(SyndicatorError):
    """The request left, and no answer told whether it was posted.

    ``is_over``: the service itself has answered, so that whatever it did is done; nothing of the request can
    still land later.
    """

    is_over = False


class Unfit(SyndicatorError):
    """An entry or a document must not be served: it does not read back as what it was made of, or the
    partner that it is for would refuse it."""
