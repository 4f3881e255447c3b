// Which groups of the lists are folded is remembered, by the server, for all devices.
import { post } from "../portal/posting.js";

const folded = new Map(); // group: as one has left it here, which the server may not know yet

const groups = () => document.querySelectorAll("#session-list [data-group]");
const details = (group) => group.querySelector("details");

document.addEventListener(
  "click",
  (event) => {
    const group = event.target.closest(".inbox-group-title")?.closest("[data-group]");
    if (!group) return;
    const isFolded = details(group).open; // it is about to change
    folded.set(group.dataset.group, isFolded);
    const body = new URLSearchParams({ folded: isFolded ? "1" : "0" });
    post(group.dataset.fold, body, { keepalive: true }).catch(() => {}); // it still holds on this page
  },
  true,
);

document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.id !== "inbox-lists") return;
  for (const group of groups()) {
    const isFolded = folded.get(group.dataset.group);
    if (isFolded !== undefined && groups().length > 1) details(group).open = !isFolded;
  }
});
