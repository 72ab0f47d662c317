"""Web addresses: made absolute, told from other text, and compared by the site that they belong to."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote, urljoin, urlsplit

#: Characters of an address: as many as every server has to take (RFC 9110 section 4.1), and few enough to
#: match against declared patterns.
MAX_ADDRESS_CHARS = 8000

#: Who mail goes to, and what it is about; a telephone number, without spaces, and what belongs to it.
MAIL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~,-]{1,200}@[\w.,@%:\[\]+-]{1,500}(?:\?[\w.!$&'()*+,;:@/?%=~-]{0,1000})?"
)
TELEPHONE = re.compile(r"\+?[\d().*#-]{2,40}(?:;[\w.=+%-]{1,100})?")


#: Addresses, and paths from a site's root, that are written as they are joined and taken apart.
WHOLE = re.compile(r"https?://[a-z0-9.-]+(?:/[\w/.%~+,-]*(?:\?[\w/.%~+,=&-]+)?)?")
ROOTED = re.compile(r"(?:/[\w%~+,-][\w.%~+,-]*)+/?(?:\?[\w/.%~+,=&-]+)?")


@lru_cache(maxsize=1024)  # menus name an address many times, and each reader of a page asks again
def web_address(href: str, base_url: str = "") -> str:
    """The absolute http(s) address that ``href`` names on a page at ``base_url``; "" where it names none."""
    if len(href) > MAX_ADDRESS_CHARS:
        return ""
    if WHOLE.fullmatch(href):  # most are, or are rooted, which is told much sooner
        return href
    root = _root(base_url) if ROOTED.fullmatch(href) else ""
    return f"{root}{href}" if root else _joined(href, base_url)


@lru_cache(maxsize=64)
def _root(base_url: str) -> str:
    """The site of a page, as an address without a path; "" where it has none."""
    return _joined("/", base_url).removesuffix("/")


def _joined(href: str, base_url: str) -> str:
    try:
        url = urljoin(base_url, href.strip())
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 80)
    except ValueError:
        return ""
    return url if is_web else ""


def contact_address(href: str) -> str:
    """The address of mail or telephone that ``href`` is (RFC 6068, RFC 3966); "" where it is none."""
    scheme, _, rest = href.strip().partition(":")
    match scheme.lower():
        case "mailto" if MAIL.fullmatch(rest := rest.strip().replace(" ", "%20")):
            return f"mailto:{rest}"
        case "tel" if TELEPHONE.fullmatch(number := "".join(unquote(rest).split())):
            return f"tel:{number}"
        case _:
            return ""


def is_web_address(text: str) -> bool:
    """Whether a link may lead there: never into a script or a file. Whether anything is there, or could be,
    is not looked at."""
    return text.startswith(("https://", "http://"))


def is_server_address(address: str) -> bool:
    """Whether an address is a server's own: a web address without a path."""
    found = web_address(address)
    return bool(found) and not urlsplit(found).path.strip("/")


def check_server(address: str, example: str) -> None:
    """Raises ``ValueError`` for a setting ``server`` that is no server's own address, with one that is."""
    if not is_server_address(address):
        raise ValueError(f'server: {address!r} is no address of a server: write "{example}"')


def same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one registrable domain (``www.news.example``, ``m.news.example``)."""
    a, b = urlsplit(one).hostname, urlsplit(other).hostname
    return a == b or bool(a and b and _domain(a) == _domain(b) != "")


@lru_cache(maxsize=256)
def _domain(host: str) -> str:
    from tld import get_fld  # noqa: PLC0415 - the Public Suffix List, and most sites have one host

    listed = get_fld(f"https://{host}", fail_silently=True)
    # What the list does not know ends with one label: https://github.com/publicsuffix/list/wiki/Format
    labels = host.split(".")
    return listed or (".".join(labels[-2:]) if len(labels) > 1 and not labels[-1].isdigit() else "")
