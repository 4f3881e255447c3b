"""The account and the side APIs that a product's set-up checks ask."""

from __future__ import annotations

from aiohttp import web

from simulator.encoding import json_response
from simulator.errors import ApiError
from simulator.paging import page_2010, page_v1
from simulator.resources import account_resource, alert_resource
from simulator.rest import rest
from simulator.simulator import SIMULATOR, Simulator

# A date that the account and its SID can have been made on.
ACCOUNT_CREATED_AT = 1577836800.0
SMS_PRICE = "0.0079"


def _account(simulator: Simulator) -> dict[str, object]:
    return account_resource(simulator.account, simulator.settings, ACCOUNT_CREATED_AT)


@rest
async def account(request: web.Request) -> web.StreamResponse:
    return json_response(_account(request.app[SIMULATOR]))


@rest
async def accounts(request: web.Request) -> web.StreamResponse:
    """The account itself; it has no sub-accounts."""
    shape = _account(request.app[SIMULATOR])
    return json_response(
        page_2010(request, "accounts", [shape], lambda item: str(item["sid"]), lambda item: item)
    )


@rest
async def balance(request: web.Request) -> web.StreamResponse:
    simulator = request.app[SIMULATOR]
    return json_response(
        {"account_sid": simulator.account.sid, "balance": simulator.settings.balance, "currency": "USD"}
    )


@rest
async def alerts(request: web.Request) -> web.StreamResponse:
    """Newest first. All alerts are errors."""
    simulator = request.app[SIMULATOR]
    wanted = request.query.get("LogLevel", "error") == "error"
    found = [
        alert_resource(simulator.account, alert) for alert in reversed(simulator.journal.alerts) if wanted
    ]
    return json_response(page_v1(request, "alerts", found))


@rest
async def geo_permissions(request: web.Request) -> web.StreamResponse:
    """Which countries may be texted: all, but for prefixes that the settings block."""
    blocked = request.app[SIMULATOR].settings.blocked_prefixes
    prefixes = {"US": "+1", "CA": "+1", "GB": "+44", "KE": "+254", "AU": "+61"}
    codes = [code for code in request.query.get("CountryCode", "US,CA,GB,KE,AU").split(",") if code]
    permissions = [
        {"country_code": code, "type": "country", "enabled": prefixes.get(code, "?") not in blocked}
        for code in codes
    ]
    return json_response({"permissions": permissions})


@rest
async def price(request: web.Request) -> web.StreamResponse:
    country = request.match_info["country"].upper()
    prices = [{"number_type": "local", "base_price": SMS_PRICE, "current_price": SMS_PRICE}]
    return json_response(
        {
            "country": country,
            "iso_country": country,
            "price_unit": "USD",
            "inbound_sms_prices": prices,
            "outbound_sms_prices": [{"carrier": "any", "mcc": "", "mnc": "", "prices": prices}],
            "url": str(request.url),
        }
    )


@rest
async def not_found(request: web.Request) -> web.StreamResponse:
    raise ApiError(20404, request.path)
