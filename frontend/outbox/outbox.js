// Sends what agents write: shown at once, kept until the server has accepted it, and tried again under the same
// id, so that a bad connection neither loses a text nor sends it twice. In order; one tab at a time.
import { agent, newId, openSession, setText, textarea } from "../composer/composing.js";
import { addFiles, takeFiles } from "../composer/files.js";
import htmx from "../htmx.js";
import { isJson, post } from "../portal/posting.js";
import * as store from "./store.js";
import { show } from "./view.js";

const TIMEOUT_MS = 30_000;
const RETRY_MS = [2_000, 4_000, 8_000, 15_000, 30_000];
const OLD_MS = 4 * 3600_000; // nobody expects it any more: whoever wrote it is asked
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("outbox") : null;

/** @type {import("./entry").Entry[]} */
let entries = [];
/** @type {import("./entry").Entry[]} */
let accepted = []; // until the thread shows them
/** @type {string | null} */
let sending = null;
let failures = 0;
let problem = "";
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let busy = false;

// What the thread shows was accepted, whether its answer came or not.
const settle = async () => {
  const there = entries.filter((entry) => entry.id !== sending && inThread(entry));
  for (const entry of there) await store.remove(entry.id);
  if (!there.length) return render();
  entries = entries.filter((entry) => !there.includes(entry));
  failures = 0;
  changed();
  pump();
};

const of = (id) => entries.find((entry) => entry.id === id);
const isOld = (entry) => entry.state === "waiting" && Date.now() - entry.writtenAt > OLD_MS;

/**
 * @param {import("./entry").Entry} entry
 * @returns {import("./entry").ShownEntry["shown"]}
 */
const shownOf = (entry) => {
  if (entry.state === "refused") return "refused";
  if (entry.id === sending) return "sending";
  if (isOld(entry)) return "old";
  if (problem === "login") return "login";
  if (!navigator.onLine || failures) return entry.tried ? "uncertain" : "waiting";
  return "sending";
};

const inThread = (entry) => document.querySelector(`#thread [data-client-id="${entry.id}"]`);

const render = () => {
  const session = openSession();
  accepted = accepted.filter((entry) => entry.session === session && !inThread(entry));
  const mine = entries.filter((entry) => entry.session === session && !inThread(entry));
  const shown = [
    ...accepted.map((entry) => ({ ...entry, tried: true, shown: /** @type {const} */ ("sent") })),
    ...mine.map((entry) => ({ ...entry, shown: shownOf(entry) })),
  ];
  show(shown, actions);
};

const reload = async () => {
  entries = await store.all(agent());
  render();
};

const changed = () => {
  tabs?.postMessage("changed");
  render();
};

const formOf = (entry) => {
  const data = new FormData();
  data.set("body", entry.body);
  data.set("client_id", entry.id);
  for (const file of entry.files) data.append("attachments", file, file.name);
  return data;
};

/**
 * @param {import("./entry").Entry} entry
 * @param {{undo?: object, opens?: string}} [answer] `undo`: it is held back for some seconds; `opens`: it has begun
 *   another session.
 */
const accept = async (entry, { undo, opens } = {}) => {
  entries = entries.filter((one) => one.id !== entry.id);
  accepted.push(entry);
  await store.remove(entry.id);
  if (undo) document.dispatchEvent(new CustomEvent("undo:offer", { detail: undo }));
  if (entry.session === openSession()) {
    if (opens) document.dispatchEvent(new CustomEvent("inbox:open", { detail: opens }));
    else htmx.trigger("#thread", "refresh");
  }
  setTimeout(() => {
    accepted = accepted.filter((one) => one.id !== entry.id);
    render();
  }, 15_000);
};

const refuse = async (entry, reason, code = "") => {
  Object.assign(entry, { state: "refused", reason, code });
  await store.put(entry);
};

// True if the server has said what becomes of it.
const judge = async (entry, answer) => {
  const said = document.getElementById("outbox-entry")?.dataset ?? {};
  if (answer.redirected) {
    problem = "login";
    return false;
  }
  if (answer.ok && isJson(answer)) await accept(entry, await answer.json());
  else if (answer.status === 422 && isJson(answer)) {
    const { reason, code } = await answer.json();
    await refuse(entry, reason, code);
  } else if (answer.status === 404) await refuse(entry, said.gone);
  else if (answer.status === 413) await refuse(entry, said.tooLarge);
  else return false;
  return true;
};

const send = async (entry) => {
  sending = entry.id;
  entry.tried = true;
  await store.put(entry); // first: whoever reads it then knows that it may have arrived
  render();
  try {
    const answer = await post(entry.url, formOf(entry), { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return await judge(entry, answer);
  } catch {
    return false;
  } finally {
    sending = null;
  }
};

const sendAll = async () => {
  for (;;) {
    entries = await store.all(agent()); // other tabs send, too
    const next = entries.find((entry) => entry.state === "waiting" && !isOld(entry));
    if (!next || !navigator.onLine) return;
    if (await send(next)) {
      failures = 0;
      problem = "";
      changed();
    } else {
      failures += 1;
      timer = setTimeout(pump, RETRY_MS[Math.min(failures, RETRY_MS.length) - 1]);
      return;
    }
  }
};

const pump = async () => {
  if (busy || !agent()) return;
  busy = true;
  clearTimeout(timer);
  try {
    if (navigator.locks) await navigator.locks.request(`outbox-${agent()}`, sendAll);
    else await sendAll();
  } finally {
    busy = false;
    render();
  }
};

/** @type {import("./entry").Actions} */
const actions = {
  edit: (id, body) => {
    const entry = of(id);
    if (entry) store.put(Object.assign(entry, { body }));
  },
  send: async (id) => {
    const entry = of(id);
    if (!entry) return;
    await store.put(Object.assign(entry, { state: "waiting", reason: "", code: "", writtenAt: Date.now() }));
    changed();
    pump();
  },
  discard: async (id) => {
    entries = entries.filter((entry) => entry.id !== id);
    await store.remove(id);
    changed();
  },
  takeBack: async (id) => {
    const entry = of(id);
    const input = textarea();
    if (!entry || entry.tried) return;
    if (!input) return refuse(entry, "").then(changed);
    await actions.discard(id);
    addFiles(entry.files);
    setText(input, [entry.body, input.value].filter(Boolean).join("\n"));
    input.focus();
  },
};

const add = async (form) => {
  const body = form.elements.body.value.trim();
  const files = takeFiles();
  if (!body && !files.length) return form.elements.body.focus();
  const last = entries.at(-1)?.order ?? 0;
  /** @type {import("./entry").Entry} */
  const entry = {
    id: form.elements.client_id.value,
    agent: agent(),
    session: openSession(),
    url: form.action,
    newUrl: form.dataset.new,
    body,
    files,
    order: Math.max(Date.now(), last + 1),
    writtenAt: Date.now(),
    state: "waiting",
    tried: false,
  };
  form.elements.client_id.value = newId();
  entries.push(entry);
  setText(form.elements.body, "");
  render();
  await store.put(entry);
  changed();
  pump();
};

// A text that was held back is taken back: what it said stands before what has been typed since.
document.addEventListener("undo:done", ({ detail: { session, body, client_id: id } }) => {
  if (body === undefined || String(session) !== openSession()) return; // else the server's draft brings it
  const input = textarea();
  if (!input) return;
  const entry = accepted.find((one) => one.id === id);
  if (entry) addFiles(entry.files);
  setText(input, [body, input.value].filter(Boolean).join("\n"));
  input.focus();
});

// A text with a time of its own goes as a form: only the server knows whether its time has passed.
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt;
  if (!form.matches?.(".composer-text") || form.elements.later?.checked) return;
  event.preventDefault();
  add(form);
});
document.addEventListener("htmx:afterSettle", settle);
window.addEventListener("online", () => {
  failures = 0;
  pump();
});
window.addEventListener("offline", render);
document.addEventListener("visibilitychange", () => document.hidden || pump());
tabs?.addEventListener("message", reload);
document.addEventListener("DOMContentLoaded", async () => {
  if (!agent()) return;
  await reload();
  pump();
});
