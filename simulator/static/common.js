// What all pages use: the control API, live events, and making elements.

export async function get(path) {
  const answer = await fetch(path);
  return answer.json();
}

// Throws an Error with the simulator's own words when it refuses.
export async function send(path, body = {}, method = "POST") {
  const answer = await fetch(path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error);
  return value;
}

// Make an element: make("p", { className: "hint" }, "text", otherElement).
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// Call a handler for each kind of live event; `connected` whenever the stream (re)opens.
export function listen(handlers) {
  const stream = new EventSource("/control/events");
  for (const [kind, handle] of Object.entries(handlers)) {
    if (kind === "connected") stream.addEventListener("open", handle);
    else stream.addEventListener(kind, (event) => handle(JSON.parse(event.data)));
  }
  addEventListener("pagehide", () => stream.close());
}

// At most one call in `ms`, and always one after the last.
export function throttled(work, ms = 250) {
  let waiting = null;
  return () => {
    waiting ??= setTimeout(() => { waiting = null; work(); }, ms);
  };
}

export function toast(text) {
  const box = document.getElementById("toast");
  box.textContent = text;
  box.classList.add("shown");
  setTimeout(() => box.classList.remove("shown"), 1800);
}

export function timeOf(seconds, withSeconds = false) {
  const parts = { hour: "2-digit", minute: "2-digit", ...(withSeconds && { second: "2-digit" }) };
  return new Date(seconds * 1000).toLocaleTimeString(undefined, parts);
}

export function dayOf(seconds) {
  const day = new Date(seconds * 1000);
  if (day.toDateString() === new Date().toDateString()) return "Today";
  return day.toLocaleDateString(undefined, { weekday: "short", day: "numeric", month: "short" });
}

// Send a form's fields by `work`; its .error says what was refused.
export function onSubmit(form, work) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const error = form.querySelector(".error");
    error.textContent = "";
    try {
      await work(form);
    } catch (problem) {
      error.textContent = problem.message;
    }
  });
}
