"""Credentials, the account, its numbers, and the side APIs on Twilio's other hosts."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from tests.simulator.stand_in import ABROAD, FAST, NUMBER, SID, TOKEN, StandIn

pytestmark = pytest.mark.once


@pytest.mark.parametrize("auth", [None, (SID, "wrong"), ("AC" + "0" * 32, TOKEN)])
def test_wrong_credentials(stand_in: StandIn, auth: tuple[str, str] | None) -> None:
    answer = requests.get(f"{stand_in.url}/2010-04-01/Accounts/{SID}/Messages.json", auth=auth, timeout=5)
    assert [answer.status_code, answer.json()] == [
        401,
        {
            "code": 20003,
            "message": "Authenticate",
            "more_info": "https://www.twilio.com/docs/errors/20003",
            "status": 401,
        },
    ]


def test_another_account_is_not_ours(stand_in: StandIn) -> None:
    with pytest.raises(TwilioRestException) as refused:
        stand_in.client.api.accounts("AC" + "0" * 32).fetch()
    assert refused.value.status == 401


def test_account_and_balance(stand_in: StandIn) -> None:
    account = stand_in.client.api.accounts(SID).fetch()
    assert [account.type, account.status, account.owner_account_sid] == ["Full", "active", SID]
    stand_in.post(
        "settings", account_type="Trial", account_status="suspended", owner_account_sid="AC" + "1" * 32
    )
    account = stand_in.client.api.accounts(SID).fetch()
    assert [account.type, account.status, account.owner_account_sid] == [
        "Trial",
        "suspended",
        "AC" + "1" * 32,
    ]
    assert [account.sid for account in stand_in.client.api.accounts.list()] == [SID]
    assert stand_in.client.balance.fetch().balance == "1000.00"


def test_numbers_and_their_capabilities(stand_in: StandIn) -> None:
    numbers = stand_in.client.incoming_phone_numbers.list()
    assert [n.phone_number for n in numbers] == ["+25402161183", NUMBER, FAST, ABROAD]
    mms = {n.phone_number: n.capabilities["mms"] for n in numbers}
    assert mms == {"+25402161183": False, NUMBER: True, FAST: True, ABROAD: False}
    assert stand_in.client.incoming_phone_numbers.list(phone_number="+14155559876") == []


def test_numbers_are_listed_in_pages(stand_in: StandIn) -> None:
    everything = [n.phone_number for n in stand_in.client.incoming_phone_numbers.list()]
    page = stand_in.client.incoming_phone_numbers.page(page_size=3)
    first = [n.phone_number for n in page]
    following = page.next_page()
    assert following is not None
    assert (len(first), first + [n.phone_number for n in following]) == (3, everything)
    assert following.next_page() is None
    assert [n.phone_number for n in stand_in.client.incoming_phone_numbers.list(page_size=1)] == everything
    assert len(stand_in.client.incoming_phone_numbers.list(limit=2, page_size=1)) == 2


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"phone_number": "402161"}, ["+25402161183"]),
        ({"phone_number": "+2540216118*"}, ["+25402161183"]),
        ({"phone_number": "+2540216118*4"}, []),
        ({"friendly_name": "+25402161183"}, ["+25402161183"]),
        ({"friendly_name": "+2540216118"}, []),
        ({"origin": "hosted"}, []),
    ],
)
def test_numbers_are_found_as_twilio_finds_them(
    stand_in: StandIn, filters: dict[str, str], found: list[str]
) -> None:
    numbers = stand_in.client.incoming_phone_numbers.list(**filters)
    assert [n.phone_number for n in numbers] == found


def test_short_code_is_not_in_the_list_of_numbers(stand_in: StandIn) -> None:
    stand_in.post("numbers", address="83424")
    assert "83424" not in [n.phone_number for n in stand_in.client.incoming_phone_numbers.list()]


def test_number_names_the_account_that_has_it(stand_in: StandIn) -> None:
    sub = {"sid": "AC" + "2" * 32, "friendly_name": "Shop", "numbers": ["+14155550111"]}
    stand_in.post("settings", sub_accounts=[sub])
    (theirs,) = stand_in.client.api.accounts(str(sub["sid"])).incoming_phone_numbers.list()
    assert (theirs.account_sid, theirs.phone_number) == (sub["sid"], "+14155550111")


def test_webhook_of_a_number_is_set(stand_in: StandIn) -> None:
    (number,) = stand_in.client.incoming_phone_numbers.list(phone_number=ABROAD)
    number.update(
        sms_url="https://pbx.example/w/1#rc=2", sms_method="POST", sms_fallback_url="https://pbx.example/f"
    )
    fetched = stand_in.client.incoming_phone_numbers(number.sid).fetch()
    assert [fetched.sms_url, fetched.sms_method, fetched.sms_fallback_url, fetched.sms_application_sid] == [
        "https://pbx.example/w/1#rc=2",
        "POST",
        "https://pbx.example/f",
        "",
    ]
    with pytest.raises(TwilioRestException):
        number.update(sms_url="ftp://pbx.example/")


def test_unknown_number_and_path_are_not_found(stand_in: StandIn) -> None:
    with pytest.raises(TwilioRestException) as refused:
        stand_in.client.incoming_phone_numbers("PN" + "0" * 32).fetch()
    assert [refused.value.status, refused.value.code] == [404, 20404]
    with pytest.raises(TwilioRestException) as refused:
        stand_in.client.calls.create(to=NUMBER, from_=FAST, url="https://pbx.example/")
    assert [refused.value.status, refused.value.code] == [404, 20404]


def test_side_apis_answer(stand_in: StandIn) -> None:
    client = stand_in.client
    assert client.messaging.v1.services.list() == []
    assert client.messaging.v1.tollfree_verifications.list() == []
    assert client.monitor.v1.alerts.list(log_level="error") == []
    assert client.pricing.v1.messaging.countries("US").fetch().price_unit == "USD"
    stand_in.post("settings", blocked_prefixes=["+44"])
    permissions = client.accounts.v1.messaging_geopermissions.fetch(country_code="US,GB").permissions or []
    assert [(p["country_code"], p["enabled"]) for p in permissions] == [("US", True), ("GB", False)]


def test_countries_that_are_not_known_are_left_out(stand_in: StandIn) -> None:
    answer = stand_in.client.accounts.v1.messaging_geopermissions.fetch(country_code="DE,US")
    assert [p["country_code"] for p in answer.permissions or []] == ["US"]


def test_sub_accounts_show_their_numbers_and_nothing_else(stand_in: StandIn) -> None:
    sub, address = "AC" + "5" * 32, "+447700900999"
    stand_in.post("settings", sub_accounts=[{"sid": sub, "friendly_name": "Berlin", "numbers": [address]}])
    accounts = stand_in.client.api.accounts.list()
    assert [(one.sid, one.owner_account_sid) for one in accounts] == [(SID, SID), (sub, SID)]
    assert stand_in.client.api.accounts(sub).fetch().friendly_name == "Berlin"
    theirs = stand_in.client.api.accounts(sub).incoming_phone_numbers.list()
    assert [number.phone_number for number in theirs] == [address]
    with pytest.raises(TwilioRestException) as refused:
        stand_in.client.api.accounts(sub).messages.create(to=NUMBER, from_=address, body="Hello")
    assert refused.value.status == 401


def test_alerts_since_a_time(stand_in: StandIn) -> None:
    stand_in.post("numbers", address=ABROAD, sms_url="http://127.0.0.1:9/")
    before = datetime.now(UTC) - timedelta(minutes=1)
    stand_in.post("inbound", **{"from": FAST, "to": ABROAD, "body": "Lost"})
    alerts = stand_in.client.monitor.v1.alerts
    assert [one.error_code for one in alerts.list(start_date=before)] == ["11205"]
    assert alerts.list(start_date=before + timedelta(hours=1)) == []


@pytest.mark.parametrize(("kind", "code"), [("403", 20403), ("404", 20404)])
def test_side_api_can_be_closed(stand_in: StandIn, kind: str, code: int) -> None:
    stand_in.session.post(f"{stand_in.url}/control/faults", json={"kind": kind, "path": "/Balance"})
    with pytest.raises(TwilioRestException) as refused:
        stand_in.client.balance.fetch()
    assert [refused.value.status, refused.value.code] == [int(kind), code]
    assert stand_in.client.api.accounts(SID).fetch().sid == SID
