"""IncomingPhoneNumbers in the REST API."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from aiohttp import web

from simulator.encoding import json_response
from simulator.records import Number
from simulator.simulator import SIMULATOR
from simulator.twilio.errors import ApiError
from simulator.twilio.paging import page_2010
from simulator.twilio.resources import number_resource
from simulator.twilio.rest import CODE, FORM, rest, value
from simulator.views import number_view

URLS = {"SmsUrl": "sms_url", "SmsFallbackUrl": "sms_fallback_url", "StatusCallback": "status_callback"}
METHODS = {"SmsMethod": "sms_method", "SmsFallbackMethod": "sms_fallback_method"}
TEXTS = {"SmsApplicationSid": "sms_application_sid", "FriendlyName": "friendly_name"}


@rest
async def index(request: web.Request) -> web.StreamResponse:
    """Those that were bought, page by page: a short code is in no such list."""
    simulator = request.app[SIMULATOR]
    account, owned = simulator.account, simulator.state.numbers_of(CODE)
    if sub_account := simulator.settings.sub_account(request.match_info["account"]):
        account = replace(account, sid=sub_account["sid"])
        owned = [Number.bought(address) for address in sub_account["numbers"]]
    page = page_2010(
        request,
        "incoming_phone_numbers",
        [number for number in owned if number.address.startswith("+") and _is_wanted(number, request)],
        lambda number: number.sid,
        lambda number: number_resource(account, number),
    )
    return json_response(page)


def _is_wanted(number: Number, request: web.Request) -> bool:
    """Digits match wherever they stand in the number, a * for any one; a name matches as a whole."""
    wanted, name = request.query.get("PhoneNumber", ""), request.query.get("FriendlyName")
    pattern = re.escape(wanted).replace(r"\*", r"\d")
    is_ours = request.query.get("Origin", "twilio") == "twilio"
    return is_ours and bool(re.search(pattern, number.address)) and name in (None, number.friendly_name)


@rest
async def fetch(request: web.Request) -> web.StreamResponse:
    return json_response(number_resource(request.app[SIMULATOR].account, _number(request)))


@rest
async def update(request: web.Request) -> web.StreamResponse:
    """Set where a number's texts go."""
    simulator, number = request.app[SIMULATOR], _number(request)
    given = {name: value(request, name) for name in request[FORM]}
    for name, text in given.items():
        if name in URLS and text and urlsplit(text).scheme not in ("http", "https"):
            raise ApiError(20001, f"{name} is not a valid URL: {text}")
        if name in METHODS and text.upper() not in ("GET", "POST"):
            raise ApiError(20001, f"{name} is GET or POST")
    for name, text in given.items():
        field = URLS.get(name) or TEXTS.get(name) or METHODS.get(name)
        if field:
            setattr(number, field, text.upper() if name in METHODS else text)
    simulator.state.changed_number(number)
    simulator.journal.publish("number", number_view(request.app[SIMULATOR], number))
    return json_response(number_resource(simulator.account, number))


def _number(request: web.Request) -> Number:
    number = request.app[SIMULATOR].state.number_by_sid(request.match_info["sid"])
    if number is None:
        raise ApiError(20404, request.path)
    return number
