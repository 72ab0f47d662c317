"""Sites without a feed, from a real server that changes while it is watched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from syndicator.domain.article import Photo, Sighting
from syndicator.domain.errors import FetchError, SourceError, SourceGone
from syndicator.http.client import Http
from syndicator.jobs.ports import READ_AGAIN, Look, Source
from syndicator.sources.page import Listing, PageSource
from syndicator.sources.pages.extract import Select
from syndicator.sources.sites.crawl_state import REMEMBERED
from syndicator.text.addresses import same_site
from syndicator.text.clean import plain
from tests.channels.local_server import LocalServer, Reply, Request

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def article(number: int, **parts: str) -> str:
    """A page as the region's portals make them: no metadata, the date day first, furniture all around."""
    told = {
        "title": f"Boat race {number} draws thousands",
        "lead": f"Crews from {number} villages raced on Sunday, before the largest crowd in years.",
        "date": "01/03/2026 09:30",
        "text": "<p>The river was high, and the current strong.</p><p>The women's crews went first.</p>",
        "head": "",
    } | parts
    return (
        f"<html><head><title>Portal</title>{told['head']}</head><body>"
        f"<h2 class=title>&nbsp;{told['title']}</h2>"
        f"<div class=info>{told['date']} <a href=#>Email</a> <a href=#>Print</a> 2204</div>"
        f"<div class=lead>TML {told['lead']}</div><div class=photo><img src=/photos/{number}.jpg>"
        f"<p class=cap>Crew {number}. Photo: B. Camera</p></div>"
        f"<div class=content><p>(TML) {told['lead']}</p>{told['text']}<p>TML</p></div></body></html>"
    )


class Site(LocalServer):
    """A portal. ``articles`` by number: a page, a status, or where it redirects to."""

    def __init__(self) -> None:
        super().__init__()
        self.articles: dict[int, str | int | Reply] = {}
        self.listed: list[int] = []
        self.teasers: dict[int, str] = {}
        self.listing_status = 200
        self.retry_after = ""
        self.etags = False
        self.sessions, self.session = "", 0

    def publish(self, number: int, page: str | int | Reply | None = None) -> None:
        self.articles[number] = page if page is not None else article(number)
        self.listed.insert(0, number)

    def answer(self, request: Request) -> Reply:
        if request.path.lower().endswith("/news.aspx"):
            return self._tagged(request, Reply(status=self.listing_status, body=self._listing().encode()))
        if self.sessions:
            return self._of_session(request)
        page = self.articles.get(int(request.query.get("id", 0)), 404)
        if isinstance(page, Reply):
            return page
        if isinstance(page, int):
            headers = {"Retry-After": self.retry_after} if self.retry_after else {}
            return Reply(status=page, headers=headers, body=b"<h1>Sorry</h1>")
        return self._tagged(request, Reply(body=page.encode()))

    def _of_session(self, request: Request) -> Reply:
        """The page, if it is asked for by the link of the session that goes on."""
        asked = request.path + (f"?sid={request.query['sid']}" if "sid" in request.query else "")
        for number, page in self.articles.items():
            if self.sessions.format(n=number, look=self.session) == asked:
                return Reply(body=str(page).encode())
        return Reply(status=410)

    def _tagged(self, request: Request, reply: Reply) -> Reply:
        if not self.etags:
            return reply
        tag = f'"{hash(reply.body)}"'
        if request.headers.get("If-None-Match") == tag:
            return Reply(status=304)
        return replace(reply, headers={"ETag": tag})

    def _listing(self) -> str:
        if self.sessions:
            links = [self.sessions.format(n=n, look=self.session) for n in self.listed]
            return "".join(f"<li><a href='{link}'>Race</a></li>" for link in links)
        entries = "".join(
            f"<li><a href='/En/detail.aspx?id={n}&utm_source=list'><img src=/t{n}.jpg></a>"
            f"<a href='/en/Detail.aspx?ID={n}'>{self.teasers.get(n, f'Race {n}')}<span>Sport</span></a>"
            f"<p class=date>3/1/2026 11:{n % 60:02}:00 AM</p></li>"
            for n in self.listed
        )
        elsewhere = "<a href='https://elsewhere.example/detail.aspx?id=99'>Partner</a>"
        return f"<h1>News</h1><ul>{entries}</ul>{elsewhere}<a href='/about.aspx'>About</a>"

    def reads(self) -> list[int]:
        """The articles that were asked for since the last call."""
        with self.lock:
            asked = [int(r.query.get("id") or r.query["ID"]) for r in self.requests if "etail" in r.path]
            self.requests.clear()
        return asked


SELECT = Select(
    title=".title", summary=".lead", published=".info", content=".content", photo=".photo img", caption=".cap"
)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture
def source(site: Site) -> PageSource:
    return PageSource(
        name="portal",
        listings=(Listing(url=f"{site.address}/en/News.aspx?cat=9", section="Sport"),),
        article=r"/detail\.aspx\?",
        key=r"/(en|lo)/detail\.aspx\?.*\bid=(\d+)",
        timezone="Asia/Vientiane",
        dates="%d/%m/%Y %H:%M",
        listing_date=".date",
        listing_dates="%m/%d/%Y %I:%M:%S %p",
        language="en",
        agency="TML",
        select=SELECT,
        recheck=(5 * MINUTE, HOUR),
        http=Http(allow=[site.address.removeprefix("http://")]),
    )


class Watch:
    """Looks again and again, remembering what the last look left, as JSON does."""

    def __init__(self, source: PageSource, now: datetime = NOW) -> None:
        self.source, self.now = source, now
        self.memory: dict[str, Any] = {}

    def look(self, after: timedelta = timedelta()) -> Look:
        self.now += after
        seen = self.source.look(self.memory, self.now)
        self.memory = json.loads(json.dumps(seen.memory, sort_keys=True))
        return seen


@pytest.fixture
def watch(source: PageSource) -> Watch:
    return Watch(source)


def test_an_article_read_by_its_address_is_of_the_section_that_every_listing_has(
    site: Site, source: PageSource
) -> None:
    site.publish(7)
    address = f"{site.address}/En/detail.aspx?id=7"

    assert source.read(address, NOW).section == "Sport"

    elsewhere = Listing(url=f"{site.address}/En/other", section="Culture")
    assert replace(source, listings=(*source.listings, elsewhere)).read(address, NOW).section == ""


def keys(look: Look) -> list[str]:
    return [sighting.key for sighting in look.sightings]


def test_an_article_is_read_with_everything_in_it(site: Site, watch: Watch) -> None:
    site.publish(7)

    [seen] = watch.look().sightings

    assert seen == Sighting(
        source="portal",
        key="en/7",
        url=f"{site.address}/En/detail.aspx?id=7",
        title="Boat race 7 draws thousands",
        summary="Crews from 7 villages raced on Sunday, before the largest crowd in years.",
        content_html="<p>Crews from 7 villages raced on Sunday, before the largest crowd in years.</p>\n"
        "<p>The river was high, and the current strong.</p>\n<p>The women's crews went first.</p>",
        authors=("TML",),
        section="Sport",
        language="en",
        photo=Photo(url=f"{site.address}/photos/7.jpg", caption="Crew 7", credit="B. Camera"),
        published=datetime(2026, 3, 1, 2, 30, tzinfo=UTC),
    )
    assert seen.origins["published"] == "select.published"
    assert seen.origins["section"] == "listing"
    assert seen.warnings == ()


def test_only_what_is_new_is_read(site: Site, watch: Watch) -> None:
    site.publish(1)
    site.publish(2)
    first = watch.look()
    assert sorted(site.reads()) == [1, 2]
    site.publish(3)

    second = watch.look(MINUTE)

    assert (keys(first), keys(second)) == (["en/2", "en/1"], ["en/3"])
    assert site.reads() == [3]
    assert second.problems == []
    assert second.is_complete


def test_a_listing_that_has_not_changed_is_not_read_again(site: Site, watch: Watch) -> None:
    site.etags = True
    site.publish(1)
    watch.look()

    again = watch.look(MINUTE)
    assert (again.sightings, again.problems) == ([], [])
    assert site.reads() == [1]

    site.publish(2)
    assert keys(watch.look(MINUTE)) == ["en/2"]


def test_a_listing_that_a_clock_ahead_had_whole_is_asked_for_whole_once_it_is_right(
    site: Site, watch: Watch
) -> None:
    site.etags = True
    site.publish(1)
    watch.look(timedelta(days=1))
    site.requests.clear()
    watch.look(MINUTE - timedelta(days=1))
    watch.look(MINUTE)

    asked = [request for request in site.requests if request.path.lower().endswith("/news.aspx")]
    assert ["If-None-Match" in request.headers for request in asked] == [False, True]


@pytest.mark.slow
def test_articles_are_read_again_less_and_less_often(site: Site, watch: Watch) -> None:
    site.publish(1)
    watch.look()

    assert [minutes for minutes in range(1, 180) if watch.look(MINUTE).sightings] == [5, 60]


def test_after_a_long_pause_an_article_is_read_again_once(site: Site, watch: Watch) -> None:
    site.publish(1)
    watch.look()

    assert keys(watch.look(10 * HOUR)) == ["en/1"]
    assert keys(watch.look(MINUTE)) == []


def test_a_page_that_has_not_changed_shows_nothing(site: Site, watch: Watch) -> None:
    site.etags = True
    site.publish(1)
    watch.look()
    assert site.reads() == [1]

    assert watch.look(5 * MINUTE).sightings == []
    assert site.reads() == [1]
    site.articles[1] = article(1, title="Corrected")
    assert [s.title for s in watch.look(HOUR).sightings] == ["Corrected"]


def test_new_settings_read_even_what_has_not_changed(site: Site, watch: Watch) -> None:
    site.etags = True
    site.publish(1)
    watch.look()
    watch.source = replace(watch.source, select=replace(SELECT, title=".cap"))

    assert [s.title for s in watch.look(5 * MINUTE).sightings] == ["Crew 1. Photo: B. Camera"]


def test_an_article_is_read_again_when_its_listing_says_something_new(site: Site, watch: Watch) -> None:
    site.publish(1)
    site.publish(2)
    watch.look()
    site.teasers[1] = "Race 1, corrected"

    assert keys(watch.look(MINUTE)) == ["en/1"]
    assert keys(watch.look(MINUTE)) == []


def test_a_correction_is_noticed_although_a_clock_was_ahead(site: Site, watch: Watch) -> None:
    """It has put off what it wrote: a page that could not be read, and one that was."""
    site.publish(1)
    site.publish(2)
    watch.look()
    watch.now += timedelta(days=9)
    site.teasers[1] = site.teasers[2] = "corrected"
    page, site.articles[1] = site.articles[1], 500
    watch.look()
    site.articles[1], site.articles[2] = page, article(2, title="Race 2 is off")

    watch.now -= timedelta(days=9)

    assert sorted(keys(watch.look(MINUTE))) == ["en/1", "en/2"]
    assert keys(watch.look(MINUTE)) == []


@pytest.mark.parametrize("trouble", [500, 404])
def test_what_a_clock_ahead_by_minutes_has_put_off_is_tried_again(
    site: Site, watch: Watch, trouble: int
) -> None:
    """A page that was tried by such a clock alone: nothing but that try tells."""
    site.publish(1)
    site.publish(2)
    watch.look()
    site.teasers[1] = "corrected"
    site.articles[1] = trouble
    watch.look(timedelta(minutes=40))
    site.articles[1] = article(1, title="Race 1 is off")

    watch.now -= timedelta(minutes=30)

    assert "en/1" in keys(watch.look(MINUTE))


@pytest.mark.slow
def test_a_hint_that_a_clock_ahead_has_no_time_to_follow_is_followed_once_it_is_right(
    site: Site, watch: Watch
) -> None:
    """Twenty minutes ahead, all pages are due at once: more than one look reads."""
    watch.source = replace(watch.source, most=2)
    for number in range(1, 5):
        site.publish(number)
    watch.look()
    watch.look(MINUTE)
    site.articles[4] = article(4, text="<p>Corrected.</p>")
    site.teasers[4] = "Corrected"

    assert "en/4" not in keys(watch.look(20 * MINUTE))

    assert "en/4" in keys(watch.look(-20 * MINUTE)) + keys(watch.look(MINUTE)) + keys(watch.look(MINUTE))


@pytest.mark.parametrize("ahead", [timedelta(minutes=20), timedelta(days=1)])
def test_what_a_clock_ahead_had_no_time_to_read_again_is_read_once_it_is_right(
    site: Site, watch: Watch, ahead: timedelta
) -> None:
    """A hand died with a retraction, whose page is to be read again; by a clock ahead others came first."""
    for number in (1, 2, 3):
        site.publish(number)
    watch.look()
    site.listed.remove(3)
    site.articles[3] = 410
    assert watch.look(MINUTE).gone == ["en/3"]
    watch.memory[READ_AGAIN] = ["en/1", "en/3"]  # nobody has put it on record
    watch.source = replace(watch.source, most=1)
    assert watch.look(ahead).gone == []

    looks = [watch.look(MINUTE - ahead), watch.look(MINUTE), watch.look(MINUTE)]
    assert [key for look in looks for key in look.gone] == ["en/3"]


def test_an_article_is_read_again_when_its_listing_drops_it(site: Site, watch: Watch) -> None:
    site.publish(1)
    site.publish(2)
    watch.look()
    site.listed.remove(1)
    site.articles[1] = 410

    look = watch.look(MINUTE)
    assert (look.gone, look.problems) == (["en/1"], [])
    assert watch.look(MINUTE).gone == []


def test_being_dropped_from_a_listing_is_no_retraction(site: Site, watch: Watch) -> None:
    site.publish(1)
    site.publish(2)
    watch.look()
    site.listed.remove(1)

    look = watch.look(MINUTE)
    assert (look.gone, keys(look)) == ([], ["en/1"])


@pytest.mark.slow
def test_404_is_a_retraction_only_when_it_stays_so(site: Site, watch: Watch) -> None:
    site.publish(1)
    watch.look()
    site.articles[1] = 404

    gone_at = []
    for minutes in range(5, 180, 5):
        look = watch.look(5 * MINUTE)
        assert bool(look.gone) or all("404" in problem for problem in look.problems)
        if look.gone:
            gone_at.append(minutes)
    assert gone_at == [65]
    assert site.reads() == [1] * (4 + 3)  # it is still listed, and read again, less and less often


def test_a_page_that_was_only_away_for_a_while_is_not_gone(site: Site, watch: Watch) -> None:
    site.publish(1)
    watch.look()
    for _ in range(4):
        site.articles[1] = 404
        watch.look(30 * MINUTE)
        watch.look(30 * MINUTE)
        site.articles[1] = article(1)
        assert watch.look(30 * MINUTE).gone == []


def test_what_comes_back_after_a_retraction_is_read_again(site: Site, watch: Watch) -> None:
    site.publish(1)
    site.publish(2)
    watch.look()
    site.articles[1] = 410
    site.listed.remove(1)
    assert watch.look(5 * MINUTE).gone == ["en/1"]
    watch.look(MINUTE)

    site.publish(1)

    assert keys(watch.look(MINUTE)) == ["en/1"]


@pytest.mark.slow
def test_what_is_listed_is_not_gone_by_one_answer(site: Site, watch: Watch) -> None:
    for number in (1, 2):
        site.publish(number)
    watch.look()
    site.articles[1] = 410

    gone_at = [minutes for minutes in range(5, 180, 5) if watch.look(5 * MINUTE).gone]
    assert gone_at == [65]

    site.articles[1] = article(1)  # the listing has not changed all the while
    assert "en/1" in [key for _ in range(90) for key in keys(watch.look(MINUTE))]


@pytest.mark.slow
@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize("status", [404, 410, 500])
def test_where_no_page_is_there_none_is_gone(site: Site, watch: Watch, status: int, is_listed: bool) -> None:
    for number in range(1, 11):
        site.publish(number)
        watch.look(MINUTE)
    before = dict(site.articles)
    site.articles = dict.fromkeys(before, status)
    if not is_listed:
        site.listed = [10]

    looks = [watch.look(5 * MINUTE) for _ in range(100)]

    assert [look.gone for look in looks] == [[]] * 100
    assert any(str(status) in problem for look in looks for problem in look.problems)
    site.articles = dict(before)
    back = {key for _ in range(100) for key in keys(watch.look(5 * MINUTE))}
    assert back == {f"en/{number}" for number in before}
    site.publish(11)
    watch.look(MINUTE)
    site.listed.remove(10)
    site.articles[10] = 410
    assert watch.look(MINUTE).gone == ["en/10"]


@pytest.mark.slow  # a hundred looks
def test_what_is_lost_little_by_little_is_gone_all_at_once(site: Site, watch: Watch) -> None:
    """So that brakes see how much it is."""
    for number in range(1, 11):
        site.publish(number)
        watch.look(2 * MINUTE)
    for number in range(1, 7):
        site.articles[number] = 404
        watch.look(2 * MINUTE)

    gone = [look.gone for _ in range(100) if (look := watch.look(2 * MINUTE)).gone]

    assert [sorted(keys) for keys in gone] == [[f"en/{number}" for number in range(1, 7)]]


def test_a_retraction_is_noticed_although_other_pages_fail(site: Site, watch: Watch) -> None:
    for number in range(1, 5):
        site.publish(number)
    watch.look()
    for number in (1, 2):
        site.listed.remove(number)
    site.articles |= {1: 410, 2: 500}

    assert watch.look(MINUTE).gone == ["en/1"]


@pytest.mark.slow
def test_what_is_gone_and_not_listed_is_thought_about_again(site: Site, watch: Watch) -> None:
    for number in (1, 2):
        site.publish(number)
    watch.look()
    site.listed.remove(1)
    site.articles[1] = 410
    assert watch.look(MINUTE).gone == ["en/1"]
    site.reads()

    hours = [hour for hour in range(1, 100) if (watch.look(HOUR), 1 in site.reads())[1]]

    assert hours == [6, 24, 72]


LOGIN = article(0, title="Please log in", lead="Readers of this page need an account, which costs nothing.")


@pytest.mark.slow
def test_a_login_page_at_all_addresses_is_no_correction(site: Site, watch: Watch) -> None:
    for number in range(1, 11):
        site.publish(number)
    watch.look()
    before = dict(site.articles)
    site.articles = dict.fromkeys(before, LOGIN)
    site.publish(11, LOGIN)

    looks = [watch.look(5 * MINUTE) for _ in range(30)]

    assert [keys(look) for look in looks] == [[]] * 30
    assert "says what" in looks[0].problems[0]
    site.articles = before | {11: article(11)}
    seen = [s for _ in range(100) for s in watch.look(5 * MINUTE).sightings]
    assert {s.key for s in seen} == {f"en/{number}" for number in range(1, 12)}
    assert "Please log in" not in {s.title for s in seen}


@pytest.mark.slow
def test_a_login_page_at_one_address_after_the_other_is_no_correction(site: Site, watch: Watch) -> None:
    """Each page's turn to be read again comes at another look."""
    for number in range(1, 7):
        site.publish(number)
        watch.look(2 * MINUTE)
    before = dict(site.articles)
    site.articles = dict.fromkeys(before, LOGIN)

    seen = [s.title for _ in range(100) for s in watch.look(MINUTE).sightings]

    assert seen == []
    site.articles = before
    assert {key for _ in range(400) for key in keys(watch.look(MINUTE))} == {f"en/{n}" for n in before}


def test_a_login_page_that_was_there_from_the_beginning_is_no_article(site: Site, watch: Watch) -> None:
    watch.source = replace(watch.source, article=r"/news/\d", key="")
    site.sessions = "/news/{n}"
    for number in range(1, 6):
        site.publish(number, LOGIN)

    look = watch.look()

    assert look.sightings == []
    assert len(look.problems) == 5


def test_one_article_at_two_places_is_read_once(site: Site, watch: Watch) -> None:
    watch.source = replace(watch.source, article=r"/news/\d", key="")
    site.sessions = "/news/{n}"
    for number in (1, 2):
        site.publish(number, article(1))

    look = watch.look()

    assert len(look.sightings) == 1
    assert "says what" in look.problems[0]
    site.articles[1] = article(7)
    assert {s.title for s in watch.look(HOUR).sightings} >= {"Boat race 1 draws thousands"}


def test_an_article_may_be_written_anew(site: Site, watch: Watch) -> None:
    for number in range(1, 4):
        site.publish(number)
        watch.look(2 * MINUTE)
    site.articles[1] = article(
        1, title="All is different", lead="Nothing is left of what was here before it."
    )
    site.teasers[1] = "All is different"

    assert [s.title for s in watch.look(MINUTE).sightings] == ["All is different"]


def test_articles_may_share_a_title(site: Site, watch: Watch) -> None:
    watch.look()
    for number in range(1, 6):
        site.publish(number, article(number, title="Weather"))

    assert len(watch.look(MINUTE).sightings) == 5


def test_pages_that_have_always_said_the_same_are_left_in_peace(site: Site, watch: Watch) -> None:
    site.publish(1)
    watch.look()
    watch.memory["pages"]["en/2"] = dict(
        watch.memory["pages"]["en/1"], url=f"{site.address}/En/detail.aspx?id=2"
    )
    site.publish(2, article(1))

    look = watch.look(5 * MINUTE)

    assert (look.problems, sorted(keys(look))) == ([], ["en/1", "en/2"])


def test_a_page_that_shows_again_what_it_showed_is_read_where_that_is_asked_for(
    site: Site, watch: Watch
) -> None:
    site.etags = True
    for number in (1, 2):
        site.publish(number)
    watch.look()
    watch.memory[READ_AGAIN] = ["en/1", "en/99"]

    assert keys(watch.look(MINUTE)) == ["en/1"]
    assert READ_AGAIN not in watch.memory


@pytest.mark.slow
def test_pages_that_failed_with_their_site_are_read_soon_after_it_is_back(site: Site, watch: Watch) -> None:
    """Not when each would be tried again that fails by itself: an hour later, and more."""
    for number in range(1, 5):
        site.publish(number)
    watch.look()
    well = dict(site.articles)
    site.articles |= dict.fromkeys(range(1, 5), 500)
    site.teasers |= dict.fromkeys(range(1, 4), "corrected")
    for _ in range(60):
        watch.look(MINUTE)
    site.articles |= well | {n: article(n, title=f"Race {n} is off") for n in (1, 2, 3)}
    site.publish(5)

    read = [*keys(watch.look(MINUTE)), *keys(watch.look(MINUTE))]

    assert {"en/1", "en/2", "en/3"} <= set(read)


@pytest.mark.slow
def test_pages_that_fail_while_their_site_is_well_are_tried_later_and_later(site: Site, watch: Watch) -> None:
    for number in (1, 2):
        site.publish(number, 500)
    site.publish(3)
    watch.look()
    site.reads()

    asked = [minutes for minutes in range(1, 61) if (watch.look(MINUTE), 1 in site.reads())[1]]

    assert asked == [2, 6, 14, 30]


@pytest.mark.parametrize("status", [404, 410])
def test_a_retraction_that_nobody_put_on_record_is_told_again(site: Site, watch: Watch, status: int) -> None:
    for number in (1, 2):
        site.publish(number)
    watch.look()
    site.listed.remove(1)
    site.articles[1] = status
    looks = [watch.look(MINUTE), watch.look(HOUR / 2), watch.look(HOUR / 2)]
    assert [key for look in looks for key in look.gone] == ["en/1"]

    watch.memory[READ_AGAIN] = ["en/1"]

    assert watch.look(MINUTE).gone == ["en/1"]


@pytest.mark.slow
def test_a_listing_that_shows_nothing_known_has_overflowed(site: Site, watch: Watch) -> None:
    for number in range(1, 11):
        site.publish(number)
    assert watch.look().problems == []
    site.listed = []
    for number in range(21, 31):
        site.publish(number)

    [problem] = watch.look(MINUTE).problems

    assert "all 10 entries were new at 2026-03-02 12:01 UTC: some between may be missing" in problem
    assert problem.startswith(watch.source.listings[0].url)
    assert watch.look(HOUR).problems == [problem]  # whoever comes later sees it, too
    site.publish(31)
    assert watch.look(HOUR).problems == [problem]
    assert watch.look(24 * HOUR).problems == []


def test_a_short_listing_does_not_overflow(site: Site, watch: Watch) -> None:
    site.publish(1)
    site.publish(2)
    watch.look()
    site.listed = []
    site.publish(3)
    site.publish(4)

    assert watch.look(MINUTE).problems == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "form", ["/news/{n}?sid=s{look}", "/news/{n};jsessionid=s{look}", "/s{look}0123456789abcdef/news/{n}"]
)
def test_links_with_a_fresh_session_lead_to_the_same_pages(site: Site, watch: Watch, form: str) -> None:
    """What is not listed any more is not read again, and its end is no retraction."""
    watch.source = replace(watch.source, article=r"/news/\d", key="", recheck=(5 * MINUTE, HOUR))
    site.sessions = form

    for number in range(1, 13):
        site.publish(number)
    looks = [watch.look()]
    for site.session in range(1, 4):
        looks.append(watch.look(MINUTE))

    assert [len(look.sightings) for look in looks] == [12] * 4
    assert [len(look.gone) for look in looks] == [0] * 4
    assert len(watch.memory["pages"]) == 12
    assert "differ from those before in parameters alone" in looks[1].problems[0]


@pytest.mark.slow
def test_a_page_that_breaks_is_a_problem_and_is_tried_again_later_and_later(site: Site, watch: Watch) -> None:
    site.publish(1, 500)
    site.publish(2)

    look = watch.look()
    assert keys(look) == ["en/2"]
    assert [f"{site.address}/En/detail.aspx?id=1" in problem for problem in look.problems] == [True]
    site.reads()
    asked = [minutes for minutes in range(1, 61) if (watch.look(MINUTE), 1 in site.reads())[1]]
    assert asked == [2, 6, 14, 30]
    site.articles[1] = article(1)
    assert "en/1" in keys(watch.look(HOUR))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "problem"),
    [
        (Reply(status=302, headers={"Location": "/en/News.aspx"}), "which is no article"),
        (Reply(status=302, headers={"Location": "/en/detail.aspx?id=2"}), "which is another article"),
        ("<h1>Page not found</h1><div class=content><p>Sorry.</p></div>", "an error page, although"),
        ("<title>404 - Not Found</title><div class=content><p>Sorry.</p></div>", "an error page, although"),
        ("<div class=content><p>Only text.</p></div>", "no title found"),
        (
            "<h1>Portal</h1><p>Nothing where the text should be.</p>",
            "nothing on this page is at select.content",
        ),
        ("<h1>Portal</h1><div class=content><script>x</script></div>", "no text found"),
        (f"<h1>Long</h1><div class=content>{'word ' * 210_000}</div>", "at most 1,000,000"),
        (f"<h1>Long</h1><div class=content>{'<p>word' * 5001}</div>", "more than 5,000 paragraphs"),
    ],
)
def test_what_is_no_article_is_a_problem_and_never_a_retraction(
    site: Site, watch: Watch, page: str | Reply, problem: str
) -> None:
    site.publish(2)
    site.publish(1)
    watch.look()
    site.articles[1] = page

    looks = [watch.look(HOUR) for _ in range(5)]

    assert [look.gone for look in looks] == [[]] * 5
    assert problem in looks[0].problems[0]
    assert all("en/1" not in keys(look) for look in looks)


def test_a_headline_may_be_about_numbers_and_pages(site: Site, watch: Watch) -> None:
    for number, title in enumerate(
        ("404 boats in one race", "Page found in the temple", "Error: how one saved us")
    ):
        site.publish(number, article(number, title=title))

    assert len(watch.look().sightings) == 3


def test_a_redirect_to_the_same_article_is_another_name_of_it(site: Site, watch: Watch) -> None:
    site.publish(1, Reply(status=301, headers={"Location": "/EN/Detail.aspx?lang=en&id=1"}))
    site.articles[1] = Reply(status=301, headers={"Location": "/EN/Detail.aspx?x=1&id=1001"})
    site.articles[1001] = article(1)
    watch.source = replace(watch.source, key=r"\bid=(\d)")

    [seen] = watch.look().sightings
    assert (seen.key, seen.url) == ("1", f"{site.address}/EN/Detail.aspx?x=1&id=1001")
    assert seen.aliases == (f"{site.address}/En/detail.aspx?id=1",)


@pytest.mark.parametrize(
    ("canonical", "is_trusted"),
    [
        ("/En/detail.aspx?id=1&page=full", True),
        ("/En/detail.aspx?id=1&utm_source=x", False),  # the same without it
        ("/", False),
        ("/En/detail.aspx?id=2", False),
        ("https://elsewhere.example/En/detail.aspx?id=1", False),
        ("javascript:1", False),
    ],
)
def test_a_canonical_address_is_trusted_if_it_is_of_this_site_and_article(
    site: Site, watch: Watch, canonical: str, is_trusted: bool
) -> None:
    site.publish(1, article(1, head=f'<link rel="canonical" href="{canonical}">'))

    [seen] = watch.look().sightings

    assert (seen.url in (canonical, site.address + canonical)) is is_trusted
    assert f"{site.address}/En/detail.aspx?id=1" in (seen.url, *seen.aliases)


class TestDates:
    def seen(self, site: Site, watch: Watch, date: str) -> Sighting:
        site.publish(1, article(1, date=date))
        [seen] = watch.look().sightings
        return seen

    def test_the_listing_has_the_date_where_the_page_has_none(self, site: Site, watch: Watch) -> None:
        watch.source = replace(watch.source, select=replace(SELECT, published=""))
        seen = self.seen(site, watch, "01/03/2026 09:30")

        assert seen.published == datetime(2026, 3, 1, 4, 1, tzinfo=UTC)
        assert (seen.origins["published"], seen.warnings) == ("listing", ())

    @pytest.mark.slow
    def test_a_date_that_is_not_understood_is_said_and_the_listings_taken(
        self, site: Site, watch: Watch
    ) -> None:
        seen = self.seen(site, watch, "yesterday")

        assert seen.published == datetime(2026, 3, 1, 4, 1, tzinfo=UTC)
        assert "declare dates" in seen.warnings[0]

    def test_without_any_date_there_is_none(self, site: Site, watch: Watch) -> None:
        watch.source = replace(watch.source, select=replace(SELECT, published=""), listing_date="")
        seen = self.seen(site, watch, "")

        assert (seen.published, seen.warnings) == (None, ("neither the page nor its listing has a date",))

    @pytest.mark.slow
    def test_day_and_month_are_never_guessed(self, site: Site, watch: Watch) -> None:
        watch.source = replace(watch.source, dates="", listing_dates="")
        seen = self.seen(site, watch, "01/03/2026 09:30")

        assert seen.published is None
        assert [w.rpartition(" ")[2] for w in seen.warnings] == ["dates", "listing_dates"]

    def test_a_date_ahead_of_us_is_a_mistake(self, site: Site, watch: Watch) -> None:
        seen = self.seen(site, watch, "02/03/2026 23:00")

        assert (seen.published, seen.embargo) == (None, None)
        assert "ahead of us" in seen.warnings[0]

    def test_or_an_embargo_where_that_is_declared(self, site: Site, watch: Watch) -> None:
        watch.source = replace(watch.source, embargoes=True)
        seen = self.seen(site, watch, "02/03/2026 23:00")

        assert seen.published == seen.embargo == datetime(2026, 3, 2, 16, tzinfo=UTC)


class TestListings:
    def two(self, site: Site, watch: Watch) -> None:
        other = Listing(url=f"{site.address}/lo/News.aspx", section="City")
        watch.source = replace(watch.source, listings=(*watch.source.listings, other))

    def test_one_that_fails_is_a_problem_and_its_articles_are_not_taken_for_dropped(
        self, site: Site, watch: Watch
    ) -> None:
        self.two(site, watch)
        site.publish(1)
        watch.look()
        site.reads()
        gone_listing = Listing(url=f"{site.address}/about.aspx")
        watch.source = replace(watch.source, listings=(watch.source.listings[0], gone_listing))

        look = watch.look(MINUTE)

        assert [problem.startswith(gone_listing.url) for problem in look.problems] == [True]
        assert site.reads() == []

    def test_an_article_on_two_listings_is_one(self, site: Site, watch: Watch) -> None:
        self.two(site, watch)
        site.publish(1)

        assert [(s.key, s.section) for s in watch.look().sightings] == [("en/1", "Sport")]
        assert keys(watch.look(MINUTE)) == []

    @pytest.mark.parametrize(("status", "error"), [(500, SourceError), (404, SourceError), (410, SourceGone)])
    def test_when_all_fail_the_look_does(
        self, site: Site, watch: Watch, status: int, error: type[SourceError]
    ) -> None:
        self.two(site, watch)
        site.listing_status = status

        with pytest.raises(SourceError, match=str(status)) as raised:
            watch.look()
        assert type(raised.value) is error

    def test_one_without_articles_is_a_problem_and_drops_nothing(self, site: Site, watch: Watch) -> None:
        site.publish(1)
        watch.look()
        site.reads()
        site.listed.clear()

        look = watch.look(MINUTE)
        assert "no link on this page looks like an article" in look.problems[0]
        assert site.reads() == []


def test_more_than_is_read_at_once_waits_for_the_next_look(site: Site, watch: Watch) -> None:
    site.etags = True
    watch.source = replace(watch.source, most=2)
    for number in range(1, 6):
        site.publish(number)

    looks = [watch.look(MINUTE) for _ in range(3)]

    assert [len(look.sightings) for look in looks] == [2, 2, 1]
    assert [look.is_complete for look in looks] == [False, False, True]
    assert {key for look in looks for key in keys(look)} == {f"en/{n}" for n in range(1, 6)}


def test_a_site_that_asks_to_be_left_alone_is(site: Site, watch: Watch) -> None:
    site.retry_after = "1800"
    site.publish(1)
    site.publish(2, 503)

    look = watch.look()

    assert look.next_look is not None
    assert look.next_look > datetime.now(UTC) + 25 * MINUTE
    assert len(site.reads()) == 1
    assert not look.is_complete


def test_memory_is_small_json_and_keeps_what_the_listing_shows(site: Site, watch: Watch) -> None:
    page = {"url": "https://ledger.example/x", "read": int(NOW.timestamp())}
    watch.memory = {"pages": {f"en/{n}": page | {"seen": n} for n in range(1000, 3000)}}
    site.publish(1)
    watch.look()
    watch.look(MINUTE)

    assert len(watch.memory["pages"]) == REMEMBERED
    assert {"en/1", "en/2999"} <= watch.memory["pages"].keys()


@pytest.mark.slow
def test_a_listing_longer_than_the_memory_is_remembered_whole(site: Site, watch: Watch) -> None:
    page = {"url": "https://ledger.example/x", "read": int(NOW.timestamp()), "seen": 1}
    site.listed = list(range(1, REMEMBERED + 10))
    watch.memory = {"pages": {f"en/{n}": page for n in site.listed}}

    for _ in range(2):
        assert watch.look().sightings == []
    assert len(watch.memory["pages"]) == len(site.listed)


def test_a_preview_is_what_a_look_sees(site: Site, source: PageSource) -> None:
    site.publish(1)
    url = f"{site.address}/en/detail.aspx?id=1"

    fetched = source.read(url, NOW)
    given = source.read(url, NOW, article(1).encode())

    assert fetched == given
    assert fetched.origins["content_html"] == "select.content"
    with pytest.raises(FetchError):
        source.read(f"{site.address}/en/detail.aspx?id=5", NOW)
    with pytest.raises(SourceError):
        source.read(url, NOW, b"<h1>Home</h1>")


def test_it_reads_its_own_articles_only(site: Site, source: PageSource) -> None:
    assert _is_source(source)
    assert source.reads(f"{site.address}/EN/DETAIL.ASPX?id=7")
    assert not source.reads(f"{site.address}/about.aspx")
    assert not source.reads("https://elsewhere.example/en/detail.aspx?id=7")


def _is_source(source: Source) -> bool:
    return source.every > timedelta()


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("https://www.ledger.gov.la/x", "http://m.ledger.gov.la/y", True),
        ("https://ledger.gov.la/x", "https://gazette.gov.la/x", False),
        ("http://127.0.0.1:8001/x", "http://127.0.0.2/x", False),
        ("http://localhost/x", "http://localhost/y", True),
        ("https://www.news.test/x", "https://feeds.news.test/y", True),
        ("https://www.news.test/x", "https://www.other.test/y", False),
        ("", "", True),
    ],
)
def test_a_site_is_what_one_can_register(one: str, other: str, is_same: bool) -> None:
    assert same_site(one, other) is is_same


def test_pages_in_the_regions_older_encodings_are_read(site: Site, source: PageSource) -> None:
    page = article(1, title="ข่าวเด่น").replace("<head>", "<head><meta charset=windows-874>")

    assert source.read(f"{site.address}/en/detail.aspx?id=1", NOW, page.encode("cp874")).title == "ข่าวเด่น"


@pytest.mark.parametrize(
    ("settings", "mistake"),
    [
        ({"listings": ()}, "listings: must name at least one"),
        ({"article": "("}, "article: not a regular expression"),
        ({"key": r"\d+"}, "key: needs a group"),
        ({"timezone": "Asia/Nowhere"}, "timezone: there is no zone 'Asia/Nowhere'"),
        ({"timezone": "../x"}, "timezone: there is no zone"),
        ({"select": Select(title="h1[")}, "select.title: 'h1\\[' is no CSS selector"),
        ({"strip": (".a", "!")}, "strip.1: '!' is no CSS selector"),
        ({"most": 0}, "most: must be at least 1"),
    ],
)
def test_settings_that_cannot_work_are_refused(
    source: PageSource, settings: dict[str, Any], mistake: str
) -> None:
    with pytest.raises(ValueError, match=mistake):
        replace(source, **settings)


def test_a_listing_is_an_address() -> None:
    with pytest.raises(ValueError, match="url: 'news' is no address"):
        Listing(url="news")


NEWSROOM = Path(__file__).parents[3] / "shared" / "newsroom"


@pytest.fixture
def agency() -> Iterator[str]:
    """The address of a real agency's pages, as its own server serves them."""
    if not NEWSROOM.is_dir():
        pytest.skip("the agency's pages are not part of the project")
    spec = spec_from_file_location("agency_server", NEWSROOM / "serve.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.Agency.log_message = lambda *args: None
    with ThreadingHTTPServer(("127.0.0.1", 0), module.Agency) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def declared(agency: str) -> PageSource:
    """As its declaration says it::

    [sources.agency]
    kind = "page"
    listings = [{ url = "http://.../En/News.aspx?cat=9", section = "Politics" }]
    article = '/detail\\.aspx\\?'
    key = '\\bid=(\\d+)'
    timezone = "Asia/Vientiane"
    dates = "%d/%m/%Y %H:%M"
    listing_date = ".date"
    listing_dates = "%m/%d/%Y %I:%M:%S %p"
    language = "en"
    section = "Politics"
    agency = "KPL"
    select.title = ".news .title"
    select.summary = ".news .lead"
    select.published = ".news .info .date"
    select.content = ".news .content"
    select.photo = ".news .photo img"
    select.caption = ".news .photo .cap"
    """
    return PageSource(
        name="agency",
        listings=(Listing(url=f"{agency}/En/News.aspx?cat=9", section="Politics"),),
        article=r"/detail\.aspx\?",
        key=r"\bid=(\d+)",
        timezone="Asia/Vientiane",
        dates="%d/%m/%Y %H:%M",
        listing_date=".date",
        listing_dates="%m/%d/%Y %I:%M:%S %p",
        language="en",
        section="Politics",
        agency="KPL",
        select=Select(
            title=".news .title",
            summary=".news .lead",
            published=".news .info .date",
            content=".news .content",
            photo=".news .photo img",
            caption=".news .photo .cap",
        ),
        http=Http(allow=[agency.removeprefix("http://")]),
    )


@pytest.mark.parametrize(
    "path", ["/EN/detail.aspx?id=45101", "/en/Detail.aspx?ID=45101", "/detail.aspx?id=45101"]
)
def test_a_real_agencys_article_is_read_down_to_the_last_field(agency: str, path: str) -> None:
    seen = declared(agency).read(agency + path, NOW)

    assert seen.key == "45101"
    assert seen.title == "President Thongloun Concludes Successful Visit to the Russian Federation"
    assert seen.published == datetime(2025, 8, 3, 4, tzinfo=UTC)
    assert (seen.section, seen.authors, seen.language) == ("Politics", ("KPL",), "en")
    assert seen.photo is not None
    assert seen.photo.url == f"{agency}/uploads/45101.jpg"
    assert seen.photo.caption.startswith("President Thongloun Sisoulith (L) meets")
    assert seen.summary.startswith("President Thongloun Sisoulith has successfully concluded")
    assert seen.warnings == ()
    _assert_is_the_text(agency, seen)


def _assert_is_the_text(agency: str, seen: Sighting) -> None:
    blocks = seen.content_html.split("\n")
    texts = [plain(block) for block in blocks]
    assert texts[0] == seen.summary
    assert texts[1].startswith("This visit marked")
    assert texts.count(seen.summary) == 1
    assert texts[-1].startswith("Furthermore, President Thongloun visited the Danilov Monastery")
    assert [tag for block in blocks if (tag := block[1 : block.index(">")]) != "p"] == ["figure"]
    [figure] = [block for block in blocks if block.startswith("<figure>")]
    assert f'src="{agency}/uploads/45101_2.jpg"' in figure
    assert "<figcaption>President Thongloun Sisoulith (L) shake hands" in figure
    assert len(blocks) == 13
    assert not any(word in plain(seen.content_html) for word in ("KPL", "2204", "ຂ່າວ", "Huaphan"))


def test_the_agencys_listing_has_dates_month_first(agency: str) -> None:
    look = declared(agency).look({}, NOW)

    assert look.problems == []
    assert look.is_complete
    newest = next(s for s in look.sightings if s.key == "45320")
    assert newest.title == "Huaphan Governor Welcomes Vietnamese Consul General to Northern Laos"
    assert newest.published == datetime(2025, 11, 4, 7, 53, tzinfo=UTC)
    assert {s.section for s in look.sightings} == {"Politics"}
    assert len(look.sightings) == 5


def test_the_agencys_text_is_found_even_if_nothing_is_declared(agency: str) -> None:
    bare = replace(declared(agency), select=Select(), agency="", section="")

    seen = bare.read(f"{agency}/EN/detail.aspx?id=45101", NOW)

    assert seen.title == "President Thongloun Concludes Successful Visit to the Russian Federation"
    assert seen.authors == ("KPL",)
    _assert_is_the_text(agency, seen)
