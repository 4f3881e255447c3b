// The Numbers page: where each number's texts go, like the number's page in Twilio's console.
import { get, make, onSubmit, send, toast } from "./common.js";

const KINDS = { "long-code": "Long code", "toll-free": "Toll-free", "short-code": "Short code", international: "International" };
const cards = document.getElementById("numbers");
const template = document.getElementById("number-card");

function card(number) {
  const section = template.content.firstElementChild.cloneNode(true);
  const form = section.querySelector("form");
  section.setAttribute("aria-label", number.address);
  section.querySelector("h2").textContent = number.address;
  const badges = [KINDS[number.kind], number.sms && "SMS", number.mms && "MMS"].filter(Boolean);
  section.querySelector(".badges").append(...badges.map((text) => make("span", { className: "pill" }, text)));
  form.elements.sms_url.value = number.sms_url;
  form.elements.sms_fallback_url.value = number.sms_fallback_url;
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
  const { sms_url, sms_fallback_url, rate, mms } = form.elements;
  await send("/control/numbers", {
    address,
    sms_url: sms_url.value.trim(),
    sms_fallback_url: sms_fallback_url.value.trim(),
    rate: Number(rate.value) || "unlimited",
    mms: mms.checked,
  });
  toast("Saved");
}

async function load() {
  const { numbers } = await get("/control/numbers");
  cards.replaceChildren(...numbers.map(card));
}

onSubmit(document.getElementById("add-number"), async (form) => {
  await send("/control/numbers", { address: form.elements.address.value.trim() });
  form.reset();
  await load();
});

await load();
