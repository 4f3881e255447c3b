// What the command palette offers besides sessions and contacts: what can be done now, lists, filters, pages and
// settings. Each does what its control on the page does.
import { possible, press, wordsOf } from "./controls.js";
import { goToList } from "./jumps.js";

/**
 * @typedef {object} Command
 * @property {string} group where it stands in the palette
 * @property {string} key its lasting name
 * @property {string} words
 * @property {string} icon
 * @property {string} [shortcut]
 * @property {() => unknown} act
 */

const iconOf = (control, otherwise) =>
  control.querySelector(".bi use")?.getAttribute("href").split("#")[1] ?? otherwise;
const shown = (key) => (/^[A-Z]$/.test(key) ? `Shift ${key}` : key);

const ofKey = (control) => {
  const key = control.getAttribute("aria-keyshortcuts");
  const icon = iconOf(control, key === "r" ? "bi-reply" : "bi-search");
  return {
    group: "actions",
    key: `do:${key}`,
    words: wordsOf(control),
    icon,
    shortcut: shown(key),
    act: () => press(key),
  };
};

const ofList = ({ dataset, textContent }) => ({
  group: "lists",
  key: `list:${dataset.list}`,
  words: textContent,
  icon: dataset.icon,
  shortcut: dataset.key,
  act: () => goToList(dataset.list),
});

const ofLink = (group, icon) => (link) => {
  const href = link.getAttribute("href");
  const again = () => document.querySelector(`[href="${CSS.escape(href)}"]`);
  return { group, key: `link:${href}`, words: wordsOf(link), icon: iconOf(link, icon), act: () => again()?.click() };
};

const ofButton = (button) => {
  const words = wordsOf(button);
  return { group: "settings", key: `set:${words}`, words, icon: iconOf(button, "bi-gear"), act: () => button.click() };
};

const isOfSession = (control) => Number(Boolean(control.closest("#session")));
const sessionFirst = (one, other) => isOfSession(other) - isOfSession(one);
const all = (selector) => [...document.querySelectorAll(selector)];

/**
 * All that is possible at this moment.
 * @returns {Command[]}
 */
export const commands = () => [
  ...possible().sort(sessionFirst).map(ofKey),
  ...[...document.getElementById("palette-jumps").content.querySelectorAll("button")].map(ofList),
  ...all(".inbox-filters [data-lists-link], .inbox-found [data-lists-link]").map(ofLink("lists", "bi-funnel")),
  ...all("#navigation nav a.nav-link").map(ofLink("pages", "bi-link")),
  ...all(".user-menu a[href]").map(ofLink("settings", "bi-gear")),
  ...all(".user-menu button").map(ofButton),
];

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * Whether a command's words hold all that was typed, each by a word's beginning.
 * @param {string} words
 * @param {string} typed
 */
export const fits = (words, typed) => {
  const there = plain(words).split(/[\s:()/]+/);
  return plain(typed)
    .split(/\s+/)
    .filter(Boolean)
    .every((part) => there.some((word) => word.startsWith(part)));
};
