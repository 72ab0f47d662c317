"""Nostr, against a real relay, and one that fails in every way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nostr_sdk
import pytest

from syndicator.channels.nostr import Nostr
from syndicator.domain.article import Photo
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import Misconfigured, OutcomeUnknown, Refused, SyndicatorError, TryLater
from syndicator.domain.post import Occasion, Style
from syndicator.http.client import AddressGuard
from syndicator.posts.compose import compose
from syndicator.secret import Secret
from syndicator.text.nostr_notes import content_of, created_at, tags_of
from tests.channels.contract import ARTICLE, CORRECTED, KEY, ChannelContract, impatient_session
from tests.channels.local_server import closed_port
from tests.channels.relays import OddRelay, RealRelay, odd_relay, real_relay

Build = Callable[..., Nostr]

KEYS = nostr_sdk.Keys.generate()


@pytest.fixture
def secret() -> str:
    return str(KEYS.secret_key().to_bech32())


@pytest.fixture
def server() -> Iterator[RealRelay]:
    with real_relay(KEYS.public_key().to_hex()) as relay:
        yield relay


@pytest.fixture
def odd() -> Iterator[OddRelay]:
    with odd_relay() as relay:
        yield relay


@pytest.fixture
def build(secret: str, tmp_path: Path) -> Iterator[Build]:
    (tmp_path / "key").write_text(secret)
    with impatient_session() as session:

        def build(*relays: str) -> Nostr:
            allowed = (*(urlsplit(relay).netloc for relay in relays), "127.0.0.1")
            return Nostr(
                name="notes",
                key=Secret(f"file:{tmp_path}/key"),
                relays=relays,
                session=session,
                guard=AddressGuard(allowed),
            )

        yield build


@pytest.fixture
def channel(build: Build, server: RealRelay) -> Nostr:
    return build(server.address)


class TestNostr(ChannelContract):
    def test_a_repeat_is_the_same_note(self, channel: Nostr, server: RealRelay) -> None:
        first, again = (channel.send(self.post(channel), key=KEY) for _ in range(2))

        assert first == again
        assert len(server.notes) == 1

    def test_a_note_has_what_apps_read(self, channel: Nostr, server: RealRelay) -> None:
        measured = replace(
            ARTICLE, photo=Photo(url="https://news.example/tram.jpg", alt="A tram", width=800, height=600)
        )
        tagged = replace(measured, tags=("storms",), section="City")
        style = Style(hashtags={"storms": "Storms"}, warnings={"City": "Loud"})
        channel.send(compose(tagged, channel.capabilities, style), key=KEY)

        [note] = server.notes
        tags = json.loads(note.as_json())["tags"]
        assert ["r", ARTICLE.url] in tags
        assert ["t", "storms"] in tags
        assert ["content-warning", "Loud"] in tags
        assert ["l", "lo", "ISO-639-1"] in tags
        assert ["imeta", "url https://news.example/tram.jpg", "dim 800x600", "alt A tram"] in tags
        assert note.content().endswith("\n\nhttps://news.example/tram.jpg")
        assert note.verify()

    def test_a_correction_is_a_reply_and_is_not_found_in_its_place(
        self, channel: Nostr, server: RealRelay
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        reply = replace(
            compose(CORRECTED, channel.capabilities, occasion=Occasion.CORRECTION), reply_to=receipt
        )
        channel.send(reply, key=f"{KEY}/2")

        [_, note] = server.notes
        assert CORRECTED.note in note.content()
        tags = json.loads(note.as_json())["tags"]
        assert ["e", receipt.remote_id.partition(":")[0], "", "root"] in tags
        assert channel.find(self.post(channel), key=KEY) == receipt

    def test_a_note_that_another_key_has_signed_is_left_to_a_person(
        self, channel: Nostr, server: RealRelay, tmp_path: Path
    ) -> None:
        receipt = channel.send(self.post(channel), key=KEY)
        other = nostr_sdk.Keys.generate()
        (tmp_path / "key").write_text(str(other.secret_key().to_bech32()))

        with pytest.raises(Refused, match=KEYS.public_key().to_bech32()) as caught:
            channel.delete(receipt, self.post(channel))
        assert receipt.url in str(caught.value)
        assert len(server.published) == 1

        (tmp_path / "key").write_text(str(KEYS.secret_key().to_bech32()))
        entered = Receipt(remote_id=receipt.remote_id.partition(":")[0])  # by an operator
        channel.delete(entered, self.post(channel))
        assert server.published == []

    def test_names_in_texts_call_nobody(self, channel: Nostr, server: RealRelay) -> None:
        npub = KEYS.public_key().to_bech32()
        channel.send(
            self.post(channel, replace(ARTICLE, summary=f"Write to nostr:{npub} or @{npub}.")), key=KEY
        )

        [published] = server.published
        assert f"nostr:{npub}" not in published.text
        assert f"@{npub}" not in published.text

    def test_a_long_lao_text_is_cut(self, channel: Nostr, server: RealRelay) -> None:
        channel.send(self.post(channel, replace(ARTICLE, summary="ນັກຂ່າວ ລາຍງານ ຈາກແຂວງ. " * 400)), key=KEY)

        assert 1800 < len(server.published[0].text) <= 2000

    @pytest.mark.parametrize("language", ["hmn", "kac-MM"])
    def test_a_language_without_a_short_name_is_told(
        self, channel: Nostr, server: RealRelay, remarks: list[str], language: str
    ) -> None:
        channel.send(self.post(channel, replace(ARTICLE, language=language)), key=KEY)

        assert remarks == [f"without its language: {language} has no name of two letters (ISO 639-1)"]

    def test_several_relays_have_it_and_one_that_has_not_is_told(
        self,
        build: Build,
        server: RealRelay,
        odd: OddRelay,
        remarks: list[str],
    ) -> None:
        odd.refuses("blocked: not you")
        nobody = f"ws://127.0.0.1:{closed_port()}"
        channel = build(server.address, odd.address, nobody)
        channel.send(self.post(channel), key=KEY)

        assert len(server.notes) == 1
        [line] = remarks
        assert line.startswith("not at every relay: ")
        assert f"{odd.address}: blocked: not you" in line
        assert nobody in line
        with pytest.raises(TryLater, match="not every relay was told") as caught:
            channel.delete(channel.send(self.post(channel), key=KEY), self.post(channel))
        assert not caught.value.rests_account
        assert server.notes == []


NEW = replace(ARTICLE, published=datetime.now(UTC), first_seen=datetime.now(UTC))
AWAY: dict[str, list[str | None]] = {"away": [None], "busy": ['["OK", "ID", false, "rate-limited: later"]']}


def sends(channel: Nostr, number: int) -> str:
    """One of several notes of today; its id."""
    guid, url = f"{NEW.guid}-{number}", f"https://news.example/{number}"
    at = NEW.published + timedelta(seconds=number)
    article = replace(NEW, guid=guid, url=url, title=f"No. {number}", published=at)
    receipt = channel.send(compose(article, channel.capabilities), key=f"{number}")
    return receipt.remote_id.partition(":")[0]


def gets_into_trouble(odd: OddRelay, how: str) -> None:
    def answer(message: list[Any]) -> list[str | None]:
        if message[0] != "EVENT":
            return odd.take(message)
        return [said and said.replace("ID", message[1]["id"]) for said in AWAY[how]]

    odd.answer = answer


@pytest.mark.parametrize("how", AWAY)
@pytest.mark.parametrize("restarts", [False, True])
def test_a_relay_that_was_away_is_handed_what_it_lacks(
    build: Build, server: RealRelay, odd: OddRelay, how: str, restarts: bool
) -> None:
    channel = build(server.address, odd.address)
    gets_into_trouble(odd, how)
    missed = [sends(channel, number) for number in (1, 2)]
    assert odd.events == []

    odd.answer = odd.keep
    channel = build(server.address, odd.address) if restarts else channel
    third = sends(channel, 3)

    assert [event["id"] for event in odd.events] == [third, *missed]
    fourth = sends(channel, 4)
    assert [event["id"] for event in odd.events][3:] == [fourth]  # and nothing twice


def test_what_takes_too_long_is_made_up_for_at_the_next_note(
    build: Build,
    server: RealRelay,
    odd: OddRelay,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    channel = build(server.address, odd.address)
    gets_into_trouble(odd, "away")
    missed = sends(channel, 1)
    odd.answer = odd.keep
    with monkeypatch.context() as short:
        short.setattr("syndicator.http.nostr_catch_up.CATCH_UP_S", -1.0)
        second = sends(channel, 2)
    assert "still lacks 1 notes: its notes take too long" in caplog.text

    third = sends(channel, 3)

    assert [event["id"] for event in odd.events] == [second, third, missed]


def test_what_was_deleted_meanwhile_is_handed_to_nobody(
    build: Build, server: RealRelay, odd: OddRelay
) -> None:
    """A relay may keep the deletion, and the note all the same."""
    channel = build(server.address, odd.address)
    gets_into_trouble(odd, "away")
    missed = sends(channel, 1)
    kept = [json.loads(event.as_json()) for event in server.notes]
    odd.answer = odd.take
    channel.delete(Receipt(remote_id=missed), compose(NEW, channel.capabilities))
    [deletion] = odd.events
    odd.events.clear()
    away = build(odd.address, server.address)

    def has_both(message: list[Any]) -> list[str | None]:
        if message[0] == "REQ":
            return [
                *(json.dumps(["EVENT", message[1], each]) for each in [*kept, deletion]),
                '["EOSE", "own"]',
            ]
        return odd.take(message)

    odd.answer = has_both
    second = sends(away, 2)

    assert [event.id().to_hex() for event in server.notes] == [second]


def test_a_relay_that_wants_none_of_ours_is_not_pressed(
    build: Build, server: RealRelay, odd: OddRelay
) -> None:
    channel = build(server.address, odd.address)
    asked: list[str] = []

    def refuse(message: list[Any]) -> list[str | None]:
        asked.append(message[0])
        if message[0] == "EVENT":
            return [json.dumps(["OK", message[1]["id"], False, "blocked: not you"])]
        return odd.take(message)

    odd.answer = refuse
    for number in (1, 2, 3):
        sends(channel, number)

    assert asked.count("EVENT") <= 4  # each once, and what it lacked once after the start


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("blocked: you are banned", Refused),
        ("invalid: event too large", Refused),
        ("rate-limited: slow down", TryLater),
        ("error: could not connect to the database", TryLater),
        ("auth-required: we only take notes of members", Misconfigured),
        ("restricted: not a member", Misconfigured),
        ("pow: 25 bits needed", Misconfigured),
        ("", Refused),
    ],
)
def test_what_no_relay_takes_is_told_in_its_words(
    build: Build, odd: OddRelay, words: str, error: type[SyndicatorError]
) -> None:
    odd.refuses(words)
    channel = build(odd.address)

    with pytest.raises(error, match="no relay took it") as caught:
        channel.send(compose(ARTICLE, channel.capabilities), key=KEY)
    assert type(caught.value) is error
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([], marks=pytest.mark.slow),
        [None],
        ["{"],
        ['"x"'],
        ["[" * 5000],
        ['["OK", 7]', None],
        ['["NOTICE", "no"]', None],
        ["x" * 300_000],
    ],
)
def test_what_is_no_answer_leaves_it_unknown(
    build: Build, odd: OddRelay, answers: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicator.http.nostr_relays.DEADLINE_S", 3.0)
    odd.answer = lambda _: answers
    channel = build(odd.address)
    post = compose(ARTICLE, channel.capabilities)

    with pytest.raises(OutcomeUnknown):
        channel.send(post, key=KEY)
    with pytest.raises(OutcomeUnknown, match="not all have answered"):
        channel.find(post, key=KEY)
    with pytest.raises(TryLater, match="no relay answers"):
        channel.check()


def test_where_nobody_is_there_it_was_not_posted(build: Build) -> None:
    channel = build(f"ws://127.0.0.1:{closed_port()}", "wss://nobody.invalid")

    with pytest.raises(TryLater, match="no relay took it"):
        channel.send(compose(ARTICLE, channel.capabilities), key=KEY)


def test_private_networks_are_not_reached_unless_they_are_listed(build: Build, odd: OddRelay) -> None:
    channel = replace(build(odd.address), guard=AddressGuard())

    with pytest.raises(Misconfigured, match=r"port .* is neither"):
        channel.send(compose(ARTICLE, channel.capabilities), key=KEY)
    assert odd.events == []


def test_notes_that_others_have_signed_are_none_of_ours(build: Build, odd: OddRelay) -> None:
    channel = build(odd.address)
    post = compose(ARTICLE, channel.capabilities)
    channel.send(post, key=KEY)
    [true] = odd.events
    forged = [{**true, "content": "Something else"}, {**true, "pubkey": "0" * 64}, {}, {**true, "tags": []}]
    odd.answer = lambda message: [
        *(json.dumps(["EVENT", message[1], each]) for each in forged),
        json.dumps(["EOSE", message[1]]),
    ]

    assert channel.find(post, key=KEY) is None


def test_after_a_lost_answer_the_note_is_found(build: Build, server: RealRelay, odd: OddRelay) -> None:
    channel = build(server.address, odd.address)
    post = compose(ARTICLE, channel.capabilities)
    assert channel.find(post, key=KEY) is None
    receipt = channel.send(post, key=KEY)
    odd.answer = lambda _: [None]

    assert channel.find(post, key=KEY) == receipt
    later = compose(replace(CORRECTED, url=ARTICLE.url), channel.capabilities)
    assert channel.find(later, key=KEY) == receipt


def test_a_trial_says_who_and_where(build: Build, server: RealRelay) -> None:
    nobody = f"ws://127.0.0.1:{closed_port()}"
    channel = build(server.address, nobody)

    assert channel.check().startswith(
        f"{KEYS.public_key().to_bech32()} (no profile); relays: 1; not there: {nobody}"
    )


def test_a_key_that_is_none_stops_the_channel(build: Build, odd: OddRelay, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("correct-horse-battery")
    channel = build(odd.address)

    for attempt in (channel.check, lambda: channel.send(compose(ARTICLE, channel.capabilities), key=KEY)):
        with pytest.raises(Misconfigured, match="holds no private key") as caught:
            attempt()
        assert "horse" not in str(caught.value)


def test_a_new_key_is_one(build: Build) -> None:
    made = build("wss://relay.example").new_secret()

    assert made.startswith("nsec1")
    assert nostr_sdk.Keys.parse(made)


def test_the_time_of_a_note_is_that_of_its_revision() -> None:
    channel_capabilities = Nostr.capabilities
    times = [created_at(compose(replace(ARTICLE, revision=r), channel_capabilities)) for r in (1, 2, 1)]

    assert times[0] == times[2] == datetime(2026, 3, 1, 9, 31, tzinfo=UTC)
    assert times[1] > times[0]


@pytest.mark.parametrize(
    "relays", [(), ("https://relay.example",), ("wss://",), ("relay.example",), ("wss://a:b",)]
)
def test_what_is_no_relay_is_refused(build: Build, relays: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"^relays: "):
        build(*relays)


@pytest.mark.parametrize(
    ("known", "alt", "fields"),
    [
        ({}, "", None),
        ({"width": 800}, "", None),
        ({"media_type": "image/webp"}, "", ["m image/webp"]),
        ({"width": 800, "height": 600}, "", ["dim 800x600"]),
        ({}, "A tram", ["alt A tram"]),
    ],
)
def test_what_is_known_of_a_photo_is_told_and_nothing_of_an_unknown_one(
    known: dict[str, Any], alt: str, fields: list[str] | None
) -> None:
    """NIP-92: an imeta tag has an address and at least one other field."""
    address = "https://news.example/tram.webp"
    article = replace(ARTICLE, photo=Photo(url=address, alt=alt, **known))
    post = compose(article, Nostr.capabilities)

    assert [tag for tag in tags_of(post) if tag[0] == "imeta"] == (
        [["imeta", f"url {address}", *fields]] if fields else []
    )
    assert content_of(post).endswith(f"\n\n{address}")
