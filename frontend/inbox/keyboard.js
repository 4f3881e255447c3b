// The page from the keyboard. A control says its key by aria-keyshortcuts; pressing it clicks or focuses it.
import { press } from "./controls.js";
import { jumps } from "./jumps.js";
import * as selection from "./selection.js";

const isTyping = (element) =>
  element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), textarea, select");
const isShown = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
const overlay = () => document.querySelector("dialog[open], .modal.show");

/** @returns {HTMLElement | null | undefined} */
const focusedRow = () => document.activeElement?.closest(".inbox-item")?.querySelector(".inbox-row");
const rows = () => [...document.querySelectorAll(".inbox-row")].filter(isShown);

const move = (by) => {
  const all = rows();
  const here = focusedRow() ?? document.querySelector(".inbox-row[aria-current]");
  const at = all.indexOf(here);
  const next = at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[at + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return true;
};

const openRow = () => {
  const row = focusedRow();
  row?.click();
  return Boolean(row);
};

const leave = (target) => {
  if (isTyping(target)) {
    target.blur();
    (document.getElementById("thread-scroll") ?? document.getElementById("session")).focus();
  } else if (!selection.end()) document.dispatchEvent(new CustomEvent("inbox:back"));
};

// Keys of a session are for the row that has the focus, be another one open: it is opened first.
const another = () => {
  const row = focusedRow();
  return row && !row.hasAttribute("aria-current") ? row : null;
};
const inOpened = (row, act) => {
  const once = (event) => {
    if (event.detail.target.id !== "session") return;
    document.removeEventListener("htmx:afterSettle", once);
    if (document.querySelector(".session-open")?.dataset.session === row.dataset.session) act();
  };
  document.addEventListener("htmx:afterSettle", once);
  row.click();
  return true;
};

const select = (isRange) => selection.toggle(focusedRow(), isRange);

const SESSION_KEYS = "beciprtuR";
const BULK_KEYS = "cet"; // which are for what is selected, while something is
const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  o: openRow,
  x: () => select(false),
  X: () => select(true),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (overlay()) return;
  if (event.key === "Escape") {
    if (!document.querySelector(".dropdown-menu.show")) leave(event.target);
    return;
  }
  if (isTyping(event.target) || event.key.length !== 1) return;
  if (event.target.closest(".dropdown-menu.show")) return;
  if (jumps(event.key)) {
    event.preventDefault();
    return;
  }
  const act = ACTIONS[event.key] ?? (() => press(event.key));
  const isBulk = selection.isOn() && BULK_KEYS.includes(event.key);
  const row = SESSION_KEYS.includes(event.key) && !isBulk ? another() : null;
  if (row ? inOpened(row, act) : act()) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
});
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close(); // beside it
  });
}
