"""Articles: what sources show, and what we have on file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, cast, get_args, get_type_hints

from syndicator.domain.addresses import place, stem

#: How far ahead of our clock a publication time may be without being an embargo or a mistake: clocks differ.
CLOCK_SKEW = timedelta(minutes=10)


#: Characters of a text that are enough to tell articles apart.
MIN_TELLING_CHARS = 40


class ArticleState(StrEnum):
    """The states of an article."""

    EMBARGOED = "embargoed"  # known, and in nothing until its time
    LIVE = "live"
    WITHDRAWN = "withdrawn"  # retracted: leaves feeds and channels
    ROUNDUP = "round-up"  # no article: what a round-up's post is of (``domain.roundup``)


@dataclass(frozen=True, kw_only=True, slots=True)
class Photo:
    """A lead photo, as the newsroom shows it.

    ``width`` and ``height`` (pixels), ``length`` (bytes) and ``media_type`` describe the file at
    ``url``; they are unknown (``None``, ``""``) until somebody has measured it.

    ``rights`` is who may use it, in the newsroom's own words ("web only"). ``focus`` is the point that no
    crop may lose, from the top left corner in parts of width and height (0 to 1). Readers see neither: a
    change of them is no correction.
    """

    url: str
    caption: str = ""
    credit: str = ""
    alt: str = ""
    width: int | None = None
    height: int | None = None
    length: int | None = None
    media_type: str = ""
    rights: str = ""
    focus: tuple[float, float] | None = None

    @property
    def is_measured(self) -> bool:
        return self.length is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """The content of an article: all that readers see of it.

    ``url`` is canonical and absolute. ``title``, ``summary``, ``section``, ``note`` are plain text;
    ``content_html`` is sanitised HTML with absolute addresses. ``language`` is a BCP 47 tag.
    ``places`` are where it happened, by name. ``note`` is the newsroom's remark on a correction. ``urgent``
    marks breaking news. ``story``: the running story that it is part of, by whatever id the newsroom has for
    it. ``social``: what the newsroom wrote for social media.
    """

    url: str
    title: str
    summary: str = ""
    content_html: str = ""
    authors: tuple[str, ...] = ()
    section: str = ""
    tags: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    language: str = ""
    photo: Photo | None = None
    note: str = ""
    urgent: bool = False
    story: str = ""
    social: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting(Content):
    """One article as a source showed it at one look.

    ``key`` is the source's own id of the article; ``aliases`` are other names that it goes by (old
    keys, other addresses). ``is_url_shared``: others of the source stand at ``url`` too, so that it is
    no name of this one. ``published`` and ``updated`` are aware UTC, or ``None`` where the source does not
    say. ``embargo``: not before then. ``is_undated``: nothing tells whether it is of today, and it is not to
    be taken for news of the day where others have dates. ``is_withdrawn``: the source says that it is
    retracted. ``unread``: fields of which this look does not tell, since what tells of them was not read:
    they stay as they are on file. ``origins`` tells for each field where it was found, ``warnings`` what the
    operator should know; neither is content.
    """

    source: str
    key: str
    aliases: tuple[str, ...] = ()
    is_url_shared: bool = False
    published: datetime | None = None
    updated: datetime | None = None
    embargo: datetime | None = None
    is_withdrawn: bool = False
    is_undated: bool = field(default=False, compare=False)
    unread: tuple[str, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)
    warnings: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        _refuse_naive(self)

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the article may be on file under: its key, its own address, its aliases. Addresses
        stand without what changes when a site moves to https, or its host loses its ``www``. Where an
        address has parameters, one more name is made of the content (``content_names``)."""
        of_url = () if self.is_url_shared else (place(self.url),)
        of_content = () if self.is_url_shared else content_names(self)
        key = f"{self.source}:{self.key}"
        return tuple(dict.fromkeys((key, *of_url, *map(place, self.aliases), *of_content)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Article(Content):
    """An article on file.

    ``guid`` was minted once and never changes. ``revision`` counts from 1. ``published`` is the first
    publication, ``updated`` the last significant change as the newsroom tells it, ``first_seen`` when
    we first saw it; all aware UTC. ``release``: when an embargoed article goes live. ``operator_words``: what
    an operator wrote for its posts; it goes before what the newsroom wrote (``social``).
    """

    guid: str
    source: str
    key: str
    published: datetime
    updated: datetime
    first_seen: datetime
    revision: int = 1
    state: ArticleState = ArticleState.LIVE
    release: datetime | None = None
    operator_words: str = ""

    def __post_init__(self) -> None:
        _refuse_naive(self)


def content_names(sighting: Sighting) -> tuple[str, ...]:
    """The name made of an article's content, for links that bear a fresh session's id at each look: the same
    content under addresses that differ in parameters alone is one article. Two that merely share a
    script (``?id=1`` and ``?id=2``) differ in title, text or date. None where the address has no
    parameters, or the text is too short to tell articles apart."""
    stemmed = stem(sighting.url)
    if stemmed == place(sighting.url):
        return ()
    # names on file are made of this, so that it stays as it is, and is not domain.markup's
    words = " ".join(re.sub(r"<[^>]*>", " ", sighting.content_html or sighting.summary).split())
    if len(words) < MIN_TELLING_CHARS:
        return ()
    identity = json.dumps(
        [stemmed, sighting.title, words, sighting.published], default=str, ensure_ascii=False
    )
    return (f"{sighting.source}~{hashlib.sha256(identity.encode('utf-8', 'replace')).hexdigest()[:32]}",)


def _refuse_naive(record: Sighting | Article) -> None:
    for name in _moments(cast(Any, type(record))):  # a class is hashable, whatever mypy says
        value = getattr(record, name)
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"{type(record).__name__}.{name}: naive datetime {value}")


@cache
def _moments(kind: type[Sighting | Article]) -> tuple[str, ...]:
    """Names of the fields that hold a moment, or nothing. Found once: articles are made by the thousand."""
    return tuple(name for name, hint in get_type_hints(kind).items() if datetime in (hint, *get_args(hint)))
