"""What a person is shown where a page cannot be."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from syndicator.domain.decisions import Impossible
from syndicator.store.errors import NotReady, StoreError
from syndicator.throttled_log import ThrottledLog
from syndicator.web.context import Context

log = logging.getLogger(__name__)

Handler = Callable[[Request, Exception], Response]


def error_pages(context: Context) -> Mapping[type[Exception] | int, Handler]:
    """Starlette's exception handlers: by what was raised, or by the status."""

    def page(status: int, title: str, text: str) -> Response:
        return context.page("apology.html", status, title=title, why=text)

    def http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - what this handler is registered for
        if error.status_code == 404:
            return page(404, "Nothing here", "No page has this address.")
        response = page(error.status_code, "Not done", f"{error.detail}.")
        response.headers.update(error.headers or {})
        return response

    disconnects = ThrottledLog()

    def client_left(request: Request, _: Exception) -> Response:
        disconnects.warn(
            "%s %r: the client left before its request was whole", request.method, request.url.path
        )
        return Response(status_code=400)  # which nobody reads

    def without_database(title: str) -> Handler:
        return lambda _, e: page(503, title, f"{e}. Feeds are still served.")

    def defect(request: Request, error: Exception) -> Response:
        log.error("%s %s", request.method, request.url.path, exc_info=error)
        return page(500, "A defect", f"{type(error).__name__}; the log says more.")

    return {
        HTTPException: http,
        ClientDisconnect: client_left,
        Impossible: lambda _, e: page(409, "Not possible", f"{e}."),
        NotReady: without_database("The database is not ready"),
        StoreError: without_database("The database does not answer"),
        500: defect,
    }
