"""What strangers send, read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicator.fediverse.actor import Actor
from syndicator.fediverse.received import Deed, Received, Unreadable, is_for, parsed, received

ACTOR = Actor(
    name="wire", base="https://feeds.news.example", handle="news", domain="news.example", title="Example News"
)
ANN = "https://social.example/users/ann"
POST = ACTOR.post("a1b2")
FOLLOW = {"id": f"{ANN}#follows/1", "type": "Follow", "actor": ANN, "object": ACTOR.id}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (FOLLOW, Received(deed=Deed.FOLLOW, actor=ANN, id=FOLLOW["id"], to=ACTOR.id)),
        (
            {"id": "https://s.example/1", "type": "Undo", "actor": ANN, "object": FOLLOW},
            Received(deed=Deed.UNFOLLOW, actor=ANN, id=FOLLOW["id"], to=ACTOR.id),
        ),
        (
            {"type": "Undo", "actor": {"id": ANN, "type": "Person"}, "object": FOLLOW["id"]},
            Received(deed=Deed.UNFOLLOW, actor=ANN, id=FOLLOW["id"]),
        ),
        (
            {"type": "Block", "actor": ANN, "object": ACTOR.id},
            Received(deed=Deed.UNFOLLOW, actor=ANN, to=ACTOR.id),
        ),
        ({"type": "Delete", "actor": ANN, "object": ANN}, Received(deed=Deed.LEAVE, actor=ANN, id=ANN)),
        (
            {"type": "Delete", "actor": ANN, "object": {"id": f"{ANN}/1", "type": "Tombstone"}},
            Received(deed=Deed.TAKE_BACK, actor=ANN, id=f"{ANN}/1"),
        ),
        ({"type": "Update", "actor": ANN, "object": {"id": ANN}}, Received(deed=Deed.RENEW, actor=ANN)),
        (
            {"id": f"{ANN}#l1", "type": "Like", "actor": ANN, "object": POST},
            Received(deed=Deed.LIKE, actor=ANN, id=f"{ANN}#l1", to=POST),
        ),
        (
            {"id": f"{ANN}#s1", "type": "Announce", "actor": ANN, "object": {"id": POST}},
            Received(deed=Deed.SHARE, actor=ANN, id=f"{ANN}#s1", to=POST),
        ),
        (
            {
                "type": "Undo",
                "actor": ANN,
                "object": {"id": f"{ANN}#l1", "type": "Like", "actor": ANN, "object": POST},
            },
            Received(deed=Deed.TAKE_BACK, actor=ANN, id=f"{ANN}#l1", to=POST),
        ),
        (
            {
                "type": "Create",
                "actor": ANN,
                "object": {"id": f"{ANN}/2", "type": "Note", "inReplyTo": POST, "content": "<p>Hm.</p>"},
            },
            Received(deed=Deed.REPLY, actor=ANN, id=f"{ANN}/2", to=POST),
        ),
        (
            {"type": "Flag", "actor": ANN, "object": [POST, ANN]},
            Received(deed=Deed.REPORT, actor=ANN, to=POST),
        ),
        ({"type": "Travel", "actor": ANN}, Received(deed=Deed.OTHER, actor=ANN)),
        ({"type": ["Follow"], "actor": ANN, "object": ACTOR.id}, Received(deed=Deed.OTHER, actor=ANN)),
    ],
)
def test_what_it_is_to_us(document: dict[str, Any], expected: Received) -> None:
    assert received(parsed(json.dumps(document).encode())) == expected


@pytest.mark.parametrize(
    "actor", [None, "", 7, ["x"], {"type": "Person"}, "mailto:a@b.example", "https://a b"]
)
def test_who_is_nobody(actor: Any) -> None:
    with pytest.raises(Unreadable, match="no actor"):
        received({**FOLLOW, "actor": actor})


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b"\xff", b'{"a":' * 50 + b"1" + b"}" * 50, b"[" * 100_000]
)
def test_what_is_no_activity(body: bytes) -> None:
    with pytest.raises(Unreadable):
        parsed(body)


def test_what_is_about_us() -> None:
    assert is_for(ACTOR, received(FOLLOW))
    assert is_for(ACTOR, Received(deed=Deed.LIKE, actor=ANN, to=POST))
    for other in (
        "",
        ACTOR.id + "x",
        "https://feeds.news.example/ap/wires/posts/a1",
        ACTOR.id + "/posts/",
        ANN,
    ):
        assert not is_for(ACTOR, Received(deed=Deed.LIKE, actor=ANN, to=other))


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([ANN, POST, ACTOR.id, "", "Follow", "x" * 3000]),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "object", "actor"]), inside, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.slow
@given(
    kind=st.sampled_from(["Follow", "Undo", "Create", "Delete", "Like", "Flag", "Update"]) | values,
    actor=values,
    about=values,
)
@settings(max_examples=200, deadline=None)
def test_no_document_is_a_defect(kind: Any, actor: Any, about: Any) -> None:
    try:
        found = received({"type": kind, "actor": actor, "object": about})
    except Unreadable:
        return
    assert found.actor
    assert all(len(each) <= 2000 for each in (found.actor, found.id, found.to))
