"""Every feed has a page, whatever its formats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from syndicator.documents.directory import Directory
from syndicator.formats import kind
from syndicator.formats.gate import ReadBackGate
from syndicator.formats.partner_fit import fitted
from syndicator.jobs.build import Builder, build
from syndicator.store import Store, open_store, schema
from syndicator.store.engine import connect
from syndicator.store.revisions import MIGRATIONS_FOLDER
from tests.fakes import ALL, SITE
from tests.jobs.newsroom import Story

pytestmark = pytest.mark.slow  # databases or processes throughout

FORMATS = {name: kind(name)() for name in ("json", "html")}


def test_a_page_is_built_with_the_others_and_follows_the_article(store: Store, tmp_path: Path) -> None:
    story, documents = Story(store), Directory(tmp_path)
    story.feeds = [replace(ALL, formats=("json",))]
    story.declare()
    story.baseline()

    def page() -> str:
        builder = Builder(
            feeds={"all": story.feeds[0]},
            site=SITE,
            store=store,
            formats=FORMATS,
            gate=ReadBackGate(),
            documents=documents,
            clock=story.clock,
            bell=story.bell,
            fit=fitted,
        )
        build(builder, "all")
        return (documents.read("all.html") or b"").decode()

    story.publishes(title="Ferry returns")
    assert ">Ferry returns</a>" in page()

    story.publishes(title="Ferry stays away", note="The ferry is not mended yet.")
    corrected = page()
    assert "Ferry returns" not in corrected
    assert "The ferry is not mended yet." in corrected

    story.retracts()
    assert "Ferry" not in page()
    assert documents.read("all.rss") is None


def test_feeds_that_were_built_before_there_were_pages_are_built_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_FOLDER))
    before = ScriptDirectory.from_config(config).get_revision("0004").down_revision
    engine = connect(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, str(before))
        connection.execute(
            text(
                "INSERT INTO feed (name, declaration, wants, has, changed, next_build, failures, error, "
                "is_declared)"
                " VALUES ('all', 'x', 3, 3, '2026-03-01 12:00:00', '2026-03-01 12:00:00', 0, '', 1)"
            )
        )
    engine.dispose()

    store = open_store(url)

    with store.reading() as connection:
        row = connection.execute(select(schema.feed.c.wants, schema.feed.c.has)).one()
    store.engine.dispose()
    assert row.wants > row.has
