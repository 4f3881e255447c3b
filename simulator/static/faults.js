// The Faults page: faults in force, adding one, and the simulator's settings.
import { get, listen, make, onSubmit, send, toast } from "./common.js";
import { KINDS } from "./fault-kinds.js";

const form = document.getElementById("add-fault");
const settings = document.getElementById("settings");
const options = document.getElementById("options");

document.getElementById("kind").append(
  ...Object.entries(KINDS).map(([value, { name }]) => make("option", { value }, name)),
);

function optionField({ name, label, value, type, choices }) {
  const id = `option-${name}`;
  const field = choices
    ? make("select", { id, name }, ...choices.map(([choice, words]) => make("option", { value: choice }, words)))
    : make("input", { id, name, type: type ?? "number", value: value ?? "" });
  return make("p", { className: "field" }, make("label", { htmlFor: id }, label), field);
}

function showKind() {
  const kind = KINDS[form.elements.kind.value];
  document.getElementById("kind-note").textContent = kind.note;
  options.replaceChildren(...kind.options.map(optionField));
}

function described() {
  const { kind, times, chance, number, to } = form.elements;
  const fault = { kind: kind.value, probability: Number(chance.value) / 100 };
  if (times.value) fault.count = Number(times.value);
  if (number.value) fault.number = number.value;
  if (to.value.trim()) fault.to = to.value.trim();
  for (const { name, read } of KINDS[kind.value].options) {
    const { value } = form.elements[name];
    if (value !== "") fault[name] = read ? read(value) : Number(value);
  }
  return fault;
}

function faultRow(fault) {
  const often = fault.count === null ? "until removed" : `${fault.count} left`;
  const whom = [fault.number && `from ${fault.number}`, fault.to && `to ${fault.to}`].filter(Boolean).join(" ");
  const chance = fault.probability < 1 ? `${Math.round(fault.probability * 100)} %` : "";
  const details = [often, chance, whom, `used ${fault.hits}×`].filter(Boolean).join(" · ");
  const remove = make("button", { type: "button" }, "Remove");
  remove.addEventListener("click", () => send(`/control/faults/${fault.id}`, {}, "DELETE").then(load, load));
  return make("li", {},
    make("div", {}, make("strong", {}, KINDS[fault.kind].name), make("div", { className: "hint" }, details)), remove);
}

async function load() {
  const state = await get("/control/state");
  document.getElementById("active").replaceChildren(...state.faults.map(faultRow));
  document.getElementById("no-faults").hidden = state.faults.length > 0;
  document.getElementById("clear-faults").hidden = state.faults.length === 0;
  return state;
}

onSubmit(form, () => send("/control/faults", described()));
onSubmit(settings, async () => {
  const { callbacks, callback_late_ms, api_latency_ms, verify_tls } = settings.elements;
  await send("/control/settings", {
    callbacks: callbacks.value,
    callback_late_ms: Number(callback_late_ms.value),
    api_latency_ms: Number(api_latency_ms.value),
    verify_tls: verify_tls.checked,
  });
  toast("Saved");
});
document.getElementById("clear-faults").addEventListener("click", () => send("/control/faults", {}, "DELETE"));
document.getElementById("reset").addEventListener("click", async () => {
  if (!confirm("Forget all messages, phones, faults and webhooks?")) return;
  await send("/control/reset");
  location.reload();
});
form.elements.kind.addEventListener("change", showKind);

showKind();
const state = await load();
form.elements.number.append(...state.numbers.map(({ address }) => make("option", {}, address)));
for (const name of ["callbacks", "callback_late_ms", "api_latency_ms"]) {
  settings.elements[name].value = state.settings[name];
}
settings.elements.verify_tls.checked = state.settings.verify_tls;
listen({ fault: load, request: (entry) => entry.kind === "api" && load(), reset: load });
