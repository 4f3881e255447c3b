"""The set-up check: what each check says of an account that is right, wrong, or not to be asked."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from channels import actions
from channels.models import Channel, Number, SetUpResult
from channels.set_up import preflight
from tests.factories import CONTACT, OUR_NUMBER, Road
from tests.servers import Simulator

pytestmark = pytest.mark.django_db

SUB_ACCOUNT = "AC" + "5" * 32
US, TOLL_FREE = "+14155550100", "+18005550100"

Checked = Callable[..., dict[str, str]]


@pytest.fixture
def check(road: Road) -> Checked:
    """Runs all checks: `check(number)["webhook"]` is the outcome, of that number or of the channel."""

    def run(address: str | None = OUR_NUMBER) -> dict[str, str]:
        preflight.run(road.channel.pk)
        results = SetUpResult.objects.filter(number=None)
        if address:
            results |= SetUpResult.objects.filter(number__address=address)
        return dict(results.values_list("check_name", "outcome"))

    return run


@pytest.fixture
def own(road: Road) -> Callable[..., None]:
    """The channel's number is another one."""

    def take(address: str) -> None:
        Number.objects.filter(pk=road.number.pk).update(address=address)

    return take


def result(check_name: str) -> SetUpResult:
    return SetUpResult.objects.get(check_name=check_name)


def forbid(simulator: Simulator, path: str, kind: str = "403") -> None:
    simulator.post("/control/faults", {"kind": kind, "path": path})


def test_channel_set_up_as_the_guide_says_passes(check: Checked, public_url: str) -> None:
    names = ["credentials", "account", "owned", "capable", "webhook", "override"]
    names += ["countries", "balance", "failures", "address"]
    assert check() == dict.fromkeys(names, "pass")
    assert result("webhook").why == "Texts to the number come to PBX."
    assert result("webhook").changes == []
    assert result("countries").why == "Enabled: KE."
    assert result("address").why == f"PBX answers at {public_url}."


def test_refused_credentials_stop_the_channel_and_the_questions(road: Road, check: Checked) -> None:
    check()
    road.channel.credentials = {**road.channel.credentials, "auth_token": "0" * 32}
    road.channel.save()
    assert check() == {"credentials": "fail", "address": "pass"}
    channel = Channel.objects.get()
    assert (channel.status, channel.status_reason) == ("failing", result("credentials").why)
    assert "dashboard of the account" in result("credentials").what_to_do


def test_suspended_account_stops_the_channel(simulator: Simulator, check: Checked) -> None:
    simulator.post("/control/settings", {"account_status": "suspended"})
    assert check()["credentials"] == "fail"
    assert Channel.objects.get().status_reason == "The Twilio account is suspended."


def test_twilio_out_of_reach_tells_nothing_and_stops_nothing(check: Checked, settings: Settings) -> None:
    settings.ITSP_API_URLS = {"twilio": "http://127.0.0.1:9"}
    assert check() == {"credentials": "cannot_tell", "address": "pass"}
    assert result("credentials").why == "Twilio could not be reached."
    assert Channel.objects.get().status == "connected"


def test_failing_channel_is_connected_when_all_is_right_again(
    road: Road, simulator: Simulator, check: Checked
) -> None:
    actions.stop_channel(road.channel.pk, reason="The sending number can't be used from this account.")
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms": False})
    check()
    assert Channel.objects.get().status == "failing"
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms": True})
    actions.ask_for_check_now(road.channel)
    check()
    channel = Channel.objects.get()
    assert (channel.status, channel.status_reason, channel.held_since) == ("connected", "", None)


def test_trial_account_fails(simulator: Simulator, check: Checked) -> None:
    simulator.post("/control/settings", {"account_type": "Trial"})
    assert check()["account"] == "fail"


def test_sub_account_is_said(simulator: Simulator, check: Checked) -> None:
    simulator.post("/control/settings", {"owner_account_sid": SUB_ACCOUNT})
    assert check()["account"] == "pass"
    assert result("account").why == f"This is a sub-account of {SUB_ACCOUNT}."


# --- numbers ---


def test_number_of_nobody_fails(own: Callable[..., None], check: Checked) -> None:
    own("+254021611830")
    assert check("+254021611830")["owned"] == "fail"
    assert "Purchase the number with this account" in result("owned").what_to_do
    assert not SetUpResult.objects.filter(check_name="webhook").exists()


def test_number_of_a_sub_account_is_found(
    simulator: Simulator, own: Callable[..., None], check: Checked
) -> None:
    sub = {"sid": SUB_ACCOUNT, "friendly_name": "Berlin", "numbers": ["+447700900999"]}
    simulator.post("/control/settings", {"sub_accounts": [sub]})
    own("+447700900999")
    assert check("+447700900999")["owned"] == "fail"
    assert result("owned").why == f"The number belongs to the sub-account “Berlin” ({SUB_ACCOUNT})."


def test_number_of_the_parent_is_guessed(
    simulator: Simulator, own: Callable[..., None], check: Checked
) -> None:
    simulator.post("/control/settings", {"owner_account_sid": SUB_ACCOUNT})
    own("+447700900999")
    check()
    assert "If the number was purchased with the parent account" in result("owned").what_to_do


def test_numbers_that_twilio_does_not_tell_of(
    simulator: Simulator, own: Callable[..., None], check: Checked
) -> None:
    forbid(simulator, "/IncomingPhoneNumbers")
    assert check()["owned"] == "cannot_tell"
    assert result("owned").why == "Twilio does not tell this account (HTTP 403)."
    own("51234")
    assert check("51234")["owned"] == "cannot_tell"


def test_number_without_sms_fails_and_pictures_are_said(simulator: Simulator, check: Checked) -> None:
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms": False})
    assert check()["capable"] == "fail"
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms": True, "mms": True})
    assert check()["capable"] == "pass"
    assert result("capable").why == "Texts and pictures (SMS and MMS)."


@pytest.mark.parametrize(
    ("values", "outcome", "fields"),
    [
        ({"sms_url": ""}, "fail", ["sms_url"]),
        ({"sms_url": "https://old.example/w/"}, "fail", ["sms_url"]),
        ({"sms_method": "GET"}, "fail", ["sms_method"]),
        ({"sms_fallback_url": ""}, "pass", ["sms_fallback_url"]),
        ({"sms_fallback_url": "https://fallback.example/"}, "pass", []),
    ],
)
def test_webhook_that_is_not_ours_fails_and_can_be_fixed(
    simulator: Simulator, check: Checked, values: dict[str, str], outcome: str, fields: list[str]
) -> None:
    simulator.post("/control/numbers", {"address": OUR_NUMBER, **values})
    assert check()["webhook"] == outcome
    assert [change["field"] for change in result("webhook").changes] == fields


def test_application_overrides_the_webhook(simulator: Simulator, check: Checked) -> None:
    simulator.post("/control/numbers", {"address": OUR_NUMBER, "sms_application_sid": "AP" + "1" * 32})
    assert check()["override"] == "fail"
    assert [change["after"] for change in result("override").changes] == [""]


@pytest.mark.parametrize(
    ("service", "outcome", "why"),
    [
        ({}, "fail", "The Messaging Service “Support” drops the number’s texts."),
        (
            {"inbound_request_url": "https://other.example/"},
            "fail",
            "The Messaging Service “Support” takes the number’s texts to https://other.example/.",
        ),
        (
            {"use_inbound_webhook_on_number": True},
            "pass",
            "The Messaging Service “Support” leaves the number’s texts to PBX.",
        ),
    ],
)
def test_messaging_service_overrides_the_webhook(
    simulator: Simulator, check: Checked, service: dict[str, Any], outcome: str, why: str
) -> None:
    simulator.post("/control/services", {"friendly_name": "Support", "numbers": [OUR_NUMBER], **service})
    assert check()["override"] == outcome
    assert result("override").why == why


def test_override_is_not_told_without_the_services(simulator: Simulator, check: Checked) -> None:
    forbid(simulator, "/v1/Services")
    assert check()["override"] == "cannot_tell"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("VERIFIED", "pass"), ("PENDING", "fail"), ("IN_PROGRESS", "fail"), ("FAILED", "fail"), (None, "fail")],
)
def test_us_number_must_be_registered(
    simulator: Simulator, own: Callable[..., None], check: Checked, status: str | None, outcome: str
) -> None:
    own(US)
    assert check(US)["registration"] == "fail"
    simulator.post("/control/services", {"numbers": [US], "campaign_status": status})
    assert check(US)["registration"] == outcome


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("TWILIO_APPROVED", "pass"), ("IN_REVIEW", "fail"), ("TWILIO_REJECTED", "fail"), ("", "fail")],
)
def test_toll_free_number_must_be_verified(
    simulator: Simulator, own: Callable[..., None], check: Checked, status: str, outcome: str
) -> None:
    simulator.post("/control/numbers", {"address": TOLL_FREE, "toll_free_status": status})
    own(TOLL_FREE)
    assert check(TOLL_FREE)["registration"] == outcome


@pytest.mark.parametrize(("number", "path"), [(US, "/v1/Services"), (TOLL_FREE, "/v1/Tollfree")])
def test_registration_is_not_told(
    simulator: Simulator, own: Callable[..., None], check: Checked, number: str, path: str
) -> None:
    simulator.post("/control/numbers", {"address": number})
    own(number)
    forbid(simulator, path, "404")
    assert check(number)["registration"] == "cannot_tell"


# --- the account's surroundings ---


def test_country_that_is_not_enabled_fails(road: Road, simulator: Simulator, check: Checked) -> None:
    simulator.post("/control/settings", {"blocked_prefixes": ["+1"]})
    assert check()["countries"] == "pass"
    actions.note_contact(road.channel.pk, CONTACT)
    assert check()["countries"] == "fail"
    assert result("countries").why == "Texts to these countries are not enabled: US."


def test_countries_that_twilio_does_not_tell_of(road: Road, simulator: Simulator, check: Checked) -> None:
    actions.note_contact(road.channel.pk, "+4930123456")
    assert check()["countries"] == "cannot_tell"
    forbid(simulator, "/v1/Messaging/GeoPermissions")
    assert check()["countries"] == "cannot_tell"
    assert result("countries").why == "Twilio does not tell this account (HTTP 403)."


@pytest.mark.parametrize(
    ("balance", "outcome", "what_to_do"),
    [
        ("250.00", "pass", ""),
        ("3.50", "pass", "Top up the account, or switch on automatic recharge."),
        ("-0.10", "fail", "Top up the account, or switch on automatic recharge."),
        ("unlimited", "cannot_tell", ""),
    ],
)
def test_balance(simulator: Simulator, check: Checked, balance: str, outcome: str, what_to_do: str) -> None:
    simulator.post("/control/settings", {"balance": balance})
    assert check()["balance"] == outcome
    assert result("balance").what_to_do == what_to_do


def test_webhook_failures_on_twilios_side(
    road: Road, simulator: Simulator, check: Checked, settings: Settings
) -> None:
    elsewhere = {"address": US, "sms_url": "http://127.0.0.1:9/other"}
    simulator.post("/control/numbers", elsewhere)
    simulator.post("/control/inbound", {"from": CONTACT, "to": US, "body": "Lost elsewhere"})
    assert check()["failures"] == "pass"
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    ours = {"address": OUR_NUMBER, "sms_url": f"http://127.0.0.1:9{road.path}"}
    simulator.post("/control/numbers", ours)
    simulator.post("/control/inbound", {"from": CONTACT, "to": OUR_NUMBER, "body": "Lost"})
    assert check()["failures"] == "fail"
    failures = result("failures")
    assert "error 11205" in failures.why
    assert failures.happened_at is not None
    assert failures.link == "https://www.twilio.com/docs/api/errors/11205"


@pytest.mark.parametrize(
    ("name", "path"),
    [("balance", "/Balance"), ("failures", "/v1/Alerts"), ("countries", "/v1/Messaging/Geo")],
)
@pytest.mark.parametrize("kind", ["404", "503"])
def test_side_api_that_answers_an_error_tells_nothing(
    simulator: Simulator, check: Checked, name: str, path: str, kind: str
) -> None:
    forbid(simulator, path, kind)
    outcomes = check()
    assert [one for one, outcome in outcomes.items() if outcome != "pass"] == [name]
    assert outcomes[name] == "cannot_tell"
