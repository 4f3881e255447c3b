"""The set-up check over the simulator's application, and what mends it."""

from typing import Any

import pytest

from channels.itsp import ITSPS
from channels.itsp.bandwidth import registration
from channels.itsp.bandwidth.dashboard import Dashboard, parsed
from channels.itsp.base import Credentials
from channels.itsp.errors import ItspError
from channels.itsp.set_up import Check, CheckOutcome, Finding, SetUp
from tests.channels.itsp.bandwidth.account import OURS, PASSWORD, TOLL_FREE, USER
from tests.servers import Simulator

BANDWIDTH = ITSPS["bandwidth"]
WEBHOOK = "https://pbx.example.com/w/token/"
SET_UP = SetUp(numbers=(OURS, TOLL_FREE), webhook_url=WEBHOOK)
P, F, C = CheckOutcome.PASS, CheckOutcome.FAIL, CheckOutcome.CANNOT_TELL


@pytest.fixture
def application(simulator: Simulator, credentials: Credentials) -> Any:
    """Changes the application; gives it as the simulator has it."""

    def change(**said: Any) -> dict[str, Any]:
        found = simulator.post(
            "/control/bandwidth/applications", {"application_id": credentials["application_id"], **said}
        )
        return dict(found)

    change(inbound_url=WEBHOOK, outbound_url=WEBHOOK)
    return change


def check(credentials: Credentials, set_up: SetUp = SET_UP) -> list[Finding]:
    return list(BANDWIDTH.check_set_up(credentials, set_up))


def outcomes(found: list[Finding]) -> list[tuple[Check, CheckOutcome]]:
    return [(one.check, one.outcome) for one in found]


def test_all_is_well(application: Any, credentials: Credentials) -> None:
    assert outcomes(check(credentials)) == [
        (Check.CREDENTIALS, P),
        (Check.ACCOUNT, P),
        *[(Check.OWNED, P), (Check.WEBHOOK, P), (Check.REGISTRATION, P)] * 2,
    ]


@pytest.mark.parametrize(
    ("status", "outcome"), [("VERIFIED", P), ("PENDING", F), ("UNVERIFIED", F), ("", F), ("MAYBE", C)]
)
def test_state_of_the_toll_free_verification(
    application: Any, credentials: Credentials, simulator: Simulator, status: str, outcome: CheckOutcome
) -> None:
    simulator.post("/control/numbers", {"address": TOLL_FREE, "toll_free_status": status})
    found = registration_of(credentials)[TOLL_FREE]
    assert (found.outcome, bool(found.what_to_do)) == (outcome, outcome is not P)


def test_number_that_is_in_no_campaign(
    application: Any, credentials: Credentials, simulator: Simulator
) -> None:
    simulator.post("/control/bandwidth", {"unregistered": [OURS]})
    found = registration_of(credentials)
    assert {address: one.outcome for address, one in found.items()} == {OURS: F, TOLL_FREE: P}


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ("<CampaignId>C1</CampaignId><MessageClass>F</MessageClass>", P),
        ("<MessageClass>UNREGISTERED</MessageClass>", F),
        ("<SmsEnabled>true</SmsEnabled>", C),
        ("", C),
    ],
)
def test_number_is_in_the_campaign_that_bandwidth_names(
    application: Any,
    credentials: Credentials,
    monkeypatch: pytest.MonkeyPatch,
    told: str,
    outcome: CheckOutcome,
) -> None:
    """Its answer as the SDKs of others have recorded it."""
    details = f"<MessagingSettings>{told}</MessagingSettings>" if told else ""
    body = f"<TelephoneNumberResponse><TelephoneNumberDetails>{details}</TelephoneNumberDetails>"
    body += "</TelephoneNumberResponse>"
    monkeypatch.setattr(Dashboard, "_ask", lambda _self, _path: parsed(body.encode()))
    assert registration.finding(Dashboard(credentials, 5.0), OURS).outcome is outcome


def test_what_the_api_user_may_not_ask_is_said_to_be_untold(
    application: Any, credentials: Credentials, simulator: Simulator
) -> None:
    simulator.post("/control/bandwidth", {"roles": ["HTTP Messaging", "Configuration"]})
    found = registration_of(credentials)[TOLL_FREE]
    assert (found.outcome, found.why) == (C, "Bandwidth does not tell this API user (HTTP 403).")


def test_number_of_another_country_needs_no_registration(application: Any, credentials: Credentials) -> None:
    found = check(credentials, SetUp(numbers=("+16135550142",), webhook_url=WEBHOOK))
    assert Check.REGISTRATION not in {one.check for one in found}


def registration_of(credentials: Credentials) -> dict[str, Finding]:
    return {one.number: one for one in check(credentials) if one.check is Check.REGISTRATION}


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"inbound_url": ""}, ["InboundCallbackUrl"]),
        ({"outbound_url": "https://other.example.com/"}, ["OutboundCallbackUrl"]),
        ({"inbound": ["somebody", "x"]}, ["InboundCallbackCreds"]),
        ({"outbound": ["", ""]}, ["OutboundCallbackCreds"]),
        ({"types": ["message-failed"]}, ["RequestedCallbackTypes"]),
        (
            {"types": [], "inbound_url": "https://a.example/"},
            ["InboundCallbackUrl", "RequestedCallbackTypes"],
        ),
    ],
)
def test_what_is_wrong_is_found_and_mended(
    application: Any, credentials: Credentials, wrong: dict[str, Any], fields: list[str]
) -> None:
    application(name="Our own", **wrong)
    failed = [one for one in check(credentials) if one.outcome is F]
    assert [[change.field for change in one.changes] for one in failed] == [fields, fields]
    assert all(one.why and one.what_to_do for one in failed)
    for one in failed:  # the second number has the same application, which is as approved then
        assert BANDWIDTH.fix(credentials, SET_UP, number=one.number, approved=one.changes)
    assert F not in {one.outcome for one in check(credentials)}
    mended = application()
    assert (mended["inbound"], mended["outbound"]) == ([USER, PASSWORD], [USER, PASSWORD])
    assert (mended["name"], mended["service_type"]) == ("Our own", "Messaging-V2")


def test_what_changed_meanwhile_is_not_overwritten(application: Any, credentials: Credentials) -> None:
    application(inbound_url="https://one.example/")
    (finding, _other) = [one for one in check(credentials) if one.outcome is F]
    application(inbound_url="https://two.example/")
    assert not BANDWIDTH.fix(credentials, SET_UP, number=OURS, approved=finding.changes)
    assert application()["inbound_url"] == "https://two.example/"


def test_webhook_url_of_another_channel_is_named_and_not_shown(
    application: Any, credentials: Credentials
) -> None:
    theirs = "https://pbx.example.com/w/theirs/"
    application(inbound_url=theirs)
    set_up = SetUp((OURS,), WEBHOOK, channel_at=lambda url: "Other" if url == theirs else "")
    (finding,) = [one for one in check(credentials, set_up) if one.outcome is F]
    assert "Other" in finding.why
    assert theirs not in finding.why


def test_number_that_is_not_led_to_the_application_is_not_owned(
    simulator: Simulator, application: Any, credentials: Credentials
) -> None:
    simulator.post("/control/numbers", {"address": OURS, "belongs_to": "another"})
    found = check(credentials, SetUp((OURS, TOLL_FREE, "20123"), WEBHOOK))
    owned = {one.number: one.outcome for one in found if one.check is Check.OWNED}
    assert owned == {OURS: F, TOLL_FREE: P, "20123": C}


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (["HTTP Messaging"], [(Check.CREDENTIALS, P), (Check.ACCOUNT, C)]),
        (["Configuration"], [(Check.CREDENTIALS, F)]),
    ],
)
def test_role_that_the_user_lacks_is_told(
    simulator: Simulator,
    application: Any,
    credentials: Credentials,
    roles: list[str],
    expected: list[tuple[Check, CheckOutcome]],
) -> None:
    simulator.post("/control/bandwidth", {"roles": roles})
    assert outcomes(check(credentials)) == expected


def test_voice_application_and_one_that_is_gone_are_told(application: Any, credentials: Credentials) -> None:
    application(service_type="Voice-V2")
    assert outcomes(check(credentials))[1:] == [(Check.ACCOUNT, F)]
    gone = {**credentials, "application_id": "2cfcb382-161c-46d4-8c67-87ca09a72c85"}
    (_passed, finding) = check(gone)
    assert (finding.check, finding.outcome, finding.stops) == (Check.ACCOUNT, F, True)


def test_dashboard_that_does_not_answer_is_no_fault_of_the_set_up(
    simulator: Simulator, application: Any, credentials: Credentials
) -> None:
    simulator.post("/control/faults", {"kind": "500", "on": "api", "path": "/associatedsippeers"})
    found = check(credentials, SetUp((OURS,), WEBHOOK))
    assert outcomes(found)[2:] == [(Check.OWNED, C), (Check.WEBHOOK, P), (Check.REGISTRATION, P)]


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("api_password", "wrong", "api_password"),
        ("account_id", "9900903", "api_user"),
        ("application_id", "2cfcb382-161c-46d4-8c67-87ca09a72c85", "application_id"),
    ],
)
def test_wrong_credential_is_named(credentials: Credentials, name: str, value: str, field: str) -> None:
    BANDWIDTH.check_credentials(credentials)
    with pytest.raises(ItspError) as error:
        BANDWIDTH.check_credentials({**credentials, name: value})
    assert error.value.field == field


def test_account_s_numbers_are_listed_with_what_they_lack(application: Any, credentials: Credentials) -> None:
    listed = BANDWIDTH.list_numbers(credentials, SET_UP)
    assert [(one.address, list(one.findings)) for one in listed.numbers] == [(TOLL_FREE, []), (OURS, [])]
    assert listed.is_whole
    application(inbound_url="")
    lacking = BANDWIDTH.list_numbers(credentials, SET_UP).numbers[0]
    assert [change.field for one in lacking.findings for change in one.changes] == ["InboundCallbackUrl"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<a>",
        b"\xff\xfe<\x00a\x00/\x00>\x00",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        b'<?xml version="1.0" encoding="UTF-7"?>+ADw-!DOCTYPE a+AD4-<a/>',
    ],
)
def test_xml_with_a_document_type_or_none_at_all_is_not_read(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parsed(body)
