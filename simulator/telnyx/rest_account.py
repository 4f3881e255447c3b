"""The side APIs that a product's set-up checks ask, and the settings that it may change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from aiohttp import web

from simulator.encoding import json_response
from simulator.numbering import kind_of
from simulator.records import Number
from simulator.simulator import SIMULATOR
from simulator.telnyx import opt_outs
from simulator.telnyx.account import PROFILE_FIELDS, TelnyxAccount
from simulator.telnyx.errors import ApiError
from simulator.telnyx.resources import delivery, moment, number_id, number_settings
from simulator.telnyx.rest import CODE, posted, rest
from simulator.views import number_view

LARGEST_PAGE = 250


@rest
async def balance(request: web.Request) -> web.StreamResponse:
    told = request.app[SIMULATOR].settings.balance
    data = {"balance": told, "credit_limit": "0.00", "available_credit": told, "pending": "0.00"}
    return json_response({"data": data | {"currency": "USD", "record_type": "balance"}})


@rest
async def profile(request: web.Request) -> web.StreamResponse:
    return json_response({"data": _profile(request) | {"record_type": "messaging_profile"}})


@rest
async def update_profile(request: web.Request) -> web.StreamResponse:
    found, asked = _profile(request), posted(request)
    fields = {name: value for name, value in asked.items() if name in PROFILE_FIELDS}
    if fields.get("webhook_api_version", "2") not in ("1", "2", "2010-04-01"):
        raise ApiError(10015, "webhook_api_version is 1, 2 or 2010-04-01.", pointer="/webhook_api_version")
    changed = TelnyxAccount(request.app[SIMULATOR].state).change_profile(found["id"], fields)
    return json_response({"data": changed | {"record_type": "messaging_profile"}})


@rest
async def profile_numbers(request: web.Request) -> web.StreamResponse:
    found = [number for number in _numbers(request) if number.belongs_to == _profile(request)["id"]]
    return _page(request, [number_settings(number) for number in found])


@rest
async def numbers(request: web.Request) -> web.StreamResponse:
    """Short codes are in another list."""
    wanted = set(request.query.get("filter[phone_number]", "").split(",")) - {""}
    profile_id = request.query.get("filter[messaging_profile_id]")
    found = [
        number_settings(number)
        for number in _numbers(request)
        if (not wanted or number.address in wanted) and profile_id in (None, number.belongs_to)
    ]
    return _page(request, found)


@rest
async def update_number(request: web.Request) -> web.StreamResponse:
    simulator, asked = request.app[SIMULATOR], posted(request)
    number = next((one for one in _numbers(request) if number_id(one) == request.match_info["id"]), None)
    if number is None:
        raise ApiError(10005)
    wanted = asked.get("messaging_profile_id")
    if wanted and TelnyxAccount(simulator.state).profile(wanted) is None:
        raise ApiError(10015, "There is no such messaging profile.", pointer="/messaging_profile_id")
    if wanted is not None:
        number.belongs_to = wanted
        simulator.state.changed_number(number)
        simulator.journal.publish("number", number_view(simulator, number))
    return json_response({"data": number_settings(number)})


@rest
async def campaign(request: web.Request) -> web.StreamResponse:
    """Of a number; its answer has no `data` around it."""
    address = request.match_info["number"]
    status = TelnyxAccount(request.app[SIMULATOR].state).campaigns.get(address)
    if status is None:
        raise ApiError(10005)
    facts = {"phoneNumber": address, "campaignId": "C51A07E", "assignmentStatus": status}
    return json_response(facts | {"createdAt": moment(0), "updatedAt": moment(0)})


@rest
async def toll_free(request: web.Request) -> web.StreamResponse:
    """Those of numbers that have a `toll_free_status`; also without `data` around them."""
    if not {"page", "page_size"} <= request.query.keys():
        raise ApiError(10004, "page and page_size are required.")
    wanted = request.query.get("phone_number")
    records = [
        {"id": number_id(number), "verificationStatus": number.toll_free_status}
        | {"phoneNumbers": [{"phoneNumber": number.address}]}
        for number in _numbers(request)
        if kind_of(number.address) == "toll-free"
        and number.toll_free_status
        and wanted in (None, number.address)
    ]
    return json_response({"records": records, "total_records": len(records)})


@rest
async def webhook_deliveries(request: web.Request) -> web.StreamResponse:
    """Latest first."""
    status, since = request.query.get("filter[status][eq]"), _moment(request, "filter[started_at][gte]")
    text = request.query.get("filter[attempts][contains]", "")
    kept = [
        one
        for one in reversed(request.app[SIMULATOR].journal.requests)
        if one["kind"] in ("inbound", "status") and "data" in one["params"] and one["at"] >= since
    ]
    found = [
        one
        for one in map(delivery, kept)
        if status in (None, one["status"])
        and any(text in attempt["http"]["request"]["url"] for attempt in one["attempts"])
    ]
    return _page(request, found)


@rest
async def messaging_optouts(request: web.Request) -> web.StreamResponse:
    """Redacted unless one asks for whole addresses."""
    redacted = request.query.get("redaction_enabled") != "false"
    wanted = request.query.get("filter[messaging_profile_id]")
    return _page(request, opt_outs.listed(request.app[SIMULATOR].state, wanted, redacted=redacted))


@rest
async def not_found(request: web.Request) -> web.StreamResponse:
    raise ApiError(10005, request.path)


def _profile(request: web.Request) -> dict[str, Any]:
    found = TelnyxAccount(request.app[SIMULATOR].state).profile(request.match_info["id"])
    if found is None:
        raise ApiError(10005)
    return found


def _numbers(request: web.Request) -> list[Number]:
    owned = request.app[SIMULATOR].state.numbers_of(CODE)
    return [number for number in owned if number.address.startswith("+")]


def _moment(request: web.Request, name: str) -> float:
    text = request.query.get(name)
    try:
        return datetime.fromisoformat(text).timestamp() if text else 0.0
    except ValueError as error:
        raise ApiError(10015, f"{name} is no time.") from error


def _page(request: web.Request, items: list[dict[str, Any]]) -> web.Response:
    size = min(int(request.query.get("page[size]", 20)), LARGEST_PAGE)
    page = int(request.query.get("page[number]", 1))
    shown = items[(page - 1) * size : page * size]
    meta = {"page_number": page, "page_size": size, "total_results": len(items)}
    return json_response({"data": shown, "meta": meta | {"total_pages": -(-len(items) // size)}})
