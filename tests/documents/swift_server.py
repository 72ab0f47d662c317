"""An S3-compatible server for the suite: OpenStack Swift with its S3 API, on one disk.

https://docs.openstack.org/swift/latest/development_saio.html makes the same of it by hand. Each part runs in
a process of its own: ``python -m tests.documents.swift_server FOLDER KIND``.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import obstore
import requests
from obstore.store import S3Store

from tests.acceptance.world import free_port, until

ACCESS_KEY, SECRET_KEY = "news:desk", "s3cret-of-the-desk"

STORES = ("account", "container", "object")

MAIN = """
[swift-hash]
swift_hash_path_prefix = one
swift_hash_path_suffix = disk
[storage-policy:0]
name = one
default = yes
"""

STORE = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}/node
mount_check = false
fallocate_reserve = 0
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""

PROXY = """
[DEFAULT]
swift_dir = {folder}
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
[pipeline:main]
pipeline = catch_errors gatekeeper cache s3api tempauth proxy-server
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:s3api]
use = egg:swift#s3api
[filter:tempauth]
use = egg:swift#tempauth
user_news_desk = {secret} .admin
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""


@dataclass
class Swift:
    """The server. ``stop`` and ``start`` take its front away and bring it back, with everything in it."""

    folder: Path
    port: int = field(default_factory=free_port)
    front: subprocess.Popen[bytes] | None = None
    behind: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def write(self) -> None:
        """What it reads when it starts."""
        (self.folder / "node" / "disk").mkdir(parents=True)
        (self.folder / "swift.conf").write_text(MAIN)
        for kind in STORES:
            text = STORE.format(folder=self.folder, kind=kind, port=free_port())
            (self.folder / f"{kind}.conf").write_text(text)
        text = PROXY.format(folder=self.folder, port=self.port, secret=SECRET_KEY)
        (self.folder / "proxy.conf").write_text(text)
        assert self.begin("rings").wait() == 0

    def begin(self, kind: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log.txt").open("ab") as log:
            program = [sys.executable, "-m", "tests.documents.swift_server", str(self.folder), kind]
            return subprocess.Popen(program, stdout=log, stderr=log)

    def start(self) -> None:
        self.behind = self.behind or [self.begin(kind) for kind in STORES]
        self.stop()
        self.front = self.begin("proxy")
        until(self.answers, f"the S3 server answers: {self.folder}/log.txt", patience=120)

    def answers(self) -> bool:
        try:
            self.make_bucket("trial")
        except requests.RequestException:
            return False
        return True

    def stop(self) -> None:
        if self.front:
            self.front.terminate()
            self.front.wait()

    def end(self) -> None:
        self.stop()
        for process in self.behind:
            process.terminate()
            process.wait()

    def store(self, bucket: str) -> S3Store:
        """A client of our own, to look at what is there."""
        return S3Store(
            bucket,
            endpoint=self.address,
            region="us-east-1",
            access_key_id=ACCESS_KEY,
            secret_access_key=SECRET_KEY,
            client_options={"allow_http": True},
            retry_config={"max_retries": 0},
        )

    def make_bucket(self, name: str) -> None:
        """A bucket is made by a PUT of its address (Amazon S3 API Reference, CreateBucket)."""
        url = obstore.sign(self.store(name), "PUT", "", timedelta(minutes=1))
        answer = requests.put(url, timeout=10)
        if answer.status_code != 409:  # it is there already
            answer.raise_for_status()


@contextmanager
def swift_server(folder: Path) -> Iterator[Swift]:
    server = Swift(folder)
    server.write()
    try:
        server.start()
        yield server
    finally:
        server.end()


def make_rings(folder: Path) -> None:
    """Which of its disks has what: the one."""
    from swift.common.ring import RingBuilder  # noqa: PLC0415 - where it is installed

    for kind in STORES:
        conf = ConfigParser()
        conf.read(folder / f"{kind}.conf")
        port = conf.getint("DEFAULT", "bind_port")
        ring = RingBuilder(2, 1, 1)
        ring.add_dev({"ip": "127.0.0.1", "port": port, "device": "disk", "region": 1, "zone": 1, "weight": 1})
        ring.rebalance()
        ring.get_ring().save(str(folder / f"{kind}.ring.gz"))


def main() -> None:
    """One of its processes."""
    from swift.common import storage_policy, utils  # noqa: PLC0415 - where it is installed
    from swift.common.wsgi import run_wsgi  # noqa: PLC0415 - likewise

    folder, kind = sys.argv[1:]
    if kind == "rings":
        make_rings(Path(folder))
        return
    utils.set_swift_dir(folder)
    storage_policy.reload_storage_policies()
    sys.exit(run_wsgi(f"{folder}/{kind}.conf", f"{kind}-server"))


if __name__ == "__main__":
    main()
