"""``watch``, ``deliver``, ``retry``, ``status`` and ``preview``, as a person at a terminal runs them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.conftest import mastodon, site
from tests.acceptance.world import Desk, NewsSite, desk
from tests.channels.local_server import Trouble, status
from tests.channels.servers import FakeMastodon

pytestmark = pytest.mark.slow  # databases or processes throughout

__all__ = ["mastodon", "site"]  # fixtures


@pytest.fixture
def room(tmp_path: Path, site: NewsSite, mastodon: FakeMastodon) -> Iterator[Desk]:
    with desk(tmp_path, site, {"social": mastodon.address}, token=mastodon.token) as room:
        yield room


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (["watch", "sight", "--once"], "no source 'sight' is declared; there are: site"),
        (["build", "al"], "no feed 'al' is declared; there are: all"),
        (["deliver", "mastodon"], "no channel 'mastodon' is declared; there are: social"),
        (["retry", "--channel", "mastodon"], "no channel 'mastodon' is declared; there are: social"),
        (["retry"], "say which: delivery numbers, or --channel NAME"),
        (["retry", "999"], "there is no delivery 999"),
        (
            ["preview", "x", "--source", "sight"],
            "x: neither an address, nor a file, nor an article",
        ),
        (
            ["preview", "http://127.0.0.1:1/x"],
            "http://127.0.0.1:1/x: no declared source has articles",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_there_is_not_is_one_clear_line(room: Desk, command: list[str], answer: str) -> None:
    done = room.run(*command)

    assert done.returncode == 1
    assert f"syndicator: {answer}" in done.stderr
    assert "Traceback" not in done.stderr


def test_watch_and_deliver_do_what_is_due_and_no_more(
    room: Desk, site: NewsSite, mastodon: FakeMastodon
) -> None:
    first = room.run("watch", "site", "--once")
    assert (first.returncode, first.stdout.splitlines()[0]) == (0, "site: 1 new articles")

    nothing = room.run("deliver")
    assert nothing.returncode == 0
    assert mastodon.published == []  # old news is not news

    site.publish(2, "Bridge opens")
    seen = room.run("watch", "site", "--once", "--json")
    assert json.loads(seen.stdout) == {"source": "site", "new": 1, "error": "", "problems": []}

    for _ in range(2):  # once, never twice
        done = room.run("deliver", "social")
        assert done.returncode == 0
        assert "deliveries" in done.stdout
        assert len(mastodon.published) == 1


def test_watch_goes_on_until_it_is_interrupted(room: Desk, site: NewsSite) -> None:
    command = [sys.executable, "-m", "syndicator", "-C", str(room.folder), "watch", "site"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=room.environment) as watching:
        assert watching.stdout
        looks = (line.strip() for line in watching.stdout)
        assert next(looks) == "site: 1 new articles"
        site.publish(2, "Bridge opens")
        assert "site: 1 new articles" in looks
        watching.send_signal(signal.SIGINT)

    assert watching.returncode == 130, "128 and the signal's number, as shells have it"


def test_a_look_that_fails_ends_with_an_error(room: Desk, site: NewsSite) -> None:
    site.trouble = Trouble(status(500))

    done = room.run("watch", "site", "--once", "--json")

    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]
    assert done.stderr.splitlines()[-1].startswith("syndicator: source site: ")


def test_what_was_refused_is_retried(room: Desk, site: NewsSite, mastodon: FakeMastodon) -> None:
    room.run("watch", "site", "--once")
    site.publish(2, "Bridge opens")
    room.run("watch", "site", "--once")
    mastodon.trouble = Trouble(status(422), at="/api/v1/statuses", method="POST")
    room.run("deliver")
    assert room.status()["deliveries"] == {"social": {"refused": 1}}
    mastodon.trouble = None

    none = room.run("decide", "--channel", "social", "--was-posted")
    assert none.stdout.splitlines()[-1] == "0 deliveries decided"
    done = room.run("retry", "--channel", "social")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "1 deliveries wait for their next attempt")
    assert room.status()["deliveries"] == {"social": {"pending": 1}}

    room.run("deliver")
    assert room.status()["deliveries"] == {"social": {"sent": 1}}
    assert len(mastodon.published) == 1


def test_status_says_how_everything_stands(room: Desk) -> None:
    room.run("watch", "site", "--once")

    shown, as_json = room.run("status"), room.run("status", "--json")

    assert (shown.returncode, as_json.returncode) == (0, 0)
    for title in ("sources", "feeds", "channels", "deliveries", "subscribers"):
        assert title in shown.stdout
    assert shown.stdout.splitlines()[-1] == "no process is running"
    found = json.loads(as_json.stdout)
    rows = {"source", "feed", "channel", "deliveries", "topics", "recipients", "processes"}
    assert set(found) == rows | {"ending_tokens"}
    assert [row["name"] for row in found["source"]] == ["site"]
    assert found["processes"] == {}
    assert not {"memory", "token", "past", "declaration"} & {key for row in found["feed"] for key in row}


def test_preview_shows_an_article_and_its_posts_and_does_nothing(
    room: Desk, site: NewsSite, mastodon: FakeMastodon, tmp_path: Path
) -> None:
    page = site.publish(2, "Bridge opens " + "and opens " * 9)  # wider than a terminal
    page.note = "The day was missing."
    address = f"{site.address}/news/2"

    shown, as_json = room.run("preview", address), room.run("preview", address, "--json")

    assert (shown.returncode, as_json.returncode) == (0, 0), shown.stderr + as_json.stderr
    found = json.loads(as_json.stdout)
    assert (found["article"]["note"], found["article"]["urgent"]) == ("The day was missing.", False)
    assert found["article"]["photo"]["caption"] == "A teal day."
    assert found["origins"]["title"] == "json-ld"
    assert found["warnings"] == []
    post = found["posts"]["social"]
    assert f"\nsocial:\n{post['text']}\n[photo: 640 x 400, " in shown.stdout
    for field in ("guid", "note", "urgent", "photo"):
        assert f"│ {field} " in shown.stdout
    assert "json-ld" in shown.stdout  # where a field was found
    assert mastodon.published == []
    assert room.status()["deliveries"] == {}

    saved = tmp_path / "saved.html"
    saved.write_bytes(site._article(page).encode())
    from_file = room.run("preview", str(saved), "--url", address, "--json")
    assert json.loads(from_file.stdout)["posts"] == found["posts"]

    room.run("watch", "site", "--once")
    on_record = room.run("preview", found["article"]["guid"], "--json")
    assert json.loads(on_record.stdout)["article"]["title"] == page.title.strip()


def test_preview_reads_the_page_of_an_article_on_record_anew(room: Desk, site: NewsSite) -> None:
    """So that whoever changes a selector sees what it finds."""
    page = site.publish(3, "Ferry leaves")
    address = f"{site.address}/news/3"
    room.run("watch", "site", "--once")
    guid = json.loads(room.run("preview", address, "--json").stdout)["article"]["guid"]
    page.title = "Ferry leaves at nine"

    anew = json.loads(room.run("preview", address, "--json").stdout)

    assert (anew["article"]["title"], anew["article"]["guid"]) == ("Ferry leaves at nine", guid)
    assert anew["origins"]["title"] == "json-ld"
    of_guid = json.loads(room.run("preview", guid, "--json").stdout)
    assert (of_guid["article"]["title"], of_guid["origins"]) == ("Ferry leaves", {})
    site.retract(3)
    left = json.loads(room.run("preview", address, "--json").stdout)
    assert left["article"]["title"] == "Ferry leaves"
    assert "as it is on record: " in left["warnings"][0]
