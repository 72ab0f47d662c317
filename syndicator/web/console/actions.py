"""The console's forms: an operator's decisions, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syndicator.domain.brakes import Decision
from syndicator.domain.decisions import Impossible, Ruling, retry, skip, was_not_posted, was_posted
from syndicator.domain.delivery import Delivery, Receipt
from syndicator.jobs.job import Job
from syndicator.text.addresses import is_web_address
from syndicator.web.console.auth import cross_site_reason, forgery_reason
from syndicator.web.console.pages import delivery_id
from syndicator.web.context import Context
from syndicator.web.forms import read_form

#: What an operator may decide about a delivery without saying more, and the event that it leaves.
RULINGS: Mapping[str, tuple[Ruling, str]] = {
    "retry": (retry, "an operator asked for another try"),
    "skip": (skip, "skipped by an operator"),
    "absent": (was_not_posted, "an operator looked: it was not posted"),
}


@dataclass(frozen=True)
class ConsoleActions:
    """The endpoints of forms below ``/console``; who gets here has passed the guard. Each raises
    ``HTTPException``: 403 for a form that is not our own page's, 404 for an action that there is not."""

    context: Context

    async def rule(self, request: Request) -> Response:
        """About one delivery. Raises ``Impossible`` where it does not stand so that this can be decided."""
        form = await _genuine_form(request)
        ruling, event = _ruling(request.path_params["action"], form)
        delivery: Delivery = await self.context.ask(
            self.context.store.rule, delivery_id(request), ruling, self.context.clock(), event=event
        )
        return await self._done(form, Job.DELIVER, delivery.channel)

    async def channel(self, request: Request) -> Response:
        """About a channel."""
        store = self.context.store
        return await self._act(
            request, Job.DELIVER, {"pause": store.pause_channel, "resume": store.resume_channel}
        )

    async def source(self, request: Request) -> Response:
        """About a source, and what is held at it."""
        store, now = self.context.store, self.context.clock()
        return await self._act(
            request,
            Job.WATCH,
            {
                "pause": store.pause_source,
                "resume": lambda name: store.resume_source(name, now),
                "look": lambda name: store.look_now(name, now),
                "allow": lambda name: store.decide(name, Decision.ALLOW, now),
                "forget": lambda name: store.decide(name, Decision.FORGET, now),
            },
        )

    async def _act(
        self, request: Request, job: Job, actions: Mapping[str, Callable[[str], None]]
    ) -> Response:
        form = await _genuine_form(request)
        name, action = request.path_params["name"], request.path_params["action"]
        if action not in actions:
            raise HTTPException(404)
        await self.context.ask(actions[action], name)
        return await self._done(form, job if action != "pause" else None, name)

    async def _done(self, form: Mapping[str, str], job: Job | None, name: str) -> Response:
        """Ring for what was decided, and go back to where the operator was."""
        if job:
            await self.context.ask(self.context.bell.ring, job, name)
        back = form.get("back", "")
        return RedirectResponse(back if back.startswith("/console") else "/console", 303)


async def _genuine_form(request: Request) -> Mapping[str, str]:
    """The fields of a form that our own page has sent."""
    if reason := cross_site_reason(request):
        raise HTTPException(403, reason)
    form = await read_form(request)
    if reason := forgery_reason(request, form.get("token", "")):
        raise HTTPException(403, reason)
    return form


def _ruling(action: str, form: Mapping[str, str]) -> tuple[Ruling, str]:
    """What is decided by the action, and the event that it leaves."""
    if action == "posted":
        receipt = _receipt(form)
        where = f" as {receipt.remote_id} {receipt.url}".rstrip() if receipt else ""
        return was_posted(receipt), f"an operator looked: it was posted{where}"
    if action not in RULINGS:
        raise HTTPException(404)
    return RULINGS[action]


def _receipt(form: Mapping[str, str]) -> Receipt | None:
    remote_id, url = form.get("remote_id", "").strip(), form.get("url", "").strip()
    if url and not is_web_address(url):
        raise Impossible("the post's address begins with https:// or http://")
    return Receipt(remote_id=remote_id, url=url) if remote_id else None
