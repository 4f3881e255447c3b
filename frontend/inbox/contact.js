// The contact's pane: beside the thread where there is room, over it elsewhere. Notes, and countries' names.
import { textarea } from "../composer/composing.js";
import htmx from "../htmx.js";

const wide = window.matchMedia("(min-width: 1200px)");
const inbox = document.getElementById("inbox");
let isOpen = wide.matches;
try {
  isOpen = wide.matches && localStorage.getItem("inbox-contact") !== "closed";
} catch {
  // Storage is blocked: the choice lasts for this page.
}

const show = () => {
  inbox.classList.toggle("contact-open", isOpen);
  for (const toggle of document.querySelectorAll("[data-contact-toggle]")) {
    toggle.setAttribute("aria-expanded", String(isOpen));
  }
};

const keep = () => {
  if (!wide.matches) return;
  try {
    localStorage.setItem("inbox-contact", isOpen ? "open" : "closed");
  } catch {
    // As above.
  }
};

const nameCountries = () => {
  for (const place of document.querySelectorAll("[data-country]:empty")) {
    const names = new Intl.DisplayNames([document.documentElement.lang], { type: "region" });
    place.textContent = names.of(place.dataset.country);
  }
};

const showNote = (shown) => {
  const form = document.getElementById("note-form");
  if (!form) return;
  form.hidden = !shown;
  if (shown) form.querySelector("textarea").focus();
  else textarea()?.focus();
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-contact-toggle]")) {
    isOpen = !isOpen;
    show();
    keep();
    if (isOpen && !wide.matches) document.querySelector("#contact-pane button")?.focus();
  }
  if (event.target.closest("[data-note-open]")) showNote(true);
  if (event.target.closest("[data-note-close]")) showNote(false);
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.id !== "note-form" || !event.detail.successful) return;
  event.detail.elt.elements.body.value = "";
  showNote(false);
});
// What was opened before the scripts ran asks for its content now, and what was open in this session before
// an action rendered it anew opens again.
const HISTORY = "#contact-pane details[hx-get]";
const openSession = () => document.querySelector(".session-open")?.dataset.session;
let unfolded = null;
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.matches(HISTORY)) unfolded = target.open ? openSession() : null;
  },
  true,
);
document.addEventListener("htmx:load", (event) => {
  for (const history of event.target.querySelectorAll(HISTORY)) {
    if (history.open) htmx.trigger(history, "toggle");
    else if (unfolded === openSession()) history.open = true;
  }
});
wide.addEventListener("change", () => {
  isOpen = wide.matches;
  show();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id === "session" && !wide.matches) isOpen = false;
  show();
  nameCountries();
});
document.addEventListener("DOMContentLoaded", () => {
  show();
  nameCountries();
});
