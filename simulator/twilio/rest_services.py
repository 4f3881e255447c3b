"""Messaging Services and the registrations of numbers, on messaging.twilio.com."""

from __future__ import annotations

from aiohttp import web

from simulator.encoding import json_response
from simulator.records import Service
from simulator.simulator import SIMULATOR
from simulator.twilio.errors import ApiError
from simulator.twilio.paging import page_v1
from simulator.twilio.rest import CODE, FORM, rest, value
from simulator.twilio.service_resources import (
    campaign_resource,
    sender_resource,
    service_resource,
    toll_free_resource,
)


@rest
async def index(request: web.Request) -> web.StreamResponse:
    simulator = request.app[SIMULATOR]
    services = [service_resource(simulator.account, service) for service in simulator.state.services.values()]
    return json_response(page_v1(request, "services", services))


@rest
async def fetch(request: web.Request) -> web.StreamResponse:
    return json_response(service_resource(request.app[SIMULATOR].account, _service(request)))


@rest
async def update(request: web.Request) -> web.StreamResponse:
    """Set where a service's inbound texts go."""
    simulator, service = request.app[SIMULATOR], _service(request)
    if "UseInboundWebhookOnNumber" in request[FORM]:
        service.use_inbound_webhook_on_number = value(request, "UseInboundWebhookOnNumber").lower() == "true"
    if "InboundRequestUrl" in request[FORM]:
        service.inbound_request_url = value(request, "InboundRequestUrl") or None
    simulator.state.add_service(service)
    return json_response(service_resource(simulator.account, service))


@rest
async def numbers(request: web.Request) -> web.StreamResponse:
    """The sender pool of a service."""
    simulator, service = request.app[SIMULATOR], _service(request)
    known = [simulator.state.numbers[a] for a in service.numbers if a in simulator.state.numbers]
    found = [sender_resource(simulator.account, service, number) for number in known]
    return json_response(page_v1(request, "phone_numbers", found))


@rest
async def number(request: web.Request) -> web.StreamResponse:
    """A number of the pool, by its SID; 404 when it is not in it."""
    simulator, service = request.app[SIMULATOR], _service(request)
    found = simulator.state.number_by_sid(request.match_info["number"])
    if found is None or found.address not in service.numbers:
        raise ApiError(20404, request.path)
    return json_response(sender_resource(simulator.account, service, found))


@rest
async def campaigns(request: web.Request) -> web.StreamResponse:
    """The service's registration for A2P 10DLC, if it has one."""
    simulator, service = request.app[SIMULATOR], _service(request)
    found = [campaign_resource(simulator.account, service)] if service.campaign_status else []
    return json_response(page_v1(request, "compliance", found))


@rest
async def toll_free_verifications(request: web.Request) -> web.StreamResponse:
    """Those of the numbers that have a `toll_free_status`."""
    simulator, wanted = request.app[SIMULATOR], request.query.get("TollfreePhoneNumberSid")
    found = [
        toll_free_resource(simulator.account, number)
        for number in simulator.state.numbers_of(CODE)
        if number.toll_free_status and wanted in (None, number.sid)
    ]
    return json_response(page_v1(request, "verifications", found))


def _service(request: web.Request) -> Service:
    service = request.app[SIMULATOR].state.services.get(request.match_info["sid"])
    if service is None:
        raise ApiError(20404, request.path)
    return service
