// A page without a browser, for the rules of our scripts; what a browser adds is tested in one.
import { setTimeout as wait } from "node:timers/promises";
import { Window } from "happy-dom";

// What the scripts take from the browser, besides what Node has of its own.
const OF_BROWSER = [
  ..."window document location history localStorage navigator self".split(" "),
  ..."Node Element HTMLElement HTMLImageElement Image Document DocumentFragment ShadowRoot Text".split(" "),
  ..."Event CustomEvent DOMParser MutationObserver XMLHttpRequest DataTransfer FormData File".split(" "),
  ..."HTMLFormElement HTMLInputElement HTMLTextAreaElement HTMLButtonElement HTMLSelectElement".split(" "),
];

// htmx looks for hx-on attributes by it, which the content security policy would not let run.
class NoXPath {
  createExpression() {
    return { evaluate: () => ({ iterateNext: () => null }) };
  }
}

/** Makes a page of this body the one that the scripts see. Import these after it. */
export const openPage = (html, url = "http://portal.example/inbox/") => {
  const window = new Window({ url });
  for (const name of OF_BROWSER) {
    const value = name === "window" || name === "self" ? window : window[name];
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  globalThis.XPathEvaluator ??= NoXPath;
  globalThis.CSS ??= { escape: (name) => name }; // our ids need none
  document.body.innerHTML = html;
  return window;
};

export const say = (name, detail = {}, target = document) =>
  target.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, cancelable: true }));

/** Lets what was begun go on, as far as it does without waiting for the clock. */
export const settled = () => wait(5);

/** A clock that stands still: `await pass(ms)` runs what is due meanwhile. Node's own is an experiment yet. */
export const stopClock = (now) => {
  let due = [];
  Date.now = () => now;
  globalThis.clearTimeout = (timer) => {
    due = due.filter((other) => other !== timer);
  };
  globalThis.setTimeout = (act, delay = 0) => {
    const timer = { at: now + delay, act };
    due.push(timer);
    return timer;
  };
  const turns = async () => {
    for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
  };
  return async (ms) => {
    const end = now + ms;
    await turns();
    for (;;) {
      const next = due.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (!next) break;
      clearTimeout(next);
      now = next.at;
      next.act();
      await turns();
    }
    now = end;
  };
};
