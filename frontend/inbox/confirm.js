// hx-confirm asks in a dialog of the page, not in the browser's own.
const dialog = document.getElementById("confirm");
/** @type {HTMLElement | null} */
let asking = null;
/** @type {HTMLElement | null} */
let confirmed = null;

document.addEventListener("htmx:confirm", (event) => {
  const { question, elt, issueRequest } = event.detail;
  if (!question) return;
  event.preventDefault();
  if (elt === confirmed) {
    confirmed = null;
    issueRequest(true);
    return;
  }
  asking = elt;
  document.getElementById("confirm-question").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
});

// The page may have been updated meanwhile: of a button that is gone, the one in its place.
const present = (button) =>
  button.isConnected ? button : document.querySelector(`[hx-post="${button.getAttribute("hx-post")}"]`);

dialog.addEventListener("close", () => {
  if (dialog.returnValue === "yes" && asking) {
    confirmed = present(asking);
    confirmed?.click();
  }
  asking = null;
});
