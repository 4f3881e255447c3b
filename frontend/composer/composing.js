// What the composer's scripts share: when a composer appears, whose it is, and how they ask the server.
const acts = [];

const ready = () => {
  const root = document.querySelector("#composer[data-session]:not([data-ready])");
  if (!root) return;
  root.dataset.ready = "";
  for (const act of acts) act(root);
};

/**
 * For the composer that is there and each that comes in its place.
 * @param {(root: HTMLElement) => void} act
 */
export const onReady = (act) => acts.push(act);

/** The id of the extension that writes, "" for whoever has none. */
export const agent = () => document.querySelector('meta[name="pbx-agent"]')?.content ?? "";

/** The id of the session whose composer is shown, "" without one. */
export const openSession = () => document.querySelector("#composer[data-session]")?.dataset.session ?? "";

/** @returns {HTMLTextAreaElement | null} */
export const textarea = () => document.querySelector("#composer .composer-text textarea");

/**
 * Puts a text into a field, as if it had been typed.
 * @param {HTMLTextAreaElement} input
 * @param {string} text
 */
export const setText = (input, text) => {
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
};

/** A UUID; crypto.randomUUID is there on https and localhost only. */
export const newId = () =>
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (Number(digit) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(digit) / 4)))).toString(16),
  );

// What is there when one comes to a field for the first time goes on at its end; where one clicks or has been
// already, the browser knows better.
const visited = new WeakSet();
document.addEventListener("focusin", ({ target }) => {
  if (!target.matches("textarea") || visited.has(target)) return;
  visited.add(target);
  if (!target.selectionEnd) target.setSelectionRange(target.value.length, target.value.length);
});

document.addEventListener("DOMContentLoaded", ready);
document.addEventListener("htmx:afterSettle", ready);
// The composer becomes another one while somebody types: because the session was closed elsewhere, say.
let typed = "";
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.id === "composer") typed = textarea()?.value ?? "";
});
document.addEventListener("htmx:oobAfterSwap", () => {
  const kept = document.querySelector("#composer [data-kept]");
  if (kept && typed.trim()) {
    kept.hidden = false;
    kept.querySelector("[name=body]").value = typed;
  }
  ready();
  const field = textarea(); // of the closed session, or of the one that was reopened
  if (field && typed.trim() && field.value !== typed) setText(field, typed);
  typed = "";
});
