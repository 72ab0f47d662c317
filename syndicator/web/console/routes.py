"""The addresses of the console, for operators alone (``auth.ConsoleGuard``)."""

from __future__ import annotations

from starlette.routing import Route

from syndicator.web.console.actions import ConsoleActions
from syndicator.web.console.pages import ConsolePages
from syndicator.web.context import Context


def console_routes(context: Context) -> list[Route]:
    pages, actions = ConsolePages(context), ConsoleActions(context)
    return [
        Route("/console", pages.overview),
        Route("/console/deliveries", pages.deliveries),
        Route("/console/deliveries/{id:int}", pages.delivery),
        Route("/console/deliveries/{id:int}/{action}", actions.rule, methods=["POST"]),
        Route("/console/channels/{name}/{action}", actions.channel, methods=["POST"]),
        Route("/console/sources/{name}/{action}", actions.source, methods=["POST"]),
        Route("/console/topics/{name}", pages.topic),
        Route("/console/readers", pages.readers),
    ]
