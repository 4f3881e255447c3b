// How a text is sent from the keyboard, and a word of warning when the contact wrote meanwhile.
import { onReady } from "./composing.js";

const enterSends = () => {
  try {
    return localStorage.getItem("enter-sends") === "1";
  } catch {
    return false;
  }
};
const lastInbound = () => {
  const texts = document.querySelectorAll("#thread .message-inbound");
  const last = texts[texts.length - 1];
  return last ? `${last.querySelector("time")?.dateTime} ${last.textContent}` : "";
};
/** @type {string | null} */
let seen = null; // the contact's last text when one began to write

const look = () => {
  const notice = document.querySelector("#composer [data-newer]");
  if (notice) notice.hidden = seen === null || seen === lastInbound();
};

onReady((root) => {
  seen = null;
  const form = root.querySelector(".composer-text");
  if (!form) return;
  const input = form.elements.body;
  if (window.matchMedia("(pointer: coarse)").matches) input.placeholder = input.dataset.placeholderTouch;
  else if (enterSends()) input.placeholder = input.dataset.placeholderEnter;
  if (input.value) seen = lastInbound();
  input.addEventListener("input", () => {
    if (!input.value) seen = null;
    else seen ??= lastInbound();
    look();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
    if (!(event.ctrlKey || event.metaKey || enterSends())) return;
    event.preventDefault();
    event.stopPropagation();
    form.requestSubmit();
  });
  form.querySelector("[data-newer-seen]").addEventListener("click", () => {
    seen = lastInbound();
    look();
    input.focus();
  });
});
document.addEventListener("htmx:afterSettle", look);
