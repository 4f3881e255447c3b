"""Fixtures that drive headless Chromium."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
ENDS_WITHIN_S = 20.0  # what a page had asked for when it was closed
IDLE_LOOKS = 2  # a connection may be accepted after the first
TIMEOUT_MS = 15_000  # of a machine that runs both stacks at once
expect.set_options(timeout=TIMEOUT_MS)


def find_browser() -> str:
    """Chromium's path. Without one the test is skipped, or fails where CI is set."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    message = f"no browser: none of {', '.join(NAMES)} is installed (on Debian: apt-get install chromium)"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the run."""
    executable = find_browser()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread; ours are not async
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()


class CountingServer(ThreadedWSGIServer):
    """The live server of the tests, which knows how many connections its threads still serve."""

    connections = 0
    _lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._count(1)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._count(-1)

    @classmethod
    def _count(cls, more: int) -> None:
        with cls._lock:
            cls.connections += more

    @classmethod
    def wait_until_idle(cls) -> None:
        """Until all is answered that closed pages had asked for, before the database is emptied."""
        deadline, idle = time.monotonic() + ENDS_WITHIN_S, 0
        while idle < IDLE_LOOKS and time.monotonic() < deadline:
            idle = 0 if cls.connections else idle + 1
            time.sleep(0.02)


LiveServerThread.server_class = CountingServer


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser session of its own, as another person would: `new_page(locale="de")`."""
    contexts: list[BrowserContext] = []

    def open_page(**options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    CountingServer.wait_until_idle()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page in a fresh browser session."""
    return new_page()
