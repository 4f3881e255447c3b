// Canned replies: / and some letters of the shortcut or the text, arrows, Enter.
import { onReady, setText } from "./composing.js";

const ASKED = /(?:^|\s)\/([^\s/]*)$/;
const MOST = 8;

onReady((root) => {
  const form = root.querySelector(".composer-text");
  if (!form) return;
  const input = form.elements.body;
  const menu = form.querySelector("#canned-menu");
  /** @type {{shortcut: string, body: string}[] | null} */
  let replies = null;
  /** @type {Promise<void> | null} */
  let loading = null;
  let shown = [];
  let chosen = 0;

  const close = () => {
    menu.hidden = true;
    input.removeAttribute("aria-activedescendant");
  };

  const load = async () => {
    const answer = await fetch(form.dataset.canned, { headers: { Accept: "application/json" } });
    if (answer.ok) replies = (await answer.json()).replies;
  };

  const asked = () => input.value.slice(0, input.selectionStart).match(ASKED)?.[1];

  const matching = (text) => {
    const words = text.toLowerCase();
    const begins = (replies ?? []).filter((reply) => reply.shortcut.startsWith(words));
    const others = (replies ?? []).filter((reply) => !begins.includes(reply));
    return [...begins, ...others.filter((reply) => reply.body.toLowerCase().includes(words))].slice(0, MOST);
  };

  const mark = (index) => {
    chosen = (index + shown.length) % shown.length;
    for (const item of menu.children) item.setAttribute("aria-selected", String(item === menu.children[chosen]));
    input.setAttribute("aria-activedescendant", menu.children[chosen].id);
    menu.children[chosen].scrollIntoView({ block: "nearest" });
  };

  const insert = (reply) => {
    const upTo = input.value.slice(0, input.selectionStart);
    const begin = upTo.length - upTo.match(ASKED)[1].length - 1;
    const rest = input.value.slice(input.selectionStart);
    close();
    setText(input, upTo.slice(0, begin) + reply.body + rest);
    input.setSelectionRange(begin + reply.body.length, begin + reply.body.length);
    input.focus();
  };

  const itemOf = (reply, index) => {
    const item = document.createElement("li");
    item.id = `canned-${index}`;
    item.setAttribute("role", "option");
    const name = document.createElement("strong");
    name.dir = "auto";
    name.textContent = `/${reply.shortcut}`;
    const text = document.createElement("span");
    text.dir = "auto";
    text.textContent = reply.body;
    item.append(name, text);
    item.addEventListener("mousedown", (event) => {
      event.preventDefault(); // or the field would lose the focus
      insert(reply);
    });
    return item;
  };

  const show = async () => {
    if (asked() === undefined) return close();
    if (!replies) {
      loading ??= load().catch(() => {});
      await loading;
      loading = null;
    }
    const text = asked(); // after the wait: somebody types fast
    if (!replies || text === undefined) return close();
    shown = matching(text);
    if (!shown.length && text) return close(); // somebody writes about and/or
    menu.replaceChildren(...shown.map(itemOf));
    menu.hidden = false;
    if (shown.length) mark(0);
    else menu.textContent = menu.dataset.none;
  };

  input.addEventListener("input", show);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (menu.hidden) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves && shown.length) mark(chosen + moves[event.key]);
    else if (["Enter", "Tab"].includes(event.key) && shown.length && !event.ctrlKey) insert(shown[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  form.querySelector("[data-canned-open]").addEventListener("click", () => {
    input.focus();
    const before = input.value.slice(0, input.selectionStart);
    const slash = before && !/\s$/.test(before) ? " /" : "/";
    input.setRangeText(slash, input.selectionStart, input.selectionEnd, "end");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
});
