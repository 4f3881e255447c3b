// The page without a connection: says what waits, and goes on as soon as it can.
import { all } from "./outbox/store.js";

const RETRY_MS = 3_000;
const again = () => location.reload();

// The network may be there, and the server not; and the first moments of a connection fail often.
const look = async () => {
  const { health } = document.querySelector("[data-health]").dataset;
  const answer = await fetch(health, { cache: "no-store" }).catch(() => null);
  if (answer?.ok) again();
};

document.addEventListener("DOMContentLoaded", async () => {
  document.querySelector("[data-again]").addEventListener("click", again);
  const waiting = (await all()).length;
  const place = document.querySelector("[data-waiting]");
  place.hidden = !waiting;
  place.textContent = (waiting === 1 ? place.dataset.one : place.dataset.many).replace("{n}", waiting);
});
window.addEventListener("online", look);
setInterval(look, RETRY_MS);
