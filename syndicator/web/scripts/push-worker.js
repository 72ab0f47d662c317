// Shows the pushes of a newsroom in browsers that do not do so by themselves. It runs in a service worker of the
// newsroom's own origin, which needs no more than one line:
//
//   importScripts("https://OURS/push/NAME/worker.js");
//
// Every push shows something: browsers allow none that does not (userVisibleOnly), and end the subscription of
// whoever tries.
"use strict";

((settings) => {
  self.addEventListener("push", (event) => event.waitUntil(show(event.data)));
  self.addEventListener("notificationclick", (event) => event.waitUntil(open(event.notification)));
  self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

  function show(data) {
    const { title, navigate, ...options } = read(data);
    return self.registration.showNotification(title, { ...options, data: { navigate } });
  }

  function read(data) {
    try {
      const { notification } = data.json();
      if (notification.title && web(notification.navigate)) return notification;
    } catch { /* none of ours */ }
    return { title: self.location.hostname, navigate: self.location.origin };
  }

  // A tab that has the article already is looked at again.
  async function open(notification) {
    notification.close();
    const address = web(notification.data?.navigate);
    if (!address) return;
    const tabs = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const tab = tabs.find(({ url }) => url === address);
    await (tab ? tab.focus() : self.clients.openWindow(address));
  }

  function web(address) {
    try {
      const { href, protocol } = new URL(address);
      return ["https:", "http:"].includes(protocol) ? href : "";
    } catch {
      return "";
    }
  }

  // The browser has given the subscription another endpoint, or none.
  async function renew({ oldSubscription, newSubscription }) {
    const options = { userVisibleOnly: true, applicationServerKey: settings.key };
    const subscription = newSubscription ?? await self.registration.pushManager.subscribe(options);
    await fetch(settings.address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...subscription.toJSON(), replaces: oldSubscription?.endpoint }),
      credentials: "omit",
    });
  }
})(SETTINGS);
