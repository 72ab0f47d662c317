"""What happened in a run: facts from outside of the program under trial. All times in seconds since 1970."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """The newsroom did something with an article, known by its path on the site. ``version`` counts from 1;
    ``is_old``: it was there before the program was."""

    at: float
    source: str
    article: str
    verb: Literal["publish", "correct", "retract"]
    version: int
    is_old: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """A channel accepted something, and this is when it took effect. ``article`` is empty where the post
    leads nowhere that we know. A ``reply`` names the correction of a post that may not be edited."""

    at: float
    channel: str
    article: str
    verb: Literal["post", "reply", "edit", "delete"]
    remote_id: str
    version: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterTaken:
    """One of a channel's recipients took what it was told. ``announcement``: the id under which it knows that
    again."""

    at: float
    recipient: str
    article: str
    verb: str
    announcement: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A post as a channel, or one of a channel's recipients, shows it in the end. ``answers``: the post that
    it is a reply to."""

    channel: str
    remote_id: str
    article: str
    version: int
    answers: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An article as it stands in a feed document in the end, archives included."""

    document: str
    article: str
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """A delivery as the program has it on record. ``is_notice``: its post says that its article is
    withdrawn; ``replies``: the posts under it."""

    channel: str
    article: str
    standing: str
    is_notice: bool = False
    remote_id: str | None = None
    replies: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """A fault, from its beginning to its end. ``channel`` and ``article``: whom it met (empty: anybody).
    ``loses_answers``: whoever waited for an answer then cannot know what became of the request; ``refuses``:
    it was told that this is never done."""

    began: float
    ended: float
    fault: str
    channel: str = ""
    article: str = ""
    loses_answers: bool = False
    refuses: bool = False


@dataclass(kw_only=True)
class History:
    """All of it. ``recipients``: of which channel each is; ``letters``: what they took, and ``turned_away``,
    what they refused themselves, by recipient and article; ``announced``: what they were to be told, in the
    order in which the program has it on record. ``documents``: the feeds that carry every article. ``told``:
    channels that are told of events, and hold no posts. ``broken``: what readers of feeds saw that nobody
    may see. ``quits``: processes that ended by themselves as if they had been asked to."""

    channels: Sequence[str]
    documents: Sequence[str]
    told: frozenset[str] = frozenset()
    recipients: Mapping[str, str] = field(default_factory=dict)
    letters: list[LetterTaken] = field(default_factory=list)
    turned_away: frozenset[tuple[str, str]] = frozenset()
    announced: Sequence[str] = ()
    acts: list[Act] = field(default_factory=list)
    applied: list[Applied] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    recorded: list[Recorded] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    reads: int = 0
    broken: list[str] = field(default_factory=list)
    quits: list[str] = field(default_factory=list)

    @property
    def last(self) -> Mapping[str, Act]:
        """The last act with each article."""
        return {act.article: act for act in sorted(self.acts, key=lambda act: act.at)}

    @property
    def first(self) -> Mapping[str, Act]:
        """The publication of each article."""
        return {act.article: act for act in self.acts if act.verb == "publish"}
