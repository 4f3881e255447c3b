import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openPage, say, stopClock } from "./page.js";

const URL_ = "/inbox/77/draft/";
const KEY = `draft:31:${URL_}`;

openPage("");
const pass = stopClock(1_750_000_000_000);
document.head.innerHTML = '<meta name="pbx-agent" content="31">';
document.body.setAttribute("hx-headers", '{"X-CSRFToken": "of-the-page"}');

let posted = [];
let answer = () => new Response(null, { status: 204 });
globalThis.fetch = async (url, { body, keepalive }) => {
  posted.push({ url, body: body.get("body"), age: Number(body.get("age_ms")), keepalive });
  return answer();
};
await import("../../frontend/composer/drafts.js");

const kept = () => JSON.parse(localStorage.getItem(KEY));
const field = () => document.querySelector("textarea[name=body]");
const type = (words) => {
  field().value = words;
  field().dispatchEvent(new Event("input", { bubbles: true }));
};
const show = ({ words = "", age = "", refused = false } = {}) => {
  document.querySelector("main")?.remove();
  const page = document.createElement("main");
  page.innerHTML = `<div id="composer" data-session="77">
    <form class="composer-text" data-draft="${URL_}" data-draft-age="${age}"${refused ? " data-refused" : ""}>
      <textarea name="body"></textarea><input name="client_id" value="abc">
      <div data-elsewhere hidden><button type="button" data-elsewhere-take></button></div>
    </form></div>`;
  document.body.append(page);
  field().value = words;
  say("htmx:afterSettle");
};

beforeEach(async () => {
  localStorage.clear();
  await pass(60_000);
  posted = [];
  answer = () => new Response(null, { status: 204 });
});

test("what is typed is in the browser at once, and with the server once one has stopped for 0.8 s", async () => {
  show();
  type("Half");
  assert.equal(kept().body, "Half");
  await pass(799);
  type("Half a sent");
  await pass(799);
  assert.deepEqual(posted, []);
  await pass(1);
  assert.deepEqual(posted, [{ url: URL_, body: "Half a sent", age: 800, keepalive: false }]);
  assert.equal(kept(), null);
});

test("of the server's draft and this browser's the one that was typed last is shown", () => {
  localStorage.setItem(KEY, JSON.stringify({ body: "of this browser", clientId: "", at: Date.now() - 60_000 }));
  show({ words: "of the server", age: "90000" });
  assert.equal(field().value, "of this browser");
  localStorage.setItem(KEY, JSON.stringify({ body: "of this browser", clientId: "", at: Date.now() - 60_000 }));
  show({ words: "of the server", age: "30000" });
  assert.equal(field().value, "of the server");
});

test("what was refused stays in its field, whatever was kept", () => {
  localStorage.setItem(KEY, JSON.stringify({ body: "kept", clientId: "", at: Date.now() }));
  show({ words: "refused", age: "90000", refused: true });
  assert.equal(field().value, "refused");
});

test("without a connection a draft stays here, and is brought after 15 s", async () => {
  show();
  answer = () => {
    throw new TypeError("Failed to fetch");
  };
  type("In a tunnel");
  await pass(800);
  assert.equal(kept().body, "In a tunnel");
  answer = () => new Response(null, { status: 204 });
  await pass(15_000);
  assert.deepEqual([posted.length, posted[1].age, kept()], [2, 15_800, null]);
});

test("what is too long for the server stays in this browser, and is asked no more", async () => {
  show();
  answer = () => new Response("", { status: 422 });
  type("A novel");
  await pass(800);
  await pass(60_000);
  assert.deepEqual([posted.length, kept().body], [1, "A novel"]);
});

test("a newer draft of another device is offered, and nothing typed is overwritten before one takes it", async () => {
  show();
  answer = () => Response.json({ body: "from the phone" }, { status: 409 });
  type("from the desk");
  await pass(800);
  const notice = document.querySelector("[data-elsewhere]");
  assert.deepEqual([notice.hidden, field().value], [false, "from the desk"]);
  document.querySelector("[data-elsewhere-take]").click();
  assert.deepEqual([notice.hidden, field().value], [true, "from the phone"]);
});

test("what was scheduled is no draft any more, though its words were just typed", async () => {
  show();
  type("At nine");
  const elt = document.querySelector(".composer-text");
  say("htmx:beforeSend", { elt });
  assert.equal(field().readOnly, true);
  say("htmx:beforeOnLoad", { elt, xhr: { status: 200 } });
  say("htmx:afterRequest", { elt });
  await pass(60_000);
  assert.deepEqual([posted, kept(), field().readOnly], [[], null, false]);
});

test("a refused schedule leaves the draft", async () => {
  show();
  type("At nine yesterday");
  const elt = document.querySelector(".composer-text");
  say("htmx:beforeOnLoad", { elt, xhr: { status: 422 } });
  await pass(800);
  assert.deepEqual(
    posted.map(({ body }) => body),
    ["At nine yesterday"],
  );
});

test("whoever leaves the page has the server told in a request that outlives it", async () => {
  show();
  type("Back in a minute");
  window.dispatchEvent(new Event("pagehide"));
  await pass(0);
  assert.deepEqual(posted, [{ url: URL_, body: "Back in a minute", age: 0, keepalive: true }]);
});

test("an emptied field is told, too, or its old draft would come back", async () => {
  show({ words: "old", age: "5000" });
  type("");
  await pass(800);
  assert.equal(posted.at(-1).body, "");
});
