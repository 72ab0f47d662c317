"""One request to a callback and its reply, over aiohttp: ``requests`` cannot be stopped while it waits for
headers, and needs a thread for each request.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import ssl
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from typing import Any

import aiohttp
from yarl import URL

from syndicator.domain.errors import FetchError
from syndicator.domain.subscription import CallbackReply
from syndicator.http.client import AddressGuard, plainly
from syndicator.http.guarded_connector import guarded_connector
from syndicator.http.retry_after import retry_at
from syndicator.jobs.ports import CallbackRequest

#: Bytes of an answer's body that are read. Of its head aiohttp reads 128 lines of 8190 bytes.
MAX_BODY_BYTES = 16_384

#: Bytes that are written at once: no more of a large feed waits in memory for a slow receiver.
CHUNK_BYTES = 65_536

#: Seconds that the rest of an answer may take whose status is all that matters.
DISCARD_TIMEOUT_S = 0.5


def open_session(guard: AddressGuard, user_agent: str, resolving: Executor) -> aiohttp.ClientSession:
    """A session that keeps connections, but no cookies, obeys no environment and has no time limit of its
    own. ``resolving``: the threads in which names are looked up."""
    return aiohttp.ClientSession(
        connector=guarded_connector(guard, resolving),
        headers={"User-Agent": user_agent},
        skip_auto_headers=["Accept-Encoding"],
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
        trace_configs=[_trace_of_kept_connections()],
    )


async def exchange(session: aiohttp.ClientSession, request: CallbackRequest) -> CallbackReply:
    """The reply of a callback. Raises ``FetchError`` in an operator's words."""
    trace_context = {"is_kept": False}
    try:
        try:
            return await _exchange(session, request, trace_context)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            # a kept connection may be closed under our hands; a fresh one tells
            if not trace_context["is_kept"]:
                raise
            return await _exchange(session, request, trace_context)
    except (aiohttp.ClientError, OSError, ValueError) as e:
        raise FetchError(request.url, _in_words(e)) from e


async def _exchange(
    session: aiohttp.ClientSession, request: CallbackRequest, trace_context: dict[str, bool]
) -> CallbackReply:
    if not re.fullmatch(r"[!-~]+", request.url):
        raise ValueError("not an address that can be sent")
    length = {"Content-Length": str(len(request.body))} if request.body else {}
    async with session.request(
        request.method,
        URL(request.url, encoded=True),  # a query of the subscriber's own stays as it is
        headers={**request.headers, **request.late_headers(), **length},
        data=_chunks(request.body) if request.body else None,
        allow_redirects=False,
        trace_request_ctx=trace_context,
    ) as response:
        body = await _beginning(response, is_wanted=request.method == "GET")
        later = retry_at(response.headers) if response.status in (429, 503) else None
        return CallbackReply(status=response.status, body=body, retry_at=later)


async def _chunks(content: bytes) -> AsyncIterator[memoryview]:
    for start in range(0, len(content), CHUNK_BYTES):
        yield memoryview(content)[start : start + CHUNK_BYTES]


async def _beginning(response: aiohttp.ClientResponse, *, is_wanted: bool) -> bytes:
    """The beginning of a body. That of a reply to content is of no interest: it is only read so that the
    connection can carry another request."""
    try:
        async with asyncio.timeout(None if is_wanted else DISCARD_TIMEOUT_S):
            return await response.content.readexactly(MAX_BODY_BYTES)
    except asyncio.IncompleteReadError as e:
        return e.partial
    except (TimeoutError, aiohttp.ClientError):
        if is_wanted:
            raise
        return b""


def _trace_of_kept_connections() -> aiohttp.TraceConfig:
    async def note(_session: aiohttp.ClientSession, context: Any, _: object) -> None:
        context.trace_request_ctx["is_kept"] = True

    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(note)
    return trace


def _in_words(error: Exception) -> str:
    """An error in an operator's words, without the address."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return _in_words(error.certificate_error)
        case aiohttp.ClientConnectorError():
            return _in_words(error.os_error)
        case ssl.SSLError():
            return f"TLS: {error.reason or error}"
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError():
            return "closed the connection before its answer was whole"
        case aiohttp.ClientResponseError() if re.search("more than|Too many", error.message):
            return "its answer's head is too long"
        case aiohttp.ClientResponseError():
            return "its answer is not HTTP/1.1"
        case OSError() if error.errno in errno.errorcode and error.errno:
            return os.strerror(error.errno).lower()
        case _:
            return plainly(error)
