// Passkeys exist on https and localhost only: what needs them is shown there, and words why elsewhere.
const possible = window.isSecureContext && Boolean(window.PublicKeyCredential);

document.addEventListener("DOMContentLoaded", () => {
  for (const part of document.querySelectorAll("[data-needs-passkeys]")) part.hidden = !possible;
  for (const part of document.querySelectorAll("[data-without-passkeys]")) part.hidden = possible;
});

document.addEventListener("allauth.error", () => {
  for (const part of document.querySelectorAll("[data-passkey-failed]")) part.hidden = false;
});
