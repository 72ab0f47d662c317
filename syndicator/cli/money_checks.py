"""What ``syndicator check`` says of money: budgets that are missing, too small, or of no use."""

from __future__ import annotations

from collections.abc import Iterator

from syndicator.config.file import MAIN_FILE, read
from syndicator.domain.money import money_text
from syndicator.jobs.courier import Courier
from syndicator.wiring import App


def money_remarks(app: App) -> Iterator[tuple[str, str]]:
    """For each channel, what is odd about its budget, with file and line."""
    file = read(app.declared.folder / MAIN_FILE)
    for name, courier in app.couriers.items():
        if remark := _remark(courier):
            key = ("money_per_month",) if courier.pace.money else ()
            yield name, file.remark(("channels", name, *key), remark)


def _remark(courier: Courier) -> str:
    price, money = courier.pace.price, courier.pace.money
    if price is None:
        return "the service charges nothing for posts: leave it out" if money else ""
    post = money_text(price.post_with_link)
    if money is None:
        return f"a post with its link costs {post} there, and no money_per_month bounds that: declare one"
    if money.most < price.post_with_link:
        most = money_text(money.most)
        return f"a post with its link costs {post} there: none ever goes out with {most} a month"
    return ""
