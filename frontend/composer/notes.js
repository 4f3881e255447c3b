// Internal notes: what is typed stays in the browser until it is added, also without a connection.
import { agent, onReady, openSession } from "./composing.js";

const form = () => document.getElementById("note-form");
const key = () => `note:${agent()}:${openSession()}`;

const keep = (text) => {
  try {
    if (text) localStorage.setItem(key(), text);
    else localStorage.removeItem(key());
  } catch {
    // Storage is blocked: it lasts for this page.
  }
};
const kept = () => {
  try {
    return localStorage.getItem(key()) ?? "";
  } catch {
    return "";
  }
};
const complain = (on) => form().querySelector("[data-note-offline]").classList.toggle("d-block", on);

onReady(() => {
  const input = form()?.elements.body;
  if (!input || input.value) return;
  input.value = kept();
  if (input.value) form().hidden = false;
});
document.addEventListener("input", (event) => event.target.form?.id === "note-form" && keep(event.target.value));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.id !== "note-form" || !event.detail.successful) return;
  keep("");
  complain(false);
});
document.addEventListener("htmx:sendError", (event) => event.detail.elt.id === "note-form" && complain(true));
