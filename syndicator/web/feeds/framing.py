"""Which heads of requests are taken: those of which everybody on the way reads the same.

Each server before us and we have to see the same host and the same end in a request, or requests are
smuggled past one of us (RFC 9112 section 11.2).
"""

from __future__ import annotations

import re
from functools import lru_cache

from httptools import HttpRequestParser

from syndicator.web.headers import HeaderLines, RequestHeaders, by_name

#: Header lines that a request may have.
MAX_HEADERS = 128

#: ``uri-host [":" port]`` (RFC 9110 section 7.2), and never empty (section 4.2.1).
HOST = re.compile(rb"(?:[\w.~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?", re.ASCII)

#: A target in absolute form (RFC 9112 section 3.2.2): a host, and what is asked of it.
ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)


class RequestRefused(Exception):
    """A request that is answered by the connection itself, which ends with it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def examined(
    url: bytes, lines: HeaderLines, parser: HttpRequestParser
) -> tuple[bytes, HeaderLines, RequestHeaders]:
    """The target in origin form (RFC 9112 section 3.2.1), and the headers with the host that counts, in
    lines and by name. Raises ``RequestRefused`` where it is not certain for whom the request is, or where it
    ends."""
    headers = by_name(lines)
    host = headers.get(b"host")
    is_each_once = len(headers) == len(lines)
    if not is_each_once or host is None or b"transfer-encoding" in headers or not _is_host(host):
        _examine_framing(lines, is_http10=parser.get_http_version() == "1.0")
    if len(lines) > MAX_HEADERS:
        raise RequestRefused(431, "The head of this request has too many lines")
    if url.startswith(b"/"):
        return url, lines, headers
    target, lines = _origin_form(url, lines)
    return target, lines, by_name(lines)


def _examine_framing(lines: HeaderLines, *, is_http10: bool) -> None:
    hosts = [value for name, value in lines if name == b"host"]
    codings = [value for name, value in lines if name == b"transfer-encoding"]
    if len(hosts) != 1 and not (is_http10 and not hosts):  # RFC 9112 section 3.2
        raise RequestRefused(400, "A request names one host, in one Host header")
    if hosts and not _is_host(hosts[0]):
        raise RequestRefused(400, "This is no host")
    if codings:  # RFC 9112 section 6.1
        if is_http10:
            raise RequestRefused(400, "HTTP/1.0 knows no Transfer-Encoding")
        if b",".join(codings).strip().lower() != b"chunked":
            raise RequestRefused(501, "The one Transfer-Encoding that is known here is chunked")


def _origin_form(url: bytes, headers: HeaderLines) -> tuple[bytes, HeaderLines]:
    """Of a target as for a proxy; the host that it names is the one (RFC 9112 section 3.2.2)."""
    match = ABSOLUTE.fullmatch(url)
    if match is None:
        raise RequestRefused(400, "This is no address of ours")
    host, target = match.groups()
    if not _is_host(host):
        raise RequestRefused(400, "This is no host")
    others = [header for header in headers if header[0] != b"host"]
    return target if target.startswith(b"/") else b"/" + target, [(b"host", host), *others]


@lru_cache(maxsize=1024)
def _is_host(value: bytes) -> bool:
    return HOST.fullmatch(value) is not None
