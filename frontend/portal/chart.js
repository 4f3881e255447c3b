// The statistics' chart, from the JSON in the page; its colours are the theme's, also when that changes.
/** @type {import("chart.js").Chart | null} */
let chart = null;

const colour = (name) => {
  const probe = document.createElement("span");
  probe.style.color = `var(--tblr-${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
};

const draw = (Chart) => {
  const { labels, series } = JSON.parse(document.getElementById("chart-data").textContent);
  const [text, line] = [colour("secondary"), colour("border-color")];
  chart?.destroy();
  chart = new Chart(document.getElementById("chart"), {
    type: "bar",
    data: {
      labels,
      datasets: series.map((one) => ({
        label: one.label,
        data: one.data,
        stack: one.colour === "teal" ? "received" : "sent",
        backgroundColor: colour(one.colour),
        borderRadius: 2,
        maxBarThickness: 24,
      })),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      plugins: { legend: { position: "bottom", labels: { color: text, boxWidth: 12, boxHeight: 12 } } },
      scales: {
        x: { stacked: true, grid: { display: false }, ticks: { color: text, maxRotation: 0, autoSkipPadding: 16 } },
        y: { stacked: true, beginAtZero: true, grid: { color: line }, ticks: { color: text, precision: 0 } },
      },
    },
  });
};

document.addEventListener("DOMContentLoaded", async () => {
  if (!document.getElementById("chart")) return;
  const { default: Chart } = await import("./chart_library.js");
  draw(Chart);
  new MutationObserver(() => draw(Chart)).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
});
