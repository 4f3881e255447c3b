// The command palette: Ctrl+K or ⌘K. A combobox with a list box in a dialog: the focus stays in the field, arrows
// choose. What the page itself knows is there at once, what the server finds comes after it and moves no choice.
import { showIcon } from "../icons.js";
import { commands, fits } from "./commands.js";
import { lately, remember } from "./palette_lately.js";

const WAIT_MS = 150;
const MOST_OF_A_GROUP = 6; // while something is typed
const dialog = document.getElementById("palette");
const input = document.getElementById("palette-input");
const list = document.getElementById("palette-list");
const none = document.getElementById("palette-none");
const failed = document.getElementById("palette-failed");
const said = document.getElementById("palette-said");

/** @type {WeakMap<HTMLElement, () => unknown>} */
const acts = new WeakMap();
/** @type {import("./commands.js").Command[]} */
let known = [];
/** @type {HTMLElement[]} what the server found */
let found = [];
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let asked = new AbortController();
let isPending = false;
let isHasty = false; // Enter came before what it was meant for

const typed = () => input.value.trim();
const options = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => list.querySelector("[aria-selected=true]");

const choose = (option) => {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
};

/** @param {import("./commands.js").Command} command */
const asOption = ({ group, key, words, icon, shortcut, act }) => {
  const option = document.getElementById("palette-option").content.firstElementChild.cloneNode(true);
  Object.assign(option.dataset, { group, key });
  showIcon(option.querySelector(".bi"), icon);
  option.querySelector(".palette-words").textContent = words;
  option.querySelector("kbd").textContent = shortcut ?? "";
  option.querySelector("kbd").hidden = !shortcut;
  acts.set(option, act);
  return option;
};

const ordered = () => {
  const own = known.filter(({ words }) => fits(words, typed())).map(asOption);
  const all = [...own, ...found];
  if (typed()) return all.map((option) => ({ option, group: option.dataset.group }));
  const last = lately();
  const rank = ({ dataset: { key } }) => last.indexOf(key);
  const again = all.filter((option) => rank(option) >= 0).sort((one, other) => rank(one) - rank(other));
  const others = all.filter((option) => rank(option) < 0);
  return [
    ...again.map((option) => ({ option, group: "lately" })),
    ...others.map((option) => ({ option, group: option.dataset.group })),
  ];
};

const render = () => {
  const before = chosen()?.dataset.key;
  for (const option of options()) option.remove();
  let count = 0;
  for (const { option, group } of ordered()) {
    const place = list.querySelector(`[data-palette-group="${group}"]`);
    if (typed() && place.children.length > MOST_OF_A_GROUP) continue;
    option.id = `palette-option-${++count}`;
    place.append(option);
  }
  for (const group of list.children) group.hidden = group.children.length < 2;
  choose(options().find(({ dataset }) => dataset.key === before) ?? options()[0]);
  none.hidden = count > 0 || isPending || !failed.hidden;
  input.setAttribute("aria-expanded", String(count > 0));
};

const say = () => {
  const { length } = options();
  if (!length) said.textContent = (failed.hidden ? none : failed).textContent.trim();
  else said.textContent = length === 1 ? dialog.dataset.one : dialog.dataset.many.replace("{n}", String(length));
};

const question = () => {
  if (typed()) return new URLSearchParams({ q: typed() });
  const kept = lately().map((key) => key.split(":"));
  return new URLSearchParams(kept.filter(([kind]) => ["session", "contact"].includes(kind)));
};

// An answer to what was asked before the newest question is of no use.
const ask = async () => {
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  const params = question();
  let html = "";
  let hasFailed = false;
  try {
    if (params.size) {
      const answer = await fetch(`${dialog.dataset.url}?${params}`, { signal });
      if (answer.redirected) location.reload(); // the login has ended
      if (!answer.ok) throw new Error(answer.statusText);
      html = await answer.text();
    }
  } catch {
    hasFailed = true;
  }
  if (signal.aborted) return;
  isPending = false;
  failed.hidden = !hasFailed;
  found = [...new DOMParser().parseFromString(html, "text/html").querySelectorAll("[role=option]")].map((option) =>
    document.adoptNode(/** @type {HTMLElement} */ (option)),
  );
  render();
  say();
  if (isHasty && chosen()) take(chosen());
};

const seek = (wait_ms) => {
  clearTimeout(timer);
  asked.abort();
  isPending = true;
  isHasty = false;
  found = [];
  choose(null);
  render();
  timer = setTimeout(ask, wait_ms);
};

const open = () => {
  if (document.querySelector("dialog[open], .modal.show")) return;
  known = commands();
  input.value = "";
  failed.hidden = true;
  said.textContent = "";
  dialog.showModal();
  seek(0);
  list.scrollTop = 0;
};

const take = (option) => {
  const { key, session, page } = option.dataset;
  dialog.close(); // the focus is back where it was, and goes on from there
  remember(key);
  if (session) document.dispatchEvent(new CustomEvent("inbox:open", { detail: session }));
  else if (page) location.assign(page);
  else acts.get(option)?.();
};

const move = (by) => {
  const all = options();
  const at = all.indexOf(chosen());
  choose(all[(at + by + all.length) % all.length]);
};

input.addEventListener("input", () => seek(WAIT_MS));
input.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key !== "Enter") return;
  else if (chosen()) take(chosen());
  else isHasty = isPending;
  event.preventDefault();
});
list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
list.addEventListener("click", ({ target }) => {
  const option = target.closest("[role=option]");
  if (option) take(option);
});
dialog.addEventListener("close", () => {
  clearTimeout(timer);
  asked.abort();
});

const isMac = /Mac|iP(hone|ad|od)/.test(navigator.platform);
document.addEventListener("keydown", (event) => {
  const isOurs = (isMac ? event.metaKey : event.ctrlKey) && !event.altKey && !event.shiftKey;
  if (!isOurs || event.key.toLowerCase() !== "k") return;
  event.preventDefault(); // of the browser's own search
  if (dialog.open) dialog.close();
  else open();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-palette-open]")) open();
});
