"""The first text at each ITSP, in real browsers: from the ITSP drop-down to the answer on the phone."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from accounts.models import Role, User
from channels.itsp import ITSPS
from tests import walking
from tests.servers import Simulator

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(transaction=True)]


class Place(NamedTuple):
    """Where the simulator plays an ITSP, and how an admin saves the channel with a number of it."""

    path: str
    number: str
    save: Callable[[Page, Simulator, str, str], None]


def save_with_typed(admin: Page, simulator: Simulator, number: str, url: str) -> None:
    """The number is led to the Webhook URL at the ITSP, by hand."""
    admin.get_by_role("tab", name="Messaging Settings").click()
    walking.add_rule(admin, number, "Ada")
    simulator.post("/control/numbers", {"address": number, "sms_url": url})
    admin.get_by_role("button", name="Save").click()


def save_with_ticked(admin: Page, _simulator: Simulator, number: str, _url: str) -> None:
    """The number is one of those that the account has, and PBX leads it to the Webhook URL."""
    admin.get_by_label(number, exact=True).check()
    line = admin.get_by_role("listitem").filter(has_text=number)
    expect(line).to_contain_text("Support")
    expect(line).to_contain_text("1001 Ada")
    admin.get_by_label("Set the webhooks of the ticked numbers").check()
    admin.get_by_role("button", name="Save").click()
    check = admin.get_by_role("region", name="Set-up check")
    expect(check).to_contain_text("come to PBX.", timeout=30_000)
    walking.go_to(admin, "Message Channel")


PLACES = {
    "twilio": Place("", "+14155550100", save_with_typed),
    "telnyx": Place("/telnyx", "+13125550150", save_with_ticked),
    "bandwidth": Place("/bandwidth", "+19195550142", save_with_ticked),
    "general": Place("/general", "+14155550144", save_with_typed),
}


@pytest.mark.parametrize("code", PLACES)
@pytest.mark.long
def test_first_text_is_answered(
    simulator: Simulator,
    settings: Settings,
    start_stack: Callable[..., Any],
    new_page: Callable[..., Page],
    code: str,
) -> None:
    place, itsp = PLACES[code], ITSPS[code]
    settings.ITSP_API_URLS = {code: f"{simulator.url}{place.path}"}
    simulator.post("/control/numbers", {"address": place.number, "itsp": code})
    logins = {one["itsp"]: one["fields"] for one in simulator.get("/control/state")["logins"]}
    User.objects.create_superuser("admin", password=walking.PASSWORD, role=Role.ADMINISTRATOR)
    stack = start_stack()
    admin = walking.log_in(new_page(), stack.url, "admin")
    walking.add_extension(admin, "1001", "Ada")
    walking.add_queue(admin, "Support", "Ada")

    other = next(one for one in ITSPS.values() if one is not itsp)
    walking.open_channel_form(admin, other.name)
    expect(admin.locator("[name=credentials_of]")).to_have_value(other.code)
    with admin.expect_response("**/channels/add/sms/itsp/"):
        admin.get_by_label("ITSP").select_option(itsp.name)
    expect(admin.locator("[name=credentials_of]")).to_have_value(code)
    url = admin.get_by_label("Webhook URL").input_value()
    admin.get_by_label("Name", exact=True).fill("Main line")
    fill_in(admin, logins[code])
    place.save(admin, simulator, place.number, url)
    expect(admin.get_by_role("row").filter(has_text="Main line")).to_contain_text("Connected")

    phone = new_page()
    walking.open_phone(phone, simulator.url, place.number)
    ada = walking.log_in(new_page(), stack.url, "ada")
    walking.text_from_phone(phone, "Are you open today?")
    ada.get_by_role("link").filter(has_text="Are you open today?").click()
    ada.get_by_role("button", name="Pick up").click()
    ada.get_by_label("Message", exact=True).fill("Yes, till six. 🎉")
    ada.get_by_role("button", name="Send").click()
    expect(phone.get_by_label("Texts")).to_contain_text("Yes, till six. 🎉", timeout=15_000)
    expect(ada.locator(".tick[data-status=delivered]")).to_be_visible(timeout=15_000)


def fill_in(page: Page, fields: list[dict[str, str]]) -> None:
    """The credentials, those that are folded away too."""
    page.locator("#credentials details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    for field in fields:
        page.locator(f"#id_{field['name']}").fill(field["value"])
