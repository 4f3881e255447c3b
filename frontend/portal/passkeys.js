// Passkeys exist on https and localhost only, and belong to a name: what needs them is shown there, and words
// why elsewhere.
const isAddress = /^[\d.]+$|^\[/.test(location.hostname);
const possible = window.isSecureContext && !isAddress && Boolean(window.PublicKeyCredential);

document.addEventListener("DOMContentLoaded", () => {
  for (const part of document.querySelectorAll("[data-needs-passkeys]")) part.hidden = !possible;
  for (const part of document.querySelectorAll("[data-without-passkeys]")) part.hidden = possible;
});

document.addEventListener("allauth.error", () => {
  for (const part of document.querySelectorAll("[data-passkey-failed]")) part.hidden = false;
});
