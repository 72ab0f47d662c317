"""A newsroom with more news than its channel takes one by one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select, update

from syndicator.domain.capabilities import Capabilities
from syndicator.domain.delivery import Delivery, Standing
from syndicator.domain.errors import OutcomeUnknown
from syndicator.domain.pacing import Pace
from syndicator.domain.policy import Policy
from syndicator.jobs.courier import Courier
from syndicator.store import Store, schema
from tests.fakes import FakeChannel
from tests.jobs.newsroom import Story


@dataclass
class WideChannel(FakeChannel):
    """One whose abilities are set, and where posts are found by the addresses in them, as on networks."""

    able: dict[str, Any] = field(default_factory=dict)

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, **{"photo": None, "text": 200, **self.able})

    def find(self, post: Any, *, key: str) -> Any:
        self._begin("find")
        if not self.can_find:
            raise OutcomeUnknown("this channel cannot tell")
        for remote_id, each in self.shown.items():
            if any(address in each.text.split() for address in post.addresses):
                return self._receipt(remote_id)
        return None


class Backlog(Story):
    """A newsroom whose channel takes two posts of a backlog singly."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.wide = WideChannel()
        self.channel = self.wide
        self.pace = Pace()
        self.policy = Policy()
        self.bound: int | None = 2
        self.rounds_up = True
        self.baseline()

    def courier(self) -> Courier:
        return replace(
            super().courier(),
            backlog=self.bound,
            roundup=self.rounds_up,
            pace=self.pace,
            policy=self.policy,
        )

    def publishes_many(self, count: int, first: int = 1, **changes: Any) -> None:
        """Articles a minute after each other, the last the newest."""
        for number in range(first, first + count):
            self.publishes(str(number), **changes)
            self.clock.tick(minutes=1)

    @property
    def roundup(self) -> Delivery:
        [one] = self.roundups
        return one

    @property
    def roundups(self) -> list[Delivery]:
        guids = [article.guid for article in self.articles]
        return [d for d in self.deliveries if guids[d.id - 1].startswith("roundup:")]

    def standing(self, key: str) -> Standing:
        return self.of(key).standing

    def of(self, key: str) -> Delivery:
        ids = {article.key: number for number, article in enumerate(self.articles, 1)}
        return next(d for d in self.deliveries if d.id == ids[key])

    def places(self) -> dict[str, int]:
        """In how many posts each article is named."""
        words = [word for text in self.texts for word in text.split()]
        urls = {each.url: each.key for each in self.articles if each.source}
        return {key: words.count(url) for url, key in urls.items()}

    def forgets_receipts(self) -> None:
        """The record is as it was before anything was sent."""
        with self.store.writing() as connection:
            connection.execute(
                update(schema.delivery)
                .where(schema.delivery.c.standing == "sent")
                .values(standing="pending", has=None, remote_id=None, posted_at=None, shows=None)
            )

    def forgets_all_posts(self) -> None:
        """The record is as it was before any round-up was made."""
        table, article = schema.delivery, schema.article
        with self.store.writing() as connection:
            connection.execute(schema.event.delete())
            own = select(article.c.id).where(article.c.state == "round-up")
            connection.execute(table.delete().where(table.c.article_id.in_(own)))
            connection.execute(article.delete().where(article.c.state == "round-up"))
            connection.execute(
                update(table)
                .where(table.c.standing == "gathered")
                .values(standing="pending", roundup_id=None, is_named=None, reason="")
            )
        self.forgets_receipts()
