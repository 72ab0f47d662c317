"""A person's browser, sent to a service and waited for: by a server on this machine, or by what it shows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

import typer

from syndicator.cli.terminal import print_line
from syndicator.domain.errors import SyndicatorError
from syndicator.http.oauth import SignIn

#: Seconds for a person to sign in, and for a browser to send its request.
SIGN_IN_S, REQUEST_S = 600.0, 5.0

#: Where the browser comes back to.
PATH = "/signed-in"

#: What services take for a browser on another machine: they show the code
#: (https://docs.joinmastodon.org/client/authorized/).
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"

PAGE = '<!doctype html><meta charset="utf-8"><title>Syndicator</title><p>{}</p>'


class CallbackServer(HTTPServer):
    """Takes one browser's return. ``back``: the parameters that it came with."""

    timeout = 1.0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), CallbackHandler)
        self.back: Mapping[str, str] = {}

    @property
    def redirect_uri(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{PATH}"

    def visit(self, url: str) -> Mapping[str, str]:
        """The parameters of the browser's return. Raises ``SyndicatorError`` where it does not come."""
        print_line(f"Open this in a browser on this machine, and allow it:\n\n  {url}\n")
        deadline = time.monotonic() + SIGN_IN_S
        while not self.back:
            if time.monotonic() > deadline:
                raise SyndicatorError("nobody came back from the browser: begin again, or paste a token")
            self.handle_request()
        return self.back


class CallbackHandler(BaseHTTPRequestHandler):
    """The page that a browser ends on."""

    server: CallbackServer
    timeout = REQUEST_S

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        back = dict(parse_qsl(address.query))
        is_return = address.path == PATH and bool(back.keys() & {"code", "error"})
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
def browser_sign_in(*, elsewhere: bool) -> Iterator[SignIn]:
    """A sign-in by a browser on this machine, or ``elsewhere``."""
    if elsewhere:
        yield SignIn(redirect_uri=OUT_OF_BAND, visit=_paste_code)
        return
    with CallbackServer() as server:
        yield SignIn(redirect_uri=server.redirect_uri, visit=server.visit)


def _paste_code(url: str) -> Mapping[str, str]:
    print_line(f"Open this in a browser, and allow it:\n\n  {url}\n")
    return {"code": typer.prompt("The code that is shown then", hide_input=True).strip()}
