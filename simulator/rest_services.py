"""Messaging Services and the registrations of numbers, on messaging.twilio.com."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from simulator.encoding import iso8601, json_response
from simulator.errors import ApiError
from simulator.paging import page_v1
from simulator.records import Number, Service
from simulator.rest import FORM, rest, value
from simulator.simulator import SIMULATOR, Simulator


@rest
async def index(request: web.Request) -> web.StreamResponse:
    simulator = request.app[SIMULATOR]
    services = [_service_resource(simulator, service) for service in simulator.state.services.values()]
    return json_response(page_v1(request, "services", services))


@rest
async def fetch(request: web.Request) -> web.StreamResponse:
    return json_response(_service_resource(request.app[SIMULATOR], _service(request)))


@rest
async def update(request: web.Request) -> web.StreamResponse:
    """Set where a service's inbound texts go."""
    simulator, service = request.app[SIMULATOR], _service(request)
    if "UseInboundWebhookOnNumber" in request[FORM]:
        service.use_inbound_webhook_on_number = value(request, "UseInboundWebhookOnNumber").lower() == "true"
    if "InboundRequestUrl" in request[FORM]:
        service.inbound_request_url = value(request, "InboundRequestUrl") or None
    simulator.state.add_service(service)
    return json_response(_service_resource(simulator, service))


@rest
async def numbers(request: web.Request) -> web.StreamResponse:
    """The sender pool of a service."""
    simulator, service = request.app[SIMULATOR], _service(request)
    known = [simulator.state.numbers[a] for a in service.numbers if a in simulator.state.numbers]
    return json_response(
        page_v1(request, "phone_numbers", [_sender_resource(simulator, service, number) for number in known])
    )


@rest
async def number(request: web.Request) -> web.StreamResponse:
    """A number of the pool, by its SID; 404 when it is not in it."""
    simulator, service = request.app[SIMULATOR], _service(request)
    found = simulator.state.number_by_sid(request.match_info["number"])
    if found is None or found.address not in service.numbers:
        raise ApiError(20404, request.path)
    return json_response(_sender_resource(simulator, service, found))


@rest
async def campaigns(request: web.Request) -> web.StreamResponse:
    """The service's registration for A2P 10DLC, if it has one."""
    simulator, service = request.app[SIMULATOR], _service(request)
    campaign = {
        "sid": "QE" + service.sid[2:],
        "account_sid": simulator.account.sid,
        "messaging_service_sid": service.sid,
        "us_app_to_person_usecase": "MIXED",
        "campaign_status": service.campaign_status,
        "date_created": iso8601(service.created_at),
        "date_updated": iso8601(service.created_at),
        "url": f"{request.url}/QE{service.sid[2:]}",
    }
    return json_response(page_v1(request, "compliance", [campaign] if service.campaign_status else []))


@rest
async def toll_free_verifications(request: web.Request) -> web.StreamResponse:
    """Those of the numbers that have a `toll_free_status`."""
    simulator, wanted = request.app[SIMULATOR], request.query.get("TollfreePhoneNumberSid")
    found = [
        {
            "sid": "HH" + number.sid[2:],
            "account_sid": simulator.account.sid,
            "tollfree_phone_number_sid": number.sid,
            "status": number.toll_free_status,
        }
        for number in simulator.state.numbers.values()
        if number.toll_free_status and wanted in (None, number.sid)
    ]
    return json_response(page_v1(request, "verifications", found))


def _service(request: web.Request) -> Service:
    service = request.app[SIMULATOR].state.services.get(request.match_info["sid"])
    if service is None:
        raise ApiError(20404, request.path)
    return service


def _service_resource(simulator: Simulator, service: Service) -> dict[str, Any]:
    at = iso8601(service.created_at)
    return {
        "sid": service.sid,
        "account_sid": simulator.account.sid,
        "friendly_name": service.friendly_name,
        "inbound_request_url": service.inbound_request_url,
        "inbound_method": "POST",
        "fallback_url": None,
        "fallback_method": "POST",
        "status_callback": None,
        "use_inbound_webhook_on_number": service.use_inbound_webhook_on_number,
        "us_app_to_person_registered": service.campaign_status == "VERIFIED",
        "usecase": "undeclared",
        "validity_period": 36000,
        "date_created": at,
        "date_updated": at,
        "url": f"https://messaging.twilio.com/v1/Services/{service.sid}",
        "links": {},
    }


def _sender_resource(simulator: Simulator, service: Service, number: Number) -> dict[str, Any]:
    at = iso8601(service.created_at)
    return {
        "sid": number.sid,
        "account_sid": simulator.account.sid,
        "service_sid": service.sid,
        "phone_number": number.address,
        "country_code": "",
        "capabilities": [name for name, has in (("SMS", number.sms), ("MMS", number.mms)) if has],
        "date_created": at,
        "date_updated": at,
        "url": f"https://messaging.twilio.com/v1/Services/{service.sid}/PhoneNumbers/{number.sid}",
    }
