// A message's words: copied, or quoted in the composer, each line after "> ".
import { setText, textarea } from "./composing.js";

const SAID_MS = 2500;
const bodyOf = (button) => button.closest(".message").querySelector(".message-body");

/** @param {any} body the element that holds them */
export const wordsOf = (body) => {
  const copy = body.cloneNode(true);
  for (const end of copy.querySelectorAll("br")) end.replaceWith("\n");
  return copy.textContent;
};

// navigator.clipboard exists on https and localhost only.
const copy = async (body) => {
  try {
    await navigator.clipboard.writeText(wordsOf(body));
    return true;
  } catch {
    getSelection()?.selectAllChildren(body);
    return document.execCommand("copy");
  }
};

const copyFrom = async (button) => {
  const isDone = await copy(bodyOf(button));
  const said = button.querySelector("[data-said]");
  button.dataset.words ??= said.textContent;
  said.setAttribute("role", "status");
  said.textContent = isDone ? button.dataset.copied : button.dataset.byHand;
  setTimeout(() => {
    said.removeAttribute("role");
    said.textContent = button.dataset.words;
  }, SAID_MS);
};

/**
 * What stands in the composer then: the quote where the caret is, on lines of its own, and room for the answer.
 * @param {string} before
 * @param {string} quoted
 */
export const quote = (before, quoted) => {
  const begin = before && !before.endsWith("\n") ? "\n" : "";
  return `${before}${begin}${quoted.trim().replace(/^/gm, "> ")}\n`;
};

const quoteFrom = (button) => {
  const field = textarea();
  if (!field) return;
  const before = quote(field.value.slice(0, field.selectionStart), wordsOf(bodyOf(button)));
  const after = field.value.slice(field.selectionEnd);
  field.focus();
  setText(field, before + after);
  field.setSelectionRange(before.length, before.length);
};

document.addEventListener("click", ({ target }) => {
  const copies = target.closest("[data-copy-message]");
  const quotes = target.closest("[data-quote-message]");
  if (copies) copyFrom(copies);
  if (quotes) quoteFrom(quotes);
});
