"""The scripts for a newsroom's pages in a real browser, as far as that goes without its vendor's service:
the subscription is of our making, and the push is handed to the service worker by the browser's own tools."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import http_ece
import pytest

from syndicator.domain.capabilities import Capabilities, LinkPlace
from syndicator.http.push_encryption import encrypted
from syndicator.http.push_subscriptions import PushSubscription
from syndicator.posts.compose import compose
from syndicator.store import Store
from syndicator.text.push_notices import JSON_BYTES, push_message, push_notice
from syndicator.web.context import Context
from syndicator.web.webpush import PushPages
from tests.channels.contract import ARTICLE, CORRECTED
from tests.web.push_pages import Button, ReadersBrowser, Subscribers, application, newsroom, served
from tests.web.test_webpush import context

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.slow

__all__ = ["context"]

#: Without its push service, Chromium gives no subscriptions: this gives ours, and forgets one that is ended.
SUBSCRIBES = """(given) => {
  let current = JSON.parse(localStorage.getItem("given"));
  const made = (json) => json && {
    ...json,
    options: { applicationServerKey: json.madeWith && bytes(json.madeWith) },
    toJSON: () => given,
    unsubscribe: async () => { current = null; localStorage.removeItem("given"); return true; },
  };
  const bytes = (text) => Uint8Array.from(
    atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0)).buffer;
  PushManager.prototype.getSubscription = async () => made(current);
  PushManager.prototype.subscribe = async (options) => {
    if (!options.userVisibleOnly) throw new Error("every push is to show something");
    current = { ...given, madeWith: options.applicationServerKey };
    localStorage.setItem("given", JSON.stringify(current));
    return made(current);
  };
}"""

#: The newsroom's service worker has begun to take what is pushed.
IS_ACTIVE = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/push-worker/");
  return registration?.active?.state === "activated";
}"""

#: Seconds until a push is shown, on a machine that has much else to do; and how often it is handed over.
PATIENCE_S, MAX_PUSHES = 20.0, 4


@dataclass
class Scene:
    """A newsroom's page in a browser, and our own pages, which it is told of."""

    tab: Any
    site: str
    subscribers: Subscribers
    reader: ReadersBrowser
    channels: dict[str, Button]
    complaints: list[str] = field(default_factory=list)

    @property
    def button(self) -> Any:
        return self.tab.locator("#news-push")

    def opens(self) -> None:
        self.tab.goto(self.site)
        self.tab.wait_for_function("!document.querySelector('#news-push').hidden")

    def presses(self, state: str) -> None:
        self.button.click()
        self.tab.wait_for_function(f"document.querySelector('#news-push').dataset.state == '{state}'")

    def pushes(self, message: bytes, title: str) -> None:
        """Hands the worker a push, as the browser does with one that it has decrypted, and waits until that
        is shown."""
        tools = self.tab.context.new_cdp_session(self.tab)
        found: list[dict[str, Any]] = []
        tools.on("ServiceWorker.workerRegistrationUpdated", lambda e: found.extend(e["registrations"]))
        tools.send("ServiceWorker.enable")
        self.tab.wait_for_function(IS_ACTIVE)  # what comes before that is lost without a word
        while not (standing := [each for each in found if not each["isDeleted"]]):
            self.tab.wait_for_timeout(20)
        push = {
            "origin": self.site,
            "registrationId": standing[-1]["registrationId"],
            "data": message.decode(),
        }
        for _ in range(MAX_PUSHES):  # the browser's tools lose one now and then, and do not say so
            tools.send("ServiceWorker.deliverPushMessage", push)
            deadline = time.monotonic() + PATIENCE_S
            while time.monotonic() < deadline:
                if title in [notification["title"] for notification in self.shown]:
                    return
                self.tab.wait_for_timeout(20)
        raise AssertionError(f"{title} is not shown; {self.complaints}")

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The notifications that stand on the reader's screen."""
        script = """async () => {
          const registration = await navigator.serviceWorker.getRegistration("/push-worker/");
          return (await registration.getNotifications()).map(
            ({ title, body, tag, lang, dir, icon, silent, data }) =>
              ({ title, body, tag, lang, dir, icon, silent, data }));
        }"""
        shown: list[dict[str, Any]] = self.tab.evaluate(script)
        return shown


@pytest.fixture
def scene(context: Context, store: Store) -> Iterator[Scene]:
    browsers = [path for name in ("chromium", "google-chrome") if (path := shutil.which(name))]
    if not browsers:
        pytest.skip("no Chromium is installed")
    subscribers, reader = Subscribers(store), ReadersBrowser()
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        newsroom(ours := f"http://127.0.0.1:{listening.getsockname()[1]}") as site,
        sync_api.sync_playwright() as player,
    ):
        button = Button(page_origins=(site,), address=f"{ours}/push/readers/subscriptions")
        channels = {"readers": button}
        pages = PushPages(context, channels, subscribers)
        with served(application(pages), listening):
            chromium = player.chromium.launch(executable_path=browsers[0], args=["--no-sandbox"])
            opened = chromium.new_context(permissions=["notifications"])
            opened.add_init_script(f"({SUBSCRIBES})({reader.subscription!r})".replace("None", "null"))
            scene = Scene(opened.new_page(), site, subscribers, reader, channels)
            scene.tab.on("console", lambda message: scene.complaints.append(message.text))
            scene.tab.on("pageerror", lambda error: scene.complaints.append(str(error)))
            yield scene
            chromium.close()


def notice(article: Any, *, is_replacing: bool = False) -> bytes:
    capabilities = Capabilities(
        ruler=JSON_BYTES, unit="bytes", text=1600, link_place=LinkPlace.BESIDE, photo_by_address=True
    )
    post = compose(article, capabilities)
    return push_message(
        push_notice(
            post,
            tag="bridge",
            icon="https://river.example/icon.png",
            site_title="River News",
            site_url="https://river.example/",
            is_replacing=is_replacing,
        )
    )


def test_a_reader_presses_the_button_is_shown_news_and_leaves(scene: Scene) -> None:
    scene.opens()
    assert scene.button.inner_text() == "Off"
    assert scene.button.get_attribute("aria-pressed") == "false"

    scene.presses("on")
    assert (scene.button.inner_text(), scene.button.get_attribute("aria-pressed")) == ("On", "true")
    [(endpoint, details)] = scene.subscribers.details.items()

    subscription = PushSubscription.kept(endpoint, details)
    body = encrypted(notice(ARTICLE), subscription.keys)
    reader = scene.reader
    scene.pushes(http_ece.decrypt(body, private_key=reader.private, auth_secret=reader.auth), ARTICLE.title)
    [shown] = scene.shown
    assert shown["title"] == ARTICLE.title
    assert ARTICLE.summary in shown["body"]
    assert (shown["lang"], shown["dir"], shown["tag"], shown["silent"]) == ("lo-LA", "auto", "bridge", False)
    assert shown["icon"] == "https://river.example/icon.png"
    assert shown["data"] == {"navigate": ARTICLE.url}

    scene.presses("off")
    assert scene.subscribers.details == {}
    assert scene.complaints == []


def test_a_correction_takes_the_place_of_what_is_shown(scene: Scene) -> None:
    scene.opens()
    scene.presses("on")
    scene.pushes(notice(ARTICLE), ARTICLE.title)
    scene.pushes(notice(CORRECTED, is_replacing=True), CORRECTED.title)

    [shown] = scene.shown
    assert (shown["title"], shown["silent"]) == (CORRECTED.title, True)
    assert CORRECTED.note in shown["body"]


@pytest.mark.parametrize(
    "message", [b"", b"{", b'{"notification": {"title": "x", "navigate": "javascript:1"}}']
)
def test_what_is_none_of_ours_shows_the_site(scene: Scene, message: bytes) -> None:
    scene.opens()
    scene.presses("on")
    scene.pushes(message, "127.0.0.1")

    [shown] = scene.shown
    assert shown["title"] == "127.0.0.1"
    assert shown["data"] == {"navigate": scene.site}


def test_a_subscription_made_with_another_key_is_made_anew(scene: Scene) -> None:
    scene.opens()
    scene.presses("on")
    scene.subscribers.are_lost()
    scene.channels["readers"] = replace(scene.channels["readers"], server_key=Button().server_key)
    tools = scene.tab.context.new_cdp_session(scene.tab)
    tools.send("Network.enable")
    tools.send("Network.setCacheDisabled", {"cacheDisabled": True})

    scene.opens()

    [details] = scene.subscribers.details.values()
    assert details["server_key"] == scene.channels["readers"].server_key
    assert scene.button.get_attribute("data-state") == "on"


def test_we_are_not_told_of_the_same_subscription_at_every_page(scene: Scene) -> None:
    scene.opens()
    scene.presses("on")
    scene.subscribers.are_lost()
    scene.opens()
    assert scene.subscribers.details == {}

    given = scene.tab.evaluate("localStorage.getItem('given')")
    scene.tab.evaluate("(given) => { localStorage.clear(); localStorage.setItem('given', given); }", given)
    scene.opens()
    assert list(scene.subscribers.details) == [scene.reader.endpoint]


def test_where_we_cannot_take_it_the_button_says_so_and_nothing_is_left(scene: Scene) -> None:
    scene.opens()
    scene.subscribers.error = TimeoutError()

    scene.presses("failed")

    assert scene.tab.evaluate("localStorage.getItem('given')") is None
    assert any("503" in line for line in scene.complaints)


def test_a_click_leads_to_the_article_in_the_tab_that_has_it(scene: Scene) -> None:
    scene.opens()
    scene.presses("on")
    scene.pushes(notice(replace(ARTICLE, url=f"{scene.site}/")), ARTICLE.title)
    [worker] = scene.tab.context.service_workers
    clicked = """async () => {
      const led = [];
      self.clients.openWindow = async (address) => { led.push(`opened ${address}`); };
      WindowClient.prototype.focus = async function () { led.push(`focused ${this.url}`); };
      for (const notification of await self.registration.getNotifications()) {
        const event = new NotificationEvent("notificationclick", { notification });
        const done = new Promise((resolve) => { event.waitUntil = resolve; });
        self.dispatchEvent(event);
        await await done;
      }
      return [led, (await self.registration.getNotifications()).length];
    }"""

    assert worker.evaluate(clicked) == [[f"focused {scene.site}/"], 0]
    scene.pushes(notice(ARTICLE), ARTICLE.title)
    assert worker.evaluate(clicked) == [[f"opened {ARTICLE.url}"], 0]


def test_a_subscription_that_the_browser_renews_is_told_with_the_one_before(scene: Scene) -> None:
    scene.opens()
    scene.presses("on")
    [worker] = scene.tab.context.service_workers
    moved = replace(scene.reader, endpoint="https://web.push.apple.com/moved")
    script = """async ([given, former]) => {
      const event = new ExtendableEvent("pushsubscriptionchange");
      event.oldSubscription = { endpoint: former };
      event.newSubscription = { toJSON: () => given };
      const done = new Promise((resolve) => { event.waitUntil = resolve; });
      self.dispatchEvent(event);
      await await done;
    }"""
    worker.evaluate(script, [moved.subscription, scene.reader.endpoint])

    assert list(scene.subscribers.details) == [moved.endpoint]


def test_a_reader_who_does_not_want_it_is_asked_no_more(scene: Scene) -> None:
    scene.tab.context.clear_permissions()
    scene.opens()

    scene.presses("denied")

    assert scene.button.get_attribute("aria-pressed") == "false"
    assert scene.subscribers.details == {}
    assert scene.tab.evaluate("localStorage.getItem('given')") is None
