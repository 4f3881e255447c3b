// Web Push: makes this browser one of the devices that are told while no page is open, keeps its subscription known
// to the server, and says while somebody looks at a page: then nothing is pushed.
import { post } from "./posting.js";

const about = document.querySelector('meta[name="pbx-push"]');
const { key, user, told, looks, worker } = about?.dataset ?? {};
const EVERY_MS = 20_000;
const OWNER = "push-of"; // whose this browser is: another user's login takes nobody's subscription over
const page = crypto.getRandomValues(new Uint32Array(4)).join("-");
const isPossible = window.isSecureContext && "PushManager" in window && "serviceWorker" in navigator;

const send = (url, values) =>
  post(url, new URLSearchParams(values), { keepalive: true, redirect: "error" }).catch(() => null);

const owner = (change) => {
  try {
    if (change !== undefined) localStorage.setItem(OWNER, change);
    return localStorage.getItem(OWNER) ?? "";
  } catch {
    return "";
  }
};

const register = async (subscription) => {
  const { endpoint, keys } = subscription.toJSON();
  const answer = await send(about.content, { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  return Boolean(answer?.ok);
};

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));

const subscribe = async () => {
  if ((await Notification.requestPermission()) !== "granted") return false;
  await navigator.serviceWorker.register(worker);
  const registration = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: bytes(key) };
  const former = await registration.pushManager.getSubscription();
  await former?.unsubscribe(); // it may have been made for another key, or another user
  return register(await registration.pushManager.subscribe(options));
};

// The login may be another one since: with a new password, say.
const renew = async () => {
  if (!isPossible || owner() !== user) return;
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  if (subscription) await register(subscription);
};

const offer = async () => {
  const place = document.querySelector("[data-push]");
  if (!place) return;
  document.querySelector("[data-push-not]").hidden = isPossible;
  place.hidden = !isPossible;
  const add = place.querySelector("[data-push-add]");
  add.hidden = Boolean(document.querySelector("[data-this-browser]"));
  add.addEventListener("click", async () => {
    add.disabled = true;
    const done = await subscribe().catch(() => false);
    add.disabled = false;
    document.querySelector("[data-push-failed]").hidden = done;
    if (!done) return;
    owner(user);
    location.reload();
  });
  // Removed in the list: the browser has no reason to keep it either.
  document.addEventListener("submit", ({ target }) => {
    if (target.action.endsWith("/remove/") && target.closest("li")?.querySelector("[data-this-browser]")) owner("");
  });
};

let said = false;
const say = (value) => {
  if (!told || (!value && !said)) return;
  said = value;
  send(looks, { page, looks: value ? "1" : "" });
};

if (about) {
  window.addEventListener("focus", () => say(true));
  window.addEventListener("blur", () => say(false));
  window.addEventListener("pagehide", () => say(false));
  setInterval(() => document.hasFocus() && !document.hidden && say(true), EVERY_MS);
  document.addEventListener("DOMContentLoaded", () => {
    offer();
    renew();
    if (document.hasFocus()) say(true);
  });
}
