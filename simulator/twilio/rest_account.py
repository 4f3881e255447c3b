"""The account and the side APIs that a product's set-up checks ask."""

from __future__ import annotations

from datetime import UTC, datetime

from aiohttp import web

from simulator.encoding import json_response
from simulator.simulator import SIMULATOR, Simulator
from simulator.twilio.errors import ApiError
from simulator.twilio.paging import page_2010, page_v1
from simulator.twilio.resources import account_resource, alert_resource, sub_account_resource
from simulator.twilio.rest import rest

# A date that the account and its SID can have been made on.
ACCOUNT_CREATED_AT = 1577836800.0
SMS_PRICE = "0.0079"


def _account(simulator: Simulator) -> dict[str, object]:
    return account_resource(simulator.account, simulator.settings, ACCOUNT_CREATED_AT)


def _accounts(simulator: Simulator) -> list[dict[str, object]]:
    """The account itself and its sub-accounts."""
    subs = simulator.settings.sub_accounts
    return [
        _account(simulator),
        *(sub_account_resource(simulator.account, one, ACCOUNT_CREATED_AT) for one in subs),
    ]


@rest
async def account(request: web.Request) -> web.StreamResponse:
    asked = request.match_info["account"]
    return json_response(next(one for one in _accounts(request.app[SIMULATOR]) if one["sid"] == asked))


@rest
async def accounts(request: web.Request) -> web.StreamResponse:
    shapes = _accounts(request.app[SIMULATOR])
    return json_response(
        page_2010(request, "accounts", shapes, lambda item: str(item["sid"]), lambda item: item)
    )


@rest
async def balance(request: web.Request) -> web.StreamResponse:
    simulator = request.app[SIMULATOR]
    return json_response(
        {"account_sid": simulator.account.sid, "balance": simulator.settings.balance, "currency": "USD"}
    )


@rest
async def alerts(request: web.Request) -> web.StreamResponse:
    """Newest first, since `StartDate`. All alerts are errors."""
    simulator = request.app[SIMULATOR]
    wanted = request.query.get("LogLevel", "error") == "error"
    since = _start(request.query.get("StartDate", ""))
    found = [
        alert_resource(simulator.account, alert)
        for alert in reversed(simulator.journal.alerts)
        if wanted and alert["at"] >= since
    ]
    return json_response(page_v1(request, "alerts", found))


def _start(text: str) -> float:
    """YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ, in UTC; everything when it is not given."""
    if not text:
        return 0.0
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ApiError(20001, f"StartDate is {text!r}") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


@rest
async def geo_permissions(request: web.Request) -> web.StreamResponse:
    """Which countries may be texted: all, but for prefixes that the settings block. Others are left out."""
    blocked = request.app[SIMULATOR].settings.blocked_prefixes
    prefixes = {"US": "+1", "CA": "+1", "GB": "+44", "KE": "+254", "AU": "+61"}
    codes = [code for code in request.query.get("CountryCode", "US,CA,GB,KE,AU").split(",") if code]
    permissions = [
        {"country_code": code, "type": "country", "enabled": prefixes[code] not in blocked}
        for code in codes
        if code in prefixes
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
async def webhook_rules(request: web.Request) -> web.StreamResponse:
    """As an account without the beta answers, unless the settings have some."""
    rules = request.app[SIMULATOR].settings.webhook_rules
    if not rules:
        raise ApiError(20404, request.path)
    return json_response({"meta": {"key": "rules", "pageSize": 50}, "rules": rules})


@rest
async def webhook_setting(request: web.Request) -> web.StreamResponse:
    known = {one.get("id"): one for one in request.app[SIMULATOR].settings.webhook_settings}
    found = known.get(request.match_info["setting"])
    if found is None:
        raise ApiError(20404, request.path)
    return json_response(found)


@rest
async def not_found(request: web.Request) -> web.StreamResponse:
    raise ApiError(20404, request.path)
