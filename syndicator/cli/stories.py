"""``syndicator story``: an operator says which article continues which."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from syndicator.cli.terminal import print_line
from syndicator.domain.addresses import place
from syndicator.domain.article import Article
from syndicator.domain.errors import SyndicatorError
from syndicator.wiring import App, inspect_app


def article_on_file(app: App, what: str) -> Article | None:
    """The article of an address, a name or a guid, if it is on record."""
    known = app.store.known([what, place(what)])
    return next(iter(known.values()), None) or app.store.article_of_guid(what)


def article_named(app: App, what: str) -> Article:
    """The article of an address, a name or a guid. Raises ``SyndicatorError`` where it is not on record."""
    article = article_on_file(app, what)
    if article is None:
        raise SyndicatorError(f"{what}: no article on record has this address or guid")
    return article


def continue_story(folder: Path, what: str, *, former: str, alone: bool) -> None:
    """Have an article continue a ``former`` one, or none any more (``alone``): both by address or guid.
    Raises ``SyndicatorError``."""
    if bool(former) == alone:
        raise SyndicatorError("say which article it continues (--continues ARTICLE), or --alone")
    app = inspect_app(folder)
    article, earlier = article_named(app, what), article_named(app, former) if former else None
    changed = app.store.continue_story(article.guid, earlier.guid if earlier else None, datetime.now(UTC))
    done = f"continues “{earlier.title}”" if earlier else "continues no other article"
    if not changed:
        print_line(f"“{article.title}” {done}")
    for name, is_to_come in changed.items():
        print_line(f"{name}: {_outcome(app, name, is_to_come=is_to_come, is_reply=earlier is not None)}")


def _outcome(app: App, channel: str, *, is_to_come: bool, is_reply: bool) -> str:
    courier = app.couriers.get(channel)
    if not is_to_come:
        return "it is posted already, and stays as it is"
    if not is_reply:
        return "its post will stand alone, unless its own tags name a story"
    if courier and not courier.channel.capabilities.replies:
        return "this channel has no replies: its post will stand alone"
    return "its post will be a reply, where the other one's still stands"
