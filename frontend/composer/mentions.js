// Mentions in notes: @ and some letters of a name, or of a number, arrows, Enter. The server reads the words itself.
import { setText } from "./composing.js";

const ASKED = /(?:^|[^\w@.])@([^\s@]*(?: [^\s@]+)?)$/u;
const MOST = 8;
/** @type {Promise<{name: string, handle: string, words: string}[]> | null} */
let people = null; // asked for once
let shown = [];
let chosen = 0;

const menuOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
const asked = (input) => input.value.slice(0, input.selectionStart).match(ASKED)?.[1];

const load = async (url) => {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).people;
};

const close = (input) => {
  menuOf(input).hidden = true;
  input.removeAttribute("aria-activedescendant");
};

const mark = (input, index) => {
  const items = menuOf(input).children;
  chosen = (index + shown.length) % shown.length;
  for (const item of items) item.setAttribute("aria-selected", String(item === items[chosen]));
  input.setAttribute("aria-activedescendant", items[chosen].id);
  items[chosen].scrollIntoView({ block: "nearest" });
};

const insert = (input, person) => {
  const begin = input.selectionStart - asked(input).length;
  const rest = input.value.slice(input.selectionStart);
  const words = /^\s/.test(rest) ? person.words : `${person.words} `;
  close(input);
  setText(input, input.value.slice(0, begin) + words + rest);
  input.setSelectionRange(begin + words.length, begin + words.length);
  close(input);
  input.focus();
};

const itemOf = (input) => (person, index) => {
  const item = document.createElement("li");
  item.id = `${menuOf(input).id}-${index}`;
  item.setAttribute("role", "option");
  const name = document.createElement("strong");
  name.dir = "auto";
  name.textContent = person.name;
  const handle = document.createElement("span");
  handle.textContent = person.handle;
  item.append(name, handle);
  item.addEventListener("mousedown", (event) => {
    event.preventDefault(); // or the field would lose the focus
    insert(input, person);
  });
  return item;
};

/** Those whose name, a later word of it, or number begins with what was typed; the first are before the others. */
export const matching = (known, text) => {
  const words = text.toLowerCase();
  const begins = known.filter(({ name, handle }) => [name.toLowerCase(), handle].some((one) => one.startsWith(words)));
  const later = known.filter((one) => !begins.includes(one) && one.name.toLowerCase().includes(` ${words}`));
  return [...begins, ...later].slice(0, MOST);
};

const show = async (input) => {
  if (asked(input) === undefined) return close(input);
  people ??= load(input.dataset.mentions);
  const known = await people.catch(() => {
    people = null; // it is asked for again with the next letter
    return null;
  });
  const text = asked(input); // after the wait: somebody types fast
  if (!known || text === undefined || !input.isConnected) return;
  shown = matching(known, text);
  if (!shown.length && text.includes(" ")) return close(input); // the name has ended
  const menu = menuOf(input);
  menu.replaceChildren(...shown.map(itemOf(input)));
  menu.hidden = false;
  if (shown.length) return mark(input, 0);
  menu.textContent = menu.dataset.none;
  input.removeAttribute("aria-activedescendant");
};

const fieldOf = (event) => (event.target.matches?.("[data-mentions]") ? event.target : null);

document.addEventListener("input", (event) => fieldOf(event) && show(event.target));
document.addEventListener("focusout", (event) => fieldOf(event) && close(event.target));
document.addEventListener(
  "keydown",
  (event) => {
    const input = fieldOf(event);
    if (!input || menuOf(input).hidden) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && shown.length) mark(input, chosen + moves[event.key]);
    else if (["Enter", "Tab"].includes(event.key) && shown.length && !event.ctrlKey) insert(input, shown[chosen]);
    else if (event.key === "Escape") close(input);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);
