"""The section that an article stands in, where it says something."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from selectolax.lexbor import LexborHTMLParser

from syndicator.sources.pages.own_part import OwnPart
from syndicator.sources.pages.standfirst import GENERATOR_SELECTOR
from syndicator.text.clean import plain

#: What WordPress calls articles without a section, in its languages (https://translate.wordpress.org), and
#: what sites call their first page.
EMPTY = {
    *(
        "uncategorized",
        "uncategorised",
        "allgemein",
        "nicht kategorisiert",
        "unkategorisiert",
        "non classé",
        "sin categoría",
    ),
    *(
        "sin categorizar",
        "sem categoria",
        "senza categoria",
        "geen categorie",
        "ongecategoriseerd",
        "ikke kategoriseret",
    ),
    *(
        "ukategoriseret",
        "ukategorisert",
        "okategoriserade",
        "okategoriserad",
        "luokittelematon",
        "bez kategorii",
        "nezařazené",
    ),
    *(
        "nezaradené",
        "egyéb kategória",
        "nincs kategorizálva",
        "fără categorie",
        "nekategorizirano",
        "некатегоризирано",
    ),
    *(
        "без рубрики",
        "без категорії",
        "без категории",
        "χωρίς κατηγορία",
        "μη κατηγοριοποιημένο",
        "kategorilenmemiş",
    ),
    *("genel", "未分類", "未分类", "미분류", "ไม่มีหมวดหมู่", "ບໍ່ມີໝວດໝູ່", "chưa phân loại", "tak berkategori"),
    *(
        "tidak dikategorikan",
        "tanpa kategori",
        "غير مصنف",
        "دسته‌بندی نشده",
        "כללי",
        "sense categoria",
        "sailkatugabea",
    ),
    *(
        "home",
        "homepage",
        "home page",
        "startseite",
        "inicio",
        "início",
        "accueil",
        "hjem",
        "hem",
        "etusivu",
        "главная",
        "首页",
    ),
}

#: Links to the article's category: http://microformats.org/wiki/rel-tag, as WordPress writes them, or its
#: block of terms; and to its primary tag (https://ghost.org/docs/themes/contexts/post/) in Ghost's own theme.
LINK = 'a[rel~="category"], .cat-links a, .entry-categories a, .taxonomy-category a, a.gh-article-tag'

MAX_CHARS = 100


def telling(names: Iterable[str]) -> str:
    """The first of these names that says something."""
    return next((name for name in names if name and name.casefold() not in EMPTY), "")


def primary_tag(page: LexborHTMLParser, tags: Sequence[str]) -> str:
    """The first of an article's tags on sites of Ghost, which has no sections: whatever the theme shows, its
    own feed has that as the first category."""
    return telling(tags[:1]) if page.css_first(GENERATOR_SELECTOR) is not None else ""


def linked(page: LexborHTMLParser, own_part: OwnPart) -> str:
    """The section that the article links to in its own part."""
    names = (plain(node.html or "") for node in own_part.ordered(page, LINK))
    return telling(name for name in names if len(name) <= MAX_CHARS)
