"""``syndicator preview`` and ``deliver`` of an article with several photos, as a person declares it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.world import NewsSite, Page, desk
from tests.channels.contract import picture
from tests.channels.local_server import Reply, Request
from tests.channels.servers import FakeMastodon

pytestmark = pytest.mark.slow  # databases or processes throughout


class Gallery(NewsSite):
    """A site whose articles have three photos in their text."""

    def answer(self, request: Request) -> Reply:
        if request.path.startswith("/wall-"):
            colour = request.path.removeprefix("/wall-").removesuffix(".jpg")
            return Reply(body=picture(colour).content, media_type="image/jpeg")
        return super().answer(request)

    def _article(self, page: Page) -> str:
        figures = "".join(
            f'<figure><img src="/wall-{colour}.jpg" alt="The {colour} wall"></figure>'
            f"<p>It is {colour} all over, from the river up to the old tower, and its painters are proud.</p>"
            for colour in ("gold", "crimson", "navy")
        )
        return super()._article(page).replace("</article>", f"{figures}</article>")


def test_photos_of_the_text_are_previewed_and_posted(tmp_path: Path) -> None:
    with (
        Gallery() as site,
        FakeMastodon() as mastodon,
        desk(tmp_path, site, {"social": mastodon.address}, token=mastodon.token) as room,
    ):
        main = room.folder / "syndicator.toml"
        main.write_text(main.read_text() + "\n[channels.social.post]\nphotos = 3\n")
        site.publish(1, "It was always so")
        room.run("watch", "site", "--once")
        site.publish(2, "The walls are painted")
        shown = room.run("preview", f"{site.address}/news/2", "--json")
        assert shown.returncode == 0, shown.stderr
        post = json.loads(shown.stdout)["posts"]["social"]
        assert post["omitted"] == []
        assert [each["alt"] for each in post["further_photos"]] == ["The gold wall", "The crimson wall"]

        drawn = room.run("preview", f"{site.address}/news/2", "--html", str(tmp_path / "drawn.html"))
        assert drawn.returncode == 0, drawn.stderr
        page = (tmp_path / "drawn.html").read_text()
        # As it is published, and when it is corrected: its post is edited, and keeps them.
        assert page.count("The gold wall") == page.count("The crimson wall") == 2

        room.run("watch", "site", "--once")
        room.run("deliver")
        [status] = mastodon.shelf.statuses.values()
        descriptions = [mastodon.shelf.media[each].description for each in status.media]
        assert descriptions[1:] == ["The gold wall", "The crimson wall"]
