// <form data-unsaved>: whoever leaves the page with something typed and not saved is asked first.
const changed = new Set();

const note = (event) => {
  const form = event.target.closest?.("form[data-unsaved]");
  if (form) changed.add(form);
};

for (const name of ["input", "change", "htmx:afterSettle"]) document.addEventListener(name, note);
document.addEventListener(
  "click",
  (event) => {
    if (event.target.closest("[data-remove], [data-unsaved-copy] [data-copy]")) note(event);
    if (event.target.closest("[data-discard]")) changed.clear();
  },
  true,
);
// A Webhook URL that was copied works only if the form is saved that shows it.
document.addEventListener("copy", (event) => {
  if (event.target.closest?.("[data-unsaved-copy]")) note(event);
});
document.addEventListener("submit", (event) => changed.delete(event.target));
document.addEventListener("DOMContentLoaded", () => {
  const shownAgain = document.querySelectorAll("form[data-unsaved=typed]"); // with what was typed, and its errors
  for (const form of shownAgain) changed.add(form);
});
window.addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});
