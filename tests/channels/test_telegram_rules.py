"""The server that stands in for Telegram refuses what the real one refuses: else it would prove nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.channels.contract import picture
from tests.channels.telegram_server import FakeTelegram

CHAT: dict[str, Any] = {"chat_id": "@theledger"}
BOLD = {"type": "bold", "offset": 0, "length": 1}


@pytest.fixture
def server() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:  # a patient one: ten megabytes take their time
        session.trust_env = False
        yield session


def asked(
    session: requests.Session, server: FakeTelegram, method: str, *, photo: bytes = b"", **fields: Any
) -> str:
    """What the server says of a request; empty if it takes it."""
    url = f"{server.address}/bot{server.token}/{method}"
    if photo:
        reply = session.post(url, data=fields, files={"photo": ("photo.jpg", photo, "image/jpeg")})
    else:
        reply = session.post(url, json=fields)
    document = reply.json()
    assert document["ok"] == (reply.status_code == 200)
    assert document.get("error_code", 200) == reply.status_code
    return str(document.get("description", ""))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "x"}, ""),
        ({"text": "x" * 4096, "entities": [BOLD]}, ""),
        ({"text": "🚋" * 2048}, ""),
        ({"text": "🚋" * 2048 + "x"}, "message is too long"),
        ({"text": " \n"}, "message text is empty"),
        ({}, "'text' of sendMessage is unknown or missing"),
        ({"text": "x", "disable_web_page_preview": True}, "'disable_web_page_preview' of sendMessage"),
        ({"text": "x", "parse_mode": "HTML"}, "'parse_mode' of sendMessage is unknown"),
        ({"text": 7}, "sendMessage.text is of the wrong type"),
        ({"text": "x", "disable_notification": 1}, "wrong type"),
        ({"text": "x", "entities": BOLD}, "array expected"),
        ({"text": "x", "entities": [BOLD | {"href": "y"}]}, "'href' of sendMessage.entities is unknown"),
        ({"text": "x", "entities": [BOLD | {"offset": True}]}, "wrong type"),
        ({"text": "x", "entities": [BOLD | {"length": 2}]}, "outside of the text"),
        ({"text": "x", "entities": [BOLD | {"length": 0}]}, "outside of the text"),
        ({"text": "x", "entities": [BOLD | {"offset": -1}]}, "outside of the text"),
        ({"text": "🚋x", "entities": [BOLD]}, "within a surrogate pair"),
        ({"text": "x🚋", "entities": [BOLD | {"offset": 2}]}, "within a surrogate pair"),
        (
            {"text": "xyz", "entities": [BOLD | {"length": 2}, BOLD | {"offset": 1, "length": 2}]},
            "not balanced",
        ),
        ({"text": "xyz", "entities": [BOLD | {"length": 3}, BOLD | {"offset": 1, "length": 2}]}, ""),
        ({"text": "x", "entities": [BOLD | {"type": "text_link"}]}, "a url out of place"),
        ({"text": "x", "reply_parameters": {"message_id": 7}}, "message to be replied not found"),
        ({"text": "x", "chat_id": "@another"}, "chat not found"),
        ({"text": "\ud83d"}, "text must be encoded in UTF-8"),
    ],
)
def test_texts(session: requests.Session, server: FakeTelegram, fields: dict[str, Any], words: str) -> None:
    answer = asked(session, server, "sendMessage", **(CHAT | fields))

    assert (words in answer) if words else not answer
    assert len(server.messages) == (not words)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("caption", "photo", "words"),
    [
        ("ກ" * 1024, picture().content, ""),
        ("ກ" * 1025, picture().content, "message caption is too long"),
        ("", b"GIF89a", "IMAGE_PROCESS_FAILED"),
        ("", picture().content + b"\0" * 10_000_000, "too big for a photo"),
        ("", picture().content[:-200], "IMAGE_PROCESS_FAILED"),
    ],
)
def test_photos(
    session: requests.Session, server: FakeTelegram, caption: str, photo: bytes, words: str
) -> None:
    answer = asked(session, server, "sendPhoto", photo=photo, **CHAT, caption=caption)

    assert (words in answer) if words else not answer


def test_edits_and_deletions(session: requests.Session, server: FakeTelegram) -> None:
    asked(session, server, "sendMessage", **CHAT, text="x")
    asked(session, server, "sendPhoto", photo=picture().content, **CHAT)
    text, photo = (CHAT | {"message_id": number} for number in server.messages)

    assert "is not modified" in asked(session, server, "editMessageText", **text, text="x")
    assert "no text in the message" in asked(session, server, "editMessageText", **photo, text="x")
    assert "no caption in the message" in asked(session, server, "editMessageCaption", **text, caption="x")
    assert "to edit not found" in asked(session, server, "editMessageText", **CHAT, message_id=1, text="x")
    assert "to delete not found" in asked(session, server, "deleteMessage", **CHAT, message_id=1)
    server.now = lambda: datetime.now(UTC) + timedelta(hours=49)
    assert "message can't be deleted" in asked(session, server, "deleteMessage", **text)
    assert not asked(session, server, "editMessageText", **text, text="withdrawn")


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ({"status": "kicked"}, "Forbidden: bot was kicked from the channel chat"),
        ({"status": "left"}, "Forbidden: bot is not a member of the channel chat"),
        ({"rights": {}}, "need administrator rights in the channel chat"),
        ({"flood_s": 9}, "Too Many Requests: retry after 9"),
        ({"new_id": -1002}, "group chat was upgraded to a supergroup chat"),
    ],
)
def test_bots_that_may_not(
    session: requests.Session, server: FakeTelegram, member: dict[str, Any], words: str
) -> None:
    for name, value in member.items():
        setattr(server, name, value)

    assert words in asked(session, server, "sendMessage", **CHAT, text="x")


def test_tokens_and_methods(session: requests.Session, server: FakeTelegram) -> None:
    answers = [
        session.post(f"{server.address}/bot{rest}", json={}).status_code
        for rest in ("nonsense/getMe", "1:wrong/getMe", f"{server.token}/getUpdates", f"{server.token}/getMe")
    ]

    assert answers == [404, 401, 404, 200]
