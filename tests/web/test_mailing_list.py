"""The pages of a mailing list: signing up, confirming, leaving, and whoever does it otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from syndicator.domain.errors import TryLater
from syndicator.domain.recipient import CONFIRM_WITHIN, Recipient, RecipientState
from syndicator.mail.desk import ASKED_AGAIN_AFTER, Desk, ticket_of
from syndicator.mail.list_contents import ListNames
from syndicator.store import Store
from syndicator.store.errors import StoreError
from syndicator.web.mailing_list import MailingListPages
from tests.web.browser import Answer, Browser, browsing
from tests.web.house import House

pytestmark = pytest.mark.slow  # databases or processes throughout

PAGES = "https://feeds.ledger.example/lists/morning"
ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass
class Office:
    """A list that keeps what it writes."""

    name: str = "morning"
    language: str = "en"
    written: list[tuple[str, str, str]] = field(default_factory=list)
    trouble: Exception | None = None
    returned_mail: None = None

    @property
    def names(self) -> ListNames:
        return ListNames(
            title="<Morning> news",
            language=self.language,
            site_title="The Ledger",
            home="https://ledger.example/",
        )

    @property
    def pages(self) -> str:
        return PAGES

    def write(self, address: str, subject: str, text: str) -> None:
        if self.trouble:
            raise self.trouble
        self.written.append((address, subject, text))

    @property
    def link(self) -> str:
        """The page that the last message leads to."""
        [link] = re.findall(rf"^{PAGES}(/\S+)$", self.written[-1][2], re.MULTILINE)
        return f"/lists/morning{link}"


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def desk(office: Office, house: House) -> Desk:
    return Desk(office=office, store=house.store, clock=house.clock)


@pytest.fixture
def web(house: House, desk: Desk) -> Iterator[Browser]:
    with browsing(
        house.app(more_routes=lambda context: MailingListPages(context, {"morning": desk}).routes)
    ) as opened:
        yield opened


def sign_up(web: Browser, address: str = "ann@reader.example") -> Answer:
    return web.submit("/lists/morning", {"address": address})


def reader(store: Store, address: str = "ann@reader.example") -> Recipient:
    found = store.recipient("morning", address)
    assert found
    return found


@pytest.fixture
def joined(web: Browser, office: Office, house: House) -> str:
    """The page where somebody leaves who has joined."""
    sign_up(web)
    assert web.submit(office.link, {}).status == 200
    return f"/lists/morning/leave/{ticket_of(reader(house.store))}"


def test_who_signs_up_and_confirms_is_a_reader(web: Browser, office: Office, house: House) -> None:
    form = web.get("/lists/morning").text
    assert '<form class="sign-up" method="post" action="/lists/morning">' in form
    assert "&lt;Morning&gt; news" in form
    assert "<script" not in form

    answer = sign_up(web, " Ann@Reader.example ")

    assert answer.status == 200
    assert "Look into your mail" in answer.text
    assert [to for to, _, _ in office.written] == ["ann@reader.example"]
    assert reader(house.store).state is RecipientState.AWAITING

    shown = web.get(office.link)
    assert shown.status == 200
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert shown.headers["cache-control"] == "no-store"
    assert reader(house.store).state is RecipientState.AWAITING  # a page was looked at, by whatever

    assert "You are on the list" in web.submit(office.link, {}).text
    ann = reader(house.store)
    assert ann.state is RecipientState.ACTIVE
    assert (ann.host, ann.details["confirmed"]) == ("reader.example", house.clock().isoformat())


def test_a_link_is_good_once_and_for_two_days(web: Browser, office: Office, house: House) -> None:
    sign_up(web)
    house.clock.now += CONFIRM_WITHIN
    for answer in (web.get(office.link), web.submit(office.link, {})):
        assert answer.status == 404
        assert "no longer good" in answer.text
    assert reader(house.store).state is RecipientState.AWAITING

    sign_up(web)
    web.submit(office.link, {})
    house.store.change_state("morning", "ann@reader.example", RecipientState.LEFT, house.clock())
    assert web.submit(office.link, {}).status == 404
    assert reader(house.store).state is RecipientState.LEFT


def test_a_link_to_leave_makes_nobody_a_reader(web: Browser, house: House, joined: str) -> None:
    web.submit(joined, {"sure": "yes"})
    house.clock.now += ASKED_AGAIN_AFTER
    sign_up(web)

    assert web.submit(joined.replace("/leave/", "/confirm/"), {}).status == 404
    assert reader(house.store).state is RecipientState.AWAITING


def test_a_stranger_s_answer_does_not_tell_who_is_on_the_list(
    web: Browser, office: Office, house: House, joined: str
) -> None:
    house.clock.now += ASKED_AGAIN_AFTER
    of_reader, of_stranger = sign_up(web), sign_up(web, "bob@reader.example")

    assert of_reader.body == of_stranger.body
    assert of_reader.status == of_stranger.status
    assert reader(house.store).state is RecipientState.ACTIVE
    ann, bob = office.written[-2:]
    assert joined in ann[2]
    assert "/confirm/" in bob[2]
    assert ticket_of(reader(house.store)) in joined  # what mails say that are out stays good


def test_an_address_is_not_written_to_again_and_again(web: Browser, office: Office, house: House) -> None:
    for _ in range(3):
        sign_up(web)
    assert len(office.written) == 1

    for _ in range(4):
        house.clock.now += ASKED_AGAIN_AFTER
        sign_up(web)
        house.clock.tick(minutes=2)
    assert len(office.written) <= 3


def test_a_client_signs_up_a_few_and_is_told_to_wait(web: Browser, office: Office) -> None:
    answers = [sign_up(web, f"reader{n}@reader.example") for n in range(7)]

    assert [each.status for each in answers] == [200] * 5 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) <= 61
    assert "too often" in answers[-1].text
    assert len(office.written) == 5


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "ann@",
        "@reader.example",
        "ann@reader",
        "ann reader@reader.example",
        "ann@reader.example, bob@reader.example",
        "ann@reader.example\r\nBcc: x@y.example",
        "Ann <ann@reader.example>",
        "ອັນ@reader.example",
        "a" * 65 + "@reader.example",
        "ann@" + "a" * 250 + ".example",
        "ann@127.0.0.1",
        "ann@-reader.example",
        '"ann b"@reader.example',
        "ann..b@reader.example",
        "<script>@reader.example",
    ],
)
def test_what_is_no_address_is_told(web: Browser, office: Office, address: str) -> None:
    answer = sign_up(web, address)

    assert answer.status == 400
    assert "no address of a mailbox" in answer.text
    assert "<script>@" not in answer.text
    assert office.written == []


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("o'neil+news@reader.example", "o'neil+news@reader.example"),
        ("Ann.B@READER.Example", "ann.b@reader.example"),
        ("ann@ຂ່າວ.example", "ann@xn--q6c8e6a1f.example"),
        ("ann@münchen.example", "ann@xn--mnchen-3ya.example"),
    ],
)
def test_an_address_has_one_form(web: Browser, office: Office, typed: str, known: str) -> None:
    assert sign_up(web, typed).status == 200
    assert [to for to, _, _ in office.written] == [known]


def test_a_relay_that_is_away_is_told_to_the_operator(
    web: Browser, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.trouble = TryLater("mail.example cannot be reached")

    assert sign_up(web).status == 200
    assert (
        "a…@reader.example cannot be asked whether it is to join: mail.example cannot be reached"
        in caplog.text
    )
    office.trouble = None
    assert sign_up(web).status == 200  # who tries again need not wait
    assert len(office.written) == 1


def test_a_page_with_a_button_leads_out(web: Browser, house: House, joined: str) -> None:
    assert "Shall &lt;Morning&gt; news no longer come" in web.get(joined).text
    assert reader(house.store).state is RecipientState.ACTIVE

    assert "You are unsubscribed" in web.submit(joined, {"sure": "yes"}).text
    assert reader(house.store).state is RecipientState.LEFT
    assert "You are unsubscribed" in web.get(joined).text
    assert web.submit(joined, {"sure": "yes"}).status == 200  # again


MULTIPART = b'--=x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--=x--\r\n'


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", ONE_CLICK),
        ("application/x-www-form-urlencoded; charset=utf-8", ONE_CLICK),
        ('multipart/form-data; boundary="=x"', MULTIPART),
    ],
)
def test_one_click_is_enough(web: Browser, house: House, joined: str, kind: str, body: bytes) -> None:
    for _ in range(2):
        answer = web.ask("POST", joined, {"content-type": kind}, body)
        assert (answer.status, answer.text) == (200, "Unsubscribed.\n")
    assert reader(house.store).state is RecipientState.LEFT


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b""),
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=one-click"),
        ("application/x-www-form-urlencoded", ONE_CLICK + b"&more=1"),
        ("application/x-www-form-urlencoded", b"sure=no"),
        ("text/plain", ONE_CLICK),
        ("multipart/form-data", MULTIPART),
        ('multipart/form-data; boundary="=x"', MULTIPART.replace(b"One", b"one")),
        ('multipart/form-data; boundary="=x"', MULTIPART + b"x" * 20_000),
    ],
)
def test_anything_else_leaves_a_reader_on_the_list(
    web: Browser, house: House, joined: str, kind: str, body: bytes
) -> None:
    assert web.ask("POST", joined, {"content-type": kind}, body).status in (400, 413, 415)
    assert reader(house.store).state is RecipientState.ACTIVE


def test_a_ticket_that_is_nobody_s_leads_nowhere_and_guessing_is_slow(
    web: Browser, house: House, joined: str
) -> None:
    wrong = [joined[:-1] + letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter != joined[-1]]
    answers = [web.ask("POST", each, FORM, ONE_CLICK) for each in wrong]

    assert {each.status for each in answers[:20]} == {404}
    assert {each.status for each in answers[20:]} == {429}
    assert reader(house.store).state is RecipientState.ACTIVE


@pytest.mark.parametrize(
    "ticket", ["0-aaaaaaaaaaaaaaaa", "999999999-aaaaaaaaaaaaaaaa", "1", "x", "1-%00", "1-" + "a" * 5000]
)
def test_whatever_else_is_no_ticket(web: Browser, ticket: str) -> None:
    for kind in ("leave", "confirm"):
        assert web.get(f"/lists/morning/{kind}/{ticket}").status == 404


def test_there_are_no_other_lists(web: Browser, joined: str) -> None:
    assert web.get("/lists/evening").status == 404
    assert web.get(joined.replace("morning", "evening")).status == 404


def test_a_ticket_is_of_one_list(house: House, desk: Desk, web: Browser, office: Office, joined: str) -> None:
    other = Desk(office=Office(name="evening"), store=house.store, clock=house.clock)

    assert other.holder(joined.rpartition("/")[2]) is None
    assert desk.holder(joined.rpartition("/")[2])


def test_pages_say_so_while_the_database_is_away(
    house: House, web: Browser, office: Office, joined: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> Recipient:
        raise StoreError("the database does not answer")

    for name in ("recipient", "recipient_numbered"):
        monkeypatch.setattr(house.store, name, away)
    count = len(office.written)

    for answer in (sign_up(web), web.get(joined), web.ask("POST", joined, FORM, ONE_CLICK)):
        assert answer.status == 503
        assert answer.headers["retry-after"]
        assert "does not work at the moment" in answer.text
    assert len(office.written) == count


def test_pages_are_in_the_list_s_language(house: House, office: Office, web: Browser) -> None:
    office.language = "lo"

    form = web.get("/lists/morning").text

    assert '<html lang="lo">' in form
    assert "ລົງທະບຽນ" in form
    assert "ກວດເບິ່ງອີເມວ" in sign_up(web).text
    assert "ກະລຸນາຢືນຢັນ: <Morning> news" in office.written[0][1]
