// Pictures of the thread in a dialog; the arrow keys go through them.
const box = document.getElementById("lightbox");
const image = document.createElement("img");
box.querySelector("[data-step='1']").before(image);
let pictures = [];
let at = 0;

const show = (index) => {
  at = (index + pictures.length) % pictures.length;
  image.src = pictures[at].href;
  image.alt = pictures[at].querySelector("img").alt;
  box.querySelector(".lightbox-open").href = pictures[at].href;
  for (const button of box.querySelectorAll(".lightbox-step")) button.hidden = pictures.length < 2;
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-picture]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  pictures = [...document.querySelectorAll("[data-picture]")];
  show(pictures.indexOf(link));
  box.showModal();
});
box.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (step) show(at + Number(step.dataset.step));
});
box.addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") show(at - 1);
  if (event.key === "ArrowRight") show(at + 1);
});
box.addEventListener("close", () => {
  const last = pictures[at];
  image.removeAttribute("src");
  last?.focus();
});
