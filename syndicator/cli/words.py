"""``syndicator words``: what an operator writes for an article's posts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from syndicator.cli.stories import article_named
from syndicator.cli.terminal import print_line
from syndicator.domain.errors import SyndicatorError
from syndicator.posts.words import paragraphs
from syndicator.wiring import inspect_app


def write_words(folder: Path, what: str, words: str, *, is_undone: bool) -> None:
    """Have an article's posts that are to come say these words, or what the newsroom says (``is_undone``).
    ``what``: its address or guid. Raises ``SyndicatorError``."""
    words = paragraphs(words)
    if bool(words) == is_undone:
        raise SyndicatorError("say in which words it is to be posted, or --undo")
    app = inspect_app(folder)
    article = article_named(app, what)
    to_come = app.store.write_for_posts(article.guid, words, datetime.now(UTC))
    done = f"is posted as “{words}”" if words else "is posted in the newsroom's own words"
    print_line(f"“{article.title}” {done}")
    for name, is_to_come in to_come.items():
        if not is_to_come:
            print_line(f"{name}: it is posted already, and stays as it is")
