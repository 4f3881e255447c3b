import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { openPage, say, settled } from "./page.js";

openPage(`<div id="inbox" data-home="/inbox/" data-lists="/inbox/sessions/">
  <form id="inbox-search"><input name="q"></form>
  <a data-opens href="/inbox/12/" id="to-12">12</a><a data-opens href="/inbox/95/" id="to-95">95</a>
  <a data-back href="/inbox/" id="to-lists">back</a><a data-lists-link href="/inbox/?tab=all" id="to-all">all</a>
  <section id="session"></section></div>`);

const { default: htmx } = await import("../../frontend/htmx.js");
const pane = document.getElementById("session");
let asked = []; // what the pane and the lists were asked for, each to be answered by a test
htmx.ajax = (_verb, path, { target }) =>
  new Promise((resolve, reject) => {
    asked.push({ path, target, resolve, reject });
  });
await import("../../frontend/inbox/navigation.js");

const render = (session) => {
  pane.innerHTML = `<div data-session="${session}"><ol id="thread"></ol></div>`;
};
const answer = async (request, session) => {
  render(session);
  say("htmx:afterSwap", { target: pane, requestConfig: { verb: "get" } }, pane);
  request.resolve();
  await settled();
};
const click = (id, how = {}) => {
  const event = new window.MouseEvent("click", { bubbles: true, cancelable: true, button: 0, ...how });
  document.getElementById(id).dispatchEvent(event);
  return event;
};

beforeEach(() => {
  asked = [];
  pane.innerHTML = "";
  history.replaceState(null, "", "/inbox/");
});

test("the address follows what is shown, not what was clicked", async () => {
  click("to-12");
  assert.equal(location.pathname, "/inbox/");
  await answer(asked[0], 12);
  assert.equal(location.pathname, "/inbox/12/");
});

test("of two that are asked for at once the address is the last one's, whichever answers last", async () => {
  click("to-12");
  click("to-95");
  await answer(asked[1], 95);
  asked[0].resolve();
  await settled();
  assert.equal(location.pathname, "/inbox/95/");
});

test("without a connection the address stays, and it is said", async () => {
  let failed = 0;
  document.addEventListener("page:failed", () => {
    failed += 1;
  });
  click("to-12");
  asked[0].reject(new Error("sendError"));
  await settled();
  assert.deepEqual([location.pathname, failed, pane.hasAttribute("aria-busy")], ["/inbox/", 1, false]);
});

test("a click for another tab is the browser's", () => {
  for (const how of [{ ctrlKey: true }, { metaKey: true }, { shiftKey: true }, { button: 1 }]) {
    assert.equal(click("to-12", how).defaultPrevented, false);
  }
  assert.deepEqual(asked, []);
});

test("other lists leave the open session and its address alone", async () => {
  click("to-12");
  await answer(asked[0], 12);
  click("to-all");
  assert.deepEqual([asked[1].path, asked[1].target], ["/inbox/sessions/?tab=all", "#inbox-lists"]);
  assert.equal(location.pathname + location.search, "/inbox/12/?tab=all");
});

test("what is typed into the search goes into the address once one stops, without blanks around it", async () => {
  const box = document.querySelector("[name=q]");
  box.value = "  +1202  ";
  box.dispatchEvent(new Event("input", { bubbles: true }));
  document.getElementById("inbox-search").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  assert.deepEqual([location.search, asked.length], ["?q=%2B1202", 1]);
  box.value = "";
  document.getElementById("inbox-search").dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  assert.equal(location.search, "");
});

// What htmx tells of a request within the pane, and whether its answer may be swapped in.
const begin = (xhr, elt = pane.firstElementChild) => say("htmx:beforeRequest", { elt, xhr });
const isSwapped = (xhr, { verb = "get", target = document.getElementById("thread") } = {}) => {
  const detail = { target, xhr, requestConfig: { verb }, shouldSwap: true };
  say("htmx:beforeSwap", detail);
  return detail.shouldSwap;
};

test("what was asked for in another session changes nothing in this one", () => {
  const xhr = {};
  render(12);
  begin(xhr);
  render(95);
  assert.equal(isSwapped(xhr), false);
});

test("an older thread does not come over a newer one, but an action's answer does", () => {
  const [first, second, third] = [{}, {}, {}];
  render(12);
  for (const xhr of [first, second, third]) begin(xhr);
  assert.equal(isSwapped(second), true);
  assert.equal(isSwapped(first), false);
  assert.equal(isSwapped(third, { verb: "post" }), true);
});
