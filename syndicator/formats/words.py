"""The wording of feeds for people, in English and in Lao: of what each carries, and of its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syndicator.domain.feed import PAGE, Feed, Filter, Site, path

#: Names of formats, for people.
LABELS = {
    "rss": "RSS",
    "atom": "Atom",
    "json": "JSON Feed",
    "ninjs": "ninjs",
    "sitemap": "Sitemap",
    "news": "News sitemap",
}

#: Formats that are not for feed readers: autodiscovery names the others alone.
NOT_FOR_READERS = {"ninjs", "sitemap", "news"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """A page's own text in one language. ``nouns``: each condition in the singular and in the plural."""

    language: str
    months: tuple[str, ...]
    nouns: Mapping[str, tuple[str, str]]
    every_article: str
    either: str
    or_else: str
    together: str
    without: str
    but_for: str
    latest: str
    in_full: str
    summaries: str
    follow: str
    how: str
    pushed: str
    copy: str
    copied: str
    newest: str
    updated: str
    nothing: str
    photo: str
    correction: str
    breaking: str
    own_pages: str
    own_pages_how: str
    all_feeds: str

    def day(self, moment: datetime) -> str:
        """A moment in UTC, as precise as news is told: ``1 March 2026, 09:30 UTC``."""
        return f"{moment.day} {self.months[moment.month - 1]} {moment:%Y, %H:%M} UTC"


ENGLISH = Words(
    language="en",
    months=(
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    nouns={
        "sections": ("section", "sections"),
        "tags": ("tag", "tags"),
        "authors": ("author", "authors"),
        "languages": ("language", "languages"),
        "places": ("place", "places"),
        "keywords": ("keyword", "keywords"),
        "sources": ("source", "sources"),
    },
    every_article="every article",
    either="either {}",
    or_else="or",
    together="and",
    without="without {}",
    but_for="(but for {})",
    latest="the latest",
    in_full="in full",
    summaries="summaries",
    follow="Follow this feed",
    how="Copy an address into your feed reader, and new articles come to you. No account, no tracking.",
    pushed="New articles are also pushed to readers that know WebSub, within seconds.",
    copy="Copy",
    copied="Copied",
    newest="Newest articles",
    updated="updated",
    nothing="There are no articles yet.",
    photo="Photo:",
    correction="Correction:",
    breaking="breaking",
    own_pages="For the site’s own pages",
    own_pages_how="Paste these lines into the <head> of the pages that this feed belongs to: "
    "browsers and feed readers then find it by themselves.",
    all_feeds="All feeds",
)

LAO = Words(
    language="lo",
    months=(
        *("ມັງກອນ", "ກຸມພາ", "ມີນາ", "ເມສາ", "ພຶດສະພາ", "ມິຖຸນາ"),
        *("ກໍລະກົດ", "ສິງຫາ", "ກັນຍາ", "ຕຸລາ", "ພະຈິກ", "ທັນວາ"),
    ),
    nouns={
        "sections": ("ໝວດ", "ໝວດ"),
        "tags": ("ຄຳສຳຄັນ", "ຄຳສຳຄັນ"),
        "authors": ("ຜູ້ຂຽນ", "ຜູ້ຂຽນ"),
        "languages": ("ພາສາ", "ພາສາ"),
        "places": ("ສະຖານທີ່", "ສະຖານທີ່"),
        "keywords": ("ຄຳໃນຂ່າວ", "ຄຳໃນຂ່າວ"),
        "sources": ("ແຫຼ່ງຂ່າວ", "ແຫຼ່ງຂ່າວ"),
    },
    every_article="ທຸກບົດຂ່າວ",
    either="{}",
    or_else="ຫຼື",
    together="ແລະ",
    without="ຍົກເວັ້ນ {}",
    but_for="(ນອກຈາກ {})",
    latest="ຫຼ້າສຸດ",
    in_full="ເນື້ອໃນຄົບຖ້ວນ",
    summaries="ບົດສະຫຼຸບ",
    follow="ຕິດຕາມຟີດນີ້",
    how="ຄັດລອກທີ່ຢູ່ໃສ່ໂປຣແກຣມອ່ານຟີດຂອງທ່ານ ແລ້ວຂ່າວໃໝ່ຈະມາຫາທ່ານເອງ. ບໍ່ຕ້ອງມີບັນຊີ ແລະ ບໍ່ມີການສອດແນມ.",
    pushed="ໂປຣແກຣມທີ່ຮູ້ຈັກ WebSub ຈະໄດ້ຮັບຂ່າວໃໝ່ພາຍໃນບໍ່ເທົ່າໃດວິນາທີ.",
    copy="ຄັດລອກ",
    copied="ຄັດລອກແລ້ວ",
    newest="ຂ່າວຫຼ້າສຸດ",
    updated="ປັບປຸງ",
    nothing="ຍັງບໍ່ມີຂ່າວ.",
    photo="ພາບ:",
    correction="ແກ້ໄຂ:",
    breaking="ຂ່າວດ່ວນ",
    own_pages="ສຳລັບໜ້າເວັບຂອງເວັບໄຊເອງ",
    own_pages_how="ວາງແຖວເຫຼົ່ານີ້ໃສ່ <head> ຂອງໜ້າທີ່ກ່ຽວຂ້ອງກັບຟີດນີ້: ໂປຣແກຣມທ່ອງເວັບ ແລະ ໂປຣແກຣມອ່ານຟີດຈະຊອກພົບເອງ.",
    all_feeds="ຟີດທັງໝົດ",
)


def words(*languages: str) -> Words:
    """The words of the first language that we have words of (BCP 47 tags); English otherwise."""
    known = {each.language: each for each in (ENGLISH, LAO)}
    primary = (tag.partition("-")[0].lower() for tag in languages)
    return next((known[tag] for tag in primary if tag in known), ENGLISH)


def carries(feed: Feed, wording: Words = ENGLISH) -> list[str]:
    """What a feed carries, one phrase for each condition."""
    return _phrases(feed.only, wording) or [wording.every_article]


def extent(feed: Feed, wording: Words = ENGLISH) -> str:
    """How much of it a feed carries, as a phrase."""
    how_much = wording.in_full if feed.content == "full" else wording.summaries
    return f"{wording.latest} {feed.length}, {how_much}"


def _phrases(chosen: Filter, wording: Words) -> list[str]:
    phrases = _conditions(chosen, wording)
    if chosen.any:
        choices = [f" {wording.together} ".join(_phrases(each, wording)) for each in chosen.any]
        phrases.append(wording.either.format(f"; {wording.or_else} ".join(choices)))
    if chosen.exclude:
        phrases += [wording.without.format(phrase) for phrase in _alternatives(chosen.exclude, wording)]
    return phrases


def _alternatives(excluded: Filter, wording: Words) -> list[str]:
    """Phrases for what is not carried: any of these."""
    phrases = _conditions(excluded, wording)
    phrases += [f" {wording.together} ".join(_phrases(each, wording)) for each in excluded.any]
    if excluded.exclude and phrases:
        exceptions = f", {wording.or_else} ".join(_alternatives(excluded.exclude, wording))
        phrases[-1] += f" {wording.but_for.format(exceptions)}"
    return phrases


def _conditions(chosen: Filter, wording: Words) -> list[str]:
    named = {name: getattr(chosen, name) for name in wording.nouns}
    return [
        f"{wording.nouns[name][len(values) > 1]}: {', '.join(values)}"
        for name, values in named.items()
        if values
    ]


class MediaFormat(Protocol):
    """The part of a ``jobs.ports.Format`` that links to its documents need."""

    @property
    def extension(self) -> str: ...

    @property
    def media_type(self) -> str: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternate:
    """A feed in one format, as autodiscovery names it. ``file``: its name beside the page;
    ``is_subscribable``: whether feed readers know what to do with it."""

    label: str
    media_type: str
    title: str
    address: str
    file: str
    is_subscribable: bool


def alternates(site: Site, feed: Feed, formats: Mapping[str, MediaFormat]) -> list[Alternate]:
    """A feed in each of its formats, in the order of its declaration: the most important first.

    The first is what a reader takes that finds several
    (https://www.rssboard.org/rss-autodiscovery). Those of a private feed are told relative to its page, which
    may have a reader's secret in its address: the others are behind the same.
    """
    return [
        Alternate(
            label=LABELS.get(name, formats[name].extension.upper()),
            media_type=formats[name].media_type.partition(";")[0],
            title=f"{feed.title} ({LABELS.get(name, formats[name].extension.upper())})",
            address=file if feed.is_private else site.address(feed, formats[name].extension),
            file=file,
            is_subscribable=name not in NOT_FOR_READERS,
        )
        for name in feed.formats
        if name != PAGE
        for file in (path(feed.name, formats[name].extension),)
    ]
