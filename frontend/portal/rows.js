// Rows of a form that are added from a template, removed, or copied. The focus goes where one types next.
const byId = (id) => document.getElementById(id);

const firstField = (row) => row.querySelector("input, select, textarea");

const addRow = (template, rows) => {
  const row = template.content.querySelector("[data-row]").cloneNode(true);
  const last = [...rows.querySelectorAll("[data-row]")].pop();
  if (last) last.after(row);
  else rows.prepend(row);
  return row;
};

const removeRow = (row) => {
  const rows = row.closest("[data-rows]");
  const next = row.nextElementSibling?.matches("[data-row]") ? row.nextElementSibling : null;
  row.remove();
  (next ? firstField(next) : document.querySelector(`[data-into="${rows.id}"]`))?.focus();
};

// Values only: each place keeps its own names and labels.
const copyRows = (from, to) => {
  const values = [...from.querySelectorAll("[data-row]")].map((row) =>
    [...row.querySelectorAll("input")].map((input) => input.value),
  );
  for (const row of to.querySelectorAll("[data-row]")) row.remove();
  const template = byId(document.querySelector(`[data-into="${to.id}"]`).dataset.addRow);
  for (const row of values) {
    const inputs = addRow(template, to).querySelectorAll("input");
    for (const [place, value] of row.entries()) inputs[place].value = value;
  }
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row], [data-remove-row], [data-copy-rows]");
  if (!button) return;
  const { addRow: template, into, copyRows: from, to } = button.dataset;
  if (template) firstField(addRow(byId(template), byId(into))).focus();
  else if (from) for (const id of to.split(" ")) copyRows(byId(from), byId(id));
  else removeRow(button.closest("[data-row]"));
});
