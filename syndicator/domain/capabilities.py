"""Capabilities: what a channel can do, stated once as data.

The jobs, composition, ``check``, the console and the table in ``docs/channels.md`` read them; a channel's
module states them beside its protocol, each with its source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from syndicator.domain.photo import PhotoLimits

#: A span in which posts can be changed: for ever, or not at all.
ALWAYS, NEVER = timedelta.max, timedelta(0)

#: How long a channel that does not say so may work on a request after we have stopped waiting for it: proxies
#: in front of services give up after 60 seconds
#: (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_read_timeout).
SETTLES_WITHIN = timedelta(seconds=60)


class Ruler(Protocol):
    """Measures and cuts text the way one channel counts it (graphemes, weighted characters, ...). Hashable: a
    text is cut once for all channels that count likewise."""

    def measure(self, text: str) -> int:
        """The length of the text, in the channel's own unit."""
        ...

    def cut(self, text: str, room: int, language: str = "") -> str:
        """The text itself where it fits ``room``, else its beginning, with an ellipsis where a sentence
        is broken off, as its language (a BCP 47 tag) writes one; never longer."""
        ...


class LinkPlace(StrEnum):
    """Where a post has the link to its article."""

    TEXT = "in the text"  # as the address itself
    WORDS = "behind words of the text"  # any words can be a link: short ones are
    BESIDE = "beside the text"  # a card, a button, a field: costs no text
    NOWHERE = "left out"  # an address in the text would be no link


class LinkCard(StrEnum):
    """Who makes the card of a post's link."""

    NONE = "none"
    FETCHED = "fetched"  # the network, of the first link in the text, from the article's page
    SENT = "sent"  # we do: the link is in it, and costs no text where there is a card


class PhotoEdits(StrEnum):
    """What an edit can do to a post's photo."""

    ALL = "all"  # add, exchange, and take it away
    STAYS = "but a photo stays"  # add and exchange it
    NONE = "words alone"  # nothing


class Spent(StrEnum):
    """What a budget counts."""

    REQUESTS = "requests"
    POSTS = "posts"
    PHOTOS = "photos"
    EDITS = "edits"
    DELETIONS = "deletions"
    POINTS = "points"  # of which each of these costs its own


@dataclass(frozen=True, kw_only=True, slots=True)
class Budget:
    """How much of something a service allows within a span of time."""

    of: Spent
    most: int
    per: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """What a service charges, in US dollars: for a post, and one with a link in it; for an edit, a deletion,
    a photo's alternative text; and about how much for looking for a post."""

    post: float
    post_with_link: float
    edit: float = 0.0
    deletion: float = 0.0
    alternative_text: float = 0.0
    look_up: float = 0.0


#: What is told of an alternative text that is longer than the channel allows.
ALT_CUT = "alternative text cut: no room"


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What a channel can do.

    Text. ``ruler`` measures, ``unit`` names what it counts. ``text``: the longest post; ``text_with_photo``:
    the longest beside a photo, where that differs. ``link_place``, and ``link``: what any link in the text
    costs, where the channel counts links at a flat rate (``None``: as long as it is). ``address`` writes an
    address so that the channel takes all of it for a link. ``plain`` takes from an
    article's words what the channel would take for more than words (mentions of people, say).
    ``has_language``, ``has_warning``, ``has_mentions``: whether a post can say its language, stand behind a
    warning, and mention accounts; ``warning_counts``: that takes from its room. ``most_hashtags``,
    ``most_mentions``: that a text may have (``None``: any number).

    Photos. ``photo``: the limits of a file (``None``: none are taken), ``photos``: how many;
    ``photo_fetched``: the service fetches such a file from an address (``PhotoFile.addresses``) and keeps a
    copy. ``photo_by_address``: there are no files; posts name the photo's address on the newsroom's site, and
    readers' programs show it from there; ``photo_shown``: the kinds of files that these show, and the limits
    of one that we make where the site's is none of them (``None``: they show whatever sites have).
    ``needs_photo``: there is no post without one. ``alt``: the longest alternative text (0: there is none),
    as ``alt_ruler`` measures it (``None``: as ``ruler`` does).
    ``card``: who makes one of the link; ``card_beside_photo``: whether a post with a photo has one, too.

    Afterwards. ``edit_within``, ``delete_within``: how long after posting (``ALWAYS``, ``NEVER``).
    ``edit_renews_id``: an edited post is another one. ``photo_edits``: what of a photo they change.
    ``replies``: a post can answer one of our own. ``finds``: our own posts can be looked up. ``key_memory``:
    how long a repeated ``send`` under the same key is answered by the post that exists (``None``: keys are
    not known there). ``settles_within``: how long the service may go on working at a request after that has
    ended for us, with or without an answer. ``gap_per_article``: how long it is to hear no more of an article
    of which it has heard.

    ``is_notification``: readers see a post as a notification, which leads to the article at a tap;
    ``is_mail``: as a message, with the headline for its subject, and above photo and text.
    ``picture_above``: with its photo or card above the text; ``headline_bold``: the headline is in bold type.
    ``carries_article``: the channel hands on more of the article than a post shows, so that it is told of
    every change; what the newsroom wants of posts does not concern it.

    ``budgets`` and ``price``: what it allows and charges; ``points``: what each kind costs of budgets of
    those. ``verified``: what the channel was tried against, in words, with version and date.
    """

    ruler: Ruler
    unit: str
    text: int
    text_with_photo: int | None = None
    link_place: LinkPlace = LinkPlace.TEXT
    link: int | None = None
    address: Callable[[str], str] = str
    plain: Callable[[str], str] = str
    has_language: bool = False
    has_warning: bool = False
    warning_counts: bool = False
    has_mentions: bool = False
    most_hashtags: int | None = None
    most_mentions: int | None = None

    photo: PhotoLimits | None = None
    photos: int = 1
    photo_fetched: bool = False
    photo_by_address: bool = False
    photo_shown: PhotoLimits | None = None
    needs_photo: bool = False
    alt: int = 0
    alt_ruler: Ruler | None = None
    card: LinkCard = LinkCard.NONE
    card_beside_photo: bool = False

    edit_within: timedelta = ALWAYS
    edit_renews_id: bool = False
    photo_edits: PhotoEdits = PhotoEdits.ALL
    delete_within: timedelta = ALWAYS
    replies: bool = False
    finds: bool = True
    key_memory: timedelta | None = None
    settles_within: timedelta = SETTLES_WITHIN
    gap_per_article: timedelta = NEVER

    is_notification: bool = False
    is_mail: bool = False
    picture_above: bool = False
    headline_bold: bool = False
    carries_article: bool = False

    budgets: tuple[Budget, ...] = ()
    points: Mapping[Spent, int] = field(default_factory=dict)
    price: Price | None = None
    verified: str = ""

    def place_of_link(self, *, has_photo: bool) -> LinkPlace:
        """Where the link of a post is."""
        has_card = self.card is LinkCard.SENT and (self.card_beside_photo or not has_photo)
        return LinkPlace.BESIDE if has_card else self.link_place

    def fitting_alt(self, alt: str, language: str) -> str:
        """As much of an alternative text as a photo may have."""
        return (self.alt_ruler or self.ruler).cut(alt, self.alt, language) if self.alt else ""

    def room(self, *, has_photo: bool) -> int:
        """The longest text of a post, in the ruler's unit."""
        if has_photo and self.text_with_photo is not None:
            return self.text_with_photo
        return self.text
