// Counts the SMS segments of what is typed, as channels/segments.py does, and by its rules.
/**
 * What the page says of the encodings: characters of one and of two units, and the units of a lone segment and of
 * each of several.
 * @typedef {{one: string[] | string, two: string[] | string, units: Record<"gsm7" | "ucs2", [number, number]>}} Rules
 */

/** @type {Rules | null} */
let rules = null;
const rulesOfPage = () => {
  rules ??= /** @type {Rules} */ (JSON.parse(document.getElementById("segment-rules").textContent));
  return rules;
};

/**
 * @param {string} text
 * @param {Rules} rules
 * @returns {{segments: number, units: number, room: number, culprit: string}} `culprit`: the first character for which
 *   the text must be longer, "" if there is none.
 */
export const segmentation = (text, rules) => {
  const characters = [...text];
  const [one, two] = [new Set(rules.one), new Set(rules.two)];
  const culprit = characters.find((char) => !one.has(char) && !two.has(char)) ?? "";
  const [single, multi] = culprit ? rules.units.ucs2 : rules.units.gsm7;
  const widths = characters.map((char) => (culprit ? char.length : two.has(char) ? 2 : 1));
  const units = widths.reduce((sum, width) => sum + width, 0);
  if (units <= single) return { segments: 1, units, room: single, culprit };
  let segments = 1;
  let left = multi;
  for (const width of widths) {
    if (width > left) {
      segments += 1;
      left = multi;
    }
    left -= width;
  }
  return { segments, units, room: segments * multi, culprit };
};

const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** As `channels/templatetags/money.py` writes it: cents, and of what is less than one unit their hundredths. */
const price = (amount, currency) => {
  const digits = amount < 1 ? 4 : 2;
  const written = amount.toLocaleString(document.documentElement.lang, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${written} ${currency}`;
};

const show = (input) => {
  const place = document.querySelector(input.dataset.segments);
  if (!place) return;
  const { segments, units, room, culprit } = segmentation(input.value, rulesOfPage());
  const { one, many, units: used, culprit: longer, each, currency, price: costs } = place.dataset;
  const parts = [fill(used, { used: units, room }), segments === 1 ? one : fill(many, { n: segments })];
  if (each) parts.push(fill(costs, { price: price(segments * Number(each), currency) }));
  if (culprit) parts.push(fill(longer, { char: culprit }));
  place.textContent = input.value ? parts.join(" · ") : "";
};

document.addEventListener("input", (event) => {
  if (event.target.dataset.segments) show(event.target);
});
