// The Status page: messages, webhooks, API requests and alerts, newest first, live.
import { get, listen, make, throttled, timeOf } from "./common.js";
import { alertRow, messageRow, requestRow } from "./status-rows.js";

const SHOWN = 100;
const log = document.getElementById("log");
const tabs = [...document.querySelectorAll("[role=tab]")];

const SOURCES = {
  messages: { load: async () => (await get(`/control/messages?limit=${SHOWN}`)).messages, row: messageRow, none: "No message yet." },
  webhooks: { load: () => requests("inbound,fallback,status"), row: requestRow, none: "No webhook was called yet." },
  api: { load: () => requests("api"), row: requestRow, none: "No API request yet." },
  alerts: { load: async () => (await get("/control/alerts")).alerts.slice(-SHOWN), row: alertRow, none: "No alert. Every webhook answered well." },
};
let shown = "messages";

async function requests(kinds) {
  return (await get(`/control/requests?kind=${kinds}&limit=${SHOWN}`)).requests;
}

function tile(value, label, bad = false) {
  return make("li", { className: bad ? "bad" : "" }, make("strong", {}, value.toLocaleString()), make("span", {}, label));
}

async function drawTiles() {
  const state = await get("/control/state");
  const count = (...names) => names.reduce((sum, name) => sum + (state.by_status[name] ?? 0), 0);
  const failed = count("failed", "undelivered");
  document.getElementById("tiles").replaceChildren(
    tile(count("received"), "received from contacts"),
    tile(count("queued", "sending"), "waiting to be sent"),
    tile(count("sent", "delivered"), "sent to contacts"),
    tile(failed, "failed or undelivered", failed > 0),
    tile(state.alerts, "alerts", state.alerts > 0),
  );
}

// Rows that are open stay open.
async function draw() {
  const { load, row, none } = SOURCES[shown];
  const open = new Set([...log.querySelectorAll("details[open]")].map((details) => details.dataset.key));
  const items = (await load()).toReversed().map((entry) => {
    const { key, at, badge, what, end, more } = row(entry);
    const summary = make("summary", {}, make("time", {}, timeOf(at, true)), make("span", {}, badge), make("span", { className: "what" }, what), end);
    const details = make("details", { open: open.has(key) }, summary, make("div", { className: "more" }, ...more));
    details.dataset.key = key;
    return make("li", {}, details);
  });
  log.replaceChildren(...items);
  const empty = document.getElementById("log-empty");
  empty.hidden = items.length > 0;
  empty.textContent = none;
}

for (const tab of tabs) {
  tab.addEventListener("click", () => {
    shown = tab.dataset.shows;
    for (const other of tabs) other.setAttribute("aria-selected", String(other === tab));
    document.getElementById("log-panel").setAttribute("aria-labelledby", tab.id);
    draw();
  });
}

const drawSoon = throttled(() => { draw(); drawTiles(); }, 400);
listen({ message: drawSoon, request: drawSoon, alert: drawSoon, reset: drawSoon, connected: drawSoon });
