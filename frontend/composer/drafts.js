// What is typed and not sent: in the browser at once, with the server soon after, for other devices. Times are
// told as ages, because clocks of devices go wrong.

import { post } from "../portal/posting.js";
import { agent, onReady, setText, textarea } from "./composing.js";
import { keyOf, read, write } from "./kept_drafts.js";

const DELAY_MS = 800;
const LATEST_MS = 3000; // also of who types on and on
const RETRY_MS = 15_000;
const timers = new Map();
const begun = new Map(); // when the first letter was typed that the server has not been told of
const byHand = new Set(); // what is typed now, and not only restored

const showNewer = (url, body) => {
  const form = document.querySelector(`.composer-text[data-draft="${url}"]`);
  if (!form || form.elements.body.value === body) return;
  const notice = form.querySelector("[data-elsewhere]");
  notice.dataset.body = body;
  notice.hidden = false;
};

const store = async (url, { keepalive = false } = {}) => {
  const draft = read(keyOf(url));
  begun.delete(url);
  const typing = byHand.delete(url) ? "1" : "";
  if (!draft) return;
  const data = new URLSearchParams({
    typing,
    body: draft.body,
    client_id: draft.clientId ?? "",
    age_ms: String(Math.max(0, Date.now() - draft.at)),
  });
  try {
    const answer = await post(url, data, { keepalive, redirect: "error" });
    if (answer.status === 422) return; // too long for the server: it stays in this browser
    if (![204, 404, 409].includes(answer.status)) throw new Error(answer.statusText);
    if (read(keyOf(url))?.at === draft.at) write(keyOf(url), null);
    if (answer.status === 409) showNewer(url, (await answer.json()).body);
  } catch {
    later(url, RETRY_MS);
  }
};

const later = (url, delay = DELAY_MS) => {
  clearTimeout(timers.get(url));
  timers.set(
    url,
    setTimeout(() => store(url), delay),
  );
};

const keep = (url, body, clientId) => {
  const at = Date.now();
  write(keyOf(url), { body, clientId, at });
  if (!begun.has(url)) begun.set(url, at);
  later(url, Math.max(0, Math.min(DELAY_MS, begun.get(url) + LATEST_MS - at)));
};

// What was scheduled is no draft any more. Meanwhile nothing can be typed that would go with it.
const isComposer = (event) => event.detail.elt.matches?.(".composer-text");
document.addEventListener("htmx:beforeSend", (event) => {
  if (isComposer(event)) event.detail.elt.elements.body.readOnly = true;
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const form = event.detail.elt;
  if (!isComposer(event) || event.detail.xhr.status >= 300) return;
  clearTimeout(timers.get(form.dataset.draft));
  write(keyOf(form.dataset.draft), null);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (isComposer(event)) event.detail.elt.elements.body.readOnly = false;
});

const storeAll = (options) => {
  const begin = keyOf("");
  for (const key of Object.keys(localStorage)) if (key.startsWith(begin)) store(key.slice(begin.length), options);
};

onReady((root) => {
  const form = root.querySelector(".composer-text");
  if (!form) return;
  const input = form.elements.body;
  const url = form.dataset.draft;
  const local = read(keyOf(url));
  const age = form.dataset.draftAge === "" ? Infinity : Number(form.dataset.draftAge);
  if (local && !("refused" in form.dataset) && Date.now() - local.at < age) input.value = local.body;
  if (input.value) setText(input, input.value);
  input.addEventListener("input", (event) => {
    if (event.isTrusted) byHand.add(url);
    keep(url, input.value, form.elements.client_id.value);
  });
  form.querySelector("[data-elsewhere-take]").addEventListener("click", () => {
    const notice = form.querySelector("[data-elsewhere]");
    setText(input, notice.dataset.body);
    notice.hidden = true;
    textarea()?.focus();
  });
});

window.addEventListener("online", () => storeAll());
window.addEventListener("pagehide", () => agent() && storeAll({ keepalive: true }));
document.addEventListener("DOMContentLoaded", () => agent() && storeAll());
