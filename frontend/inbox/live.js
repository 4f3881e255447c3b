// Listens to /events/ and tells the page: "inbox:event" {kind, session} and "inbox:reset" on the document.
import htmx from "../htmx.js";
import { refreshViewers, sayAgain } from "./presence.js";

const inbox = document.querySelector("[data-events]");
const live = document.getElementById("live");

const say = (state, words) => {
  live.dataset.state = state;
  live.title = words;
  live.querySelector("span").textContent = words;
};

const tell = (event) => {
  const { session } = JSON.parse(event.data);
  const detail = { kind: event.type, session: Number(session) };
  document.dispatchEvent(new CustomEvent("inbox:event", { detail }));
};

const connect = () => {
  const source = new EventSource(inbox.dataset.events);
  source.addEventListener("open", () => say("on", live.dataset.on));
  source.addEventListener("error", () => {
    say("off", live.dataset.off);
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 3000);
  });
  for (const kind of ["session", "message", "status", "alert"]) source.addEventListener(kind, tell);
  source.addEventListener("viewers", (event) => {
    const { session } = JSON.parse(event.data);
    if (String(session) === document.querySelector(".session-open")?.dataset.session) refreshViewers();
  });
  // What was said may have been forgotten while there was no connection.
  for (const kind of ["open", "reset"]) source.addEventListener(kind, () => sayAgain());
  // Nobody told of what happened between the page and its stream.
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resetting;
  const reset = () => {
    clearTimeout(resetting);
    resetting = setTimeout(() => document.dispatchEvent(new CustomEvent("inbox:reset")), 50);
  };
  source.addEventListener("open", reset, { once: true });
  source.addEventListener("reset", reset);
  window.addEventListener("pagehide", () => source.close());
  source.addEventListener("availability", () => {
    const own = document.getElementById("availability");
    if (own) htmx.trigger(own, "refresh"); // it may have been changed in another window
    document.dispatchEvent(new CustomEvent("inbox:lists"));
  });
  window.addEventListener("pageshow", (event) => event.persisted && connect(), { once: true });
};

document.addEventListener("DOMContentLoaded", connect);
