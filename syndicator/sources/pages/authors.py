"""Who wrote the article of a page: as its metadata have it, or else its byline. A person comes before an
organisation, and names before accounts, mail addresses and credits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from syndicator.sources.pages import jsonld, meta
from syndicator.sources.pages.headline import Surroundings, is_site
from syndicator.sources.pages.names import names, told_apart
from syndicator.sources.pages.own_part import OwnPart
from syndicator.sources.pages.page_byline import byline, is_whole_name
from syndicator.text.addresses import is_web_address

#: Names of metadata that hold authors, in lower case: HTML (https://html.spec.whatwg.org/#meta-author),
#: OpenGraph as it is used in practice, The New York Times, Parse.ly (https://docs.parse.ly/metatags/),
#: Sailthru, Webtrends, Cxense, and those in which a family name may stand first: Highwire Press
#: (https://scholar.google.com/intl/en/scholar/inclusion.html), Dublin Core.
META_NAMES = (
    *("author", "article:author", "article:author_name", "og:article:author", "byl", "parsely-author"),
    *("sailthru.author", "dcsext.author", "cxenseparse:author", "cse_author", "vr:author"),
)
INVERTED_META_NAMES = ("citation_author", "dc.creator", "dcterms.creator")

#: What Yoast SEO calls an author in ``twitter:label1`` (https://yoast.com/features/enhanced-slack-sharing/).
LABELS = {
    *(
        "written by",
        "words by",
        "story by",
        "report by",
        "interview by",
        "review by",
        "author",
        "by",
        "verfasst von",
        "geschrieben von",
        "autor",
        "écrit par",
        "auteur",
        "escrito por",
    ),
    *(
        "scritto da",
        "autore",
        "geschreven door",
        "skriven av",
        "skrevet av",
        "skrevet af",
        "napisane przez",
        "napsal",
    ),
    *(
        "написано автором",
        "автор",
        "yazan",
        "執筆者",
        "投稿者",
        "作者",
        "작성자",
        "글쓴이",
        "ditulis oleh",
        "được viết bởi",
        "เขียนโดย",
    ),
}

#: What companies have in their names, as the law of their countries asks.
COMPANY = re.compile(
    r"(?:^|[\s,])(?:Inc|Ltd|LLC|L\.?L\.?P|Corp|GmbH|AG|e\.?\s?V|S\.?A|S\.?p\.?A|S\.?r\.?l|B\.?V|N\.?V|A/S|ASA|PLC|Pty)"
    r"\.?$|株式会社|有限公司|주식회사"
)


class Authors:
    """The authors of one page, as they are found. ``dropped``: texts in the metadata that hold no name."""

    def __init__(self, around: Surroundings, publishers: Sequence[str] = ()) -> None:
        self.around = around
        self._publishers = {name.casefold() for name in publishers}
        self.persons: tuple[str, ...] = ()
        self.origin = ""
        self.dropped: list[str] = []
        self._others: tuple[tuple[str, ...], str] = ((), "")

    def offer(self, origin: str, texts: Sequence[str], *, is_inverted: bool = False) -> None:
        """Take the names in these texts where nobody is named yet."""
        if self.persons:
            return
        found = told_apart(texts, is_inverted=is_inverted)
        self.dropped += [text for text in texts if text and not names(text) and not is_web_address(text)]
        persons = tuple(name for name in found if not self._is_organisation(name))
        if persons:
            self.persons, self.origin = persons, origin
        else:
            self.offer_other(origin, found)

    def offer_byline(self, shown: tuple[str, ...]) -> None:
        """Take the names of the byline where nobody is named yet, or where it names others beside the one who
        is: systems know one account for each article, and who wrote it together stands on the page."""
        others = self._with_others(shown)
        if others:
            self.persons, self.origin = others, "byline"
        else:
            self.offer("byline", shown)

    def _with_others(self, shown: tuple[str, ...]) -> tuple[str, ...]:
        """The persons in a byline of several that has the one who is known; none where it is none."""
        if len(self.persons) != 1:
            return ()
        persons = tuple(name for name in told_apart(shown) if not self._is_organisation(name))
        others = [name for name in persons if not _is_same(name, self.persons[0])]
        is_known = len(others) == len(persons) - 1
        return persons if is_known and others and all(is_whole_name(name) for name in others) else ()

    def _is_organisation(self, name: str) -> bool:
        is_publisher = name.casefold() in self._publishers
        return is_publisher or bool(COMPANY.search(name)) or is_site(name, self.around)

    def offer_other(self, origin: str, organisations: Sequence[str]) -> None:
        """Keep these for a page on which no person is named."""
        if organisations and not self._others[0]:
            self._others = tuple(dict.fromkeys(organisations)), origin

    def found(self) -> tuple[tuple[str, ...], str]:
        """The names, and their origin."""
        return (self.persons, self.origin) if self.persons else self._others


def _is_same(shown: str, known: str) -> bool:
    """Whether a name is the one that is known, with a title before it or not."""
    return f" {shown.casefold()}".endswith(f" {known.casefold()}")


def find(
    page: LexborHTMLParser,
    article: Mapping[str, Any],
    metas: Mapping[str, Sequence[str]],
    own_part: OwnPart,
    around: Surroundings,
) -> Authors:
    """The authors that a page names."""
    authors = Authors(around, meta.publishers(metas))
    persons, organisations = jsonld.authors(article.get("author") or article.get("creator"))
    if persons:
        authors.offer("json-ld", (*persons, *organisations))
    authors.offer_other("json-ld", organisations)
    together = [text for name in META_NAMES[:2] for text in metas.get(name, ())]
    authors.offer("meta author", [text for text in together if not is_web_address(text)])
    for name in (*META_NAMES[2:], *INVERTED_META_NAMES):
        authors.offer(f"meta {name}", metas.get(name, ()), is_inverted=name in INVERTED_META_NAMES)
    for number in ("1", "2"):
        if metas.get(f"twitter:label{number}", ("",))[0].strip(" :").lower() in LABELS:
            authors.offer(f"twitter:data{number}", metas.get(f"twitter:data{number}", ()))
    if len(authors.persons) < 2:
        authors.offer_byline(byline(page, own_part))
    return authors
