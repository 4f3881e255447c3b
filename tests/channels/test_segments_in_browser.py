"""What a page says of a text's segments while it is typed is what is counted of it then."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Role
from channels.segments import segmentation
from tests.portal import PASSWORD, make_user
from tests.walking import log_in

pytestmark = [pytest.mark.once, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXTS = ["x" * 160, "x" * 161, "x" * 307, "€" * 81, "x" * 152 + "€" * 5, "ж" * 71, "🎉" * 36, "a\fb^{}\\[~]|"]


def test_page_counts_as_we_do(live_server: LiveServer, page: Page) -> None:
    make_user("root", Role.ADMINISTRATOR)
    log_in(page, live_server.url, "root", PASSWORD)
    page.goto(f"{live_server.url}/canned-replies/add/")
    counted = page.locator("#segments")
    for text in TEXTS:
        page.get_by_label("Text").fill(text)
        found = segmentation(text)
        segments = "1 segment" if found.segments == 1 else f"{found.segments} segments"
        expect(counted).to_contain_text(f"{found.units} of ")
        expect(counted).to_contain_text(segments)
        assert ("makes it longer" in counted.inner_text()) == (found.encoding == "UCS-2")
