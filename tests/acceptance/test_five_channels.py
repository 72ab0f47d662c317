"""Five articles on five kinds of channels at once, one corrected and one retracted: what each channel shows,
read from its server. ``-s`` prints it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from PIL import Image

from tests.acceptance.five_channels import DeclaredChannel, five_channels
from tests.acceptance.world import Desk, NewsSite, Page, desk, until
from tests.channels import pds
from tests.channels.servers import Published

pytestmark = pytest.mark.slow  # databases or processes throughout


@dataclass(frozen=True, kw_only=True)
class Story:
    """An article to publish. ``lead``: what of its summary every channel has room for, as posts word it."""

    number: int
    title: str
    lead: str
    summary: str = ""
    language: str = "en"
    alt: str = ""

    def page(self) -> Page:
        caption = "Opening day." if self.alt else ""
        return Page(
            number=self.number,
            title=self.title,
            summary=self.summary or self.lead,
            published=datetime.now(UTC).replace(microsecond=0),
            language=self.language,
            caption=caption,
            alt=self.alt,
        )


LAO_LEAD = "ຂົວແຫ່ງໃໝ່ທີ່ຂ້າມແມ່ນ້ຳຂອງໄດ້ເປີດໃຫ້ປະຊາຊົນໃຊ້ໃນເຊົ້າວັນນີ້."

PHOTO = Story(
    number=2,
    title="Bridge opens",
    lead="Hundreds walked across in the first hour.",
    alt="People with umbrellas on a new bridge.",
)
PLAIN = Story(number=3, title="Library stays open late", lead="Readers may stay until midnight from now on.")
LONG = Story(
    number=4,
    title="ຂົວຂ້າມແມ່ນ້ຳຂອງເປີດໃຫ້ປະຊາຊົນໃຊ້ແລ້ວ",
    lead=LAO_LEAD,
    summary=" ".join([LAO_LEAD, *(f"ສະຖານີທີ {n} ຢູ່ຫ່າງຈາກຂົວ {n} ກິໂລແມັດ ແລະ ຈະເປີດໃນປີໜ້າ." for n in range(2, 40))]),
    language="lo",
)
QUOTED = Story(
    number=5,
    title="Nobody pays on the bridge, mayor says",
    lead='"Nobody pays & nobody waits," she said; the plan is at council.example/plan?a=1&b=2.',
    summary='"Nobody pays & nobody waits," she said; the plan is at https://council.example/plan?a=1&b=2.',
)
ARABIC = Story(
    number=6,
    title="افتتاح الجسر الجديد فوق النهر",
    lead="عبر مئات السكان الجسر صباح اليوم بعد ثلاث سنوات من البناء.",
    language="ar",
)
STORIES = (PHOTO, PLAIN, LONG, QUOTED, ARABIC)

CORRECTED, NOTE = replace(PHOTO, title="Bridge opens on Friday"), "The day was missing."
WITHDRAWN = "سُحبت هذه المقالة."


@contextmanager
def newsroom(folder: Path, site: NewsSite, channels: Sequence[DeclaredChannel]) -> Iterator[Desk]:
    """`syndicator up` with all of them, after its first look."""
    (folder / "desk").mkdir()
    also = re.findall('"(http://[^/"]+)', "".join(channel.declared for channel in channels))
    with desk(folder / "desk", site, {}, also=also) as made:
        main, feed = made.folder / "syndicator.toml", made.folder / "feeds" / "all.toml"
        main.write_text(main.read_text() + "".join(channel.declaration for channel in channels))
        feed.write_text(f'title = "All"\nchannels = {json.dumps([channel.name for channel in channels])}\n')
        made.environment |= {channel.name.upper(): channel.secret[1] for channel in channels}
        site.pages[1] = Page(1, "It was always so", "As ever.", datetime.now(UTC), caption="")
        made.start()
        until(lambda: made.titles() == ["It was always so"], "the first look fills the feed", made)
        yield made


def all_shown(act: str, running: Desk, channels: Sequence[DeclaredChannel]) -> dict[str, list[Published]]:
    """What each channel shows once nothing is left to do for any."""

    def is_done() -> bool:
        standings = running.status()["deliveries"]
        return all(set(standings[channel.name]) == {"sent"} for channel in channels)

    until(is_done, f"all channels are done: {act}", running)
    return {channel.name: channel.shown() for channel in channels}


def must_show(post: Published, story: Story, channel: DeclaredChannel) -> None:
    """The headline whole, as much of the summary as there is room for, the photo with its words, and the
    language."""
    paragraphs = [part for part in post.text.splitlines() if part]
    assert paragraphs[0] == story.title
    assert paragraphs[1].startswith(story.lead)
    assert paragraphs[1] == story.lead or story.summary.startswith(paragraphs[1])
    assert (post.photo is not None) == bool(story.alt)
    assert post.photo is None or Image.open(io.BytesIO(post.photo)).size == (640, 400)
    assert post.alt == (story.alt if channel.has_alt else "")
    assert post.language == (story.language if channel.has_language else "")


def must_be_corrected(before: Published, after: Sequence[Published], channel: DeclaredChannel) -> None:
    """``after``: the posts that lead to the article."""
    [corrected] = [post for post in after if post.text.splitlines()[0] == CORRECTED.title]
    assert f"Correction: {NOTE}" in corrected.text
    if channel.on_correction == "reply":
        assert [post for post in after if post != corrected] == [before]
        assert corrected.reply_to == before.remote_id
        return
    assert after == [corrected]
    assert (corrected.remote_id == before.remote_id) == (channel.on_correction == "edit")
    assert (corrected.photo, corrected.alt) == (before.photo, before.alt)


def must_be_retracted(after: Sequence[Published], channel: DeclaredChannel) -> None:
    """``after``: what has the post's id."""
    if channel.on_retraction == "notice":
        [notice] = after
        assert [part for part in notice.text.splitlines() if part][:2] == [ARABIC.title, WITHDRAWN]
        assert ARABIC.lead not in notice.text
    elif channel.leaves_tombstone:
        [tombstone] = after
        assert (tombstone.text, tombstone.photo) == ("", None)
    else:
        assert not after


def print_changes(
    act: str, channel: DeclaredChannel, before: Sequence[Published], after: Sequence[Published]
) -> None:
    print(f"\n{channel.name}, {act}: {len(after)} posts")
    for post in before:
        if post.remote_id not in {each.remote_id for each in after}:
            print(f"  gone: {post.remote_id}")
    for post in after:
        if post not in before:
            text = " | ".join(part[:90] for part in post.text.splitlines() if part)
            shown = {
                "photo": f"{len(post.photo)} bytes" if post.photo else "",
                "alt": post.alt,
                "language": post.language,
                "leads to": ", ".join(post.links),
                "reply to": post.reply_to,
            }
            more = "".join(f"\n      {name}: {value}" for name, value in shown.items() if value)
            print(f"  {post.remote_id}: {text}{more}")


def test_five_channels_show_five_articles_one_correction_and_one_retraction(
    tmp_path: Path, subtests: pytest.Subtests
) -> None:
    with (
        NewsSite() as site,
        five_channels(tmp_path) as channels,
        newsroom(tmp_path, site, channels) as running,
    ):
        addresses = {story: f"{site.address}/news/{story.number}" for story in STORIES}
        site.pages |= {story.number: story.page() for story in STORIES}
        until(lambda: all(len(channel.shown()) == 5 for channel in channels), "five posts on each", running)
        published = all_shown("published", running, channels)
        assert [requests.get(url, timeout=30).status_code for url in addresses.values()] == [200] * 5

        page = site.pages[PHOTO.number]
        page.title, page.note = CORRECTED.title, NOTE
        until(
            lambda: all(CORRECTED.title in str(channel.shown()) for channel in channels), "corrected", running
        )
        corrected = all_shown("corrected", running, channels)

        site.retract(ARABIC.number)
        until(
            lambda: all(ARABIC.lead not in str(channel.shown()) for channel in channels), "retracted", running
        )
        all_shown("retracted", running, channels)
        assert running.stop() == 0
        retracted = {channel.name: channel.shown() for channel in channels}  # nothing more comes

        for channel in channels:
            with subtests.test(channel=channel.name):
                first, second, third = (shown[channel.name] for shown in (published, corrected, retracted))
                print_changes("published", channel, [], first)
                print_changes("corrected", channel, first, second)
                print_changes("retracted", channel, second, third)
                assert len(first) == len(STORIES)
                of = {}
                for story, url in addresses.items():
                    [of[story]] = [post for post in first if post.leads_to(url)]
                    must_show(of[story], story, channel)
                about = [post for post in second if post.leads_to(addresses[PHOTO])]
                must_be_corrected(of[PHOTO], about, channel)
                same = [post for post in third if post.remote_id == of[ARABIC].remote_id]
                must_be_retracted(same, channel)
                others = [post for post in first if post != of[PHOTO]]
                assert [post for post in second if post not in about] == others
                assert [post for post in third if post not in same] == [p for p in second if p != of[ARABIC]]
        with subtests.test(channel="bluesky is installed"):
            if why := pds.missing():
                pytest.skip(why)
