"""What a newsroom or an operator wrote for an article's posts, as it may stand in them."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, unquote, urlsplit

from syndicator.posts.words import paragraphs, without_links
from syndicator.text.excerpts import is_read_on, without_read_on
from syndicator.text.tracking import untracked

#: What may stand behind an article's address: parameters of campaigns, a place within the page.
BEHIND_ADDRESS = r"/?(?:[?&](?P<query>[\w%.+~=&;-]*))?(?:#[\w%.~-]*)?(?![\w/%-])"

#: The end of a line behind an address in it.
END_OF_LINE = re.compile(r"\s*[.。។।!)\]]?\s*")


@lru_cache(64)  # the articles that channels are at
def own_words(written: str, url: str) -> str:
    """The text in its own paragraphs, without links; its article's address stands behind it anyway, and goes
    from the ends of lines. Nothing where it said nothing else."""
    return without_links(paragraphs("\n".join(_line(line, url) for line in written.splitlines())))


def _line(line: str, url: str) -> str:
    """A line without the address; nothing where it only leads there."""
    # A query that is no campaign's makes another address of it.
    found = next(
        (each for each in _own_address(url).finditer(line) if not untracked(each["query"] or "")), None
    )
    if found is None:
        return line
    before, behind = line[: found.start()].rstrip(), _line(line[found.end() :], url)
    if not END_OF_LINE.fullmatch(behind):
        return f"{line[: found.start()]}{_host(urlsplit(url))}{behind}"
    before = before.rstrip(" ([<")
    return "" if is_read_on(before) else without_read_on(before)


@lru_cache(64)
def _own_address(url: str) -> re.Pattern[str]:
    """The address with whatever scheme; a site's first page is one with a scheme alone."""
    parts = urlsplit(url)
    host, path = _host(parts), parts.path.rstrip("/")
    whole = f"{host}{path}" + (f"/?{parts.query}" if parts.query else "")
    forms = "|".join(re.escape(form).replace(r"/\?", r"/?\?") for form in {whole, unquote(whole)})
    scheme = r"(?:https?://(?:www\.)?|(?<![\w./@-])(?:www\.)?)" if path else r"https?://(?:www\.)?"
    return re.compile(f"{scheme}(?:{forms}){BEHIND_ADDRESS}", re.IGNORECASE)


def _host(parts: SplitResult) -> str:
    """The host as people call it, with its port where it has one."""
    return parts.netloc.rpartition("@")[2].lower().removeprefix("www.")
