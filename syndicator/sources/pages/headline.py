"""A page's headline, without what sites put around it: their name, the section, the day.

A cut too many is worse than one too few: nothing goes that the page's own heading shows, and a dash alone
parts nothing that is not known to be the site's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import regex

#: Between a headline and what is not part of it. Those of the second row also stand in headlines.
SEPARATOR = re.compile(
    r"\s*[|｜•¦]+\s*|\s+(?:::+|//|[»«›‹·~>⋆★♥]+)\s+|(?P<weak>\s+(?:[-–—―]+|:|/|<)\s+|\s[-–—]+(?=\S)|_)"
)

#: Characters of a title, and separators in one; whatever has more is none.
MAX_TITLE_CHARS, MAX_SEPARATORS = 1000, 20

#: What may stand right in front of the site's name, wide or not.
NAME_MARKS = ("-", "–", "—", "\uff0d", ":", "：", "·", "｜")

LAST_BRACKET = re.compile(r"[(\[](?:via )?(?P<text>[^()\[\]]{2,60})[)\]]$")

#: A name, a colon, and the headline: a headline itself, unless the page shows it without.
NAME_IN_FRONT = re.compile(r"(?P<site>[^:]{2,60}):\s+(?P<rest>\S.*)")

#: Letters that a heading has at least before it says where a headline ends; where words are not told apart,
#: there are fewer of them. What follows it has at most so many words.
MIN_HEADING_LETTERS, MIN_IDEOGRAPHS, MAX_REST_WORDS = 15, 6, 8

#: Letters of a host's label that is recognised with other words behind it.
MIN_LABEL_LETTERS = 8

#: How much of the site's name is as good as all of it behind a mere dash.
MIN_PART_OF_NAME = 0.6

#: Words that sites add to their names, or leave out.
SITE_WORDS = {
    *(
        "the",
        "der",
        "die",
        "das",
        "le",
        "la",
        "les",
        "el",
        "los",
        "il",
        "de",
        "het",
        "news",
        "online",
        "com",
        "org",
        "net",
    ),
    *(
        "www",
        "official",
        "site",
        "website",
        "blog",
        "magazine",
        "newspaper",
        "media",
        "tv",
        "home",
        "homepage",
    ),
}

#: Labels of hosts that are nobody's name.
COMMON_LABELS = {
    *("www", "news", "blog", "web", "home", "com", "org", "net", "gov", "edu", "info", "amp", "mobile"),
    "",
}

#: What sites call an article, in their languages.
KINDS = {
    *(
        "news",
        "blog",
        "article",
        "articles",
        "opinion",
        "commentary",
        "analysis",
        "video",
        "photos",
        "podcast",
        "story",
    ),
    *(
        "nachrichten",
        "artikel",
        "meinung",
        "kommentar",
        "actualités",
        "opinión",
        "noticias",
        "notícias",
        "notizie",
    ),
    *(
        "nieuws",
        "nyheter",
        "nyheder",
        "wiadomości",
        "новости",
        "haberler",
        "berita",
        "tin tức",
        "新闻",
        "新聞",
        "ニュース",
        "뉴스",
    ),
    *("ข่าว", "ຂ່າວ"),
}

DAY = re.compile(r"(?=.*\b(?:19|20)\d\d\b)[\d\s.,:/-]*(?:[^\W\d]{1,12}\.?[\d\s.,:/-]+){0,3}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a page says besides its title. ``sites``: the names that the site has; ``host``: its host;
    ``sections``: the article's; ``shown``: its headings; ``titles``: what else may be its headline."""

    sites: Sequence[str] = ()
    host: str = ""
    sections: Sequence[str] = ()
    shown: Sequence[str] = ()
    titles: Sequence[str] = ()


def headline(title: str, around: Surroundings) -> str:
    """The title as the newsroom wrote it: without the site's name before or behind it, nor the section or the
    day that stand beside that."""
    if len(title) > MAX_TITLE_CHARS:
        return title
    if title.endswith(("…", "...")):
        title = _whole(title, (*around.shown, *around.titles))
    if bare(title) in map(bare, around.shown) and not is_site(title, around):
        return title
    if is_site(title, around):
        others = (*around.shown, *around.titles)
        return next((text for text in others if is_telling(bare(text)) and not is_site(text, around)), title)
    named = NAME_IN_FRONT.match(title)
    if named and is_site(named["site"], around) and bare(named["rest"]) in map(bare, around.shown):
        return named["rest"]
    separators = list(SEPARATOR.finditer(title))
    if not 0 < len(separators) <= MAX_SEPARATORS:
        return _without_end(title, around)
    return _at_heading(title, separators, around) or _without_site(title, separators, around)


def bare(text: str) -> str:
    """The letters and digits of a text alone: what is left of it in an address."""
    return "".join(regex.findall(r"[\p{L}\p{M}\p{N}]+", text.casefold()))


def _whole(title: str, headings: Iterable[str]) -> str:
    """A title that was cut short, as a heading has it whole."""
    start = title.rstrip(".… ")
    whole = (
        heading for heading in headings if heading.startswith(start) and not heading.endswith(("…", "..."))
    )
    return next(whole, title) if len(start) >= MIN_HEADING_LETTERS else title


def _at_heading(title: str, separators: Sequence[re.Match[str]], around: Surroundings) -> str:
    """The part of a title that a heading shows, if what is beside it is short; else ""."""
    headings = {bare(text) for text in (*around.shown, *around.titles) if not is_site(text, around)}
    telling = {heading for heading in headings if is_telling(heading)}
    for separator in separators:
        before, behind = title[: separator.start()], title[separator.end() :]
        for part, rest in ((before, behind), (behind, before)):
            if bare(part) in telling and (_words(rest) <= MAX_REST_WORDS or is_site(rest, around)):
                return part.strip()
    return ""


def _without_site(title: str, separators: Sequence[re.Match[str]], around: Surroundings) -> str:
    start, end = 0, len(title)
    seen_site = False
    remaining = list(separators)
    while remaining:
        last = remaining[-1]
        part, is_weak = title[last.end() : end], bool(last["weak"])
        is_around = is_site(part, around, is_weak=is_weak) or (
            (seen_site or not is_weak) and _is_label(part, around)
        )
        if not is_around:
            break
        seen_site = seen_site or is_site(part, around, is_weak=is_weak)
        end = remaining.pop().start()
    if remaining and is_site(title[: remaining[0].start()], around):
        rest = title[remaining[0].end() : end]
        if not remaining[0]["weak"] or (is_telling(bare(rest)) and not rest[:1].islower()):
            start = remaining[0].end()
    kept = title[start:end].strip()
    return kept if any(map(str.isalpha, kept)) else title


def _without_end(title: str, around: Surroundings) -> str:
    """A title without the site's whole name in brackets, or right behind a colon or a dash."""
    if (bracket := LAST_BRACKET.search(title)) and is_site(bracket["text"], around):
        return title[: bracket.start()].rstrip()
    for site in filter(None, around.sites):
        start = title[: -len(site)].rstrip()
        if title.casefold().endswith(site.casefold()) and start.endswith(NAME_MARKS):
            return start.rstrip("".join((*NAME_MARKS, " "))) or title
    return title


def is_site(text: str, around: Surroundings, *, is_weak: bool = True) -> bool:
    """Whether a text is the site's name, as the page or the host has it. ``is_weak``: to the letter, but for
    the words that sites add to it."""
    letters, words = bare(text), _words(text)
    if not letters:
        return False
    core = _core(text)
    for site in filter(None, around.sites):
        if letters == bare(site) or (core and core == _core(site)):
            return True
        is_inside = words > 1 and letters in bare(site)
        if is_inside and is_weak:
            is_inside = len(letters) >= MIN_PART_OF_NAME * len(bare(site))
        is_longer = (
            not is_weak
            and len(bare(site)) > 3
            and letters.startswith(bare(site))
            and words <= _words(site) + 3
        )
        if is_inside or is_longer:
            return True
    return _is_host(letters, core, words, around.host, is_weak=is_weak)


def _is_host(letters: str, core: str, words: int, host: str, *, is_weak: bool) -> bool:
    labels = host.removeprefix("www.").split(".")
    if letters in (bare(host), bare("".join(labels))):
        return True
    for label in {bare(label) for label in labels[:-1]} - COMMON_LABELS:
        if not is_weak and len(letters) > 3 and (label.startswith(letters) or label.endswith(letters)):
            return True
        if words > 1 and len(letters) >= MIN_LABEL_LETTERS and label.startswith(letters):
            return True
        if label in (letters, core) and (len(label) > 3 or not is_weak):
            return True
        if len(label) >= MIN_LABEL_LETTERS and letters.startswith(label) and words <= 5:
            return True
    return False


def _is_label(part: str, around: Surroundings) -> bool:
    """Whether a part is the article's section or kind, or a day."""
    is_section = bare(part) in {bare(section) for section in around.sections}
    return is_section or part.strip().casefold() in KINDS or bool(DAY.fullmatch(part))


def is_telling(letters: str) -> bool:
    minimum = (
        MIN_IDEOGRAPHS
        if regex.match(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]", letters)
        else MIN_HEADING_LETTERS
    )
    return len(letters) >= minimum


def _core(text: str) -> str:
    return "".join(w for w in regex.findall(r"[\p{L}\p{M}\p{N}]+", text.casefold()) if w not in SITE_WORDS)


def _words(text: str) -> int:
    return len(text.split())
