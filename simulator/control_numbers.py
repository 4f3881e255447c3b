"""The account's numbers and Messaging Services, in the control API."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from simulator.control import posted
from simulator.encoding import json_response, new_sid
from simulator.numbering import E164, SHORT_CODE
from simulator.records import DEFAULT_ITSP, Number, Service
from simulator.simulator import SIMULATOR, Simulator
from simulator.views import number_view, service_view

SERVICE_FIELDS = (
    "friendly_name",
    "inbound_request_url",
    "use_inbound_webhook_on_number",
    "campaign_status",
    "numbers",
)
CONFIGURABLE = (
    "friendly_name",
    "sms",
    "mms",
    "sms_url",
    "sms_method",
    "sms_fallback_url",
    "sms_fallback_method",
    "sms_application_sid",
    "queue_limit",
    "toll_free_status",
    "belongs_to",
)
URLS = ("webhook_url", "webhook_fallback_url")  # of whatever leads the number's texts at its ITSP


async def numbers(request: web.Request) -> web.StreamResponse:
    """The account's numbers; POST {address, ...} adds one or changes it."""
    simulator = request.app[SIMULATOR]
    if request.method == "POST":
        return json_response(number_view(simulator, _configure(simulator, await posted(request))))
    return json_response(
        {"numbers": [number_view(simulator, number) for number in simulator.state.numbers.values()]}
    )


def _configure(simulator: Simulator, asked: dict[str, Any]) -> Number:
    address = str(asked.get("address", ""))
    if not (E164.fullmatch(address) or SHORT_CODE.fullmatch(address)):
        raise ValueError("address is a number like +14155550123, or a short code.")
    unknown = asked.keys() - {*CONFIGURABLE, *URLS, "address", "itsp", "rate", "is_second"}
    if unknown:
        raise ValueError(f"A number has no {', '.join(sorted(unknown))}.")
    rate = asked.get("rate")
    if (
        "rate" in asked
        and rate not in ("unlimited", None)
        and not (isinstance(rate, int | float) and rate > 0)
    ):
        raise ValueError("rate is segments a second, or unlimited.")
    for name in ("sms_url", "sms_fallback_url", *URLS):
        if asked.get(name) and urlsplit(asked[name]).scheme not in ("http", "https"):
            raise ValueError(f"{asked[name]!r} is no URL. It begins with https:// or http://.")
    number, is_second = simulator.state.numbers.get(address), asked.get("is_second") is True
    if is_second:
        if number is None or number.itsp == asked.get("itsp"):
            raise ValueError("A second ITSP is another one than the number is at already.")
        number = simulator.state.number_at(address, str(asked.get("itsp")))
    itsp = str(asked.get("itsp", number.itsp if number else DEFAULT_ITSP))
    if itsp not in simulator.faces:
        raise ValueError(f"itsp is one of {', '.join(simulator.faces)}.")
    if number is None or number.itsp != itsp:  # a number that is ported begins anew
        number = simulator.bought(address, itsp)
        number.is_second = is_second
    for name in CONFIGURABLE:
        setattr(number, name, asked.get(name, getattr(number, name)))
    if asked.keys() & set(URLS):
        face = simulator.faces[number.itsp]
        url, fallback_url = face.webhooks_of(number)
        face.lead(number, asked.get(URLS[0], url), asked.get(URLS[1], fallback_url) or "")
    simulator.state.add_number(number)
    if "rate" in asked:
        number.rate = None if rate in ("unlimited", None) else float(rate)
        simulator.delivery.line(number).rate_changed()
    simulator.journal.publish("number", number_view(simulator, number))
    return number


async def services(request: web.Request) -> web.StreamResponse:
    """The Messaging Services; POST {sid?, ...} adds one or changes it."""
    simulator = request.app[SIMULATOR]
    if request.method == "POST":
        return json_response(service_view(_configure_service(simulator, await posted(request))))
    return json_response(
        {"services": [service_view(service) for service in simulator.state.services.values()]}
    )


def _configure_service(simulator: Simulator, asked: dict[str, Any]) -> Service:
    unknown = asked.keys() - {*SERVICE_FIELDS, "sid"}
    if unknown:
        raise ValueError(f"A Messaging Service has no {', '.join(sorted(unknown))}.")
    service = simulator.state.services.get(str(asked.get("sid")))
    if service is None:
        service = Service(new_sid("MG"), "Messaging Service")
    for name in SERVICE_FIELDS:
        setattr(service, name, asked.get(name, getattr(service, name)))
    simulator.state.add_service(service)
    return service


async def remove_service(request: web.Request) -> web.StreamResponse:
    simulator = request.app[SIMULATOR]
    service = simulator.state.services.get(request.match_info["sid"])
    if service is None:
        return json_response({"error": "There is no such Messaging Service."}, 404)
    simulator.state.remove_service(service)
    return json_response({})
