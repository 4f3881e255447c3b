"""What a page loads, as the browser's network sees it, and how steady it stands meanwhile."""

from typing import Any

from playwright.sync_api import Page

SHIFTS = """() => new Promise((tell) => {
  let sum = 0;
  const look = (entries) => entries.forEach(({ value }) => { sum += value; });
  const observer = new PerformanceObserver((list) => look(list.getEntries()));
  observer.observe({ type: "layout-shift", buffered: true });
  setTimeout(() => tell(sum), 100);
})"""
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


class Loading:
    """Counts what a page asks of the network from now on; what its own cache has is none of it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._urls: dict[str, str] = {}
        self._bytes: dict[str, int] = {}
        devtools = page.context.new_cdp_session(page)
        devtools.on("Network.requestWillBeSent", self._asked)
        devtools.on("Network.requestServedFromCache", self._kept)
        devtools.on("Network.responseReceived", self._answered)
        devtools.on("Network.dataReceived", self._received)
        devtools.on("Network.loadingFinished", self._finished)
        devtools.send("Network.enable")

    def _asked(self, event: Any) -> None:
        if not event["request"]["url"].startswith(("data:", "blob:")):
            self._urls[event["requestId"]] = event["request"]["url"]

    def _kept(self, event: Any) -> None:
        self._urls.pop(event["requestId"], None)

    def _answered(self, event: Any) -> None:
        if event["response"].get("fromDiskCache") or event["response"].get("fromServiceWorker"):
            self._urls.pop(event["requestId"], None)
        self._bytes[event["requestId"]] = int(event["response"]["encodedDataLength"])

    def _received(self, event: Any) -> None:
        """For what never ends, as the event stream."""
        request = event["requestId"]
        self._bytes[request] = self._bytes.get(request, 0) + int(event["encodedDataLength"])

    def _finished(self, event: Any) -> None:
        self._bytes[event["requestId"]] = int(event["encodedDataLength"])

    @property
    def urls(self) -> list[str]:
        """In the order of asking."""
        return list(self._urls.values())

    @property
    def kb(self) -> float:
        """Thousands of bytes that came over the network, heads among them."""
        return sum(self._bytes.get(request, 0) for request in self._urls) / 1000

    def first_paint_ms(self) -> float:
        """From the start of the navigation to the first words."""
        return float(self._page.evaluate(FIRST_PAINT))

    def shift(self) -> float:
        """How far what was shown moved while nobody acted: the sum of all layout shifts, 0 for none."""
        return float(self._page.evaluate(SHIFTS))
