"""``check`` and ``status`` tell of tokens that end soon, and ``connect`` begins their time anew."""

from __future__ import annotations

import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syndicator.cli.check import check
from syndicator.cli.connect import AccessWays, connect
from syndicator.cli.status import status
from syndicator.wiring import declarations
from tests.channels.threads_server import FakeThreads
from tests.config.folders import SITE, write

pytestmark = pytest.mark.slow  # databases throughout


def test_a_token_that_ends_soon(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = tmp_path / "token"
    with FakeThreads() as server:
        token.write_text(server.token)
        old = (datetime.now(UTC) - timedelta(days=52, hours=1)).timestamp()
        os.utime(token, (old, old))
        write(
            tmp_path,
            f'{SITE}[channels.desk]\nkind = "threads"\ntoken = "file:{token}"\nserver = "{server.address}"\n'
            '[fetch]\nallow = ["127.0.0.1"]\n',
            {"all": 'title = "All"\nchannels = ["desk"]\n'},
        )
        declarations.cache_clear()

        remarks = [each for each in check(tmp_path) if "it ends in 7 days" in each.said]
        assert [(each.what, each.ok) for each in remarks] == [("channel desk", None)]
        status(tmp_path, as_json=True)
        assert "it ends in 7 days" in json.loads(capsys.readouterr().out)["ending_tokens"]["desk"]
        status(tmp_path, as_json=False)
        assert "channel desk: token: kept in" in capsys.readouterr().out

        monkeypatch.setattr("sys.stdin", io.StringIO(f"{server.token}\n"))
        connect(tmp_path, "desk", AccessWays(from_stdin=True), as_json=False)

    assert declarations(tmp_path).ending_tokens(datetime.now(UTC)) == {}
    assert not [each for each in check(tmp_path) if "it ends in" in each.said]
