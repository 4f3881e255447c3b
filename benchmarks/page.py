"""`make bench-page`: the agents' page in headless Chromium; 300 sessions wait, and one has 2,000 messages.

The processes of production on PostgreSQL and Valkey, one of which serves all that the browser asks for,
without a proxy: all compression is ours. docs/benchmarks.md says more.
"""

import json
import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.live_stack import LiveStack
from benchmarks.machine import OtherLoad
from benchmarks.texts import request_of
from tests.browser import FLAGS, find_browser
from tests.loading import Loading

AGENTS, WAITING, MESSAGES = 5, 300, 2_000
OPENINGS, CLICKS, TEXTS = 5, 20, 20
NUMBER = "+25402160000"  # the first agent's queue
QUIET_MS = 1_500
PRESS_MS, REST_MS = 80, 400  # of a hand on a mouse
LIVE = "#live[data-state=on]"
# From the click until the frame after the one that shows the thread.
WATCH = """(id) => { window.shown = new Promise((tell, fail) => {
  setTimeout(() => fail(new Error("the thread did not come")), 10_000);
  let from;
  document.addEventListener("click", () => { from = performance.now(); }, { capture: true, once: true });
  const isOpen = () => document.querySelector(`#session > [data-session="${id}"] #thread`);
  const painted = () => requestAnimationFrame(() => setTimeout(() => tell(performance.now() - from)));
  const watch = new MutationObserver(() => { if (isOpen()) { watch.disconnect(); painted(); } });
  watch.observe(document.getElementById("session"), { subtree: true, childList: true, attributes: true });
}); }"""
CLICK = """(id) => document.querySelector(`.inbox-row[data-session="${id}"]`).click()"""
# When the row of a contact is there, by the clock of the machine.
ROW = """(contact) => { window.cameAt = new Promise((tell, fail) => {
  setTimeout(() => fail(new Error("the row did not come")), 10_000);
  const isThere = (row) => row.textContent === contact;
  const look = () => [...document.querySelectorAll(".inbox-contact")].some(isThere) && tell(Date.now());
  const watch = new MutationObserver(look);
  watch.observe(document.querySelector(".inbox-list"), { subtree: true, childList: true });
}); }"""


class PageStack(LiveStack):
    """`long` is the id of the session with many messages."""

    def seed(self) -> None:
        super().seed()
        made = self._run("-m", "benchmarks.page_data", str(WAITING), str(MESSAGES))
        self.long = json.loads(made)["long"]


def _context(browser: Browser, stack: LiveStack) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    url = f"http://127.0.0.1:{stack.stream_port}"
    context.add_cookies([{"name": "pbx_session", "value": stack.seeded["keys"][0], "url": url}])
    return context


def _open(page: Page, stack: LiveStack) -> dict[str, Any]:
    loading = Loading(page)
    page.goto(f"http://127.0.0.1:{stack.stream_port}/inbox/")
    page.locator(LIVE).wait_for(state="attached")
    page.wait_for_timeout(QUIET_MS)
    return {"kb": loading.kb, "requests": len(loading.urls), "fcp_ms": loading.first_paint_ms()}


def _openings(browser: Browser, stack: LiveStack) -> dict[str, dict[str, float]]:
    """Each first by a browser that knows nothing of the page, then by the same one once more."""
    found: dict[str, list[dict[str, Any]]] = {"cold": [], "warm": []}
    for _ in range(OPENINGS):
        context = _context(browser, stack)
        page = context.new_page()
        for opened in found.values():
            opened.append(_open(page, stack))
        context.close()
    return {
        name: {key: round(statistics.median(one[key] for one in all_), 1) for key in all_[0]}
        for name, all_ in found.items()
    }


def _click(page: Page, pk: int) -> float:
    """Without a pointer, as by a program: nothing is known before it."""
    page.evaluate(WATCH, pk)
    page.evaluate(CLICK, pk)
    return float(page.evaluate("window.shown"))


def _press(page: Page, pk: int, *, rest_ms: int = 0) -> float:
    """With the pointer, which comes from elsewhere, rests on the row, and presses as long as a hand does."""
    page.locator("#session").hover()
    page.evaluate(WATCH, pk)
    page.locator(f'.inbox-row[data-session="{pk}"]').hover()
    page.wait_for_timeout(rest_ms)
    page.mouse.down()
    page.wait_for_timeout(PRESS_MS)
    page.mouse.up()
    return float(page.evaluate("window.shown"))


def _clicks(page: Page, long: int, name: str, open_by: Callable[[Page, int], float]) -> float:
    """On the long thread; between two clicks another one is opened."""
    others = page.locator(".inbox-row").evaluate_all("rows => rows.map((row) => Number(row.dataset.session))")
    others = [other for other in others if other != long]
    times: dict[str, list[float]] = {"long": [], "other": []}
    for number in range(CLICKS + 1):
        for kind, pk in (("long", long), ("other", others[number])):
            times[kind].append(open_by(page, pk))
            page.wait_for_timeout(150)
    for kind, all_ in times.items():
        cuts = sorted(all_[1:])
        p50 = statistics.median(cuts)
        print(f"  {name} -> thread, {kind}: p50 {p50:.0f}, longest {cuts[-1]:.0f} ms", flush=True)
    return statistics.median(times["long"][1:])


OPENED_BY: dict[str, Callable[[Page, int], float]] = {
    "click": _click,
    "press": _press,
    "rest": partial(_press, rest_ms=REST_MS),
}


def _texts(page: Page, stack: LiveStack) -> float:
    times = []
    for number in range(TEXTS + 1):
        contact = f"+1415666{number:04}"
        page.evaluate(ROW, contact)
        url = f"http://127.0.0.1:{stack.stream_port}{stack.seeded['path']}"
        request = request_of(url, number, To=NUMBER, From=contact)
        sent_at = time.time()
        with socket.create_connection(("127.0.0.1", stack.stream_port)) as connection:
            connection.sendall(request)
            came_at: float = page.evaluate("window.cameAt")
        times.append(came_at - 1000 * sent_at)
        page.wait_for_timeout(200)
    print(f"  text -> row: longest {max(times[1:]):.0f} ms", flush=True)
    return float(statistics.median(times[1:]))


def _measure(stack: PageStack) -> dict[str, Any]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        figures: dict[str, Any] = _openings(browser, stack)
        page = _context(browser, stack).new_page()
        _open(page, stack)
        for name, open_by in OPENED_BY.items():
            figures[f"{name}_to_thread_p50_ms"] = round(_clicks(page, stack.long, name, open_by), 1)
        _click(page, stack.long)
        nodes = page.evaluate("document.querySelectorAll('*').length")
        figures |= {"text_to_row_p50_ms": round(_texts(page, stack), 1), "dom_nodes": nodes}
        browser.close()
    return figures


def main() -> None:
    """The last line is the figures."""
    with tempfile.TemporaryDirectory(prefix="pbx-bench-") as name:
        Path(name).chmod(0o755)
        stack = PageStack(Path(name), AGENTS)
        print("starting PostgreSQL, Valkey and the processes", flush=True)
        try:
            stack.start()
            other = OtherLoad()
            figures = _measure(stack)
            print(f"other load: {other.cores():.2f} cores", flush=True)
        finally:
            stack.stop()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
