"""Celery's settings, each with its reason. Celery imports this module when it first needs them.

To import it reads nothing and makes nothing: which broker is declared is asked by ``declared_broker``, once
an application needs one, of the folder that ``SYNDICATOR_FOLDER`` names, else of the current one.
"""

from __future__ import annotations

import errno
import os
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kombu.entity import Exchange, Queue

from syndicator import brokers
from syndicator.domain.errors import Misconfigured, SyndicatorError
from syndicator.jobs.job import Job
from syndicator.jobs.ports import MESSAGE_LIFE
from syndicator.processes.file_broker import SCHEME
from syndicator.secret import Secret

#: Seconds between sweeps: what a lost doorbell costs.
SWEEP_EVERY_S = 2.0


def folder() -> Path:
    """Where the declarations are."""
    return Path(os.environ.get("SYNDICATOR_FOLDER", ".")).resolve()


def broker_url(home: Path) -> str:
    """The broker that a folder declares. Only this is read, so that a beat need not load everything that
    the whole declarations name; whoever runs jobs reads and checks them all. Raises ``Misconfigured``."""
    file = home / "syndicator.toml"
    try:
        keep = tomllib.loads(file.read_text("utf-8")).get("keep", {})
    except (OSError, ValueError) as e:
        raise Misconfigured(f"{file} cannot be read ({e}): `syndicator check` says more") from e
    declared = str(keep.get("broker", "filesystem:var/broker"))
    try:
        return brokers.address(_reveal(declared), home)
    except (Misconfigured, ValueError) as e:
        raise Misconfigured(f"{file}: [keep] broker: {e}") from e


def _reveal(declared: str) -> str:
    return Secret.parse(declared).reveal() if declared.startswith(("env:", "file:")) else declared


def declared_broker() -> dict[str, Any]:
    """Address and options of the broker that is declared for this process. Raises ``Misconfigured``."""
    return broker(broker_url(folder()))


def _with_master(url: str) -> tuple[str, str]:
    """A Sentinel's addresses as kombu takes them (separated by ``;``), and the name of the master to ask them
    for; that of Redis's own manual where none is named (https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/)."""
    parts = [urlsplit(part) for part in url.split(";")]
    masters = [name for part in parts for name in parse_qs(part.query).get("master", ())]
    return ";".join(part._replace(query="").geturl() for part in parts), (masters or ["mymaster"])[0]


def place(url: str) -> Path:
    """The folder of a broker that is one: ``filesystem:PATH``."""
    return Path(url.removeprefix("filesystem:").removeprefix("//"))


def broker(url: str) -> dict[str, Any]:
    """The broker's address and options. ``filesystem:PATH`` needs no server: messages are files in a folder,
    which is made. ``sentinel://`` takes the name of the master from ``?master=NAME``. Raises
    ``SyndicatorError`` where the folder cannot be made or written: it may be mended at any time."""
    if not url.startswith("filesystem:"):
        # A server that hangs holds up no job that rings: the sweep rings again.
        is_redis = url.startswith(("redis", "sentinel"))
        options: dict[str, Any] = {"socket_timeout": 15, "socket_connect_timeout": 5} if is_redis else {}
        if url.startswith("sentinel://"):
            url, options["master_name"] = _with_master(url)
        return {"broker_url": url, "broker_transport_options": options}
    root = place(url)
    for name in ("messages", "control", "processed"):
        _make_folder(root / name, root)
    return {
        "broker_url": f"{SCHEME}://localhost",
        "broker_transport_options": {
            "data_folder_in": str(root / "messages"),
            "data_folder_out": str(root / "messages"),
            "control_folder": str(root / "control"),
            "processed_folder": str(root / "processed"),
            "store_processed": False,
            # The default of a second would be most of the time from notice to post.
            "polling_interval": 0.05,
            "message_life_s": MESSAGE_LIFE.total_seconds(),
        },
    }


def _make_folder(folder: Path, root: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as e:
        raise SyndicatorError(
            f"syndicator.toml: [keep] broker: {root} cannot be written: {e.strerror}: it must be a folder of "
            "this user's, or there must be nothing, so that it can be made"
        ) from e


def _queue(job: Job) -> Queue:
    return Queue(job.value, Exchange(job.value), routing_key=job.value, no_ack=True)


accept_content = ["json"]  # ids only; nothing that could run code
task_serializer = "json"
task_ignore_result = True  # how a job ended stands in its row
task_store_errors_even_if_ignored = False
# Nothing is acknowledged: what is lost with a worker is rung again by the next sweep, and a broker that goes
# away meanwhile leaves nothing half done. Each kind of job waits in a lane of its own, none before another.
task_queues = [_queue(job) for job in Job]  # workers choose by --jobs
worker_prefetch_multiplier = 0
worker_hijack_root_logger = False  # our log lines, not Celery's
worker_cancel_long_running_tasks_on_connection_loss = False  # a post under way is not torn apart
# Four messages for each job, read by nobody unless there is a Flower: it asks workers to send them.
worker_send_task_events = False
task_create_missing_queues = True
task_default_queue = Job.SWEEP.value
task_routes = {job.value: {"queue": job.value} for job in Job}
broker_connection_retry_on_startup = True
broker_connection_max_retries = None  # the broker may be away for long: rows are the truth
task_publish_retry = False  # a doorbell that does not ring is rung again by the next sweep
enable_utc = True
timezone = "UTC"
