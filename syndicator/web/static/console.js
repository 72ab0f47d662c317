// The console follows by itself: every few seconds the page is fetched again and its parts replaced, but
// never under the hands of somebody who types, reads a detail or looks elsewhere.
"use strict";

const EVERY = 5000; // milliseconds
const PARTS = ["main", "live"];

const isBusy = () =>
  document.hidden ||
  document.querySelector("#main details[open]") !== null ||
  document.activeElement?.closest("#main form") != null ||
  [...document.querySelectorAll("#main input:not([type=hidden])")].some((field) => field.value);

async function follow() {
  if (isBusy()) return;
  const live = document.getElementById("live");
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (isBusy()) return;
    for (const id of PARTS) document.getElementById(id).replaceWith(page.getElementById(id));
  } catch {
    live.classList.add("lost"); // shown as no longer following, until an answer comes again
  }
}

setInterval(follow, EVERY);
