"""The configuration of an nginx in front: it serves feeds as static files, with our own server's headers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined

from syndicator.config import Declared
from syndicator.domain.errors import Misconfigured
from syndicator.domain.feed import path

#: Characters of a key that nginx's maps take as they are: what fits into a bucket of 64 bytes with two
#: pointers and a length (https://nginx.org/en/docs/hash.html). Larger buckets can be declared once for all
#: of nginx only, and perhaps are elsewhere.
MAX_KEY_LENGTH = 46

#: The number of an archive: all of them have the same headers, but for this number.
ARCHIVE = 1


def configuration(declared: Declared) -> str:
    """The file for what is declared. Raises ``Misconfigured`` where nginx cannot do it."""
    keep, site, address = declared.keep, declared.site, urlsplit(declared.web.address)
    if keep.is_in_bucket:
        raise Misconfigured(
            f"[keep] documents: nginx serves a folder, and {keep.documents} is a bucket: put a CDN before it"
        )
    if address.path:
        raise Misconfigured(
            f"[web] public_url: {declared.web.address} has a path, and nginx is given a host of its own: "
            "leave the path out"
        )
    feeds = [feed for feed in declared.feeds.values() if not feed.is_private] or [*declared.feeds.values()]
    sample, extension = feeds[0], "rss"
    usual, ages = _by_feed({feed.name: feed.cache_control() for feed in feeds})
    usual_of_archives, ages_of_archives = _by_feed({feed.name: feed.cache_control(ARCHIVE) for feed in feeds})
    return _TEMPLATE.render(
        documents=keep.documents,
        upstream=_reachable(declared),
        host=address.hostname,
        usual=usual,
        ages=ages,
        usual_of_archives=usual_of_archives,
        ages_of_archives=ages_of_archives,
        feeds_url=site.feeds_url,
        links=_after(site.links(sample, extension), path(sample.name, extension)),
        links_of_archives=_after(
            site.links(sample, extension, ARCHIVE), path(sample.name, extension, ARCHIVE)
        ),
    )


def _by_feed(headers: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """What most feeds say, and what each of the others does."""
    [(usual, _)] = Counter(headers.values()).most_common(1)
    return usual, {name: value for name, value in sorted(headers.items()) if value != usual}


def _after(header: str, document: str) -> str:
    """What follows the document's own name in its ``Link``."""
    return header.partition(document)[2]


def _reachable(declared: Declared) -> str:
    """Where nginx finds us on the same machine."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what is declared, not what we listen on
    web = declared.web
    return f"{everywhere[web.host]}:{web.port}" if web.host in everywhere else web.listen


def _key(feed: str) -> str:
    """A feed in a map; as an expression where the name is long. The slash: no feed is called ``default``."""
    key = f"/{feed}"
    return key if len(key) <= MAX_KEY_LENGTH else f"~^{key}$"


def _quoted(text: str) -> str:
    """A string of nginx's, in which nothing is a variable: it knows no way to write a dollar sign."""
    if "$" in text:
        raise Misconfigured(f"nginx cannot be told of {text!r}, which has a $ in it: choose another one")
    return text.replace("\\", "\\\\").replace("'", "\\'")


_PAGES = Environment(  # noqa: S701 - it is no HTML; every value is quoted
    trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, keep_trailing_newline=True
)
_PAGES.filters |= {"quoted": _quoted, "key": _key}
_TEMPLATE = _PAGES.from_string(Path(__file__).with_name("nginx.conf").read_text("utf-8"))
