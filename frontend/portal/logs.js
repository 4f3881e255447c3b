// The message logs: ticking rows, all of a page at once; swapping sender and recipient as they are typed.
const boxes = (form) => [...form.querySelectorAll('input[name="session"]')];

const show = (form) => {
  const all = boxes(form);
  const ticked = all.filter((box) => box.checked).length;
  const bar = form.querySelector("[data-choosing-bar]");
  if (!bar) return;
  bar.hidden = ticked === 0;
  form.querySelector("[data-choosing-count]").textContent = ticked;
  for (const everything of form.querySelectorAll("[data-choose-all]")) {
    everything.checked = ticked > 0 && ticked === all.length;
    everything.indeterminate = ticked > 0 && ticked < all.length;
  }
};

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-choosing]");
  if (!form) return;
  if (event.target.matches("[data-choose-all]")) {
    for (const box of boxes(form)) box.checked = event.target.checked;
  }
  show(form);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-swap]");
  if (!button) return;
  event.preventDefault();
  const { sender, recipient } = document.getElementById("log-filters").elements;
  [sender.value, recipient.value] = [recipient.value, sender.value];
  document.getElementById("log-filters").requestSubmit();
});

// What is not asked for stays out of the URL.
document.addEventListener("submit", (event) => {
  if (event.target.id !== "log-filters") return;
  for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
});

const ready = () => {
  if (!document.getElementById("log-filters")) return;
  for (const field of document.getElementById("log-filters").elements) field.disabled = false;
  for (const form of document.querySelectorAll("[data-choosing]")) show(form);
  const wide = matchMedia("(min-width: 992px)");
  const open = () => {
    for (const box of document.querySelectorAll("[data-open-when-wide]")) if (wide.matches) box.open = true;
  };
  open();
  wide.addEventListener("change", open);
};
document.addEventListener("DOMContentLoaded", ready);
addEventListener("pageshow", ready); // the browser restores ticks when one goes back
