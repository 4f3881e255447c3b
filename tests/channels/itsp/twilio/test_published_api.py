"""What we ask of Twilio, and what the simulator answers, are as Twilio's own OpenAPI files say."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from channels.itsp import ITSPS
from channels.itsp.base import Credentials
from channels.itsp.errors import ItspError
from channels.itsp.set_up import CheckOutcome, SetUp
from channels.itsp.texts import OutboundSms
from tests.channels.itsp.twilio.published_api import Judge, judging
from tests.servers import Simulator

pytestmark = pytest.mark.once

TWILIO = ITSPS["twilio"]
CREDENTIALS: Credentials = {"account_sid": "AC" + "51a0" * 8, "auth_token": "70ce" * 8}
US, TOLL_FREE, ABROAD, OF_SUB_ACCOUNT = "+14155550100", "+18005550100", "+447700900123", "+12025550199"
CONTACT = "+12015550123"
WEBHOOK = "https://pbx.example.com/w/token/"
SET_UP = SetUp(
    numbers=(US, TOLL_FREE, ABROAD, OF_SUB_ACCOUNT), webhook_url=WEBHOOK, countries=("US", "KE", "GB")
)
UNPUBLISHED = "GET /v1/Webhooks/Rules"  # a beta
ASKED = {
    *("CreateMessage", "ListMessage", "FetchMessage", "UpdateMessage", "ListMedia"),
    *("FetchAccount", "ListAccount", "FetchBalance"),
    *("ListIncomingPhoneNumber", "UpdateIncomingPhoneNumber"),
    *("ListService", "UpdateService", "ListPhoneNumber", "ListUsAppToPerson", "ListTollfreeVerification"),
    *("ListAlert", "FetchMessagingGeopermissions", UNPUBLISHED),
}


@pytest.fixture
def judge(
    simulator: Simulator, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Judge]:
    """Between us and the simulator's account, which has one of each."""
    simulator.post("/control/settings", {"sub_accounts": [_SUB_ACCOUNT]})
    for address, more in ((US, {}), (TOLL_FREE, {"toll_free_status": "IN_REVIEW"}), (ABROAD, {})):
        simulator.post(
            "/control/numbers", {"address": address, "sms_url": "http://127.0.0.1:9/", "rate": 0.01, **more}
        )
    service = {"friendly_name": "Marketing", "inbound_request_url": "https://other.example.com/in"}
    simulator.post("/control/services", {**service, "numbers": [US], "campaign_status": "VERIFIED"})
    with judging(simulator.url, tmp_path) as judge:
        settings.ITSP_API_URLS = {"twilio": judge.url}
        judge.watch(monkeypatch)
        yield judge


_SUB_ACCOUNT = {"sid": "AC" + "5" * 32, "friendly_name": "Branch", "numbers": [OF_SUB_ACCOUNT]}


def test_what_we_ask_of_twilio_is_as_published(judge: Judge, simulator: Simulator) -> None:
    _ask_about_texts(simulator)
    _ask_about_the_account(simulator)
    assert set(judge.faults) == {f"{UNPUBLISHED}: request: Selected route not found"}
    assert {one.operation for one in judge.asked} == ASKED


def test_what_is_not_as_published_is_found(judge: Judge) -> None:
    with pytest.raises(ItspError):
        TWILIO.sender(CREDENTIALS).send(OutboundSms(US, CONTACT, "x", "nowhere", "0"), lambda: None)
    (fault,) = judge.faults
    assert fault.startswith("CreateMessage: request.body.StatusCallback: ")


def _ask_about_texts(simulator: Simulator) -> None:
    """Sent, with files and without; found again; cancelled; and one that came in."""
    sender = TWILIO.sender(CREDENTIALS)
    callback = WEBHOOK, "17-18f"
    files = ("https://pbx.example.com/a.png", "https://pbx.example.com/b.png?x=1&y=%C3%BC")
    plain = sender.send(OutboundSms(US, CONTACT, "Grüße 😀", *callback), lambda: None)
    sms = [OutboundSms(US, CONTACT, "", *callback, media) for media in (files[:1], files)]
    pictures = [sender.send(one, lambda: None) for one in sms]
    with pytest.raises(ItspError):
        sender.send(OutboundSms(US, "+1", "To nobody", *callback), lambda: None)
    file = {"content_type": "image/png", "data": "iVBORw0KGgo="}
    came = simulator.post("/control/inbound", {"from": CONTACT, "to": US, "body": "Look", "media": [file]})

    now, day = timezone.now(), timedelta(days=1)
    TWILIO.list_sent(CREDENTIALS, sender=US, recipient=CONTACT, since=now - day)
    TWILIO.list_recent(CREDENTIALS, since=now - day)
    since, until = now - day, now + day
    TWILIO.list_received(CREDENTIALS, recipient=US, since=since, until=until, most_calls=3)
    assert TWILIO.list_media(CREDENTIALS, came["sid"])
    assert TWILIO.look_up(CREDENTIALS, plain.itsp_message_id).body == "Grüße 😀"
    assert TWILIO.cancel(CREDENTIALS, pictures[-1].itsp_message_id)
    assert not TWILIO.cancel(CREDENTIALS, plain.itsp_message_id)


def _ask_about_the_account(simulator: Simulator) -> None:
    """All checks of the set-up, and what they propose."""
    TWILIO.check_credentials(CREDENTIALS)
    TWILIO.account_state(CREDENTIALS)
    TWILIO.list_numbers(CREDENTIALS, SET_UP)
    for _ in range(2):  # what a TwiML App has is taken from it before the Messaging Service
        found = list(TWILIO.check_set_up(CREDENTIALS, SET_UP))
        assert CheckOutcome.CANNOT_TELL not in {one.outcome for one in found}
        for one in found:
            if one.changes:
                assert TWILIO.fix(CREDENTIALS, SET_UP, number=one.number, approved=one.changes)
    key = {**CREDENTIALS, "api_key_sid": "SK" + "1" * 32, "api_key_secret": "2" * 32}
    with pytest.raises(ItspError):
        TWILIO.check_credentials(key)
