// The emoji picker: a combobox with a list box in a dialog, whose emoji come when it is opened. The focus stays in the
// search field, arrows choose, and what is chosen stands where the caret was.
import { textarea } from "./composing.js";

const LATELY_MOST = 16;
const LATELY = "emoji-lately";
const dialog = document.getElementById("emoji");
const input = document.getElementById("emoji-input");
const list = document.getElementById("emoji-list");
const none = document.getElementById("emoji-none");
const failed = document.getElementById("emoji-failed");

/** @typedef {{emoji: string, group?: number, annotation: string, tags?: string[]}} Emoji */
/** @type {Emoji[]} */
let all = [];

const lately = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(LATELY) ?? "[]");
    return Array.isArray(kept) ? kept : [];
  } catch {
    return []; // storage is blocked
  }
};
const remember = (emoji) => {
  try {
    const kept = [emoji, ...lately().filter((other) => other !== emoji)];
    localStorage.setItem(LATELY, JSON.stringify(kept.slice(0, LATELY_MOST)));
  } catch {
    // As above.
  }
};

const options = () => [...list.querySelectorAll("[role=group]:not([hidden]) > [role=option]:not([hidden])")];
const chosen = () => list.querySelector("[aria-selected=true]");
const choose = (option) => {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
};

const groupOf = (name) => list.querySelector(`[data-emoji-group="${name}"]`);
/**
 * @param {Emoji} one
 * @param {HTMLElement} place
 * @param {string} id
 */
const asOption = ({ emoji, annotation, tags }, place, id) => {
  const option = document.createElement("div");
  option.id = id;
  option.className = "emoji-option";
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  option.setAttribute("aria-label", annotation);
  option.title = annotation;
  option.textContent = emoji;
  option.dataset.words = `${annotation} ${(tags ?? []).join(" ")}`.toLowerCase();
  place.append(option);
};

const fill = () => {
  all.forEach((one, at) => {
    asOption(one, groupOf(one.group), `emoji-${at}`);
  });
};
const fillLately = () => {
  for (const option of groupOf("lately").querySelectorAll("[role=option]")) option.remove();
  lately().forEach((emoji, at) => {
    const one = all.find((other) => other.emoji === emoji);
    if (one) asOption(one, groupOf("lately"), `emoji-lately-${at}`);
  });
};

const show = () => {
  const parts = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const group of list.children) {
    let count = 0;
    for (const option of group.querySelectorAll("[role=option]")) {
      const words = option.dataset.words.split(/[\s:,-]+/);
      option.hidden = !parts.every((part) => words.some((word) => word.startsWith(part)));
      if (!option.hidden) count++;
    }
    group.hidden = !count || (parts.length > 0 && group === groupOf("lately"));
  }
  const shown = options();
  choose(shown[0]);
  none.hidden = shown.length > 0 || !failed.hidden;
  input.setAttribute("aria-expanded", String(shown.length > 0));
};

const open = async () => {
  input.value = "";
  failed.hidden = true;
  dialog.showModal();
  try {
    if (!all.length) {
      all = (await import("./emoji_library.js")).default;
      fill();
    }
  } catch {
    failed.hidden = false;
  }
  fillLately();
  show();
  list.scrollTop = 0;
};

const take = (option) => {
  const emoji = option.textContent;
  dialog.close();
  remember(emoji);
  const field = textarea();
  if (!field) return; // the session is somebody else's meanwhile
  field.focus();
  field.setRangeText(emoji, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

const step = (by) => {
  const shown = options();
  choose(shown[(shown.indexOf(chosen()) + by + shown.length) % shown.length]);
};
// In the next line, or the one before, the one that is the nearest.
const line = (by) => {
  const shown = options();
  const { top, left } = chosen().getBoundingClientRect();
  const further = (by > 0 ? shown : shown.reverse()).filter(
    (option) => by * (option.getBoundingClientRect().top - top) > 1,
  );
  const next = further[0]?.getBoundingClientRect().top;
  const distance = (option) => Math.abs(option.getBoundingClientRect().left - left);
  const there = further.filter((option) => Math.abs(option.getBoundingClientRect().top - next) < 1);
  if (there.length) choose(there.reduce((best, one) => (distance(one) < distance(best) ? one : best)));
};
const MOVES = {
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  ArrowDown: () => line(1),
  ArrowUp: () => line(-1),
  Enter: () => take(chosen()),
};

input.addEventListener("input", show);
input.addEventListener("keydown", (event) => {
  if (event.isComposing || !(event.key in MOVES)) return;
  event.preventDefault();
  if (chosen()) MOVES[event.key]();
});
list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
list.addEventListener("click", ({ target }) => {
  const option = target.closest("[role=option]");
  if (option) take(option);
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-emoji-open]")) open();
});
