"""Health checks for supervisors and deployments: whether it is up, and whether it is ready."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from syndicator.store.errors import NotReady, StoreError
from syndicator.web.context import NO_ANSWER, Context

log = logging.getLogger(__name__)

#: Whether a check is passed, and its detail.
Check = tuple[bool, str]


@dataclass(frozen=True)
class Health:
    """The endpoints ``/healthz`` and ``/readyz``."""

    context: Context

    async def live(self, request: Request) -> Response:  # noqa: ARG002 - an endpoint's
        """The process answers. Feeds are served without anything else: a load balancer asks this one."""
        return JSONResponse({"status": "up"}, headers={"Cache-Control": "no-store"})

    async def ready(self, request: Request) -> Response:  # noqa: ARG002 - an endpoint's
        """Everything works together: 200, or 503, with each check and its detail."""
        checks = {"documents": self._documents(), **await self._database()}
        is_ready = all(ok for ok, _ in checks.values())
        report = {name: {"ok": ok, "found": detail} for name, (ok, detail) in checks.items()}
        return JSONResponse(
            {"ready": is_ready, "checks": report},
            200 if is_ready else 503,
            headers={"Cache-Control": "no-store"},
        )

    def _documents(self) -> Check:
        context = self.context
        files = [
            f"{feed.name}.{context.formats[name].extension}"
            for feed in context.feeds.values()
            for name in feed.written
        ]
        try:
            built = sum(context.shelf.load(file) is not None for file in files)
        except OSError as e:
            log.error("documents cannot be read: %s", e)
            return False, "documents cannot be read"
        return built > 0 or not files, f"{built} of {len(files)} documents are built"

    async def _database(self) -> dict[str, Check]:
        """The checks that need the database, which is given a few seconds."""
        context = self.context
        try:
            processes = await context.ask_in_time(context.store.processes, context.clock())
        except NotReady as e:
            return _without_database("the database is not ready yet", str(e))
        except StoreError as e:
            return _without_database("the database does not answer", str(e))
        except TimeoutError:
            return _without_database("the database does not answer", NO_ANSWER)
        workers = sum(process.kind == "worker" for process in processes)
        is_written = not context.pulse.error
        detail = "answers" if is_written else self._write_error_text()
        return {"database": (is_written, detail), "worker": (workers > 0, f"{workers} alive")}

    def _write_error_text(self) -> str:
        """The reason for anybody to read: without addresses, and without anybody's command."""
        holder = self.context.pulse.holder
        text = f"process {holder} holds its lock; the console says what to do" if holder else ""
        return ": ".join(filter(None, ["cannot be written", text]))


def _without_database(detail: str, reason: str) -> dict[str, Check]:
    """``reason`` is for the log alone."""
    log.warning("not ready: %s", reason)
    return {"database": (False, detail), "worker": (False, "unknown without the database")}
