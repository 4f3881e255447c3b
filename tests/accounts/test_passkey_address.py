"""Where a page that was opened by an IP address sends those who want a passkey."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.portal import text_of

PAGE = "/profile/two-step/"
BELONG = "Passkeys belong to a name, and this page was opened by an IP address."


@pytest.mark.parametrize(
    ("host", "public_url", "leads_to"),
    [
        ("127.0.0.1:8080", "http://localhost:8080", f"http://localhost:8080{PAGE}"),
        ("[::1]:8080", "http://10.0.0.5:8080", f"http://localhost:8080{PAGE}"),
        ("127.0.0.1", "https://pbx.example.com", f"http://localhost{PAGE}"),
        ("10.0.0.5:8080", "https://pbx.example.com", f"https://pbx.example.com{PAGE}"),
        ("10.0.0.5", "https://10.0.0.5", ""),
        ("10.0.0.5", "http://pbx.lan", ""),
    ],
)
def test_page_names_where_passkeys_work(
    admin_page: Client, settings: Settings, host: str, public_url: str, leads_to: str
) -> None:
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["*"], public_url
    html = admin_page.get(PAGE, headers={"Host": host}).content.decode()
    assert BELONG in text_of(html)
    if leads_to:
        assert f'<a href="{leads_to}">{leads_to}</a>' in html
    else:
        assert "Ask who runs PBX for an https address with a name" in html


def test_page_that_was_opened_by_a_name_says_nothing_of_addresses(
    admin_page: Client, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    html = admin_page.get(PAGE, headers={"Host": "pbx.lan:8080"}).content.decode()
    assert BELONG not in html
    assert "Passkeys work where the portal is opened by https or on localhost" in html
