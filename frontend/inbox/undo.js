// What was done a moment ago is taken back: the server offers it by "undo:offer" {words, token, shown_s}, a toast
// shows that for some seconds, and what undoing leads to is told by "undo:done" {session, url, body, client_id}. What was done with many sessions at
// once has its button in the server's own toast, and is said in words, {words, is_whole}.
import { Toast } from "../bootstrap.js";
import { isJson, post } from "../portal/posting.js";

const offer = document.getElementById("undo-offer");
const place = () => document.getElementById("toasts");

/**
 * The newest comes first, so that its key is found.
 * @param {HTMLTemplateElement} template
 * @param {string} words
 * @param {number} [delay] ms for which it is shown
 */
export const show = (template, words, delay) => {
  /** @type {PageElement} */
  const toast = template.content.firstElementChild?.cloneNode(true);
  toast.querySelector("[data-words]").textContent = words;
  toast.dataset.shown = "";
  place().prepend(toast);
  toast.addEventListener("hidden.bs.toast", () => toast.remove());
  Toast.getOrCreateInstance(toast, delay ? { delay } : {}).show();
  return toast;
};

const showAll = ([words, ...reasons], isWhole) => {
  const toast = isWhole ? show(offer, words) : refuse(words);
  toast.querySelector("[data-undo]")?.remove();
  const list = document.createElement("ul");
  list.className = "mb-0 ps-3";
  list.append(...reasons.map((reason) => Object.assign(document.createElement("li"), { textContent: reason })));
  if (reasons.length) toast.querySelector("[data-words]").append(list);
  document.dispatchEvent(new CustomEvent("inbox:lists"));
};

const refuse = (words) => show(document.getElementById("undo-refused"), words);

// Of a signed token: two that were signed at different times name the same.
const aboutOf = (token) => token.split(":")[0];

const undo = async (token) => {
  let answer;
  try {
    answer = await post(offer.dataset.url, new URLSearchParams({ token }));
  } catch {
    return refuse(offer.dataset.failed);
  }
  if (answer.redirected) return location.reload(); // the login has ended
  if (!isJson(answer)) return refuse(offer.dataset.failed);
  const said = await answer.json();
  if (!answer.ok) return refuse(said.reason);
  if (said.words) return showAll(said.words, said.is_whole);
  for (const toast of document.querySelectorAll("[data-undo-offer]")) {
    if (toast.dataset.about === aboutOf(token)) Toast.getOrCreateInstance(toast).hide();
  }
  document.dispatchEvent(new CustomEvent("undo:done", { detail: said }));
  const isOpen = String(said.session) === document.querySelector(".session-open")?.dataset.session;
  if (!isOpen) document.dispatchEvent(new CustomEvent("inbox:open", { detail: said.url }));
  document.dispatchEvent(new CustomEvent("inbox:event", { detail: { kind: "session", session: said.session } }));
};

// What an answer tells beside what it shows: not by the button, which may have been replaced meanwhile.
document.addEventListener("htmx:beforeSwap", ({ detail: { xhr } }) => {
  const told = JSON.parse(xhr.getResponseHeader("PBX-Events") ?? "{}");
  for (const [name, detail] of Object.entries(told)) document.dispatchEvent(new CustomEvent(name, { detail }));
});
document.addEventListener("undo:offer", ({ detail }) => {
  const toast = show(offer, detail.words, detail.shown_s * 1000);
  toast.dataset.about = aboutOf(detail.token);
  toast.querySelector("[data-undo]").addEventListener(
    "click",
    () => {
      Toast.getOrCreateInstance(toast).hide();
      undo(detail.token);
    },
    { once: true },
  );
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-undo-send], [data-undo-many]");
  if (!button) return;
  button.disabled = true;
  const { undoSend, undoMany } = button.dataset;
  if (undoMany) Toast.getOrCreateInstance(button.closest(".toast")).hide();
  undo(undoSend ?? undoMany);
});
// A toast that also says what could not be done stays; its offer does not.
document.addEventListener("shown.bs.toast", (event) => {
  const button = event.target.querySelector("[data-undo-many]");
  if (button) setTimeout(() => button.remove(), button.dataset.shownS * 1000);
});
