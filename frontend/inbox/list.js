// The lists stay as they are, and only the rows of sessions that changed are fetched anew and put in their
// places: scrolling, focus and further pages stay.
import htmx from "../htmx.js";
import { showIcon } from "../icons.js";
import { morph } from "./keyed.js";

const { levels, rowsMost } = JSON.parse(document.getElementById("inbox-data").textContent);
const inbox = document.getElementById("inbox");
const changed = new Set();
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

const list = () => document.getElementById("session-list");
const openSession = () => document.querySelector(".session-open")?.dataset.session;

const mark = (row) => {
  const isOpen = row.dataset.session === openSession();
  row.classList.toggle("active", isOpen);
  if (isOpen) row.setAttribute("aria-current", "true");
  else row.removeAttribute("aria-current");
};

const markOpen = () => {
  for (const row of document.querySelectorAll(".inbox-row")) mark(row);
};

// "microseconds-id", in the group's order.
const isLater = (one, other) => {
  const [at, id] = one.split("-").map(BigInt);
  const [otherAt, otherId] = other.split("-").map(BigInt);
  return at === otherAt ? id > otherId : at > otherAt;
};

const place = (item, rows) => {
  const isDescending = rows.closest("[data-group]").hasAttribute("data-descending");
  const isBefore = ({ dataset: { at } }) =>
    !at || (isDescending ? isLater(item.dataset.at, at) : isLater(at, item.dataset.at));
  const others = [...rows.children].filter((other) => other !== item);
  const next = others.find(isBefore) ?? null;
  if (rows.contains(item) && item.nextElementSibling === next) return;
  // One that comes after all that is shown comes with its page.
  if (next?.matches(".inbox-more") && next !== others[0]) item.remove();
  else rows.insertBefore(item, next);
};

// Puts the rows of an answer in their places; the rows of `ids` that it has not are gone. False if the
// groups themselves are others now.
const takeOver = (html, ids) => {
  const update = new DOMParser().parseFromString(html, "text/html");
  const groups = [...update.querySelectorAll("[data-group]")];
  if (groups.some((one) => one.querySelector("li") && !groupHere(one))) return false;
  const mentions = update.getElementById("mentions-to-see");
  if (mentions) document.getElementById("mentions-to-see")?.replaceWith(document.adoptNode(mentions));
  const focused = document.activeElement?.closest(".inbox-row")?.getAttribute("data-session");
  const scrolled = list().scrollTop;
  for (const id of ids) {
    if (!update.getElementById(`row-${id}`)) document.getElementById(`row-${id}`)?.remove();
  }
  for (const one of groups) if (groupHere(one)) fill(groupHere(one), one);
  grow();
  if (scrolled === 0) list().scrollTop = 0; // where what comes is seen
  markOpen();
  if (focused) document.querySelector(`#row-${focused} .inbox-row`)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("inbox:listed"));
  return true;
};

const groupHere = (group) => list().querySelector(`[data-group="${group.dataset.group}"]`);

const fill = (here, update) => {
  const rows = here.querySelector("ul");
  const items = [...update.querySelectorAll("li[data-at]")];
  for (const item of items) {
    const old = document.getElementById(item.id);
    mark(item.querySelector(".inbox-row"));
    // The same element as before, to which a dialog that is closed gives the focus back.
    if (old && !old.isEqualNode(item)) morph(old, item, "outerHTML");
    place(old ?? document.adoptNode(item), rows);
  }
  const count = update.querySelector(".inbox-count");
  if (count) here.querySelector(".inbox-count")?.replaceWith(document.adoptNode(count));
  const more = update.querySelector(".inbox-more");
  if (!more || rows.querySelector(".inbox-more")) return;
  if (rows.lastElementChild?.id !== items.at(-1)?.id) return;
  rows.append(document.adoptNode(more)); // there is more now than there was
  htmx.process(more);
};

const anew = () => document.dispatchEvent(new CustomEvent("inbox:lists-anew"));

// The text of an answer, null without a connection.
const ask = async (url) => {
  try {
    const answer = await fetch(url);
    if (answer.redirected) location.reload(); // the login has ended
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
};

// The supervisors' figures instead of rows, or scheduled texts below them.
const load = () => document.querySelector("#load, #scheduled-texts");
/** @type {ReturnType<typeof setTimeout> | undefined} */
let counting;
const refreshLoad = () => {
  clearTimeout(counting);
  counting = setTimeout(() => load() && htmx.trigger(load(), "refresh"), 500);
};

const refresh = async () => {
  const ids = [...changed].slice(0, rowsMost);
  if (!ids.length) return;
  for (const id of ids) changed.delete(id);
  const { query } = list().dataset;
  const params = new URLSearchParams(query);
  for (const id of ids) params.append("session", id);
  const html = await ask(`${inbox.dataset.rows}?${params}`);
  const isOfOtherLists = list().dataset.query !== query; // these are shown by now
  if (html === null || isOfOtherLists) {
    for (const id of ids) changed.add(id);
    if (html === null) return; // it comes with the next change
  } else if (!takeOver(html, ids)) {
    anew();
    return;
  }
  await refresh();
};

// All that is shown: what is newest, then each row that is not among it.
const refreshAll = async () => {
  const { query } = list().dataset;
  if (load()) refreshLoad();
  if (load()?.id === "load") return;
  const html = await ask(`${inbox.dataset.lists}${query}`);
  if (html === null || list().dataset.query !== query) return;
  const newest = [...html.matchAll(/id="row-(\d+)"/g)].map((match) => match[1]);
  if (!takeOver(html, newest)) {
    anew();
    return;
  }
  const known = new Set(newest);
  for (const { dataset } of list().querySelectorAll(".inbox-row")) {
    if (!known.has(dataset.session)) changed.add(dataset.session);
  }
  await refresh();
};

const note = (id) => {
  if (load()) refreshLoad();
  changed.add(String(id));
  clearTimeout(timer);
  timer = setTimeout(refresh, 50);
};

// What waits grows older while one looks at it.
const MINUTE = 60_000;
const grow = () => {
  const words = list()?.dataset;
  for (const age of document.querySelectorAll(".age[data-since]")) {
    const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(age.dataset.since)) / MINUTE));
    const [unit, n] =
      minutes < 60
        ? ["Min", minutes]
        : minutes < 1440
          ? ["H", Math.floor(minutes / 60)]
          : ["D", Math.floor(minutes / 1440)];
    const template = minutes < 1 ? words?.ageNow : words?.[`age${unit}`];
    if (template) age.querySelector("[data-age]").textContent = template.replace("{n}", n);
    const level = levels.find(({ afterMin }) => minutes >= afterMin);
    if (age.classList.contains(`age-${level.name}`)) continue;
    age.classList.remove(...levels.map(({ name }) => `age-${name}`));
    age.classList.add(`age-${level.name}`);
    showIcon(age.querySelector(".bi"), level.icon);
  }
};

document.addEventListener("inbox:event", (event) => note(event.detail.session));
for (const name of ["inbox:reset", "inbox:lists"]) document.addEventListener(name, refreshAll);
document.addEventListener("htmx:afterSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (target.id === "session" && openSession()) note(openSession());
  if (target.id === "session" && requestConfig.verb === "post") {
    const acted = requestConfig.path.match(/\/(\d+)\//)?.[1];
    if (acted) note(acted); // it may have left the lists
  }
  markOpen();
});
document.addEventListener("DOMContentLoaded", markOpen);
setInterval(grow, MINUTE / 2);
