"""The image and docker-compose.yml, without Docker: the Dockerfile's steps are carried out in a clean folder,
and each service's command and health check run as compose would run them, at addresses of this machine."""

from __future__ import annotations

import re
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from sqlalchemy import create_engine, make_url, text

from tests.acceptance.world import free_port, until
from tests.servers import redis_server
from tests.shipped.dockerfile import Image
from tests.shipped.environments import ROOT, Environment, empty, made_once
from tests.shipped.test_environments import START_TIMEOUT_S, Wire

pytestmark = pytest.mark.slow  # databases or processes throughout

#: One that no address could hold as it is.
PASSWORD = "a/b@c#d:%40 ?&'\"$x"

OURS = ("migrate", "web", "worker", "beat", "flower")


@pytest.fixture
def image(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """What the Dockerfile makes."""

    def make(folder: Path) -> Environment:
        python = empty(folder / "python")
        Image(folder / "root", python).build()
        return python

    return made_once(tmp_path_factory, "image", make)


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture
def database(empty_postgres: str) -> Iterator[str]:
    """The address of a database, without a password, which PostgreSQL asks for: as compose starts it."""
    url = make_url(empty_postgres)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        rules = Path(str(connection.scalar(text("SHOW hba_file"))))
        before = rules.read_text()
        quoted = PASSWORD.replace("'", "''").replace(":", r"\:")
        role = f"composed_{secrets.token_hex(4)}"
        connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD '{quoted}'"))
        connection.execute(text(f'ALTER DATABASE "{url.database}" OWNER TO {role}'))
        rules.write_text(f"local all {role} scram-sha-256\nhost all {role} all scram-sha-256\n{before}")
        connection.execute(text("SELECT pg_reload_conf()"))
        yield url.set(username=role).render_as_string(hide_password=False)
        rules.write_text(before)
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@dataclass
class Services:
    """What compose says of our services, with places and addresses of this machine in it."""

    image: Environment
    folder: Path
    told: Mapping[str, Any]
    replaced: Mapping[str, str]

    def here(self, said: str) -> str:
        for there, here in self.replaced.items():
            said = said.replace(there, here)
        return said

    def mount(self, service: str) -> None:
        """Copies of what is mounted: declarations, secrets."""
        for volume in self.told[service]["volumes"]:
            source, target, *_ = volume.split(":")
            place = Path(self.here(target))
            if not source.startswith("./"):
                place.mkdir(parents=True, exist_ok=True)
                continue
            assert (ROOT / source).exists(), source
            for file in [p for p in [ROOT / source, *(ROOT / source).rglob("*")] if p.is_file()]:
                copy = place / file.relative_to(ROOT / source) if (ROOT / source).is_dir() else place
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_text(self.here(file.read_text()))

    def environment(self, service: str) -> dict[str, str]:
        """The variables that a container of this service has."""
        given = {"POSTGRES_PASSWORD": PASSWORD, "OPERATOR_PASSWORD": PASSWORD}
        said = self.told[service]["environment"]
        filled = {k: re.sub(r"\$\{(\w+)[^}]*\}", lambda m: given[m[1]], v) for k, v in said.items()}
        return {**self.image.variables, **{name: self.here(value) for name, value in filled.items()}}

    def start(self, service: str) -> subprocess.Popen[bytes]:
        program, *arguments = [self.here(word) for word in self.told[service]["command"]]
        with (self.folder / f"{service}.log").open("wb") as log:
            return subprocess.Popen(
                [self.image.bin / program, *arguments],
                cwd=self.here("/newsroom"),
                env=self.environment(service),
                stdout=log,
                stderr=log,
            )

    def is_healthy(self, service: str) -> bool:
        kind, program, *arguments = [self.here(word) for word in self.told[service]["healthcheck"]["test"]]
        assert kind == "CMD"
        done = subprocess.run(
            [self.image.bin / program, *arguments],
            env=self.environment(service),
            capture_output=True,
            timeout=120,
            check=False,
        )
        return done.returncode == 0

    def log(self, service: str) -> str:
        return (self.folder / f"{service}.log").read_text()


def test_each_service_of_compose_starts_and_is_healthy(
    image: Environment, tmp_path: Path, compose: Any, database: str
) -> None:
    web, flower = free_port(), free_port()
    with Wire() as site, ExitStack() as stack:
        site.publish(1, "An old page")
        redis = stack.enter_context(redis_server(tmp_path))
        services = Services(
            image,
            tmp_path,
            compose["services"],
            {
                "/newsroom": f"{tmp_path}/newsroom",
                "/run/secrets": f"{tmp_path}/secrets",
                "postgresql://syndicator@postgres/syndicator": database,
                "redis://redis:6379": f"redis://127.0.0.1:{redis}",
                "8000": str(web),
                "5555": str(flower),
                "https://news.example": site.address,
            },
        )
        for name in OURS:
            services.mount(name)
        main = tmp_path / "newsroom/syndicator.toml"
        main.write_text(f'{main.read_text()}\n[fetch]\nallow = ["{site.address.removeprefix("http://")}"]\n')

        migrating = stack.enter_context(services.start("migrate"))
        assert migrating.wait(START_TIMEOUT_S) == 0, services.log("migrate")
        running = {name: stack.enter_context(services.start(name)) for name in OURS[1:]}
        try:
            for name, process in running.items():
                until(
                    lambda name=name, process=process: (
                        process.poll() is not None or services.is_healthy(name)
                    ),  # type: ignore[misc]  # mypy infers no lambda with defaults
                    f"{name} is healthy",
                    patience=START_TIMEOUT_S,
                )
                assert process.poll() is None, services.log(name)

            def titles() -> list[str]:
                answer = requests.get(f"http://127.0.0.1:{web}/feeds/all.json", timeout=5)
                return [item["title"] for item in answer.json()["items"]] if answer.ok else []

            until(lambda: titles() == ["An old page"], "the feed has what the site shows")
            operator = ("operator", PASSWORD)
            for address in (f"http://127.0.0.1:{web}/console", f"http://127.0.0.1:{flower}/workers"):
                assert requests.get(address, timeout=10).status_code == 401, address
                assert requests.get(address, auth=operator, timeout=10).status_code == 200, address
            for name, process in running.items():
                assert PASSWORD not in Path(f"/proc/{process.pid}/cmdline").read_text(), name
                assert "Traceback" not in services.log(name), services.log(name)
        finally:
            for process in running.values():
                process.terminate()
            for process in running.values():
                process.wait(60)
    assert list((tmp_path / "newsroom/var/documents").iterdir())


def test_a_worker_that_is_gone_is_not_healthy_through_its_sister(
    image: Environment, tmp_path: Path, compose: Any, empty_postgres: str
) -> None:
    services = Services(
        image,
        tmp_path,
        compose["services"],
        {
            "/newsroom": f"{tmp_path}/newsroom",
            "/run/secrets": f"{tmp_path}/secrets",
            "postgresql://syndicator@postgres/syndicator": empty_postgres,
        },
    )
    services.mount("worker")
    with services.start("migrate") as migrating:
        assert migrating.wait(START_TIMEOUT_S) == 0, services.log("migrate")
    engine = create_engine(empty_postgres)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO process VALUES ('worker-1@4f0c1a', 'worker', now(), now())"))
    engine.dispose()

    assert not services.is_healthy("worker")
