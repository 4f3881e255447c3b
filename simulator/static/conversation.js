// An open phone: its texts with one of our numbers, and the field to write in.
import { dayOf, get, make, onSubmit, send, timeOf } from "./common.js";
import { Pictures } from "./pictures.js";

const thread = document.getElementById("thread");
const select = document.getElementById("number");
const body = document.getElementById("body");

export class Conversation {
  constructor(changed) {
    this.contact = "";
    this.texts = new Map();
    this.numbers = [];
    this.changes = 0;
    this.loads = 0;
    this.changed = changed;
    this.pictures = new Pictures();
    select.addEventListener("change", () => { this.remember(); this.load(); });
    onSubmit(document.getElementById("composer"), () => this.write());
    body.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); body.form.requestSubmit(); }
    });
  }

  async open(contact) {
    if (contact !== this.contact) this.pictures.clear();
    this.contact = contact;
    document.getElementById("device-contact").textContent = contact;
    await this.loadNumbers();
    await this.load();
  }

  remember() { sessionStorage.setItem("number", select.value); }

  async loadNumbers() {
    this.numbers = (await get("/control/numbers")).numbers;
    const chosen = select.value || sessionStorage.getItem("number"); // after the answer: it may change meanwhile
    select.replaceChildren(...this.numbers.map(({ address, webhook_url }) =>
      make("option", { value: address }, webhook_url ? address : `${address} (no webhook yet)`)));
    if (this.numbers.some(({ address }) => address === chosen)) select.value = chosen;
    this.pictures.allow(this.numbers.find(({ address }) => address === select.value)?.mms ?? false);
  }

  // All texts with the chosen number, from the simulator; again when something happened meanwhile.
  async load() {
    const load = ++this.loads;
    const changes = this.changes;
    const query = new URLSearchParams({ contact: this.contact, number: select.value, limit: 200 });
    const [{ messages }, state] = await Promise.all([get("/control/messages?" + query), get("/control/state")]);
    if (load !== this.loads) return; // a later one is under way
    if (changes !== this.changes) { await this.load(); return; }
    this.texts = new Map(messages.map((message) => [message.sid, message]));
    this.optedOut(state.opt_outs.some((out) => out.contact === this.contact && out.number === select.value));
    this.pictures.allow(this.numbers.find(({ address }) => address === select.value)?.mms ?? false);
    this.draw();
  }

  optedOut(out) { document.getElementById("opted-out").hidden = !out; }

  // A live event: a text is new or has changed.
  take(message) {
    if (message.contact !== this.contact || message.number !== select.value) return;
    const known = this.texts.has(message.sid);
    this.changes += 1;
    this.texts.set(message.sid, message);
    this.draw();
    if (!known && message.direction !== "outbound-api") this.load();
  }

  draw() {
    const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60;
    const items = [];
    let day = "";
    for (const message of this.texts.values()) {
      if (!message.on_phone) continue;
      if (dayOf(message.created_at) !== day) items.push(make("li", { className: "day" }, day = dayOf(message.created_at)));
      items.push(textItem(message));
    }
    thread.replaceChildren(...items);
    if (atEnd) thread.scrollTop = thread.scrollHeight;
  }

  async write() {
    const media = this.pictures.picked;
    if (!body.value.trim() && !media.length) return;
    const text = { from: this.contact, to: select.value, body: body.value, media, wait: false };
    await send("/control/inbound", text);
    body.value = "";
    this.pictures.clear();
    this.remember();
    thread.scrollTop = thread.scrollHeight;
    this.changed();
  }
}

function textItem(message) {
  const mine = message.direction === "inbound";
  const { words, tone } = mine ? webhookState(message.webhook) : { words: "", tone: "" };
  const pictures = message.media.map(mediaItem);
  const at = timeOf(message.created_at);
  return make("li", { className: mine ? "text mine" : "text" },
    ...pictures,
    message.body ? make("span", { className: "bubble" }, message.body) : null,
    make("span", { className: `state ${tone}` }, [at, words].filter(Boolean).join(" · ")));
}

// A picture, or a link to what the browser can't show as one.
function mediaItem(src) {
  const picture = make("img", { src, alt: "Picture" });
  picture.addEventListener("error", () => picture.replaceWith(make("a", { href: src, target: "_blank" }, "File")));
  return picture;
}

// What came of a contact's text, in words.
function webhookState(webhook) {
  if (!webhook) return { words: "on its way", tone: "" };
  if (webhook.error) return { words: webhook.error, tone: "bad" };
  const last = webhook.fallback ?? webhook;
  const tries = last.tries.length === 1 ? "" : ` after ${last.tries.length} tries`;
  const by = webhook.fallback ? "fallback" : "webhook";
  if (!last.alert) return { words: `${by} answered ${last.status}${tries}`, tone: "good" };
  const why = last.tries.at(-1).error ?? `answered ${last.status}`;
  return { words: `${by} failed${tries}: ${why} (error ${last.alert})`, tone: "bad" };
}
