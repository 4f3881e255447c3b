// Nothing is cut: what is longer than its field takes (data-most-characters, in characters) stays whole, and beside it stands
// by how much. Its form is not sent until it is short enough.
const excessOf = (field) => [...field.value.trim()].length - Number(field.dataset.mostCharacters);

const wordsOf = (excess, most) => {
  const { tooLongOne, tooLongMany } = document.body.dataset;
  return ((excess === 1 ? tooLongOne : tooLongMany) ?? "").replace("{n}", excess).replace("{most}", most);
};

const placeOf = (field) => {
  if (field.nextElementSibling?.matches("[data-too-long]")) return field.nextElementSibling;
  const place = document.createElement("div");
  place.className = "invalid-feedback d-block";
  place.dataset.tooLong = "";
  place.setAttribute("role", "status");
  field.after(place);
  return place;
};

const look = (field) => {
  const excess = excessOf(field);
  if (excess > 0) placeOf(field).textContent = wordsOf(excess, field.dataset.mostCharacters);
  else field.parentElement.querySelector(":scope > [data-too-long]")?.remove();
  return excess > 0;
};

document.addEventListener("input", ({ target }) => target.dataset.mostCharacters && look(target));
document.addEventListener(
  "submit",
  (event) => {
    const fields = [...event.target.elements].filter(
      (field) => field.dataset.mostCharacters && !field.matches(":disabled"),
    );
    const long = fields.find((field) => field.checkVisibility() && look(field));
    if (!long) return;
    event.preventDefault();
    event.stopPropagation();
    placeOf(long).setAttribute("role", "alert");
    long.focus();
  },
  true,
);
