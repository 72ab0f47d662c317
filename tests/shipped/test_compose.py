"""The compose file, checked without a container engine: every service, its commands and its health."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from syndicator.cli.app import app
from syndicator.config import load
from syndicator.wiring import KINDS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_all_parts_are_there_and_watched(compose: Any) -> None:
    names = {"migrate", "web", "worker", "beat", "flower", "postgres", "redis"}
    assert set(compose["services"]) == names
    for name in names - {"migrate"}:  # which ends
        assert compose["services"][name]["healthcheck"]["test"], name


def test_volumes_that_are_used_are_declared(compose: Any) -> None:
    used = {
        mount.partition(":")[0]
        for service in compose["services"].values()
        for mount in service.get("volumes", ())
        if not mount.startswith(".")
    }

    assert used == set(compose["volumes"])


def test_our_services_run_commands_that_exist(compose: Any) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]  # a group, with commands

    for name in ("migrate", "web", "worker", "beat"):
        program, command, *_ = compose["services"][name]["command"]
        assert program == "syndicator"
        assert command in commands


def test_what_a_service_waits_for_has_a_health_check(compose: Any) -> None:
    for service in compose["services"].values():
        for other, condition in service.get("depends_on", {}).items():
            if other == "migrate":
                assert condition["condition"] == "service_completed_successfully"
                continue
            assert condition["condition"] == "service_healthy"
            assert "healthcheck" in compose["services"][other]


def test_everything_of_ours_waits_for_the_tables(compose: Any) -> None:
    for name in ("web", "worker", "beat", "flower"):
        assert "migrate" in compose["services"][name]["depends_on"], name


def test_secrets_reach_every_container_of_ours(compose: Any) -> None:
    for name in ("migrate", "web", "worker", "beat"):
        service = compose["services"][name]
        assert service["env_file"] == [{"path": "./compose/secrets.env", "required": False}]
        assert "./compose/secrets:/run/secrets:ro" in service["volumes"]


def test_web_servers_can_be_scaled(compose: Any) -> None:
    """A fixed port of the host is for one of them."""
    assert compose["services"]["web"]["ports"] == ["127.0.0.1:${WEB_PORTS:-8000}:8000"]


def test_no_password_is_part_of_an_address_or_of_a_command(compose: Any) -> None:
    for name, service in compose["services"].items():
        assert "PASSWORD" not in str(service.get("command", "")), name
        assert not re.search(r"://\S*PASSWORD", str(service.get("environment", ""))), name


def test_the_declarations_for_containers_are_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPERATOR_PASSWORD", "s3cret")

    declared = load(ROOT / "compose", KINDS)

    assert declared.web.listen == "0.0.0.0:8000"
    assert declared.example is None
    assert declared.keep.broker == "redis://redis:6379/0"


def test_no_password_is_written_down(compose: Any) -> None:
    text = (ROOT / "docker-compose.yml").read_text()

    assert "${POSTGRES_PASSWORD:?" in text
    assert "${OPERATOR_PASSWORD:?" in text
