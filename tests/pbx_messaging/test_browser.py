"""The front-end files in a real browser, under the content security policy."""

import re
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Page

from tests.product import Stack

pytestmark = [pytest.mark.once, pytest.mark.processes]


@pytest.mark.browser
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


def test_scripts_are_named_by_their_content_and_kept_for_ever(start_stack: Callable[..., Stack]) -> None:
    """Those that a page names, and those that its script loads when they are needed."""
    url = start_stack().url
    page = requests.get(f"{url}/login/", timeout=10).text
    own = re.findall(r'src="(/static/assets/portal\.\w+\.js)"', page)
    assert len(own) == 1
    script = requests.get(f"{url}{own[0]}", timeout=10)
    further = re.findall(r'import\("\./([\w-]+\.js)"\)', script.text)
    assert sorted(name.partition("-")[0] for name in further) == ["chart_library", "select_library"]
    answers = [script, *(requests.get(f"{url}/static/assets/{name}", timeout=10) for name in further)]
    assert {(answer.status_code, answer.headers["Cache-Control"]) for answer in answers} == {
        (200, "max-age=315360000, public, immutable")
    }
    unnamed = requests.get(f"{url}/static/assets/portal.js", timeout=10)
    assert unnamed.headers["Cache-Control"] == "max-age=60, public"
