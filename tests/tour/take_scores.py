"""`make judges`: what Lighthouse says of the pages that are opened most, as production serves them."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import sync_playwright

from pbx_messaging.processes.ports import free_port
from tests import walking
from tests.browser import FLAGS, find_browser
from tests.product import Stack
from tests.tour.lighthouse import Scores, scores
from tests.tour.world import PASSWORDS, World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(1800)]
LEAST = 95
PAGES = (("account_login", ""), ("inbox", "alice"), ("channel-list", "admin"))
Tell = Callable[[str], None]


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """On the terminal, whatever becomes of the test."""
    plugins = request.config.pluginmanager
    terminal: Any = plugins.getplugin("terminalreporter")
    capturing: Any = plugins.getplugin("capturemanager")

    def write(words: str) -> None:
        with capturing.global_and_fixture_disabled():
            terminal.ensure_newline()
            terminal.write_line(words)

    return write


def test_pages_score_well(stack: Stack, world: World, tmp_path: Path, tell: Tell) -> None:
    """Each of the four at least 95 of 100, and no fault of accessibility, best practices and SEO."""
    found = {view: _scores(stack.url, view, who, tmp_path / view) for view, who in PAGES}
    for view, one in found.items():
        tell(f"{view}: {one}")
    low = [f"{view}: {one}" for view, one in found.items() if min(one.of.values()) < LEAST]
    assert (low, [f"{view}: {fault}" for view, one in found.items() for fault in one.faults]) == ([], [])


def _scores(url: str, view: str, who: str, folder: Path) -> Scores:
    """In a browser of its own, whose one login Lighthouse finds there."""
    port = free_port()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            folder, executable_path=find_browser(), args=[*FLAGS, f"--remote-debugging-port={port}"]
        )
        if who:
            walking.log_in(browser.new_page(), url, who, PASSWORDS[who]).goto("about:blank")
        try:
            return scores(url + reverse(view), port)
        finally:
            browser.close()
