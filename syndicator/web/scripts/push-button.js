// A button on a newsroom's page, by which readers have its news sent to them, and end that. The page has
//
//   <button id="news-push" hidden>Notify me of the news</button>
//   <script src="https://OURS/push/NAME/push.js" data-button="#news-push" defer></script>
//
// The button is shown where the browser can do it. What it does is in aria-pressed, and in data-state: "on",
// "off", "denied" (by the reader, in the browser's settings), "failed". Its words are the page's own; where it
// has data-on and data-off, those stand on it instead.
//
// Safari knows pushes without a service worker (window.pushManager); all others need one, which has to come from
// the page's own origin: data-worker says where it is (/push-worker.js unless it does).
"use strict";

((settings) => {
  const script = document.currentScript;
  const { button: selector, worker = "/push-worker.js" } = script.dataset;
  const REMINDED_EVERY = 7 * 86400e3; // milliseconds between two times that we are told of the same subscription

  // A scope of its own, so that a worker which the site has already stays what it is.
  const scope = new URL(`${worker.replace(/\.[^./]*$/, "")}/`, location.href).pathname;

  const known = `push ${settings.address}`;

  async function pushManager() {
    if (window.pushManager) return window.pushManager;
    const registration = await navigator.serviceWorker.register(worker, { scope });
    const started = registration.installing ?? registration.waiting;
    if (!registration.active && started) await activated(started);
    return registration.pushManager;
  }

  function activated(started) {
    return new Promise((resolve, reject) => {
      started.addEventListener("statechange", () => {
        if (started.state === "activated") resolve();
        if (started.state === "redundant") reject(new Error("the service worker did not start"));
      });
    });
  }

  async function subscribed() {
    if (window.pushManager) return window.pushManager.getSubscription();
    const registration = await navigator.serviceWorker.getRegistration(scope);
    return registration?.scope.endsWith(scope) ? registration.pushManager.getSubscription() : null;
  }

  // What we are told is the subscription as it is; "replaces" is the endpoint of one that is no more.
  async function tell(method, subscription, replaces) {
    const response = await fetch(settings.address, {
      method,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...subscription.toJSON(), replaces }),
      credentials: "omit",
    });
    if (!response.ok) throw new Error(`${settings.address}: ${response.status} ${await response.text()}`);
  }

  async function subscribe(replaces) {
    const manager = await pushManager();
    const options = { userVisibleOnly: true, applicationServerKey: settings.key };
    const subscription = await manager.subscribe(options);
    try {
      await tell("POST", subscription, replaces);
    } catch (error) { // nothing would ever come
      await subscription.unsubscribe();
      throw error;
    }
    remember(subscription);
  }

  async function unsubscribe(subscription) {
    await subscription.unsubscribe(); // whatever we are told: nothing comes any more
    remember(null);
    await tell("DELETE", subscription).catch(console.warn); // else we find out at the next push
  }

  function remember(subscription) {
    try {
      localStorage.setItem(known, JSON.stringify({ endpoint: subscription?.endpoint, at: Date.now() }));
    } catch { /* the reader's browser keeps nothing: we are told each time */ }
  }

  function remembered() {
    try {
      return JSON.parse(localStorage.getItem(known)) ?? {};
    } catch {
      return {};
    }
  }

  // One that was made with another key of ours receives nothing; one that we have not heard of for long is told
  // again, in case that we have lost it.
  async function keep(subscription) {
    const key = subscription.options?.applicationServerKey;
    if (key && base64url(key) !== settings.key) {
      await subscription.unsubscribe();
      await subscribe(subscription.endpoint);
      return;
    }
    const { endpoint, at } = remembered();
    if (endpoint === subscription.endpoint && Date.now() - at < REMINDED_EVERY) return;
    await tell("POST", subscription, endpoint && endpoint !== subscription.endpoint ? endpoint : undefined);
    remember(subscription);
  }

  function base64url(buffer) {
    const letters = btoa(String.fromCharCode(...new Uint8Array(buffer)));
    return letters.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  function show(button, state) {
    button.dataset.state = state;
    button.setAttribute("aria-pressed", String(state === "on"));
    const words = state === "on" ? button.dataset.on : button.dataset.off;
    if (words) button.textContent = words;
    button.dispatchEvent(new CustomEvent("push-state", { bubbles: true, detail: state }));
  }

  function state(isOn) {
    if (Notification.permission === "denied") return "denied";
    return isOn ? "on" : "off";
  }

  async function press(button) {
    button.disabled = true;
    try {
      // At once: some browsers ask the reader only right after a click.
      if (await Notification.requestPermission() !== "granted") throw new Error("not permitted");
      const subscription = await subscribed();
      await (subscription ? unsubscribe(subscription) : subscribe());
      show(button, state(!subscription));
    } catch (error) {
      console.warn(error);
      show(button, Notification.permission === "denied" ? "denied" : "failed");
    } finally {
      button.disabled = false;
    }
  }

  async function begin() {
    const button = selector && document.querySelector(selector);
    if (!button) {
      console.warn(`push: the page has no ${selector ?? "data-button"} to press`);
      return;
    }
    const isAble = window.pushManager || (navigator.serviceWorker && "PushManager" in window);
    if (!isAble || !("Notification" in window)) return; // the button stays hidden
    button.addEventListener("click", () => press(button));
    let subscription = null;
    try {
      subscription = await subscribed();
      if (subscription && Notification.permission === "granted") await keep(subscription);
    } catch (error) {
      console.warn(error);
    }
    show(button, state(subscription && Notification.permission === "granted"));
    button.hidden = false;
  }

  begin();
})(SETTINGS);
