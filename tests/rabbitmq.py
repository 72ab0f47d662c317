"""A RabbitMQ of our own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psutil
import pytest
from kombu.connection import Connection

from tests.acceptance.world import PATIENCE, free_port, until

#: Where packages put what starts it as whoever one is (the one on the path wants to be root).
PROGRAM = "/usr/lib/rabbitmq/bin/rabbitmq-server"

#: Seconds for its start, on a busy machine.
START_TIMEOUT_S = 90.0


class RabbitMQ:
    """A server that can be killed and started again at its address, and keeps what it has in a folder."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which(PROGRAM)
        if program is None:
            pytest.skip("rabbitmq-server is not installed")
        self.program, self.folder = program, folder / "rabbitmq"
        self.folder.mkdir()
        self.port, among_nodes, by_name = free_port(), free_port(), free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self.names = {"ERL_EPMD_PORT": str(by_name), "ERL_EPMD_ADDRESS": "127.0.0.1"}
        self.settings = {
            "HOME": str(self.folder),  # of its cookie
            "RABBITMQ_NODENAME": f"test-{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(among_nodes),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "kept"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "environment"),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> psutil.Process:
        variables = {**os.environ, **self.names, **self.settings}
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                [self.program], env=variables, stdout=log, stderr=log, start_new_session=True
            )
        until(self.answers, "RabbitMQ answers", patience=START_TIMEOUT_S)
        return psutil.Process(self.process.pid)

    def answers(self) -> bool:
        try:
            with Connection(self.url, connect_timeout=5) as connection:  # type: ignore[no-untyped-call]
                connection.connect()
                return bool(connection.connected)
        except OSError:
            return False

    def kill(self) -> None:
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE)
            self.process = None

    def stop(self) -> None:
        """Kill it, and what it has left running for others of its kind."""
        self.kill()
        subprocess.run(
            ["epmd", "-kill"],
            env={**os.environ, **self.names, "ERL_EPMD_RELAXED_COMMAND_CHECK": "1"},
            capture_output=True,
            check=False,  # none has been started yet
        )
