"""The console: what it shows of a newsroom's day, and what an operator does about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from PIL import Image
from selectolax.lexbor import LexborHTMLParser
from starlette.routing import Route

from syndicator.channels.outbox import Outbox
from syndicator.domain.article import Photo
from syndicator.domain.delivery import Standing
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SourceError
from syndicator.domain.feed import Feed, Filter
from syndicator.domain.photo import PhotoFile
from syndicator.domain.post import Occasion, Post
from syndicator.domain.recipient import Recipient
from syndicator.http.client import Http
from syndicator.jobs.announcements import RecordedAnnouncements
from syndicator.jobs.ports import LEASE
from syndicator.jobs.store_ports import Outcome
from syndicator.store import Store
from syndicator.web.channel_pages import PageMeans
from syndicator.web.console.outbox import outbox_routes
from syndicator.web.context import Context
from syndicator.web.feeds.serving import FeedServer
from tests.fakes import ALL, Words, sighting
from tests.jobs.newsroom import Story
from tests.web.browser import Browser, browsing
from tests.web.house import House

pytestmark = pytest.mark.slow  # databases or processes throughout

HOSTILE = '<script>alert("1")</script> & \u2028 "quotes"'


@pytest.fixture
def story(store: Store) -> Story:
    told = Story(store)
    told.baseline()
    return told


def has_recipients(story: Story, *addresses: str) -> None:
    for address in addresses:
        story.store.join(Recipient(channel="wire", address=address), story.clock())
    announcements = RecordedAnnouncements(
        channel="wire", store=story.store, bell=story.bell, clock=story.clock
    )
    announcements.put(key="1", post="1", occasion=Occasion.NEWS, payload={})


@pytest.fixture
def console(house: House, story: Story) -> Iterator[Browser]:
    house.clock = story.clock
    with browsing(house.app()) as opened:
        yield opened


def lose_the_outcome(story: Story) -> None:
    story.channel.key_memory, story.channel.can_find = None, False
    story.channel.after = [OutcomeUnknown("no answer")]
    story.publishes()
    story.delivers_until_done()
    assert story.delivery.standing is Standing.UNKNOWN


def test_a_channel_says_how_many_it_tells_and_why_it_can_tell_nobody(console: Browser, story: Story) -> None:
    has_recipients(story, "ann@example.com", "bob@example.com")
    assert "2 recipients, 2 behind" in console.get("/console").text

    letters = story.store.claim_letters("wire", story.clock(), LEASE, 10, joins=False)
    story.store.put_off_letters(letters, story.clock.tick(minutes=1), "the relay does not let us in")

    page = console.get("/console").text
    assert "Channel wire can tell nobody: the relay does not let us in" in page


def test_a_quiet_day_needs_nobody(console: Browser, story: Story) -> None:
    story.store.beat("worker-1", "worker", story.clock())
    story.publishes(title="Ferry returns")
    story.delivers()

    page = console.get("/console").text

    assert "All is well" in page
    assert "Ferry returns" in page
    assert "https://wire.example/p1" in page
    assert "worker-1" in page


def test_a_post_that_was_taken_back_is_no_article_that_stands(console: Browser, story: Story) -> None:
    story.publishes()
    story.delivers()
    assert "withdrawn" not in console.get("/console/deliveries").text

    story.retracts()
    story.delivers()

    assert "withdrawn" in console.get("/console/deliveries").text


def test_a_newsroom_without_workers_says_so(console: Browser) -> None:
    assert "No worker is alive" in console.get("/console").text


def test_trouble_is_at_the_top(console: Browser, story: Story) -> None:
    story.channel.before = [Misconfigured("the token does not work: make a new one")]
    story.publishes()
    story.delivers()
    story.source.trouble = SourceError("the server answered 502")
    for _ in range(3):
        story.clock.tick(hours=1)
        story.look()

    page = console.get("/console").text
    alarms = page[page.index('class="alarms"') : page.index('class="tiles"')]

    assert "Channel wire is stopped: the token does not work" in alarms
    assert "Source page has failed 3 times" in alarms
    assert "All is well" not in page


def test_what_has_never_worked_is_no_green_bar(console: Browser, story: Story) -> None:
    story.store.beat("worker-1", "worker", story.clock())

    page = console.get("/console").text

    assert "Not tried yet: channel wire" in page
    assert "All is well" not in page


def test_a_source_that_was_never_read_is_told_at_its_first_failure(house: House, store: Store) -> None:
    told = Story(store)
    told.source.trouble = SourceError("https://site.example/: the server answered 404")
    told.look()
    house.clock = told.clock
    with browsing(house.app()) as browser:
        page = browser.get("/console").text

    assert "Source page has never been read: https://site.example/: the server answered 404" in page


def test_an_article_that_is_left_out_of_a_feed_is_named(console: Browser, story: Story) -> None:
    story.publishes("7")
    stale = story.store.claim_feed("all", story.clock(), timedelta(minutes=1))
    assert stale is not None
    [article] = story.articles
    why = {article.guid: f"rss: it says {HOSTILE}"}
    story.store.settle_feed(stale, Outcome(carried=[article.guid], left_out=why), story.clock())

    page = console.get("/console").text

    assert f"Feed all leaves out https://ledger.example/7 ({article.guid}): rss: it says &lt;script" in page
    assert "<script>alert" not in page


def test_queues_are_shown_where_the_broker_tells(house: House) -> None:
    with browsing(house.app(queues=lambda: {"deliver": 7})) as browser:
        page = browser.get("/console").text
    assert "Queue deliver" in page
    assert "<dd>7</dd>" in page

    with browsing(house.app(queues=lambda: None)) as browser:
        assert "The broker does not answer" in browser.get("/console").text


def test_what_comes_from_outside_is_only_ever_text(console: Browser, story: Story) -> None:
    story.channel.before = [Refused(HOSTILE)]
    story.publishes(title=HOSTILE, url="javascript:alert(1)", summary=HOSTILE, section=HOSTILE)
    story.delivers()

    for path in "/console", "/console/deliveries", f"/console/deliveries/{story.delivery.id}":
        page = console.get(path).text
        assert "<script>alert" not in page
        assert 'href="javascript:' not in page
        assert "&lt;script&gt;" in page


def test_deliveries_are_found_by_state_and_channel(console: Browser, story: Story) -> None:
    story.channel.before = [Refused("too long")]
    story.publishes("a", title="Refused one")
    story.delivers()
    story.publishes("b", title="Pending one")

    refused = console.get("/console/deliveries?state=refused&channel=wire").text
    assert "Refused one" in refused
    assert "too long" in refused
    assert "Pending one" not in refused
    assert "Nothing here" in console.get("/console/deliveries?channel=elsewhere").text


def test_deliveries_are_read_page_by_page(
    console: Browser, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicator.web.console.pages.PAGE_LENGTH", 2)
    for key in "abc":
        story.publishes(key, title=f"Story {key}")

    first = console.get("/console/deliveries").text
    assert "Story c" in first
    assert "Story b" in first
    assert "Story a" not in first

    older = first.partition('">Older')[0].rpartition('href="')[2].replace("&amp;", "&")
    assert "Story a" in console.get(older).text


@pytest.mark.parametrize(
    "path",
    [
        "/console/deliveries/999",
        "/console/deliveries/99999999999999999999",
        "/console/deliveries?before=x",
        "/console/deliveries?before=-1",
        "/console/nowhere",
    ],
)
def test_addresses_that_lead_nowhere_say_so(console: Browser, path: str) -> None:
    answer = console.get(path)

    assert answer.status == 404
    assert "Nothing here" in answer.text


def test_an_operator_tries_a_refused_delivery_again(console: Browser, house: House, story: Story) -> None:
    story.channel.before = [Refused("too long")]
    story.publishes()
    story.delivers()
    delivery = f"/console/deliveries/{story.delivery.id}"
    house.bell.rung.clear()

    answer = console.press("/console/deliveries?state=refused", f"{delivery}/retry")

    assert answer.status == 303
    assert answer.headers["location"] == "/console/deliveries?state=refused"
    assert house.bell.rung == [("deliver", "wire")]
    story.delivers()
    assert story.delivery.standing is Standing.SENT
    assert "an operator asked for another try" in console.get(delivery).text


def test_an_operator_skips_a_delivery(console: Browser, story: Story) -> None:
    story.publishes()

    console.press("/console", f"/console/deliveries/{story.delivery.id}/skip")
    story.delivers()

    assert story.delivery.standing is Standing.SKIPPED
    assert story.texts == []


def test_an_operator_found_the_post(console: Browser, story: Story) -> None:
    lose_the_outcome(story)
    page = f"/console/deliveries/{story.delivery.id}"

    console.press(page, f"{page}/posted", remote_id=" p1 ", url="https://wire.example/p1")

    assert story.delivery.standing is Standing.SENT
    assert story.delivery.receipt is not None
    assert story.delivery.receipt.remote_id == "p1"


def test_an_address_that_is_none_is_not_taken_for_a_post(console: Browser, story: Story) -> None:
    lose_the_outcome(story)
    page = f"/console/deliveries/{story.delivery.id}"

    answer = console.press(page, f"{page}/posted", remote_id="p1", url="javascript:alert(1)")

    assert answer.status == 409
    assert story.delivery.standing is Standing.UNKNOWN


def test_an_operator_found_no_post(console: Browser, story: Story) -> None:
    lose_the_outcome(story)
    story.channel.shown.clear()
    page = f"/console/deliveries/{story.delivery.id}"

    console.press(page, f"{page}/absent")
    story.clock.tick(hours=1)
    story.delivers()

    assert story.delivery.standing is Standing.SENT
    assert len(story.texts) == 1


def test_what_is_no_longer_possible_is_explained(console: Browser, story: Story) -> None:
    story.publishes()
    path = f"/console/deliveries/{story.delivery.id}/skip"
    console.get("/console")
    story.delivers()

    answer = console.submit(path, {"token": console.cookies["console"]})

    assert answer.status == 409
    assert "is sent" in answer.text


def test_channels_and_sources_are_paused_and_resumed(console: Browser, house: House, story: Story) -> None:
    console.press("/console", "/console/channels/wire/pause")
    console.press("/console", "/console/sources/page/pause")
    assert (story.channel_row.is_paused, story.source_row.is_paused) == (True, True)
    house.bell.rung.clear()

    console.press("/console", "/console/channels/wire/resume")
    console.press("/console", "/console/sources/page/resume")
    assert (story.channel_row.is_paused, story.source_row.is_paused) == (False, False)
    assert house.bell.rung == [("deliver", "wire"), ("watch", "page")]


@pytest.mark.parametrize(("action", "posted"), [("allow", 60), ("forget", 0)])
def test_an_operator_decides_about_what_is_held(
    console: Browser, house: House, story: Story, action: str, posted: int
) -> None:
    story.baseline()
    owed = len(story.deliveries)
    story.shows(*(sighting(f"k{n}", published=story.clock()) for n in range(60)))
    page = console.get("/console").text
    alarms = page[page.index('class="alarms"') : page.index('class="tiles"')]
    assert "Source page: 60 new articles are in feeds, and not posted" in alarms
    assert "Bridge k0 reopens" in alarms

    console.press("/console", f"/console/sources/page/{action}")
    assert house.bell.rung[-1] == ("watch", "page")
    assert "It is meant: go on" not in console.get("/console").text  # it is heard by the next look
    story.look()

    assert len(story.deliveries) == owed + posted
    assert "60 new articles" not in console.get("/console").text


def test_a_source_is_looked_at_at_once(console: Browser, house: House, story: Story) -> None:
    story.look()

    console.press("/console", "/console/sources/page/look")

    assert story.source_row.next_look == story.clock()
    assert house.bell.rung[-1] == ("watch", "page")


@pytest.mark.parametrize("path", ["deliveries/1/explode", "channels/wire/explode", "channels/nowhere/pause"])
def test_decisions_that_do_not_exist_change_nothing(console: Browser, path: str) -> None:
    console.get("/console")

    assert console.submit(f"/console/{path}", {"token": console.cookies["console"]}).status in (404, 409)


@pytest.mark.parametrize("back", ["https://evil.example/console", "//evil.example", "", "/feeds"])
def test_nobody_is_sent_elsewhere_after_a_decision(console: Browser, back: str) -> None:
    console.get("/console")
    form = {"token": console.cookies["console"], "back": back}

    assert console.submit("/console/sources/page/look", form).headers["location"] == "/console"


def test_deciding_needs_a_post(console: Browser) -> None:
    assert console.get("/console/sources/page/pause").status == 405


@pytest.fixture
def wall(tmp_path: Path, story: Story) -> Outbox:
    """An outbox with one card: hostile words and a photo."""
    story.publishes(
        title=HOSTILE,
        summary="Ferries sail again.",
        photo=Photo(url="https://x.example/p.jpg", credit="Noy K."),
    )
    [article] = story.articles
    image = tmp_path / "ferry.jpg"
    Image.new("RGB", (40, 30), "teal").save(image)
    photo = PhotoFile(content=image.read_bytes(), media_type="image/jpeg", width=40, height=30)
    outbox = Outbox(name="wall", folder=tmp_path / "outbox", session=requests.Session())
    outbox.send(Post(article=article, text=Words().cut(HOSTILE, 99), alt="A ferry", photo=photo), key="k")
    return outbox


def with_outbox(house: House, wall: Outbox) -> FeedServer:
    def routes(context: Context) -> list[Route]:
        http = Http(allow=(), setting="[hub] allow")
        return outbox_routes({"wall": wall}, PageMeans(context=context, store=house.store, http=http))

    return house.app(channel_pages={"wall": wall.console_page}, more_routes=routes)


def test_the_outbox_shows_its_cards(house: House, wall: Outbox) -> None:
    with browsing(with_outbox(house, wall)) as browser:
        page = browser.get("/console/outbox").text
        assert "Ferries sail again." in page
        assert "<script>alert" not in page
        assert 'alt="A ferry"' in page

        photo = browser.get(page.partition('<img src="')[2].partition('"')[0])
        assert photo.status == 200
        assert photo.headers["content-type"] == "image/jpeg"
        assert photo.body.startswith(b"\xff\xd8")


@pytest.mark.parametrize("file", ["x.json", "x.html", "..%2f..%2fsyndicator.db", ".jpg", "no-such.jpg"])
def test_an_outbox_serves_photos_and_nothing_else(house: House, wall: Outbox, file: str) -> None:
    (wall.place / "x.html").write_text("<p>")
    (wall.place / "x.json").write_text("{}")
    with browsing(with_outbox(house, wall)) as browser:
        assert browser.get(f"/console/outbox/wall/{file}").status == 404
        assert browser.get("/console/outbox/elsewhere/a.jpg").status == 404


def test_a_newsroom_without_an_outbox_shows_none(console: Browser) -> None:
    assert "/console/outbox" not in console.get("/console").text
    assert console.get("/console/outbox").status == 404


def test_a_feed_that_carries_nothing_says_so_on_its_line(console: Browser, story: Story) -> None:
    story.feeds = [ALL, Feed(name="city", title="City", only=Filter(sections=("Ctiy",)))]
    story.declare()
    story.publishes(title="Ferry returns")

    page = LexborHTMLParser(console.get("/console").text)

    lines = [row.text() for row in page.css("#feeds tbody tr")]
    assert ["carries no article" in line for line in lines] == [False, True]
