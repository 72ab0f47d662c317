"""Mailing lists, as readers see them: where they sign up, confirm and leave.

::

    /lists/NAME                   the form, and what takes it (POST)
    /lists/NAME/confirm/TICKET    a page with a button (GET), and what it does (POST)
    /lists/NAME/leave/TICKET      likewise; and one click in a mail program (RFC 8058)

What is asked for by GET changes nothing: scanners follow every link in a mail. No answer tells whether an
address is on a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from syndicator.domain.errors import SyndicatorError
from syndicator.domain.recipient import RecipientState
from syndicator.mail.addresses import mail_address, masked
from syndicator.mail.desk import Desk, desks
from syndicator.store.errors import StoreError
from syndicator.throttled_log import ThrottledLog
from syndicator.web.callers import client_network
from syndicator.web.channel_pages import PageMeans
from syndicator.web.context import RETRY_AFTER_S, Context
from syndicator.web.forms import MAX_FORM_BYTES, read_body, read_form
from syndicator.web.limits import Allowance, Throttle

P = ParamSpec("P")
T = TypeVar("T")

#: Sign-ups that one client may send in a minute, and all of them together: each sends a mail to somebody.
MAX_SIGN_UPS, MAX_ALL_SIGN_UPS = 5, 60

#: Tickets that are nobody's, of one client in a minute.
MAX_MISSES = 20

#: Messages about signing up that are sent at once, and addresses that wait for one.
MAX_SENDING, MAX_WAITING = 2, 200

#: What mail programs send for one click (RFC 8058 section 3.2).
ONE_CLICK = ("List-Unsubscribe", "One-Click")


def list_routes(channels: Mapping[str, object], means: PageMeans) -> list[Route]:
    """The routes of mailing lists (``channel_pages``)."""
    context = means.context
    return MailingListPages(context, desks(channels, means.store, context.clock)).routes


@dataclass(frozen=True)
class MailingListPages:
    """The pages of all lists. ``desks``: by the names of their channels."""

    context: Context
    desks: Mapping[str, Desk]
    clients: Throttle = field(default_factory=lambda: Throttle(limit=MAX_SIGN_UPS))
    everybody: Allowance = field(default_factory=lambda: Allowance(MAX_ALL_SIGN_UPS))
    misses: Throttle = field(default_factory=lambda: Throttle(limit=MAX_MISSES))
    sending: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(MAX_SENDING))
    waiting: set[tuple[str, str]] = field(default_factory=set)
    complaints: ThrottledLog = field(default_factory=ThrottledLog)

    @property
    def routes(self) -> list[Route]:
        both = ["GET", "POST"]
        return [
            Route("/lists/{name}", self.sign_up, methods=both),
            Route("/lists/{name}/confirm/{ticket}", self.confirm, methods=both),
            Route("/lists/{name}/leave/{ticket}", self.leave, methods=both),
        ]

    async def sign_up(self, request: Request) -> Response:
        desk = self._desk(request)
        if request.method != "POST":
            return self._form(desk)
        address = (await read_form(request)).get("address", "").strip()
        if wait := self._wait(request):
            return self._form(desk, address, complaint="too_many", status=429, retry_after=wait)
        try:
            known_form = mail_address(address)
        except ValueError:
            return self._form(desk, address, complaint="bad_address", status=400)
        try:  # whether the database is there is all that the answer may depend on
            await self.context.ask_in_time(desk.store.recipient, desk.office.name, known_form)
        except (StoreError, TimeoutError):
            return self._form(desk, address, complaint="unavailable", status=503, retry_after=RETRY_AFTER_S)
        response = self._page(desk, "sent")
        if (desk.office.name, known_form) not in self.waiting and len(self.waiting) < MAX_WAITING:
            self.waiting.add((desk.office.name, known_form))
            response.background = BackgroundTask(self._send, desk, known_form)
        return response

    async def confirm(self, request: Request) -> Response:
        desk, ticket = self._desk(request), request.path_params["ticket"]
        if refusal := self._too_many_misses(request, desk):
            return refusal
        try:
            if request.method == "POST":
                if await self.context.ask_in_time(desk.confirm, ticket):
                    return self._page(desk, "joined")
            elif await self.context.ask_in_time(desk.awaiting, ticket):
                return self._page(desk, "begin", button="begin")
        except (StoreError, TimeoutError):
            return self._unavailable(desk)
        return self._missed(request, desk)

    async def leave(self, request: Request) -> Response:
        desk, ticket = self._desk(request), request.path_params["ticket"]
        if refusal := self._too_many_misses(request, desk):
            return refusal
        try:
            if request.method != "POST":
                reader = await self.context.ask_in_time(desk.holder, ticket)
                if reader is None:
                    return self._missed(request, desk)
                if reader.state in (RecipientState.LEFT, RecipientState.DEAD):
                    return self._page(desk, "left")
                return self._page(desk, "leave", button="leave")
            fields = await _fields(request)
            is_one_click = [*fields.items()] == [ONE_CLICK]
            if not is_one_click and fields.get("sure") != "yes":
                return self._page(desk, "leave", button="leave", status=400)
            if not await self.context.ask_in_time(desk.leave, ticket):
                return self._missed(request, desk)
        except (StoreError, TimeoutError):
            return self._unavailable(desk)
        return PlainTextResponse("Unsubscribed.\n") if is_one_click else self._page(desk, "left")

    async def _send(self, desk: Desk, address: str) -> None:
        """Ask an address whether it is meant, once its answer is out."""
        try:
            await to_thread.run_sync(partial(desk.sign_up, address), limiter=self.sending)
        except SyndicatorError as e:
            self.complaints.warn(
                "channel %s: %s cannot be asked whether it is to join: %s",
                desk.office.name,
                masked(address),
                e,
            )
        finally:
            self.waiting.discard((desk.office.name, address))

    def _desk(self, request: Request) -> Desk:
        desk = self.desks.get(request.path_params["name"])
        if desk is None:
            raise HTTPException(404)
        return desk

    def _wait(self, request: Request) -> float:
        """Seconds until this client may sign somebody up; 0: it has just been counted."""
        client = client_network(request)
        if wait := self.clients.wait(client):
            return wait
        self.clients.record(client)
        return self.everybody.wait("")

    def _too_many_misses(self, request: Request, desk: Desk) -> Response | None:
        wait = self.misses.wait(client_network(request))
        if not wait:
            return None
        return self._form(desk, complaint="too_many", status=429, retry_after=wait)

    def _missed(self, request: Request, desk: Desk) -> Response:
        self.misses.record(client_network(request))
        return self._page(desk, "old", status=404, way_back=True)

    def _unavailable(self, desk: Desk) -> Response:
        return self._form(desk, complaint="unavailable", status=503, retry_after=RETRY_AFTER_S)

    def _form(
        self,
        desk: Desk,
        address: str = "",
        *,
        complaint: str = "",
        status: int = 200,
        retry_after: float = 0.0,
    ) -> Response:
        page = self._page(desk, "join", status=status, asks=True, address=address, complaint=complaint)
        if retry_after:
            page.headers["Retry-After"] = str(int(retry_after) + 1)
        return page

    def _page(
        self,
        desk: Desk,
        what: str,
        *,
        status: int = 200,
        button: str = "",
        asks: bool = False,
        address: str = "",
        complaint: str = "",
        way_back: bool = False,
    ) -> Response:
        """A page of a list: ``what`` names its words (``ListWords``)."""
        names, words = desk.office.names, desk.office.names.words

        def said(name: str) -> str:
            return str(getattr(words, name)).format(title=names.title)

        page = self.context.page(
            "mailing_list.html",
            status,
            words=words,
            names=names,
            title=said(f"{what}_title"),
            text=said("join_lead" if what == "join" else f"{what}_text"),
            button=said(button) if button else "",
            asks=asks,
            address=address[:254],
            complaint=said(complaint) if complaint else "",
            form=f"/lists/{desk.office.name}",
            way_back=way_back,
        )
        page.headers["Cache-Control"] = "no-store"
        page.headers["Referrer-Policy"] = "no-referrer"  # addresses of pages are tickets
        return page


async def _fields(request: Request) -> Mapping[str, str]:
    """The fields of a form, in either of the encodings that one click may come in (RFC 8058 section 3.2)."""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "multipart/form-data":
        return await read_form(request)
    body = await read_body(request, MAX_FORM_BYTES)
    whole = message_from_bytes(b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n" + body)
    fields: dict[str, str] = {}
    for part in whole.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            content = part.get_payload(decode=True)
            fields.setdefault(name, content.decode("utf-8", "replace") if isinstance(content, bytes) else "")
    return fields
