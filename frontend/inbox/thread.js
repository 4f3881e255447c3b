// The open thread: where it is scrolled to, what is new in it, and what else happens to it.
import { textarea } from "../composer/composing.js";
import htmx from "../htmx.js";

const NEAR = 80; // pixels from the end that count as its end
const scroller = () => document.getElementById("thread-scroll");
const openSession = () => document.querySelector(".session-open")?.dataset.session;
const atEnd = (place) => place.scrollHeight - place.scrollTop - place.clientHeight < NEAR;
let wasAtEnd = true;
let heightBefore = 0;
let isLineNew = false; // it came while nobody read along, and nobody has since
let isLeaving = false; // by marking it as unread: the event that says so must not have it read again

const readsAlong = () => document.hasFocus() && atEnd(scroller());

const toEnd = () => {
  const place = scroller();
  if (!place) return;
  place.scrollTop = place.scrollHeight;
  document.getElementById("thread-down").hidden = true;
};

// What a search found is in sight, or else where begins what was not read yet; otherwise the end is.
const begin = () => {
  const first = document.querySelector("#thread .is-found") ?? document.getElementById("thread-unread");
  const place = scroller();
  if (!place) return;
  if (first) place.scrollTop = first.offsetTop - place.clientHeight / 4;
  else toEnd();
  isLineNew = false;
  place.addEventListener(
    "scroll",
    () => {
      if (atEnd(place)) document.getElementById("thread-down").hidden = true;
      if (readsAlong()) isLineNew = false;
    },
    { passive: true },
  );
  for (const picture of place.querySelectorAll("img")) {
    picture.addEventListener("load", () => wasAtEnd && toEnd(), { once: true });
  }
};

// Showing a thread marks it as read, so a hidden page waits until somebody looks at it.
const refresh = () => {
  const thread = document.getElementById("thread");
  if (!thread || isLeaving) return;
  if (document.hidden) document.addEventListener("visibilitychange", refresh, { once: true });
  else htmx.trigger(thread, "refresh");
};

// Somebody else has it now: what was being typed is shown, to be copied.
const gone = () => {
  const pane = document.getElementById("session");
  const typed = pane.querySelector("#composer textarea[name=body]")?.value ?? "";
  const page = document.getElementById("gone").content.cloneNode(true);
  const kept = page.querySelector(".kept-text");
  kept.hidden = !typed.trim();
  kept.querySelector("textarea").value = typed;
  document.dispatchEvent(new CustomEvent("inbox:leaving"));
  pane.replaceChildren(page);
  document.getElementById("inbox").classList.add("inbox-open");
  document.dispatchEvent(new CustomEvent("inbox:gone"));
};

// A session that is being opened may be rendered already when something happens in it, and until htmx has
// settled what it swapped in, nothing listens to "refresh" there.
const meanwhile = new Set();
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target.id === "session") meanwhile.clear();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id === "session" && meanwhile.delete(openSession())) refresh();
});

document.addEventListener("inbox:event", (event) => {
  meanwhile.add(String(event.detail.session));
  const shown = document.getElementById("thread")?.dataset.sessions?.split(" ") ?? [];
  if ([openSession(), ...shown].includes(String(event.detail.session))) refresh();
});
document.addEventListener("inbox:reset", refresh);
window.addEventListener("focus", () => {
  if (scroller() && readsAlong()) isLineNew = false;
});

for (const name of /** @type {const} */ (["htmx:beforeRequest", "htmx:afterRequest"])) {
  document.addEventListener(name, (event) => {
    if (event.detail.elt.matches("[data-leaves]")) isLeaving = name === "htmx:beforeRequest";
  });
}

// Before the thread takes over what is new. Whoever reads along needs no line above each new text, and whoever
// does not finds it above the first one that came meanwhile.
document.addEventListener("inbox:before-thread", (event) => {
  const place = scroller();
  wasAtEnd = atEnd(place);
  const line = event.detail.update.querySelector("#thread-unread");
  if (readsAlong()) isLineNew = false;
  if (readsAlong() || isLineNew) line?.remove();
  else if (line) {
    place.querySelector("#thread-unread")?.remove();
    isLineNew = true;
  }
  const last = (list) => [...list.querySelectorAll("[id^=message-]")].at(-1)?.id;
  if (!wasAtEnd && last(event.detail.update) !== last(place)) document.getElementById("thread-down").hidden = false;
});

// Older messages push down what one looks at: the place stays.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "thread-older") heightBefore = scroller().scrollHeight - scroller().scrollTop;
});

// A text that waits may have left meanwhile, or stand above what is shown: its place is nowhere to be put.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig.elt.id !== "places") return;
  const update = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
  for (const place of update.querySelectorAll(".message-place")) {
    if (!document.getElementById(place.id)) place.remove();
  }
  event.detail.serverResponse = update.body.innerHTML;
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (target.id === "thread-older") {
    scroller().scrollTop = scroller().scrollHeight - heightBefore;
    dropTwinDays();
  }
  if (target.id === "thread" && (wasAtEnd || requestConfig.verb === "post")) toEnd();
  if (target.id !== "session") return;
  wasAtEnd = true;
  begin();
  if (requestConfig.verb !== "post") return;
  // Where something can be undone, keys go on.
  const isUndone = event.detail.xhr.getResponseHeader("PBX-Events")?.includes("undo:offer");
  if (!isUndone) textarea()?.focus();
});

// The day that an older page ends with may be the one that the page below began with.
const dropTwinDays = () => {
  const seen = new Set();
  for (const day of document.querySelectorAll(".thread-day")) {
    if (seen.has(day.id)) day.remove();
    seen.add(day.id);
  }
};

document.addEventListener("htmx:responseError", (event) => {
  const { xhr, target } = event.detail;
  if (xhr.status === 404 && (target?.id === "session" || target?.closest("#session"))) gone();
});
document.addEventListener("inbox:left", gone); // as what the page asks by itself is told
document.addEventListener("click", (event) => {
  if (event.target.closest("#thread-down")) toEnd();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
});
document.addEventListener("DOMContentLoaded", begin);
