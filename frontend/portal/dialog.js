// The page's one dialog: htmx swaps its content in, the server closes it by the event "dialog:close".
import { Modal } from "../bootstrap.js";

const dialog = () => document.getElementById("dialog");
/** @type {{button: HTMLElement, row: string | undefined} | null} */
let opener = null;

// A row that is replaced meanwhile keeps its id, so its new button can take the focus back.
const focusOpener = () => {
  if (!opener) return;
  const again = opener.row ? document.querySelector(`#${opener.row} [data-dialog-opener]`) : null;
  (opener.button.isConnected ? opener.button : again)?.focus();
  opener = null;
};

const focusFirstField = () => {
  const first = dialog().querySelector(".is-invalid, [autofocus], input:not([type=hidden]), select, textarea");
  (first?.tomselect ?? first)?.focus();
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dialog-opener]");
  if (button) opener = { button, row: button.closest("tr")?.id };
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target.id !== "dialog-content") return;
  if (dialog().classList.contains("show")) {
    focusFirstField();
    return;
  }
  dialog().addEventListener("shown.bs.modal", focusFirstField, { once: true });
  dialog().addEventListener("hidden.bs.modal", focusOpener, { once: true });
  Modal.getOrCreateInstance(dialog()).show();
});

document.addEventListener("dialog:close", () => Modal.getOrCreateInstance(dialog()).hide());

// A removed row is simply not sent; the focus goes to what adds one.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-remove]");
  if (!button) return;
  button.closest(button.dataset.remove).remove();
  document.querySelector("[data-dialog-opener]")?.focus();
});
