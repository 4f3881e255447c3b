// Small helpers of every page: toasts, copy buttons, tabs that open on their first error, links to rows.
import { Toast } from "../bootstrap.js";

const showToasts = () => {
  for (const toast of document.querySelectorAll(".toast:not(.show):not([data-shown])")) {
    toast.dataset.shown = "";
    Toast.getOrCreateInstance(toast).show();
  }
};

// navigator.clipboard exists on https and localhost only.
const copy = async (input) => {
  try {
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {
    input.select();
    return document.execCommand("copy");
  }
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const done = await copy(document.querySelector(button.dataset.copy));
  const said = button.querySelector("[data-copy-said]");
  const before = said.textContent;
  said.textContent = done ? button.dataset.copied : button.dataset.copyByHand;
  button.classList.toggle("btn-success", done);
  setTimeout(() => {
    said.textContent = before;
    button.classList.remove("btn-success");
  }, 2500);
});

document.addEventListener("DOMContentLoaded", () => {
  showToasts();
  document.querySelector("form .is-invalid, form [data-focus-error]")?.focus();
});
document.addEventListener("htmx:afterSettle", showToasts);

// Whoever clicked must not wait for nothing; what the page asks by itself, it asks again by itself.
const sayFailed = () => {
  document.querySelector("[data-request-failed]")?.remove();
  document.getElementById("toasts").append(document.getElementById("request-failed").content.cloneNode(true));
  showToasts();
};
for (const name of /** @type {const} */ (["htmx:sendError", "htmx:timeout", "htmx:responseError"])) {
  document.addEventListener(name, ({ detail: { xhr, requestConfig } }) => {
    const isAsked = ["click", "submit"].includes(requestConfig?.triggeringEvent?.type);
    if (isAsked && (xhr.status === 0 || xhr.status >= 500)) sayFailed();
  });
}
document.addEventListener("page:failed", sayFailed);

// A fragment that was redirected to the login means that the login has ended: show that page as a whole.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { responseURL } = event.detail.xhr;
  if (!responseURL || new URL(responseURL).pathname !== document.body.dataset.loginUrl) return;
  event.detail.shouldSwap = false;
  location.reload();
});
