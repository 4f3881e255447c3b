// Tells of sessions that wait, of follow-ups and alerts: a notification, a sound, a count in the title. One tab tells.
// Never what a text says: only who wrote.
import { openSession } from "../composer/composing.js";
import { show } from "./undo.js";

const about = document.querySelector('meta[name="pbx-telling"]');
const { newSession, newText, unanswered, mentioned, icon, session: address } = about?.dataset ?? {};
const wants = (name) => about?.dataset[name] === "1";
const kinds = {
  new: { words: newSession, wanted: wants("new") },
  follow_up: { words: newText, wanted: wants("followUp") },
  alert: { words: unanswered, wanted: true },
  mention: { words: mentioned, wanted: wants("mention") },
};
const STREAM_MS = 3_000; // until the stream, whose opening has us ask, is waited for no longer
const title = document.title;
const told = new Set();
let known = false; // what there was when the page came is not news
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @type {AudioContext | null} */
let audio = null;

// Sound is allowed once somebody has touched the page.
const allowSound = () => {
  audio ??= new AudioContext();
  audio.resume();
};

const beep = () => {
  if (!wants("sound") || !audio || audio.state !== "running") return;
  for (const [at, pitch] of [
    [0, 660],
    [0.14, 880],
  ]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.12, audio.currentTime + at);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + 0.22);
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + at);
    tone.stop(audio.currentTime + at + 0.24);
  }
  document.dispatchEvent(new CustomEvent("pbx:beep"));
};

const urlOf = (call) => address.replace("/0/", `/${call.session}/`);

const notify = async (call) => {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const url = urlOf(call);
  /** @type {NotificationOptions} */
  const options = {
    body: kinds[call.kind].words,
    dir: "auto",
    tag: `session-${call.session}`,
    icon,
    renotify: true,
    data: { url },
  };
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker?.active) return worker.showNotification(call.who, options);
  const shown = new Notification(call.who, options);
  shown.addEventListener("click", () => {
    window.focus();
    location.assign(url);
  });
};

// Of a session that no list on the page may show.
const toast = (call) => {
  const shown = show(document.getElementById("mention-toast"), call.who);
  shown.querySelector("a").href = urlOf(call);
};

// True for one tab only; under a lock where there are locks (https and localhost).
const claim = (key) => {
  try {
    const claimed = JSON.parse(localStorage.getItem("told") ?? "[]");
    if (claimed.includes(key)) return false;
    localStorage.setItem("told", JSON.stringify([...claimed, key].slice(-200)));
  } catch {
    // Storage is blocked: each tab tells.
  }
  return true;
};
const mayTell = (key) => (navigator.locks ? navigator.locks.request("tell", () => claim(key)) : claim(key));

const tell = async (call, key) => {
  if (!document.hasFocus()) await new Promise((resolve) => setTimeout(resolve, 300)); // whoever looks goes first
  if (!(await mayTell(key))) return;
  const looksAtIt = document.hasFocus() && openSession() === String(call.session);
  if (looksAtIt) return;
  if (!document.hasFocus()) notify(call);
  else if (call.kind === "mention") toast(call);
  beep();
};

const take = (state) => {
  if (wants("titleCount")) document.title = state.count ? `(${state.count}) ${title}` : title;
  navigator.setAppBadge?.(state.count).catch(() => {});
  for (const call of state.calls) {
    const key = `${call.kind}:${call.session}:${call.mark}`;
    if (told.has(key)) continue;
    told.add(key);
    if (known && kinds[call.kind].wanted && !state.muted.includes(call.kind)) tell(call, key);
  }
  known = true;
};

const ask = async () => {
  const answer = await fetch(about.content, { headers: { Accept: "application/json" }, redirect: "error" }).catch(
    () => null,
  );
  if (answer?.ok) take(await answer.json());
};
const soon = () => {
  clearTimeout(timer);
  timer = setTimeout(ask, 200);
};

if (about) {
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, allowSound, { once: true });
  document.addEventListener("DOMContentLoaded", () => {
    timer = setTimeout(ask, STREAM_MS);
  });
  for (const kind of ["inbox:event", "inbox:reset"]) document.addEventListener(kind, soon);
  document.addEventListener("visibilitychange", () => document.hidden || soon());
}
