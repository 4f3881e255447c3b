"""Messaging Services, which silently override a number's webhook, and registrations."""

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.stand_in import FAST, NUMBER, Receiver, StandIn

pytestmark = pytest.mark.once


def test_service_overrides_the_numbers_webhook(stand_in: StandIn, receiver: Receiver) -> None:
    service = stand_in.post("services", inbound_request_url=f"{receiver.url}/service", numbers=[NUMBER])
    stand_in.text("x")
    (request,) = receiver.received
    assert [request.path, request.params["MessagingServiceSid"]] == ["/service", service["sid"]]
    stand_in.post("services", sid=service["sid"], inbound_request_url=None)
    assert stand_in.text("x")["error"] == "The number's Messaging Service has no webhook URL."
    stand_in.post("services", sid=service["sid"], use_inbound_webhook_on_number=True)
    stand_in.text("x")
    assert receiver.received[-1].path == "/in?number=1"


def test_service_is_found_by_the_set_up_checks(stand_in: StandIn) -> None:
    stand_in.post("services", friendly_name="Marketing", numbers=[NUMBER], campaign_status="IN_PROGRESS")
    pn = {n.phone_number: n.sid or "" for n in stand_in.client.incoming_phone_numbers.list()}
    (service,) = stand_in.client.messaging.v1.services.list()
    assert [service.friendly_name, service.inbound_request_url] == ["Marketing", None]
    assert [service.use_inbound_webhook_on_number, service.us_app_to_person_registered] == [False, False]
    pool = stand_in.client.messaging.v1.services(service.sid or "")
    assert pool.phone_numbers(pn[NUMBER]).fetch().phone_number == NUMBER
    assert [number.phone_number for number in pool.phone_numbers.list()] == [NUMBER]
    with pytest.raises(TwilioRestException) as refused:
        pool.phone_numbers(pn[FAST]).fetch()
    assert refused.value.status == 404
    assert [campaign.campaign_status for campaign in pool.us_app_to_person.list()] == ["IN_PROGRESS"]


def test_services_come_in_pages(stand_in: StandIn) -> None:
    names = [f"Service {index}" for index in range(7)]
    for name in names:
        stand_in.post("services", friendly_name=name)
    services = stand_in.client.messaging.v1.services
    assert [service.friendly_name for service in services.list(page_size=3)] == names
    page = services.page(page_size=3)
    assert [service.friendly_name for service in page] == names[:3]


def test_toll_free_verification_of_a_number(stand_in: StandIn) -> None:
    number = stand_in.post("numbers", address="+18005550100", toll_free_status="PENDING_REVIEW")
    verifications = stand_in.client.messaging.v1.tollfree_verifications
    found = verifications.list(tollfree_phone_number_sid=number["sid"])
    assert [verification.status for verification in found] == ["PENDING_REVIEW"]
    assert verifications.list(tollfree_phone_number_sid="PN" + "0" * 32) == []


def test_suspended_account_sends_nothing(stand_in: StandIn) -> None:
    stand_in.post("settings", account_status="suspended")
    with pytest.raises(TwilioRestException) as refused:
        stand_in.send("x")
    assert refused.value.code == 20005
