"""Fixtures that drive headless Chromium."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.core.signals import request_finished, request_started
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
ENDS_WITHIN_S = 2.0  # what a page had asked for when it was closed
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


class UnderWay:
    """Requests that this process answers, as the live server does in threads of its own."""

    def __init__(self) -> None:
        self.count = 0
        self._lock = threading.Lock()

    def begin(self, **_signal: object) -> None:
        with self._lock:
            self.count += 1

    def end(self, **_signal: object) -> None:
        with self._lock:
            self.count -= 1

    @contextmanager
    def waited_for(self) -> Iterator[None]:
        """What began in the block has ended after it, or the database would be emptied below it."""
        request_started.connect(self.begin)
        request_finished.connect(self.end)
        try:
            yield
            deadline = time.monotonic() + ENDS_WITHIN_S
            while self.count > 0 and time.monotonic() < deadline:
                time.sleep(0.02)
        finally:
            request_started.disconnect(self.begin)
            request_finished.disconnect(self.end)


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser session of its own, as another person would: `new_page(locale="de")`."""
    contexts: list[BrowserContext] = []

    def open_page(**options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        return context.new_page()

    with UnderWay().waited_for():
        yield open_page
        for context in contexts:
            context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page in a fresh browser session."""
    return new_page()
