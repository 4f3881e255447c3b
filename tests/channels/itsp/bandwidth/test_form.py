"""What PBX makes for an admin to enter at Bandwidth: shown while the channel is added, and never again."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from channels.models import Channel
from pbx_messaging.processes.ports import free_port
from routing.models import Extension
from tests.channels.form import ADD, rule, token_on

NUMBER = "+19195550142"
TYPED = {
    "account_id": "9900902",
    "application_id": "2cfcb382-161c-46d4-8c67-87ca09a72c85",
    "api_user": "pbx-api",
    "api_password": "api-secret-0123",
}
REST = {
    "itsp": "bandwidth",
    "name": "Bandwidth",
    "sending_rate": "1",
    "session_timeout_days": "7",
    "rate_unit": "segments",
    "message_validity_hours": "4",
}


@pytest.fixture(autouse=True)
def nobody_answers(settings: Settings) -> None:
    settings.ITSP_API_URLS = {"bandwidth": f"http://127.0.0.1:{free_port()}/bandwidth"}


def made_on(page: Any) -> dict[str, str]:
    """What stands in fields to be copied, by name."""
    inputs = re.findall(r"<input[^>]*\breadonly\b[^>]*>", page.content.decode())
    named = [(re.search(r'name="(callback_\w+)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs]
    return {name[1]: value[1] for name, value in named if name and value}


def chosen(admin_page: Client) -> Any:
    """The Add form after Bandwidth was chosen."""
    token = token_on(admin_page.get(ADD))
    return admin_page.post(f"{ADD}itsp/", {"itsp": "bandwidth", "token": token})


def post(admin_page: Client, page: Any, ada: Extension, **more: str) -> Any:
    fields = {**REST, **TYPED, **made_on(page), "token": token_on(page), "rule": [rule(NUMBER, ada)], **more}
    return admin_page.post(ADD, fields)


def test_each_form_has_another_password_and_shows_it(admin_page: Client) -> None:
    one, other = made_on(chosen(admin_page)), made_on(chosen(admin_page))
    assert set(one) == set(other) == {"callback_user", "callback_password"}
    assert not set(one.values()) & set(other.values())
    assert len(one["callback_password"]) >= 32


def test_it_stays_the_same_until_the_channel_is_saved(admin_page: Client, ada: Extension) -> None:
    page = chosen(admin_page)
    again = post(admin_page, page, ada, application_id="not an id")
    assert made_on(again) == made_on(page)
    post(admin_page, again, ada)
    assert Channel.objects.get().credentials == {**TYPED, **made_on(page)}


def test_saved_password_is_not_shown_again_and_stays(admin_page: Client, ada: Extension) -> None:
    page = chosen(admin_page)
    post(admin_page, page, ada)
    channel = Channel.objects.get()
    edit = admin_page.get(f"/channels/{channel.pk}/")
    made = made_on(page)
    assert made_on(edit) == {}
    assert made["callback_password"] not in edit.content.decode()
    assert made["callback_user"] in edit.content.decode()
    kept = {"api_password": "", "callback_password": "", "callback_user": made["callback_user"]}
    fields = {**REST, **TYPED, **kept, "name": "Renamed", "rule": [rule(NUMBER, ada)]}
    admin_page.post(f"/channels/{channel.pk}/", fields)
    channel.refresh_from_db()
    assert (channel.name, channel.credentials) == ("Renamed", {**TYPED, **made})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account_id", "AC0123"),
        ("account_id", "12"),
        ("application_id", "2cfcb382161c46d48c6787ca09a72c85"),
        ("api_user", ""),
        ("callback_user", "a:b"),
        ("callback_password", "short"),
    ],
)
def test_what_has_not_the_form_is_not_saved(
    admin_page: Client, ada: Extension, name: str, value: str
) -> None:
    answer = post(admin_page, chosen(admin_page), ada, **{name: value})
    assert name in answer.context["page"].credentials_form.errors
    assert not Channel.objects.exists()
