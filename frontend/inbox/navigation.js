// What the page shows and what its address says go together, without loading the page anew.
// [data-opens] shows something at the right side, [data-lists-link] other lists, [data-back] the lists.
import htmx from "../htmx.js";
import { post } from "../portal/posting.js";
import { take } from "./ahead.js";

const inbox = document.getElementById("inbox");
const pane = document.getElementById("session");
let shownQuery = location.search;
let isShown = false;
let asked = 0;

const plainClick = (event) =>
  event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

// What was asked for ahead comes into the pane as an answer does. It was not read before: now it is.
const place = (html, path) => {
  askNoMore();
  const eventInfo = { elt: pane, target: pane, requestConfig: { verb: "get", path } };
  const settleDelay = htmx.config.defaultSettleDelay;
  htmx.swap(pane, html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay }, { contextElement: pane, eventInfo });
  const { seen } = pane.querySelector("[data-session]")?.dataset ?? {};
  if (seen) saySeen(seen);
};
const saySeen = async (url) => {
  const answer = await post(url, "").catch(() => null); // the next look at the thread says it, too
  if (answer?.status === 404) document.dispatchEvent(new CustomEvent("inbox:left"));
};

// False where nothing came: without a connection, because it is somebody else's now, or because something
// else was asked for meanwhile.
const show = async (path) => {
  const mine = ++asked;
  htmx.trigger(pane, "htmx:abort");
  pane.setAttribute("aria-busy", "true");
  isShown = false;
  let failed = false;
  const ahead = take(path);
  const html = ahead && (await ahead);
  if (mine !== asked) return false;
  try {
    if (html) place(html, path);
    else await htmx.ajax("get", path, { target: pane, source: pane, swap: "innerHTML" });
  } catch {
    failed = true; // what is shown stays, and so does the address
  }
  if (mine !== asked) return false;
  pane.removeAttribute("aria-busy");
  if (failed && !isShown) document.dispatchEvent(new CustomEvent("page:failed"));
  return isShown;
};

// What was asked for in a session that is not open any more changes nothing in the one that is; and of the
// thread, what was asked for before something that is shown already.
const openSession = () => pane.querySelector("[data-session]")?.dataset.session;
const asking = new WeakMap(); // request: the session that was open then, and its place among all requests
let requests = 0;
let newest = 0; // of those that the thread shows
const isLate = ({ target, xhr, requestConfig }) => {
  const then = asking.get(xhr);
  if (!then || !pane.contains(target)) return false;
  if (then.session !== openSession()) return true;
  if (target.id !== "thread") return false;
  if (requestConfig.verb === "get" && then.place < newest) return true;
  newest = Math.max(newest, then.place);
  return false;
};
document.addEventListener("htmx:beforeRequest", ({ detail: { elt, xhr } }) => {
  if (elt !== pane && pane.contains(elt)) asking.set(xhr, { session: openSession(), place: ++requests });
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (isLate(detail)) detail.shouldSwap = false;
  else if (detail.target === pane && detail.shouldSwap) askNoMore();
});
const askNoMore = () => {
  for (const element of pane.querySelectorAll("[hx-get]")) {
    htmx.trigger(element, "htmx:abort");
    htmx.trigger(element, "htmx:abort"); // what was queued behind it has begun by that
  }
};
document.addEventListener("inbox:leaving", askNoMore);

/** @type {ReturnType<typeof setTimeout> | undefined} */
let searching; // what is typed there, in a moment

// What was asked for before is not waited for, nor asked for after it: it would replace the place that the next answer is meant for.
const showLists = (query) => {
  shownQuery = query;
  clearTimeout(searching);
  htmx.trigger(inbox, "htmx:abort");
  const place = { target: "#inbox-lists", source: inbox, swap: "outerHTML" };
  htmx.ajax("get", `${inbox.dataset.lists}${query}`, place).catch(() => {}); // htmx has told of a failure
};

const go = (path, query = location.search) => {
  const url = `${path}${query}`;
  if (url !== location.pathname + location.search) history.pushState(null, "", url);
  inbox.classList.toggle("inbox-open", path !== inbox.dataset.home);
};

const open = async (link) => {
  const url = new URL(link.href);
  if (await show(url.pathname + url.search)) go(url.pathname, url.search || location.search);
};

// What was open is there no more, so that loading the page anew must not ask for it.
const leave = () => history.replaceState(null, "", `${inbox.dataset.home}${location.search}`);

const back = () => {
  const row = document.querySelector(".inbox-row[aria-current]");
  go(inbox.dataset.home);
  if (pane.querySelector("[data-session]")) show(inbox.dataset.home);
  row?.focus();
};

const lists = (query) => {
  showLists(query);
  history.pushState(null, "", `${location.pathname}${query}`);
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-opens], [data-lists-link], [data-back]");
  if (!link || !plainClick(event)) return;
  event.preventDefault();
  if (link.hasAttribute("data-opens")) open(link);
  else if (link.hasAttribute("data-lists-link")) lists(new URL(link.href).search);
  else back();
});

// The filters: what is chosen is what the address asks for.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-lists-form]")) return;
  event.preventDefault();
  const chosen = [...new FormData(form)].filter(([, value]) => value).map(([name, value]) => [name, String(value)]);
  const params = new URLSearchParams(chosen);
  lists(params.size ? `?${params}` : "");
  document.dispatchEvent(new CustomEvent("dialog:close"));
});

// An answer that shows another session than the address says, such as that to a new message, or none.
pane.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== pane) return;
  isShown = true;
  const url = pane.querySelector("[data-url]")?.dataset.url;
  const asked = event.detail.requestConfig.verb !== "get";
  if (url && asked) go(url);
  const empty = pane.querySelector(".inbox-empty");
  if (asked && empty) empty.querySelector("[role=alert]") ? leave() : back();
});

window.addEventListener("popstate", () => {
  inbox.classList.toggle("inbox-open", location.pathname !== inbox.dataset.home);
  if (location.search !== shownQuery) showLists(location.search);
  show(location.pathname + location.search);
});

const search = () => {
  const params = new URLSearchParams(location.search);
  const text = document.querySelector("#inbox-search [name=q]").value.trim();
  if (text) params.set("q", text);
  else params.delete("q");
  const query = params.size ? `?${params}` : "";
  if (query === location.search) return;
  history.replaceState(null, "", `${location.pathname}${query}`);
  showLists(query);
};

document.getElementById("inbox-search").addEventListener("input", () => {
  clearTimeout(searching);
  searching = setTimeout(search, 250);
});
document.getElementById("inbox-search").addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(searching);
  search();
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "inbox-lists") return;
  const box = document.querySelector("#inbox-search [name=q]");
  if (box !== document.activeElement) box.value = new URLSearchParams(location.search).get("q") ?? "";
});

document.addEventListener("inbox:open", ({ detail }) => open({ href: new URL(detail, location.origin).href }));

// What an agent who has closed a session wants to have before them then: the next one of the list, or the list.
document.addEventListener("inbox:closed", ({ detail: { session, then } }) => {
  const rows = [...document.querySelectorAll(".inbox-row")].filter((row) => row.checkVisibility());
  const at = rows.findIndex((row) => row.dataset.session === String(session));
  const next = rows[at + 1] ?? rows[at - 1];
  if (openSession() === String(session)) {
    if (then === "stay") open(location);
    else if (then === "next" && next) open(next);
    else back();
  }
  document.dispatchEvent(new CustomEvent("inbox:event", { detail: { kind: "session", session } }));
});

document.addEventListener("inbox:back", back);
document.addEventListener("inbox:gone", leave);
document.addEventListener("inbox:lists-anew", () => showLists(location.search));
