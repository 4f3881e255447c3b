import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openPage, say, settled, stopClock } from "./page.js";

openPage(`<div id="live" data-state="on"></div>
  <a class="inbox-row" href="/inbox/12/" data-session="12" id="to-12">12</a>
  <a class="inbox-row" href="/inbox/95/?q=e" data-session="95" id="to-95">95</a>`);

let asked = [];
globalThis.fetch = (path, { headers, signal }) =>
  new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")));
    const answer = (html, how = {}) => resolve({ ok: true, redirected: false, text: async () => html, ...how });
    asked.push({ path, headers, signal, answer });
  });
let now = 0;
performance.now = () => now;
const pass = stopClock(0);
const { take } = await import("../../frontend/inbox/ahead.js");

const press = (id, how = {}) => {
  const event = new window.Event("pointerdown", { bubbles: true });
  document.getElementById(id).dispatchEvent(Object.assign(event, { button: 0, pointerType: "mouse", ...how }));
};

let places = 0;
const point = (id, place = ++places) => {
  const event = new window.Event("pointermove", { bubbles: true });
  document.getElementById(id).dispatchEvent(Object.assign(event, { pointerType: "mouse", screenX: place, screenY: 0 }));
};

beforeEach(() => {
  take("nothing"); // what a test has left
  asked = [];
  now += 60_000;
});

test("a press asks once, and says that nobody looks yet", async () => {
  press("to-95");
  press("to-95");
  assert.deepEqual(
    asked.map(({ path, headers }) => [path, headers]),
    [["/inbox/95/?q=e", { "HX-Request": "true", "PBX-Ahead": "true" }]],
  );
  asked[0].answer("words");
  assert.equal(await take("/inbox/95/?q=e"), "words");
  assert.equal(take("/inbox/95/?q=e"), null); // it is shown once
});

test("who rests on a row asks, who passes by does not", async () => {
  point("to-12");
  await pass(90);
  point("to-95");
  await pass(90);
  assert.equal(asked.length, 0);
  await pass(10);
  assert.deepEqual(
    asked.map(({ path }) => path),
    ["/inbox/95/?q=e"],
  );
});

test("rows that move below a pointer that stays ask for nothing", async () => {
  point("to-12");
  point("to-95", places);
  await pass(100);
  point("to-95", places);
  await pass(100);
  assert.deepEqual(
    asked.map(({ path }) => path),
    ["/inbox/12/"],
  );
});

test("a rest begins nothing while something is on its way, a press does", async () => {
  press("to-12");
  point("to-95");
  await pass(100);
  assert.equal(asked.length, 1);
  press("to-95");
  assert.deepEqual([asked.length, asked[0].signal.aborted], [2, true]);
});

test("by touch, or with another button, nothing is asked", () => {
  press("to-12", { pointerType: "touch" });
  press("to-12", { button: 2 });
  assert.equal(asked.length, 0);
});

test("who opens another one throws it away", async () => {
  press("to-12");
  assert.equal(take("/inbox/95/"), null);
  assert.equal(asked[0].signal.aborted, true);
  assert.equal(take("/inbox/12/"), null);
});

for (const [what, happen] of [
  ["an event", () => say("inbox:event", { kind: "message", session: 12 })],
  ["a reset", () => say("inbox:reset")],
  ["an act of one's own", () => say("htmx:beforeRequest", { requestConfig: { verb: "post" } })],
]) {
  test(`after ${what} it is not shown, be it on its way or here`, async () => {
    press("to-12");
    happen();
    asked[0].answer("old");
    await settled();
    assert.equal(take("/inbox/12/"), null);
    press("to-12");
    const opening = take("/inbox/12/");
    happen();
    asked[1].answer("old");
    assert.equal(await opening, null);
  });
}

test("an event of another session, and a question, leave it", async () => {
  press("to-12");
  say("inbox:event", { kind: "message", session: 95 });
  say("htmx:beforeRequest", { requestConfig: { verb: "get" } });
  asked[0].answer("words");
  assert.equal(await take("/inbox/12/"), "words");
});

test("it holds for five seconds, and a press asks anew", async () => {
  press("to-12");
  asked[0].answer("old");
  now += 5001;
  press("to-12");
  asked[1].answer("new");
  assert.equal(await take("/inbox/12/"), "new");
});

test("the page of a login, or of an error, is never shown", async () => {
  for (const how of [{ redirected: true }, { ok: false }]) {
    press("to-12");
    asked.at(-1).answer("login", how);
    assert.equal(await take("/inbox/12/"), null);
  }
});

test("without events, of the open session, and with a draft on its way nothing is asked", () => {
  document.getElementById("live").dataset.state = "off";
  press("to-12");
  document.getElementById("live").dataset.state = "on";
  document.getElementById("to-12").setAttribute("aria-current", "true");
  press("to-12");
  document.getElementById("to-12").removeAttribute("aria-current");
  localStorage.setItem("draft::/inbox/12/draft/", JSON.stringify({ body: "Till six", at: 1 }));
  press("to-12");
  localStorage.clear();
  assert.equal(asked.length, 0);
});
