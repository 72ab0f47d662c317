"""The site's pages: from what is published to HTML, with the markup of two very different real sites.

English pages say everything in JSON-LD and OpenGraph, as a modern publisher's do. Lao pages say next to
nothing in metadata, write dates day first without a zone, and surround the text with page furniture, as
many of the region's do.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from syndicator.example_site import NAMES
from syndicator.example_site.acts import Published
from syndicator.example_site.content import SECTIONS

ZONE = ZoneInfo("Asia/Vientiane")

#: When a site without any article last changed.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

#: Pixels of the photos, as `example/draw_photos.py` makes them.
SIZE = (1600, 1000)

RELATED = {"en": 3, "lo": 4}
FEED_LENGTH = 20

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "home": "Home",
        "latest": "Latest",
        "motto": "News from the river towns of Vang Thong and Phou Dok",
        "photo": "Photo",
        "correction": "Correction",
        "related": "More stories",
        "more": "All English stories",
        "other": "ພາສາລາວ",
        "nothing": "Nothing is published here at the moment.",
        "invented": "An example. Every place, person and event is invented.",
        "missing": "There is no such page.",
        "gone": "This story has been taken back.",
    },
    "lo": {
        "home": "ໜ້າຫຼັກ",
        "latest": "ຂ່າວຫຼ້າສຸດ",
        "motto": "ຂ່າວຈາກບ້ານເມືອງແຄມນ້ຳ ວັງທອງ ແລະ ພູດອກ",
        "photo": "ພາບ",
        "correction": "ແກ້ໄຂ",
        "related": "ຂ່າວອື່ນໆ",
        "more": "ຂ່າວພາສາລາວທັງໝົດ",
        "other": "English",
        "nothing": "ຕອນນີ້ຍັງບໍ່ມີຂ່າວ.",
        "invented": "ນີ້ແມ່ນຕົວຢ່າງ. ສະຖານທີ່, ບຸກຄົນ ແລະ ເຫດການທັງໝົດແມ່ນແຕ່ງຂຶ້ນ.",
        "missing": "ບໍ່ມີໜ້ານີ້.",
        "gone": "ຂ່າວນີ້ຖືກຖອນແລ້ວ.",
    },
}

templates = Environment(
    loader=PackageLoader("syndicator.example_site"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
templates.filters["local"] = lambda at: at.astimezone(ZONE).isoformat()
templates.filters["day_first"] = lambda at: at.astimezone(ZONE).strftime("%d/%m/%Y %H:%M")
templates.filters["spelled"] = lambda at: f"{at.astimezone(ZONE):%-d %B %Y, %H:%M}"
templates.globals.update(names=NAMES, sections=SECTIONS, words=WORDS, size=SIZE)


@dataclass(frozen=True)
class ExampleSite:
    """All pages, as readers at the address ``base`` see them. ``published``: newest first."""

    base: str
    published: Sequence[Published]

    @property
    def modified(self) -> datetime:
        """When anything on the site last changed."""
        return max((one.changed for one in self.published), default=NEVER)

    def readable(self, language: str, section: str = "") -> list[Published]:
        """What is to be read in a language: newest first, and nothing that was retracted."""
        return [
            one
            for one in self.published
            if one.story.language == language and not one.retracted and section in ("", one.story.section)
        ]

    def home(self) -> str:
        """The front page, in both languages."""
        return self._render("home.html", "en", columns={each: self.readable(each) for each in NAMES})

    def listing(self, language: str, section: str = "") -> str:
        """Everything in a language, or a section of it."""
        return self._render(
            "listing.html", language, section=section, listed=self.readable(language, section)
        )

    def find(self, language: str, slug: str) -> Published | None:
        """The story at an address, retracted or not."""
        return next((p for p in self.published if (p.story.language, p.slug) == (language, slug)), None)

    def article(self, one: Published) -> str:
        """A story's own page."""
        language = one.story.language
        related = [other for other in self.readable(language) if other is not one][: RELATED[language]]
        return self._render(
            f"article_{language}.html",
            language,
            one=one,
            related=related,
            json_ld=_script(self._json_ld(one)),
            reads=1200 + one.story.id * 7919 % 3000,
        )

    def message(self, language: str, what: str, reason: str = "") -> str:
        """A page that says that there is none. ``what``: one of ``WORDS``."""
        return self._render("message.html", language, what=what, reason=reason)

    def feed(self) -> str:
        """The newest English stories in Atom."""
        return self._render(
            "feed.xml", "en", listed=self.readable("en")[:FEED_LENGTH], modified=self.modified
        )

    def address(self, one: Published) -> str:
        """A story's absolute address."""
        return f"{self.base}/{one.story.language}/{one.slug}"

    def photo(self, one: Published) -> str:
        """The absolute address of a story's photo; empty where it has none."""
        return f"{self.base}/photos/{one.story.picture.file}" if one.story.picture else ""

    def _json_ld(self, one: Published) -> dict[str, Any]:
        """The story as https://schema.org/NewsArticle."""
        story = one.story
        data: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "mainEntityOfPage": self.address(one),
            "headline": one.title,
            "description": one.summary,
            "datePublished": one.published.astimezone(ZONE).isoformat(),
            "dateModified": one.updated.astimezone(ZONE).isoformat(),
            "inLanguage": story.language,
            "articleSection": SECTIONS[story.section][story.language],
            "keywords": list(story.tags),
            "author": [{"@type": "Person", "name": name} for name in story.authors],
            "publisher": {"@type": "NewsMediaOrganization", "name": NAMES["en"], "url": f"{self.base}/"},
        }
        if story.place:
            data["contentLocation"] = {"@type": "Place", "name": story.place}
        if story.picture:
            data["image"] = {
                "@type": "ImageObject",
                "url": self.photo(one),
                "width": SIZE[0],
                "height": SIZE[1],
                "caption": story.picture.caption,
                "creditText": story.picture.credit,
            }
        if one.note:
            data["correction"] = one.note
        return data

    def _render(self, template: str, language: str, **values: Any) -> str:
        say = WORDS[language]
        return templates.get_template(template).render(site=self, language=language, say=say, **values)


def _script(data: Mapping[str, Any]) -> Markup:
    """JSON that no text in it can end the script element of."""
    return Markup(json.dumps(data, ensure_ascii=False, indent=1).replace("<", "\\u003c"))  # noqa: S704
