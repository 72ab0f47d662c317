"""What content management systems put behind a text in feeds: where it appeared first, and where to read on.

Known by what they are made of, since they are written in all languages: links to the article itself and to
the site's home.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import regex

from syndicator.domain.addresses import place
from syndicator.text.addresses import same_site, web_address
from syndicator.text.clean import plain
from syndicator.text.excerpts import SITE_MARK, STOP, without_read_on, without_sign_off
from syndicator.text.tracking import clean_url

#: Characters of markup at the end of an entry that are looked at.
MAX_TAIL_CHARS = 3000

#: Characters that such a sentence has besides the title and the site's name.
MAX_OTHER_CHARS = 90

#: Passages that are cut of one text: a link to read on, and where it appeared.
MAX_TAILS = 3

BLOCK = re.compile(
    r"</?(?:p|div|br|hr|li|ul|ol|td|tr|table|h[1-6]|blockquote|figure|section|article)\b[^<>]{0,500}>",
    re.IGNORECASE,
)
HREF = re.compile(
    r"""<a\b[^<>]{0,300}?\bhref\s*=\s*(?:"([^"<>]{1,2000})"|'([^'<>]{1,2000})')""", re.IGNORECASE
)
#: What stands behind a text and shows nothing.
CLOSING = (
    "&nbsp;",
    "<br>",
    "<br/>",
    "<br />",
    *(f"</{name}>" for name in ("p", "div", "span", "em", "i", "b")),
)
CLOSING += ("</strong>", "</small>", "</article>", "</section>")

#: The last link of a text, with what may follow it.
LAST_LINK = re.compile(
    r"""[\[(]?\s*<a\b(?P<attributes>[^<>]{1,2500})>(?P<label>(?:(?!</a>|<img|<a\b).){0,600})</a>(?:[\s\])»›→.…]|&(?:rarr|raquo|rsaquo|hellip|nbsp|\#\d{2,5});){0,8}$""",
    re.IGNORECASE | re.DOTALL,
)

#: The end of a sentence or of an excerpt.
ENDED = regex.compile(rf"{STOP}$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where an entry is from: its own address, its other one (a permalink that is its id), its title, and the
    site's home and name."""

    url: str
    other_url: str = ""
    title: str = ""
    home: str = ""
    site: str = ""

    def is_own(self, url: str) -> bool:
        """Whether an address is the entry's, however its readers are counted."""
        return _bare(url) in {_bare(self.url), _bare(self.other_url)} - {""}

    def is_home(self, url: str) -> bool:
        is_top = _bare(url).partition("?")[0].strip("/").count("/") == 0
        is_named = self.home != "" and _bare(url) == _bare(self.home)
        return (is_top or is_named) and same_site(url, self.url)


def without_tails(markup: str, origin: Origin) -> str:
    """A text's markup without what its system put behind it."""
    for _ in range(MAX_TAILS):
        shorter = _without_tail(markup, origin)
        if shorter == markup or not ("<img" in shorter or plain(shorter[:MAX_TAIL_CHARS])):
            return markup  # as it was: there is nothing else
        markup = shorter
    return markup


def without_text_tails(text: str, origin: Origin) -> str:
    """Plain text without the same sentences, whose links are gone."""
    return without_read_on(without_sign_off(_without_sentence(text, origin)), origin.title)


def _without_tail(markup: str, origin: Origin) -> str:
    head, tail = markup[:-MAX_TAIL_CHARS], _without_closing(markup[-MAX_TAIL_CHARS:])
    opened = [found.end() for found in BLOCK.finditer(tail)]
    start = max([*opened, tail.rfind("\n\n") + 2 if "\n\n" in tail else 0], default=0)
    last = tail[start:]
    if "<a" not in last.lower():
        is_sign_off = opened and (words := plain(last)) and not without_sign_off(words)
        return head + tail[:start] if is_sign_off and "<img" not in last else markup
    links = [web_address(html.unescape(one or two), origin.url) for one, two in HREF.findall(last)]
    if _is_origin(last, links, origin):
        return head + tail[:start]
    found = LAST_LINK.search(last)
    if found and _leads_on(found, last[: found.start()], origin):
        return head + tail[: start + found.start()]
    return markup


def _without_closing(tail: str) -> str:
    """The end of a text up to what it shows last."""
    while True:
        shorter = tail.rstrip()
        closing = next((end for end in CLOSING if shorter.lower().endswith(end)), "")
        if not closing:
            return shorter
        tail = shorter[: -len(closing)]


def _is_origin(last: str, links: list[str], origin: Origin) -> bool:
    """Whether the last paragraph says where the text appeared: it links to article and home alone."""
    words = plain(last)
    own, home = [u for u in links if origin.is_own(u)], [u for u in links if origin.is_home(u)]
    names = len(origin.title) + len(origin.site)
    return (
        bool(home)
        and (bool(own) or (origin.title != "" and origin.title in words))
        and all(u in own or u in home for u in links)
        and len(words)
        <= max(names, len(" ".join(map(plain, re.findall(r"<a\b.*?</a>", last, re.DOTALL)))))
        + MAX_OTHER_CHARS
        and "<img" not in last
    )


def _leads_on(found: re.Match[str], before: str, origin: Origin) -> bool:
    href = HREF.match(f"<a{found['attributes']}>")
    if href is None or not origin.is_own(web_address(html.unescape(href[1] or href[2]), origin.url)):
        return False
    label, said = plain(found["label"]), plain(before)
    is_short = len(label.replace(origin.title, "")) <= MAX_OTHER_CHARS / 2
    return is_short and (not said or ENDED.search(said) is not None)


def _without_sentence(text: str, origin: Origin) -> str:
    at = text.rfind(origin.title) if origin.title else -1
    behind = text[at + len(origin.title) :] if at > 0 else ""
    names = [name for name in (origin.site, *SITE_MARK.split(origin.site)) if len(name) > 2]
    if len(behind) > len(origin.site) + MAX_OTHER_CHARS or not any(name in behind for name in names):
        return text
    before = text[:at].rstrip(" “\"'«„")
    for length in range(min(MAX_OTHER_CHARS // 2, len(before))):
        if ENDED.search(before[: len(before) - length]):
            return before[: len(before) - length]
    return text


def _bare(url: str) -> str:
    try:
        return place(clean_url(url)).partition("#")[0].rstrip("/") if url else ""
    except ValueError:
        return ""
