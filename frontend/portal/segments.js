// Counts the SMS segments of what is typed, as channels/segments.py does, and by its rules.
(() => {
  const rules = JSON.parse(document.getElementById("segment-rules").textContent);
  const ONE_UNIT = new Set(rules.one);
  const TWO_UNITS = new Set(rules.two);

  const segmentation = (text) => {
    const characters = [...text];
    const culprit = characters.find((char) => !ONE_UNIT.has(char) && !TWO_UNITS.has(char)) ?? "";
    const [single, multi] = culprit ? rules.units.ucs2 : rules.units.gsm7;
    const widths = characters.map((char) => (culprit ? char.length : TWO_UNITS.has(char) ? 2 : 1));
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

  const show = (input) => {
    const place = document.querySelector(input.dataset.segments);
    if (!place) return;
    const { segments, units, room, culprit } = segmentation(input.value);
    const { one, many, units: used, culprit: longer } = place.dataset;
    const parts = [fill(used, { used: units, room }), segments === 1 ? one : fill(many, { n: segments })];
    if (culprit) parts.push(fill(longer, { char: culprit }));
    place.textContent = input.value ? parts.join(" · ") : "";
  };

  document.addEventListener("input", (event) => {
    if (event.target.dataset.segments) show(event.target);
  });
})();
