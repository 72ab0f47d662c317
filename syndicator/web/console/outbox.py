"""The page of outboxes in the console: their cards, with photos."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from syndicator.channels.outbox import Outbox, cards
from syndicator.web.channel_pages import PageMeans
from syndicator.web.console.pages import ConsolePages

#: Cards of each outbox on the page.
MAX_CARDS = 60

_PHOTO = re.compile(r"[A-Za-z0-9-]+\.(?:jpg|png|webp)", re.ASCII)


@dataclass(frozen=True)
class OutboxPages:
    """Endpoints below ``Outbox.console_page``. ``outboxes`` by name."""

    console: ConsolePages
    outboxes: Mapping[str, Outbox]

    async def all_cards(self, request: Request) -> Response:
        ask = self.console.context.ask
        shown = {name: await ask(cards, outbox.place, MAX_CARDS) for name, outbox in self.outboxes.items()}
        return self.console.page(request, "console/outbox.html", shown=shown)

    async def photo(self, request: Request) -> Response:
        outbox = self.outboxes.get(request.path_params["name"])
        file = request.path_params["file"]
        if outbox is None or not _PHOTO.fullmatch(file) or not (outbox.place / file).is_file():
            raise HTTPException(404)
        return FileResponse(outbox.place / file, headers={"Cache-Control": "private, max-age=60"})


def outbox_routes(outboxes: Mapping[str, Outbox], means: PageMeans) -> list[Route]:
    pages = OutboxPages(ConsolePages(means.context), outboxes)
    return [
        Route(Outbox.console_page, pages.all_cards),
        Route(f"{Outbox.console_page}/{{name}}/{{file}}", pages.photo),
    ]
