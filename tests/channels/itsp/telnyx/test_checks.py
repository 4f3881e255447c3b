"""The set-up check of a Telnyx channel, asked of the simulator, and what can be mended from here."""

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from accounts.directions import isolated
from channels.itsp import ITSPS
from channels.itsp.errors import Advice, ItspError
from channels.itsp.set_up import Change, Check, CheckOutcome, Finding, SetUp
from tests.servers import Simulator
from tests.telnyx_account import CREDENTIALS, PROFILE_ID, URL

pytestmark = pytest.mark.once

TELNYX = ITSPS["telnyx"]
NUMBER, TOLL_FREE, ABROAD = "+13125550150", "+18335550150", "+447700900150"
OTHER_PROFILE = "50017e19-51a0-4e19-851a-0051a07e1952"

Checked = Callable[..., dict[str, Finding]]


def set_up(*numbers: str, countries: tuple[str, ...] = ("US",)) -> SetUp:
    named = {"https://pbx.example.com/w/other/": "Sales"}
    return SetUp(numbers or (NUMBER,), URL, countries, lambda url: named.get(url, ""))


@pytest.fixture
def telnyx(simulator: Simulator) -> Simulator:
    """Set up as the guide says."""
    change_profile(simulator, webhook_url=URL, webhook_failover_url=URL)
    for address in (NUMBER, TOLL_FREE, ABROAD):
        own = {"address": address, "itsp": "telnyx", "belongs_to": PROFILE_ID, "mms": address != ABROAD}
        simulator.post("/control/numbers", {**own, "toll_free_status": "Verified"})
    simulator.post("/control/telnyx", {"campaigns": {NUMBER: "ASSIGNED"}})
    return simulator


@pytest.fixture
def check(telnyx: Simulator) -> Checked:
    """`check(number)["webhook"]` is what was found, of that number or of the channel."""

    def run(number: str = NUMBER, **more: Any) -> dict[str, Finding]:
        found = TELNYX.check_set_up(CREDENTIALS, set_up(number, **more))
        return {str(one.check): one for one in found}

    return run


def change_profile(simulator: Simulator, **fields: Any) -> None:
    simulator.post("/control/telnyx", {"profile": {"id": PROFILE_ID, **fields}})


def outcomes(found: dict[str, Finding]) -> dict[str, str]:
    return {name: one.outcome.value for name, one in found.items()}


@pytest.mark.parametrize("number", [NUMBER, TOLL_FREE])
def test_account_set_up_as_the_guide_says_passes(check: Checked, number: str) -> None:
    found = check(number)
    names = ["credentials", "account", "owned", "capable", "webhook", "override", "registration"]
    assert outcomes(found) == dict.fromkeys([*names, "countries", "balance", "failures"], "pass")
    assert {one.number for one in found.values() if one.check in names[2:]} == {number}
    assert [one.changes for one in found.values() if one.changes] == []
    assert found["capable"].why == "Texts and pictures (SMS and MMS)."
    assert found["balance"].why == "The balance is 1000.00 USD."


def test_number_outside_the_us_needs_no_registration(check: Checked) -> None:
    found = check(ABROAD, countries=("GB",))
    assert "registration" not in found
    assert found["capable"].why == "Texts (SMS); pictures (MMS) are not possible."


def test_wrong_key_stops_the_channel_and_the_questions(telnyx: Simulator) -> None:
    wrong = {**CREDENTIALS, "api_key": "KEY0"}
    (found,) = TELNYX.check_set_up(wrong, set_up())
    assert (found.check, found.outcome, found.stops) == (Check.CREDENTIALS, CheckOutcome.FAIL, True)
    with pytest.raises(ItspError) as caught:
        TELNYX.check_credentials(wrong)
    assert (caught.value.field, caught.value.advice) == ("api_key", Advice.STOP)


def test_wrong_profile_is_named(telnyx: Simulator) -> None:
    wrong = {**CREDENTIALS, "messaging_profile_id": OTHER_PROFILE}
    (found,) = TELNYX.check_set_up(wrong, set_up())
    assert (found.outcome, found.stops) == (CheckOutcome.FAIL, True)
    with pytest.raises(ItspError) as caught:
        TELNYX.check_credentials(wrong)
    assert caught.value.field == "messaging_profile_id"


def test_disabled_profile_stops_the_channel(telnyx: Simulator, check: Checked) -> None:
    TELNYX.check_credentials(CREDENTIALS)
    change_profile(telnyx, enabled=False)
    found = check()
    assert (outcomes(found), found["credentials"].stops) == ({"credentials": "fail"}, True)
    with pytest.raises(ItspError, match="disabled"):
        TELNYX.check_credentials(CREDENTIALS)


def test_out_of_reach_tells_nothing_and_stops_nothing(settings: Settings) -> None:
    settings.ITSP_API_URLS = {"telnyx": "http://127.0.0.1:9"}
    (found,) = TELNYX.check_set_up(CREDENTIALS, set_up())
    assert (found.outcome, found.stops, found.why) == (
        CheckOutcome.CANNOT_TELL,
        False,
        "Telnyx could not be reached.",
    )
    with pytest.raises(ItspError) as caught:
        TELNYX.check_credentials(CREDENTIALS)
    assert caught.value.advice is Advice.RETRY


@pytest.mark.parametrize("kind", ["500", "garbage_201", "403"])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/balance", "balance"),
        ("/webhook_deliveries", "failures"),
        ("/10dlc/", "registration"),
        ("/phone_numbers/messaging", "owned"),
    ],
)
def test_what_telnyx_does_not_tell_is_no_fault(
    telnyx: Simulator, check: Checked, path: str, name: str, kind: str
) -> None:
    telnyx.post("/control/faults", {"kind": kind, "path": path})
    found = check()
    assert outcomes(found)[name] == "cannot_tell"
    assert "fail" not in outcomes(found).values()
    assert found[name].what_to_do


def test_profile_whose_texts_go_elsewhere_fails_and_names_no_key(telnyx: Simulator, check: Checked) -> None:
    for url, words in [
        ("https://example.org/hook", "Texts to the messaging profile go to https://example.org/hook."),
        ("", "The messaging profile has no webhook: texts to it go nowhere."),
        ("https://pbx.example.com/w/other/", f"channel “{isolated('Sales')}”."),
    ]:
        change_profile(telnyx, webhook_url=url)
        found = check()["webhook"]
        assert found.outcome is CheckOutcome.FAIL
        assert found.why.endswith(words)
        assert "/w/other/" not in found.why


def test_missing_failover_is_offered(telnyx: Simulator, check: Checked) -> None:
    change_profile(telnyx, webhook_failover_url="")
    found = check()["webhook"]
    assert found.outcome is CheckOutcome.PASS
    assert found.changes == [Change("webhook_failover_url", "Failover URL", "", URL)]
    change_profile(telnyx, webhook_failover_url="https://example.org/own")
    assert not check()["webhook"].changes


@pytest.mark.parametrize("version", ["1", "2010-04-01"])
def test_other_version_of_the_webhook_fails(telnyx: Simulator, check: Checked, version: str) -> None:
    change_profile(telnyx, webhook_api_version=version)
    found = check()["webhook"]
    assert found.outcome is CheckOutcome.FAIL
    assert [(one.field, one.before, one.after) for one in found.changes] == [
        ("webhook_api_version", version, "2")
    ]


def test_all_is_mended_at_once(telnyx: Simulator, check: Checked) -> None:
    change_profile(telnyx, webhook_url="", webhook_failover_url="", webhook_api_version="1")
    telnyx.post("/control/numbers", {"address": NUMBER, "belongs_to": ""})
    found = check()
    assert outcomes(found)["webhook"] == outcomes(found)["override"] == "fail"
    approved = [*found["webhook"].changes, *found["override"].changes]
    assert TELNYX.fix(CREDENTIALS, set_up(), number=NUMBER, approved=approved)
    assert set(outcomes(check()).values()) == {"pass"}
    assert telnyx.post("/control/inbound", {"from": "+14155550123", "to": NUMBER, "body": "x"})["url"] == URL


def test_what_the_admin_did_not_see_is_not_overwritten(telnyx: Simulator, check: Checked) -> None:
    change_profile(telnyx, webhook_url="https://example.org/old")
    approved = check()["webhook"].changes
    change_profile(telnyx, webhook_url="https://example.org/new")
    assert not TELNYX.fix(CREDENTIALS, set_up(), number=NUMBER, approved=approved)
    assert "https://example.org/new" in check()["webhook"].why


def test_mending_that_is_refused_says_so(telnyx: Simulator, check: Checked) -> None:
    change_profile(telnyx, webhook_url="")
    approved = check()["webhook"].changes
    telnyx.post("/control/faults", {"kind": "403", "path": "/messaging_profiles"})
    with pytest.raises(ItspError):
        TELNYX.fix(CREDENTIALS, set_up(), number=NUMBER, approved=approved)


def test_number_of_nobody_fails(check: Checked) -> None:
    found = check("+13125550999")
    assert outcomes(found)["owned"] == "fail"
    assert "webhook" not in found


def test_short_code_can_not_be_told(check: Checked) -> None:
    assert outcomes(check("28849"))["owned"] == "cannot_tell"


def test_number_of_another_profile_fails(telnyx: Simulator, check: Checked) -> None:
    telnyx.post("/control/telnyx", {"profile": {"id": OTHER_PROFILE}})
    telnyx.post("/control/numbers", {"address": NUMBER, "belongs_to": OTHER_PROFILE})
    found = check()
    assert (outcomes(found)["webhook"], outcomes(found)["override"]) == ("pass", "fail")
    assert found["override"].changes == [
        Change("messaging_profile_id", "Messaging profile", OTHER_PROFILE, PROFILE_ID)
    ]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("ASSIGNED", "pass"), ("PENDING_ASSIGNMENT", "fail"), ("FAILED_ASSIGNMENT", "fail"), (None, "fail")],
)
def test_10dlc_campaign(telnyx: Simulator, check: Checked, status: str | None, outcome: str) -> None:
    telnyx.post("/control/telnyx", {"campaigns": {NUMBER: status} if status else {}})
    found = check()["registration"]
    assert found.outcome.value == outcome
    assert bool(found.link) == (outcome == "fail")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("Verified", "pass"),
        ("In Progress", "fail"),
        ("Waiting For Telnyx", "fail"),
        ("Rejected", "fail"),
        ("", "fail"),
    ],
)
def test_toll_free_verification(telnyx: Simulator, check: Checked, status: str, outcome: str) -> None:
    telnyx.post("/control/numbers", {"address": TOLL_FREE, "toll_free_status": status})
    assert check(TOLL_FREE)["registration"].outcome.value == outcome


def test_countries_are_those_of_the_profile(telnyx: Simulator, check: Checked) -> None:
    change_profile(telnyx, whitelisted_destinations=["US", "CA"])
    assert check(countries=("US",))["countries"].why == "Enabled: US."
    found = check(countries=("US", "KE", "GB"))["countries"]
    assert (found.outcome, found.why) == (
        CheckOutcome.FAIL,
        "Texts to these countries are not enabled: GB, KE.",
    )
    assert check(countries=())["countries"].outcome is CheckOutcome.CANNOT_TELL


@pytest.mark.parametrize(
    ("balance", "outcome", "has_hint"),
    [("10.00", "pass", False), ("9.99", "pass", True), ("0.00", "fail", True), ("-3.50", "fail", True)],
)
def test_balance(telnyx: Simulator, check: Checked, balance: str, outcome: str, has_hint: bool) -> None:
    telnyx.post("/control/settings", {"balance": balance})
    found = check()["balance"]
    assert (found.outcome.value, bool(found.what_to_do)) == (outcome, has_hint)
    assert str(TELNYX.account_state(CREDENTIALS).balance) == balance


def test_failed_calls_of_the_last_day_are_counted(telnyx: Simulator, check: Checked) -> None:
    """Nobody listens at the Webhook URL; what went elsewhere is none of ours."""
    nowhere = "http://127.0.0.1:9/w/abc/"
    change_profile(telnyx, webhook_url=nowhere, webhook_failover_url="")
    for body in ("one", "two"):
        telnyx.post("/control/inbound", {"from": "+14155550123", "to": NUMBER, "body": body})
    assert check()["failures"].outcome is CheckOutcome.PASS
    there = SetUp((NUMBER,), nowhere, ("US",))
    found = {str(one.check): one for one in TELNYX.check_set_up(CREDENTIALS, there)}["failures"]
    assert (found.outcome, found.why) == (
        CheckOutcome.FAIL,
        "Telnyx could not deliver to the Webhook URL: 2 times.",
    )
    assert found.at is not None


def test_settings_that_keep_texts_back_or_change_them_are_said(telnyx: Simulator, check: Checked) -> None:
    change_profile(telnyx, daily_spend_limit="5.00", daily_spend_limit_enabled=True, smart_encoding=True)
    said = check()["account"].what_to_do
    assert "5.00 USD" in said
    assert "Smart encoding" in said
    assert "mobile" not in said


def test_account_tells_its_numbers_and_what_they_lack(telnyx: Simulator) -> None:
    telnyx.post("/control/numbers", {"address": ABROAD, "belongs_to": ""})
    found = TELNYX.list_numbers(CREDENTIALS, set_up())
    assert found.is_whole
    assert [(one.address, one.can_text, one.can_picture) for one in found.numbers] == [
        (NUMBER, True, True),
        (TOLL_FREE, True, True),
        (ABROAD, True, False),
    ]
    lacking = {one.address: [str(finding.check) for finding in one.findings] for one in found.numbers}
    assert lacking == {NUMBER: [], TOLL_FREE: [], ABROAD: ["override"]}
    assert [finding.number for one in found.numbers for finding in one.findings] == [ABROAD]


def test_many_numbers_are_read_page_by_page(telnyx: Simulator) -> None:
    for index in range(300):
        own = {"address": f"+1312556{index:04}", "itsp": "telnyx", "belongs_to": PROFILE_ID}
        telnyx.post("/control/numbers", own)
    found = TELNYX.list_numbers(CREDENTIALS, set_up())
    assert (len(found.numbers), found.is_whole) == (303, True)
