"""The compose file, checked without a container engine: every service, its commands and its health."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from syndicator.cli import app

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_all_parts_are_there_and_watched(compose: Any) -> None:
    assert set(compose["services"]) == {"web", "worker", "beat", "flower", "postgres", "redis"}
    for name, service in compose["services"].items():
        assert service["healthcheck"]["test"], name


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

    for name in ("web", "worker", "beat"):
        program, command, *_ = compose["services"][name]["command"]
        assert program == "syndicator"
        assert command in commands


def test_what_a_service_waits_for_has_a_health_check(compose: Any) -> None:
    for service in compose["services"].values():
        for other, condition in service.get("depends_on", {}).items():
            assert condition["condition"] == "service_healthy"
            assert "healthcheck" in compose["services"][other]


def test_no_password_is_written_down(compose: Any) -> None:
    text = (ROOT / "docker-compose.yml").read_text()

    assert "${POSTGRES_PASSWORD:?" in text
    assert "${OPERATOR_PASSWORD:?" in text
