// When a text is to go out. The times that are proposed are asked for when one ticks "Send later": those of an hour
// ago have passed. What a time means, also for the contact, is said each time that it is changed.
import { setText, textarea } from "./composing.js";
import { wordsOf } from "./quoting.js";

const FIELDS = ["preset", "due_at", "due_zone", "until_reply"];
const DELAY_MS = 250;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let asked = 0;

const addressOf = (place, form) => {
  const params = new URLSearchParams();
  for (const name of [...FIELDS, "number", "contact"]) {
    const field = form.elements.namedItem(name);
    if (field && !(field.type === "checkbox" && !field.checked)) params.set(name, field.value);
  }
  if (place.dataset.laterSession) params.set("session", place.dataset.laterSession);
  return [place.dataset.later, params];
};

// Replaces the part of the page by that of the answer; of several questions the last one's answer counts.
const renew = async (place, form, selector, words) => {
  const [url, params] = addressOf(place, form);
  if (words) params.set("words", "");
  asked += 1;
  const mine = asked;
  const answer = await fetch(`${url}?${params}`, { redirect: "error" }).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const update = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(selector);
  const old = place.querySelector(selector);
  const focused = old?.contains(document.activeElement) ? document.activeElement?.getAttribute("name") : null;
  if (!update || !old) return;
  for (const field of old.querySelectorAll("[name]")) {
    const isTyped = field.value !== (params.get(field.name) ?? "") && field.type !== "checkbox"; // since it was asked
    const fresh = update.querySelector(`[name="${field.name}"]`);
    if (isTyped && fresh) fresh.value = field.value;
  }
  for (const error of words ? [] : update.querySelectorAll(".invalid-feedback")) error.remove(); // nothing was sent yet
  if (!words) update.querySelector(".is-invalid")?.classList.remove("is-invalid");
  old.replaceWith(document.adoptNode(update));
  if (focused) place.querySelector(`[name="${focused}"]`)?.focus();
};

const about = (target) => {
  const place = target.closest("[data-later]");
  return { place, form: target.form ?? target.closest("form") };
};

document.addEventListener("change", ({ target }) => {
  const { place, form } = about(target);
  if (!place || !form) return;
  if (target.name === "later" && target.checked) renew(place, form, ".later-fields", false);
});
document.addEventListener("input", ({ target }) => {
  const { place, form } = about(target);
  if (!place || !form || !FIELDS.includes(target.name) || target.name === "until_reply") return;
  clearTimeout(timer);
  timer = setTimeout(() => renew(place, form, "[data-later-words]", true), DELAY_MS);
});

// The words of a text that was cancelled stand in the field again, before what has been typed since.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-take-up]");
  const field = textarea();
  if (!button || !field) return;
  setText(
    field,
    [wordsOf(button.closest(".message").querySelector(".message-body")), field.value].filter(Boolean).join("\n"),
  );
  field.focus();
});
