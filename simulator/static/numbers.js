// The Numbers page: where each number's texts go.
import { get, make, onSubmit, send, toast } from "./common.js";

const KINDS = { "long-code": "Long code", "toll-free": "Toll-free", "short-code": "Short code", international: "International" };
const cards = document.getElementById("numbers");
const template = document.getElementById("number-card");

function card(number) {
  const section = template.content.firstElementChild.cloneNode(true);
  const form = section.querySelector("form");
  section.setAttribute("aria-label", number.address);
  section.querySelector("h2").textContent = number.address;
  const badges = [number.itsp, KINDS[number.kind], number.sms && "SMS", number.mms && "MMS"].filter(Boolean);
  section.querySelector(".badges").append(...badges.map((text) => make("span", { className: "pill" }, text)));
  form.elements.webhook_url.value = number.webhook_url;
  form.elements.webhook_fallback_url.value = number.webhook_fallback_url ?? "";
  form.querySelector(".fallback").hidden = number.webhook_fallback_url === null;
  if (number.led_by) {
    form.querySelector(".led").textContent = `The URL is of the ${number.led_by}: it is that of all its numbers.`;
  }
  form.elements.rate.value = number.rate ?? "unlimited";
  form.elements.mms.checked = number.mms;
  for (const input of form.querySelectorAll(".field:not(.check) input")) {
    input.id = `${input.name}-${number.sid}`;
    input.previousElementSibling.htmlFor = input.id;
  }
  onSubmit(form, () => save(number.address, form));
  return section;
}

async function save(address, form) {
  const { webhook_url, webhook_fallback_url, rate, mms } = form.elements;
  await send("/control/numbers", {
    address,
    webhook_url: webhook_url.value.trim(),
    webhook_fallback_url: webhook_fallback_url.value.trim(),
    rate: Number(rate.value) || "unlimited",
    mms: mms.checked,
  });
  toast("Saved");
  await load();  // others may have the same URL now
}

async function load() {
  const { numbers } = await get("/control/numbers");
  cards.replaceChildren(...numbers.map(card));
}

onSubmit(document.getElementById("add-number"), async (form) => {
  await send("/control/numbers", { address: form.elements.address.value.trim(), itsp: form.elements.itsp.value });
  form.reset();
  await load();
});

const { logins } = await get("/control/state");
document.getElementById("new-itsp").append(...logins.map(({ itsp, name }) => make("option", { value: itsp }, name)));
await load();
