// What a feed's page, and the list of feeds, can do beyond being read: copy an address, and tell times as the
// reader's own clock does. Without this script nothing is missing.
"use strict";

const DAY = 86400; // seconds
const UNITS = [["hour", 3600], ["minute", 60]];

function localTime(time) {
  const language = navigator.languages.find((tag) => tag.split("-")[0] === time.lang) ?? time.lang;
  if (!Intl.DateTimeFormat.supportedLocalesOf(language).length) return; // many browsers know no Lao
  const moment = new Date(time.dateTime);
  const age = (Date.now() - moment) / 1000;
  const exact = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" }).format(moment);
  time.title = `${exact} (${time.textContent})`;
  const [unit, size] = UNITS.find(([, seconds]) => age >= seconds) ?? ["minute", 60];
  const ago = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  time.textContent = age >= 0 && age < DAY ? ago.format(-Math.floor(age / size), unit) : exact;
}

function copyButton(text, { copy, copied }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = copy;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = copied;
    setTimeout(() => { button.textContent = copy; }, 2000);
  });
  return button;
}

for (const time of document.querySelectorAll("main time[lang]")) localTime(time);

// A private feed's page is read at an address with a secret in it, and only the browser knows that address.
for (const code of document.querySelectorAll("code[data-relative]")) {
  code.textContent = new URL(code.textContent, location.href).href;
}

if (navigator.clipboard) { // absent where the page does not come over TLS
  for (const code of document.querySelectorAll("[data-copy] code")) {
    const { dataset } = code.closest("[data-copy]");
    code.after(copyButton(code.textContent, dataset));
  }
}
