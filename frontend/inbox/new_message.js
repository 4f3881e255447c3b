// The contact of a new message: suggestions while one types, chosen by arrow keys or a click.
import htmx from "../htmx.js";

const input = () => document.querySelector("[data-suggests]");
const list = () => document.getElementById("contact-suggestions");
const options = () => [...(list()?.querySelectorAll("[role=option]") ?? [])];

const mark = (option) => {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  if (option) input().setAttribute("aria-activedescendant", option.id);
  else input().removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
};

const close = () => {
  list()?.querySelector("[role=listbox]")?.remove();
  input()?.setAttribute("aria-expanded", "false");
};

const choose = (option) => {
  input().value = option.dataset.address;
  close();
  htmx.trigger(input(), "chosen");
  document.querySelector(".new-message [name=body]")?.focus();
};

document.addEventListener("keydown", (event) => {
  if (event.target !== input() || !options().length) return;
  const at = options().findIndex((one) => one.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) mark(options()[(at + step + options().length) % options().length]);
  else if (event.key === "Enter" && at >= 0) choose(options()[at]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
});
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("#contact-suggestions [role=option]");
  if (!option) return;
  event.preventDefault();
  choose(option);
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "contact-suggestions") {
    input()?.setAttribute("aria-expanded", String(options().length > 0));
  }
  if (event.detail.target.id === "session") {
    document.querySelector(".new-message .is-invalid, .new-message [data-suggests]")?.focus();
  }
});
document.addEventListener("focusout", (event) => event.target === input() && close());
