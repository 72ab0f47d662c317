"""Push subscriptions that anybody may send: what a browser would, and what somebody else might."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from syndicator.http.push_encryption import CURVE, base64url, public_point
from syndicator.http.push_subscriptions import (
    ANY_SERVICE,
    SERVICES,
    PushSubscription,
    UnknownService,
    read_endpoint,
    read_subscription,
)

KEYS = {"p256dh": base64url(public_point(generate_private_key(CURVE))), "auth": base64url(bytes(16))}


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/dK3:APA91b_x-y",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA",
        "https://web.push.apple.com/QGx",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAAC%2f",
        "https://FCM.googleapis.com:443/wp/x",
    ],
)
def test_browsers_subscriptions_are_taken_and_kept(endpoint: str) -> None:
    sent = {"endpoint": endpoint, "expirationTime": None, "keys": KEYS}

    found = read_subscription(sent, "ours", SERVICES)

    assert found.endpoint == endpoint
    assert found.details == {**KEYS, "server_key": "ours"}
    assert PushSubscription.kept(endpoint, found.details) == found


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://push.example/x",
        "https://fcm.googleapis.com.river.example/x",
        "https://evilfcm.googleapis.com/x",
        "https://push.apple.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://localhost/x",
    ],
)
def test_other_hosts_are_no_push_services(endpoint: str) -> None:
    with pytest.raises(UnknownService, match=r"^endpoint: at a push service that is not known"):
        read_endpoint(endpoint, SERVICES)


@pytest.mark.parametrize(
    "endpoint",
    [
        None,
        7,
        "",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/ກ",
        "https://fcm.googleapis.com/x\r\nHost: y",
        "https://user@fcm.googleapis.com/x",
        "https://:443/x",
        "https://fcm.googleapis.com:99999/x",
        "https://[::1/x",
        "https://fcm.googleapis.com/" + "x" * 2000,
        "javascript:alert(1)",
    ],
)
def test_what_is_no_endpoint_is_refused(endpoint: object) -> None:
    with pytest.raises(ValueError, match=r"^endpoint: ") as caught:
        read_endpoint(endpoint, (*SERVICES, ANY_SERVICE))
    assert not isinstance(caught.value, UnknownService)


@pytest.mark.parametrize(
    "endpoint", ["https://10.0.0.7/x", "https://[fd00::1]/x", "https://169.254.169.254/latest", "https://0/x"]
)
def test_any_service_is_none_in_a_private_network(endpoint: str) -> None:
    if "//0/" in endpoint:  # a name, for all we know: it is looked at when it is connected to
        assert read_endpoint(endpoint, [ANY_SERVICE])
        return
    with pytest.raises(ValueError, match="private network"):
        read_endpoint(endpoint, [ANY_SERVICE])


def test_any_service_may_be_anywhere_else() -> None:
    assert read_endpoint("https://push.river.example/up?id=1", [ANY_SERVICE])
    with pytest.raises(UnknownService):
        read_endpoint("https://push.river.example:8443/up", [ANY_SERVICE])
    assert read_endpoint("https://push.river.example:8443/up", ["push.river.example:8443"])


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"keys": None}, "must be a PushSubscription"),
        ({"keys": {}}, "keys: "),
        ({"keys": {**KEYS, "auth": "AAAA"}}, "auth: must be 16"),
        ({"keys": {**KEYS, "auth": 16}}, "keys: "),
        ({"keys": {**KEYS, "p256dh": KEYS["auth"]}}, "p256dh: must be"),
        ({"keys": {**KEYS, "p256dh": base64url(b"\x04" + bytes(64))}}, "p256dh: is no point"),
        ({"keys": {**KEYS, "p256dh": "!" * 87}}, "base64url"),
        ({"keys": {**KEYS, "p256dh": "A" * 100_000}}, "short texts"),
        ({"endpoint": None}, "endpoint: "),
    ],
)
def test_what_no_browser_sends_is_refused(changed: dict[str, Any], why: str) -> None:
    sent = {"endpoint": "https://web.push.apple.com/Q", "keys": KEYS, **changed}

    with pytest.raises(ValueError, match=why):
        read_subscription(sent, "ours", SERVICES)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(JSON | st.fixed_dictionaries({"endpoint": st.text(max_size=60), "keys": JSON}))
def test_nothing_else_comes_of_garbage(sent: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_subscription(sent, "ours", SERVICES)
