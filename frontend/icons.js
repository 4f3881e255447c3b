// Icons, as the template tag `icon` makes them.
const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {Element} icon
 * @param {string} name as Bootstrap Icons has it: "bi-clock"
 */
export const showIcon = (icon, name) =>
  icon.querySelector("use").setAttribute("href", `${document.body.dataset.icons}#${name}`);

/** @param {string} name @param {string} [css] further classes */
export const newIcon = (name, css = "") => {
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("class", `bi ${css}`.trim());
  icon.setAttribute("aria-hidden", "true");
  icon.append(document.createElementNS(SVG, "use"));
  showIcon(icon, name);
  return icon;
};
