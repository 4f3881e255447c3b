"""The front-end files in a real browser, under the content security policy."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.product import Stack

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.processes]


def test_login_page_loads_all_its_files(start_stack: Callable[..., Stack], page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"{start_stack().url}/login/")
    assert complaints == []
    assert page.evaluate(
        "async () => (await import(document.querySelector('script[type=module]').src)).htmx.version"
    )
    assert page.evaluate("[typeof htmx, typeof TomSelect, typeof tabler]") == ["undefined"] * 3
    assert page.locator(".card").first.evaluate("card => getComputedStyle(card).display") == "flex"
