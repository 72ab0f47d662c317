"""What browsers may do with our pages (Content Security Policy: https://www.w3.org/TR/CSP3/)."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: For every page: nothing but our own style and script, nothing inline, in nobody's frame. Readers' pages
#: may show the site's icon.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' https:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

CONSOLE_POLICY = POLICY.replace(" https:", "")

#: For a feed's page, which sends it by itself: photos from wherever they are, and nothing is asked for or
#: sent.
FEED_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https: http:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


class SecurityHeaders:
    """ASGI middleware that adds these headers to a response, where it has none of that name."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_console = scope["path"].startswith("/console")
        policy = CONSOLE_POLICY if is_console else POLICY
        defaults = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]
        if is_console:
            defaults.append((b"cache-control", b"no-store"))

        async def send_with_defaults(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in defaults if h[0] not in names)]
            await send(message)

        await self.app(scope, receive, send_with_defaults)
