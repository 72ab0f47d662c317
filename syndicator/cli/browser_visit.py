"""A person's browser, sent to a service and waited for: by a server on this machine, or by what it shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

from syndicator.cli.terminal import ask_hidden, guide
from syndicator.domain.errors import SyndicatorError
from syndicator.http.oauth import CALLBACK, SignIn

#: Seconds for a person to sign in, and for a browser to send its request.
SIGN_IN_S, REQUEST_S = 600.0, 5.0

#: Where the browser comes back to.
PORT, PATH = urlsplit(CALLBACK).port or 0, urlsplit(CALLBACK).path

#: Parameters one of which it then brings: those of OAuth 2.0 and 1.0a.
BACK = {"code", "error", "oauth_verifier", "denied"}

PAGE = '<!doctype html><meta charset="utf-8"><title>Syndicator</title><p>{}</p>'


class CallbackServer(HTTPServer):
    """Takes one browser's return. ``back``: the parameters that it came with."""

    timeout = 1.0

    def __init__(self) -> None:
        try:
            super().__init__(("127.0.0.1", PORT), CallbackHandler)
        except OSError as e:
            raise SyndicatorError(
                f"the browser is to come back to port {PORT} of this machine, which is not free "
                f"({e.strerror}): end what listens there, or sign in with --elsewhere"
            ) from e
        self.back: Mapping[str, str] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{PATH}"

    def visit(self, url: str) -> Mapping[str, str]:
        """The parameters of the browser's return. Raises ``SyndicatorError`` where it does not come."""
        guide(f"Open this in a browser on this machine, and allow it:\n\n  {url}\n")
        deadline = time.monotonic() + SIGN_IN_S
        while not self.back:
            if time.monotonic() > deadline:
                raise SyndicatorError(
                    f"nobody came back from the browser to {self.address}: where the service does not know "
                    "that address, register it as it is; begin again, or paste a token (--paste)"
                )
            self.handle_request()
        return self.back


class CallbackHandler(BaseHTTPRequestHandler):
    """The page that a browser ends on."""

    server: CallbackServer
    timeout = REQUEST_S

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        back = dict(parse_qsl(address.query))
        is_return = address.path == PATH and bool(back.keys() & BACK)
        if is_return:
            self.server.back = back
        words = "Go back to the terminal: it goes on there." if is_return else "There is nothing here."
        page = PAGE.format(escape(words)).encode()
        self.send_response(200 if is_return else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Referrer-Policy", "no-referrer")  # the code is in the address
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing: the code would stand in it."""


@contextmanager
def browser_sign_in(ask: Callable[[str], str], *, elsewhere: bool) -> Iterator[SignIn]:
    """A sign-in by a browser on this machine, or ``elsewhere``."""
    if elsewhere:
        yield SignIn(visit=_typed_in, ask=ask, is_elsewhere=True)
        return
    with CallbackServer() as server:
        yield SignIn(visit=server.visit, ask=ask, callback=server.address)


def _typed_in(url: str) -> Mapping[str, str]:
    """What a browser elsewhere was given: a code on a page, or parameters of an address that leads nowhere
    there."""
    guide(f"Open this in a browser, and allow it:\n\n  {url}\n")
    words = ask_hidden("the code that is shown then, or the whole address where the browser ends")
    return dict(parse_qsl(urlsplit(words).query)) if "://" in words else {"code": words}
