"""The byline that a page shows: links to authors, microdata, microformats, and what sites call a byline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import regex
from selectolax.lexbor import LexborHTMLParser, LexborNode

from syndicator.sources.pages.names import PREFIX, names
from syndicator.sources.pages.own_part import OwnPart
from syndicator.text.clean import plain
from syndicator.text.markup import parse_own, remove

#: What is one author: https://html.spec.whatwg.org/#link-type-author, https://schema.org/author,
#: http://microformats.org/wiki/hentry, and links to authors' pages.
FOLDERS = (
    *(
        "author",
        "authors",
        "autor",
        "autoren",
        "autores",
        "auteur",
        "auteurs",
        "autore",
        "autori",
        "journalist",
    ),
    *("reporter", "reporters", "profile", "profil", "people", "writers", "contributors", "staff", "by"),
)
AUTHOR = ", ".join(
    (
        *('[rel~="author"]', '[itemprop~="author"]', ".p-author", ".vcard .fn", ".author .fn"),
        *(f'a[href*="/{folder}/"]' for folder in FOLDERS),
        *('a[href*="-authors/"]', 'a[href*="-author/"]', 'a[href*="?author="]', 'a[href*="?_author="]'),
    )
)

#: What holds one or several of them, as sites call it.
BYLINE = (
    '[class*="byline" i], [class*="author" i], [data-testid*="byline" i], [id="author" i], [class*="autor" i]'
)

#: Parts of a byline that are no names.
NO_NAMES = (
    "time, button, script, style, svg, img, noscript, select, input, [class*=date i], [class*=time i], "
    "[class*=comment i], [class*=bio i], [class*=description i], [class*=role i], [class*=job i], "
    "[class*=title i], [class*=social i], [class*=share i], [class*=follow i], [class*=twitter i], "
    "[class*=avatar i], [class*=sr-only i], [class*=screen-reader i], [class*=section i], [class*=categor i]"
)

#: What sites tell of an author, in what is called so.
ABOUT = "[class*=description i], [class*=role i], [class*=job i]"

#: Characters of a byline; characters and words of a name in it, and how many there are in one.
MAX_BYLINE_CHARS, MAX_NAME_CHARS, MAX_NAME_WORDS, MAX_NAMES = 250, 50, 6, 8

#: Lines of a byline without marks, characters of a line of several authors, and of the markup of one.
MAX_LINES, MAX_LINE_CHARS, MAX_MARKUP_CHARS = 4, 600, 25_000

#: Characters beside a link to an author's page in its line: a date, other names.
MAX_CHARS_BESIDE = 120

#: Elements that hold more than a line.
SECTIONING = {"body", "html", "main", "article", "section", "ul", "ol"}

#: Elements that are looked at: a page of comments has thousands.
MAX_CANDIDATES = 60

#: How far below the headline a byline is looked for that is not marked: levels up, and elements of each.
MAX_LEVELS_BELOW, MAX_SIBLINGS_BELOW = 3, 4

#: Marks that set a byline apart from what stands before it in its line.
LINE_MARKS = "-–—|•·/ "

#: What else somebody may have done for an article than write it, right before their name.
OTHER_PART = re.compile(
    r"\b(?:(?:edited|reviewed|fact[- ]?checked|checked|translated|produced|designed|illustrated|photographed"
    r"|data analysis|photo(?:s|graphs?|graphy)?|pictures?|illustrations?|images?|videos?|graphics?)\s+by"
    r"|(?:bearbeitet|redigiert|geprüft|übersetzt|fotos?|bilder|illustration(?:en)?|video)\s+von"
    r"|(?:édité|relu|traduit|vérifié|photos?|illustrations?)\s+(?:par|de)"
    r"|(?:editado|revisado|traducido|fotos?|fotografías?|ilustraci(?:ón|ones))\s+(?:por|de))\W*$",
    re.IGNORECASE,
)

#: How far before a name those words are looked for: levels up, elements of each, and characters of them.
MAX_LEVELS_BEFORE, MAX_SIBLINGS_BEFORE, MAX_PART_CHARS = 2, 4, 60

#: The end of a line whose name stands in the next one.
OPEN_END = re.compile(r"(?:^|\W)(?:by|and|und|et|y|von|par|por|di|da|door|av|af|with|&|,|:)$", re.IGNORECASE)

#: Characters of the longest of them, with what stands before it, and one more, so that no word is cut to one.
MAX_END_CHARS = 6

#: Scripts in which a name is one word.
UNSPACED = regex.compile(r"[\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]{2}")

NAME_WORD = regex.compile(
    r"(?:[\p{Lu}\p{Lt}\p{Lo}]|(?:d|l|O|al|el|bin|bint|ibn)['’-])[\p{L}\p{M}.'’-]*", regex.IGNORECASE & 0
)
PARTICLES = {
    *(
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "la",
        "le",
        "el",
    ),
    *(
        "al",
        "bin",
        "ibn",
        "ter",
        "ten",
        "zu",
        "zur",
        "af",
        "av",
        "y",
        "e",
        "i",
        "of",
        "the",
        "and",
        "st.",
        "for",
    ),
    "und",
}

#: Words of which no name is made: what else stands beside one.
NO_NAME = re.compile(
    r"\b(?:read|view|more|follow|posts?|articles?|about|contact|e-?mail|share|comments?|log ?in|sign"
    r"|subscribe|updated|published|min|minutes?|ago|home|menu|search|profile|bio|website|january|february|march|april"
    r"|june|july|august|september|october|november|december|all|by|reply|copy|print|reviewed|edited"
    r"|fact[- ]checked|medically|photo|image|credit|source"
    r"|guidelines|polic(?:y|ies)|standards|process|head of|marketing|development|officer|president"
    r"|team member)\b",
    re.IGNORECASE,
)


def byline(page: LexborHTMLParser, own_part: OwnPart) -> tuple[str, ...]:
    """The names in the article's byline, the nearest to its headline."""
    for node in own_part.ordered(page, f"{AUTHOR}, {BYLINE}")[:MAX_CANDIDATES]:
        if node.css_matches(AUTHOR):
            found = _marked(_beside(node)) if _is_line(node) else ()
        else:
            found = () if node.css_matches(ABOUT) else _inside(node)
        if found:
            return found
    return _below(own_part)


def _inside(node: LexborNode) -> tuple[str, ...]:
    """The names in what a site calls a byline: those that are marked, or else its words."""
    marked = [each for each in node.css(AUTHOR) if each.mem_id != node.mem_id]
    if marked:
        return _marked(marked)
    lines = _text(node).split("\n")[:MAX_LINES]
    is_byline = bool(PREFIX.match(lines[0])) or "byline" in (node.attributes.get("class") or "").lower()
    if is_byline:
        return _plausible("\n".join(lines), 1)
    return next(filter(None, (_plausible(line, 2) for line in lines)), ())


def _below(own_part: OwnPart) -> tuple[str, ...]:
    """The names in a line below the headline that begins as bylines do ("By ..."), however it is marked."""
    ancestor = own_part.heading
    for _ in range(MAX_LEVELS_BELOW):
        sibling = ancestor.next if ancestor is not None else None
        for _ in range(MAX_SIBLINGS_BELOW):
            if sibling is None:
                break
            if sibling.is_element_node and own_part.has(sibling):
                texts = (line.lstrip(LINE_MARKS) for line in _text(sibling).split("\n"))
                lines = (line for line in texts if PREFIX.match(line))
                if found := next(filter(None, (_plausible(line, 1) for line in lines)), ()):
                    return found
            sibling = sibling.next
        ancestor = ancestor.parent if ancestor is not None else None
    return ()


def _beside(node: LexborNode) -> Sequence[LexborNode]:
    """An author and the others of the same kind in the same line."""
    kind, group = _kind(node), [node]
    for ancestor in (node.parent, node.parent.parent if node.parent else None):
        if ancestor is None or ancestor.tag in SECTIONING or len(ancestor.text()) > MAX_LINE_CHARS:
            break
        group = [each for each in ancestor.css(AUTHOR) if _kind(each) == kind]
    if group == [node]:
        group += [each for each in _next(node) if _kind(each) == kind]
    return group


def _is_line(node: LexborNode) -> bool:
    """Whether an author stands in a line of authors: a text may link to somebody, too."""
    attributes = node.attributes
    is_sure = "author" in f"{attributes.get('rel')} {attributes.get('itemprop')}"
    text = node.parent.text() if node.parent is not None else ""
    return is_sure or len(" ".join(text.split())) <= len(node.text().strip()) + MAX_CHARS_BESIDE


def _next(node: LexborNode) -> Iterator[LexborNode]:
    """The authors right behind one, with no more than a comma between them."""
    sibling = node.next
    for _ in range(2 * MAX_NAMES):
        if sibling is None:
            return
        if sibling.is_element_node:
            if not sibling.css_matches(AUTHOR):
                return
            yield sibling
        elif sibling.text().strip(" ,&\n\t"):
            return
        sibling = sibling.next


def _kind(node: LexborNode) -> tuple[str, str, str]:
    """How an author is marked: what links to one have in common is their folder."""
    attributes = node.attributes
    folder = urlsplit(attributes.get("href") or "").path.rstrip("/").rpartition("/")[0]
    return attributes.get("rel") or "", attributes.get("itemprop") or "", folder


def _marked(nodes: Sequence[LexborNode]) -> tuple[str, ...]:
    """The names of marked authors, each once."""
    found: dict[str, str] = {}
    covered: set[int] = set()
    for node in nodes:
        if node.mem_id in covered:
            continue
        covered.update(each.mem_id for each in node.css("*"))
        text = _author_text(node)
        alone = names(text) if len(text.split()) == 1 else ()  # an account is as good as a name here
        plausible = alone or _plausible(text, 1)
        if plausible and _has_other_part(node):
            continue
        for name in plausible:
            found.setdefault(name.casefold(), name)
        if len(found) > MAX_NAMES:
            return ()
    return tuple(found.values())


def _has_other_part(node: LexborNode) -> bool:
    """Whether the words right before somebody say that they did something else than to write the article."""
    each: LexborNode | None = node
    for _ in range(MAX_LEVELS_BEFORE):
        before, words = each.prev if each is not None else None, ""
        for _ in range(MAX_SIBLINGS_BEFORE):
            if before is None:
                break
            words = before.text()[-MAX_PART_CHARS:] + words
            before = before.prev
        if words.strip():
            return bool(OTHER_PART.search(" ".join(words.split())[-MAX_PART_CHARS:]))
        each = each.parent if each is not None else None
    return False


def _author_text(node: LexborNode) -> str:
    """The name of a marked author: of a thing, its own name."""
    name = node.css_first('[itemprop~="name"]') or node.css_first(".fn, .p-name")
    content = (name or node).attributes.get("content")
    return content if content is not None else _text(name or node)


def _text(node: LexborNode) -> str:
    """The words of an element, a line for each of its parts."""
    markup = node.inner_html or ""
    if len(markup) > MAX_MARKUP_CHARS:
        return ""
    part = parse_own(" ".join(markup.split()))
    remove(part, NO_NAMES)
    lines = [plain(line) for line in part.text(separator="\n").split("\n")]
    return _joined([line for line in lines if line])


def _joined(lines: Sequence[str]) -> str:
    """Lines as they belong together: "By" and the name behind it are one."""
    text = ""
    for line in lines:
        is_one = OPEN_END.search(text[-MAX_END_CHARS:]) or line[:1] in (",", "&")
        text += line if not text else (" " if is_one else "\n") + line
    return text


def _plausible(text: str, min_words: int) -> tuple[str, ...]:
    """The names in a text, as far as they look like names."""
    if len(text) > MAX_BYLINE_CHARS:
        return ()
    found = tuple(name for name in names(text) if _is_name(name, min_words))
    return found if len(found) <= MAX_NAMES else ()


def is_whole_name(name: str) -> bool:
    """Whether a name looks like that of a person in full, rather than like an account or a desk."""
    return _is_name(name, 2)


def _is_name(name: str, min_words: int) -> bool:
    words = name.split()
    if len(name) > MAX_NAME_CHARS or len(words) > MAX_NAME_WORDS or NO_NAME.search(name):
        return False
    is_whole = len(words) >= min_words or bool(UNSPACED.match(name))
    return is_whole and all(word.lower() in PARTICLES or NAME_WORD.match(word) for word in words)
