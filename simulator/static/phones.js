// The Phones page: the list of contacts' phones, and which of them is open.
import { dayOf, get, listen, make, onSubmit, send, throttled, timeOf } from "./common.js";
import { Conversation } from "./conversation.js";

const page = document.getElementById("phones");
const list = document.getElementById("phone-list");
const fresh = new Set();
const conversation = new Conversation(() => refresh());

function contactInAddress() {
  return decodeURIComponent(location.hash.slice(1));
}

function phoneItem({ contact, at, last }) {
  const digits = contact.slice(-2);
  const link = make("a", { href: "#" + encodeURIComponent(contact) },
    make("span", { className: "face", "aria-hidden": "true" }, digits),
    make("strong", {}, contact),
    make("time", {}, at ? (dayOf(at) === "Today" ? timeOf(at) : dayOf(at)) : ""),
    make("span", { className: "last" }, last ? (last.mine ? "Texted: " : "") + (last.body || "Picture") : "Nothing yet"),
  );
  if (contact === contactInAddress()) link.setAttribute("aria-current", "true");
  link.classList.toggle("fresh", fresh.has(contact));
  return make("li", {}, link);
}

async function refresh() {
  const { phones } = await get("/control/phones");
  list.replaceChildren(...phones.map(phoneItem));
  document.getElementById("no-phones").hidden = phones.length > 0;
}

async function show() {
  const contact = contactInAddress();
  fresh.delete(contact);
  page.classList.toggle("open", Boolean(contact));
  document.getElementById("device").hidden = !contact;
  document.getElementById("placeholder").hidden = Boolean(contact);
  if (contact) await conversation.open(contact);
  await refresh();
}

onSubmit(document.getElementById("open-form"), async (form) => {
  const contact = form.elements.contact.value.replace(/[\s().-]/g, "");
  await send("/control/phones", { contact });
  form.reset();
  location.hash = encodeURIComponent(contact);
  if (contact === contactInAddress()) await show();
  document.getElementById("body").focus();
});

document.getElementById("back").addEventListener("click", () => { location.hash = ""; });
addEventListener("hashchange", show);

const refreshSoon = throttled(refresh);
listen({
  message: (message) => {
    const texted = message.direction !== "inbound" && message.status === "sent";
    if (texted && message.contact !== contactInAddress()) fresh.add(message.contact);
    conversation.take(message);
    refreshSoon();
  },
  phone: refreshSoon,
  number: () => conversation.loadNumbers(),
  reset: () => location.reload(),
  connected: () => show(),
});
