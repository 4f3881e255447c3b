// Says which session this page shows, so that others of the queue see who has it open. The page's name goes
// into the event stream's address, and what the page says holds as long as its stream does: so what connects to
// it imports this first.
import htmx from "../htmx.js";

const place = document.querySelector("[data-viewing]");
const page = Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("");
let said = "";
/** @type {Promise<unknown>} */
let told = Promise.resolve(); // one word after the other, or an old one could come last

const shown = () => (document.hidden ? "" : (document.querySelector(".session-open")?.dataset.session ?? ""));

const tell = (session) => {
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  const body = new URLSearchParams({ page, session });
  // It outlives the page; one that fails is said again with the next change or reset.
  return fetch(place.dataset.viewing, { method: "POST", headers, body, keepalive: true }).catch(() => {
    said = "";
  });
};

const say = (session = shown(), again = false) => {
  if (session === said && !again) return;
  said = session;
  told = told.then(() => tell(session));
};

/** Asks who else looks at the open session. */
export const refreshViewers = () => {
  const viewers = document.getElementById("viewers");
  if (viewers) htmx.trigger(viewers, "refresh");
};

/** Says it though nothing has changed: it may have been forgotten. */
export const sayAgain = () => say(shown(), true);

place.dataset.events += `?page=${page}`;
document.addEventListener("DOMContentLoaded", () => say());
document.addEventListener("htmx:afterSettle", (event) => {
  say();
  if (event.target.id === "session") refreshViewers(); // somebody may have come or gone while it was on its way
});
document.addEventListener("inbox:gone", () => say());
document.addEventListener("visibilitychange", () => say());
window.addEventListener("pagehide", () => {
  said = "";
  tell(said); // now or never
});
window.addEventListener("pageshow", (event) => event.persisted && say());
