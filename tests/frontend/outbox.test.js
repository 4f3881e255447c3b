import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openPage, say, stopClock } from "./page.js";

const ENTRY = `<template id="outbox-entry" data-gone="Somebody else has it." data-too-large="Too large."><li>
  <div class="bubble"><p class="message-body"></p><div class="local-files"></div></div>
  <textarea class="local-edit"></textarea><button data-take-back></button><button data-send></button>
  <button data-discard></button><a data-new></a><span class="local-state"></span><p class="message-reason"></p>
</li></template>`;
const composer = (session) => `<div id="composer" data-session="${session}">
  <form class="composer-text" action="http://portal.example/inbox/${session}/reply/" data-new="/inbox/new/?x=1">
    <textarea name="body"></textarea><input name="client_id" value="first-${session}">
    <div data-files-error></div><ul data-files></ul><button type="button" data-attach></button>
    <input type="file" id="composer-attachments">
  </form></div>`;

openPage("");
const pass = stopClock(1_750_000_000_000);
document.head.innerHTML = '<meta name="pbx-agent" content="31">';
document.body.setAttribute("hx-headers", '{"X-CSRFToken": "of-the-page"}');
document.body.innerHTML =
  '<script type="application/json" id="file-signatures">{"signatures": [], "words": []}</script>';

let posted = [];
let answers = [];
const json = (status, body) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
globalThis.fetch = async (url, { body, headers }) => {
  posted.push({ url, body: body.get("body"), id: body.get("client_id"), token: headers["X-CSRFToken"] });
  const answer = answers.shift();
  if (!answer) throw new TypeError("Failed to fetch");
  return answer;
};

const store = await import("../../frontend/outbox/store.js");
await import("../../frontend/outbox/outbox.js");

// Those that are not accepted; the others are shown until the thread has them.
const local = () => [...document.querySelectorAll("#outbox > li:not([data-state=sent])")];
const field = () => document.querySelector("textarea[name=body]");
const write = async (words) => {
  field().value = words;
  say("htmx:beforeRequest", { elt: document.querySelector(".composer-text") });
  await pass(0);
};
const waiting = async () => (await store.all("31")).map((entry) => entry.body);

beforeEach(async () => {
  for (const entry of await store.all()) await store.remove(entry.id);
  document.querySelector("main")?.remove();
  const page = document.createElement("main");
  page.innerHTML = `${ENTRY}<div id="thread-scroll"><ol id="thread"></ol></div>${composer(58)}`;
  document.body.append(page);
  posted = [];
  answers = [];
  window.dispatchEvent(new Event("online")); // forgets former failures
  await pass(0);
});

test("what was accepted is kept no more, and was sent under its id with the token", async () => {
  answers = [json(200, {})];
  await write("  Till half past five. ");
  assert.deepEqual(posted, [
    {
      url: "http://portal.example/inbox/58/reply/",
      body: "Till half past five.",
      id: "first-58",
      token: "of-the-page",
    },
  ]);
  assert.deepEqual(await waiting(), []);
  assert.equal(field().value, "");
  const shown = () => document.querySelector("#outbox > [data-state=sent] .message-body")?.textContent;
  assert.equal(shown(), "Till half past five.");
  await pass(15_000); // until the thread shows it, but not for ever
  assert.equal(shown(), undefined);
});

test("each text has an id of its own", async () => {
  answers = [json(200, {}), json(200, {})];
  await write("One");
  await write("Two");
  const ids = posted.map(({ id }) => id);
  assert.equal(new Set(ids).size, 2);
  assert.match(ids[1], /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("without a connection a text waits, later ones wait behind it, and all go in order under the same ids", async () => {
  await write("Ein");
  await write("Zwei");
  await write("Drei");
  assert.deepEqual(await waiting(), ["Ein", "Zwei", "Drei"]);
  const tried = posted.map(({ id }) => id);
  assert.equal(new Set(tried).size, 1); // only the first was tried: nothing overtakes it
  answers = [json(200, {}), json(200, {}), json(200, {})];
  posted = [];
  window.dispatchEvent(new Event("online"));
  await pass(0);
  assert.deepEqual(
    posted.map(({ body }) => body),
    ["Ein", "Zwei", "Drei"],
  );
  assert.equal(posted[0].id, tried[0]);
  assert.deepEqual(await waiting(), []);
});

test("what was tried can't be taken back, since it may have arrived; what was not can", async () => {
  await write("Tried");
  await write("Not yet");
  assert.deepEqual(
    local().map((item) => item.querySelector("[data-take-back]").hidden),
    [true, false],
  );
  for (const item of local()) item.querySelector("[data-take-back]").click();
  await pass(0);
  assert.deepEqual([field().value, await waiting()], ["Not yet", ["Tried"]]);
});

test("a refusal is shown with its reason, its text can be changed, and the next one goes on", async () => {
  answers = [json(422, { reason: "They have opted out.", code: "opted_out" }), json(200, {})];
  await write("Discount!");
  await write("Sorry.");
  assert.deepEqual(
    posted.map(({ body }) => body),
    ["Discount!", "Sorry."],
  );
  const [item] = local();
  assert.equal(item.querySelector(".message-reason").textContent, "They have opted out.");
  assert.deepEqual([item.dataset.state, item.querySelector(".local-edit").hidden], ["refused", false]);
  assert.deepEqual(await waiting(), ["Discount!"]);
});

test("a session that is not one's own any more refuses in words", async () => {
  answers = [new Response("", { status: 404 })];
  await write("Hello?");
  assert.equal(local()[0].querySelector(".message-reason").textContent, "Somebody else has it.");
});

test("a page in the place of an answer, or a server's error, is no acceptance", async () => {
  for (const answer of [new Response("<html>", { status: 200 }), new Response("", { status: 503 })]) {
    answers = [answer];
    await write(`Answer ${answer.status}`);
    window.dispatchEvent(new Event("offline"));
  }
  assert.deepEqual(await waiting(), ["Answer 200", "Answer 503"]);
});

test("what the thread shows was accepted, though its answer never came", async () => {
  await write("Did it arrive?");
  document.getElementById("thread").innerHTML = '<li data-client-id="first-58"></li>';
  say("htmx:afterSettle");
  await pass(0);
  assert.deepEqual([await waiting(), local().length], [[], 0]);
});

test("what waited for four hours is not sent unasked", async () => {
  const [id, hours] = ["of-the-morning", 3600_000];
  const old = {
    id,
    agent: "31",
    session: "58",
    url: "/inbox/58/reply/",
    body: "Soon!",
    files: [],
    order: 1,
    state: "waiting",
  };
  await store.put({ ...old, tried: false, writtenAt: Date.now() - 4 * hours - 1000 });
  answers = [json(200, {}), json(200, {})];
  await write("Now");
  assert.deepEqual(
    posted.map(({ body }) => body),
    ["Now"],
  );
  local()
    .find((item) => item.dataset.id === id)
    .querySelector("[data-send]")
    .click();
  await pass(0);
  assert.deepEqual(posted.at(-1).body, "Soon!");
});

test("a text with a time of its own is left to its form", async () => {
  const form = document.querySelector(".composer-text");
  form.insertAdjacentHTML("beforeend", '<input type="checkbox" name="later" checked>');
  const event = new CustomEvent("htmx:beforeRequest", { detail: { elt: form }, cancelable: true });
  document.dispatchEvent(event);
  await pass(0);
  assert.deepEqual([event.defaultPrevented, await waiting()], [false, []]);
});
