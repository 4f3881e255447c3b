"""Messages and their media in the REST API."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from simulator.encoding import json_response
from simulator.records import Message
from simulator.simulator import SIMULATOR, Simulator
from simulator.twilio.creating import check_message
from simulator.twilio.errors import ApiError
from simulator.twilio.paging import page_2010
from simulator.twilio.resources import message_resource
from simulator.twilio.rest import CODE, FORM, rest, value
from simulator.twilio.rest_account import SMS_PRICE
from simulator.views import message_event


@rest
async def create(request: web.Request) -> web.StreamResponse:
    simulator = request.app[SIMULATOR]
    message, number = check_message(simulator, request[FORM])
    simulator.delivery.accept(message, number)
    return json_response(_resource(simulator, message), 201)


@rest
async def fetch(request: web.Request) -> web.StreamResponse:
    return json_response(_resource(request.app[SIMULATOR], message_of(request)))


@rest
async def update(request: web.Request) -> web.StreamResponse:
    """Cancel a message that has not left the queue, or redact one that has ended."""
    simulator, message = request.app[SIMULATOR], message_of(request)
    if value(request, "Status"):
        if value(request, "Status") != "canceled":
            raise ApiError(20001, "Status can only be set to canceled")
        if message.status != "queued":
            raise ApiError(30409, message.status)
        simulator.delivery.cancel(message)
    elif "Body" in request[FORM]:
        if value(request, "Body"):
            raise ApiError(20001, "Body can only be set to an empty text")
        _check_ended(message)
        message.body = ""
        simulator.state.changed_message(message)
        message_event(simulator.journal, message)
    return json_response(_resource(simulator, message))


@rest
async def delete(request: web.Request) -> web.StreamResponse:
    message = message_of(request)
    _check_ended(message)
    request.app[SIMULATOR].state.remove_message(message)
    return web.Response(status=204)


@rest
async def index(request: web.Request) -> web.StreamResponse:
    simulator = request.app[SIMULATOR]
    page = page_2010(
        request,
        "messages",
        _matching(simulator, request),
        lambda message: message.sid,
        lambda message: _resource(simulator, message),
    )
    return json_response(page)


def _resource(simulator: Simulator, message: Message) -> dict[str, Any]:
    behind_s = simulator.settings.clock_behind_s
    return message_resource(simulator.account, message, behind_s=behind_s, price=_price(simulator, message))


def _price(simulator: Simulator, message: Message) -> str | None:
    """What leaves the account; it is told some time after the last status."""
    is_told = message.ended or message.direction == "inbound"
    if not is_told or time.time() < message.updated_at + simulator.settings.price_after_s:
        return None
    return f"-{message.num_segments * float(SMS_PRICE):.5f}"


def message_of(request: web.Request) -> Message:
    message = request.app[SIMULATOR].state.messages.get(request.match_info["sid"])
    if message is None:
        raise ApiError(20404, request.path)
    return message


def _check_ended(message: Message) -> None:
    if not message.ended:
        raise ApiError(20009)


def _matching(simulator: Simulator, request: web.Request) -> Iterator[Message]:
    """Newest first."""
    to, from_ = request.query.get("To"), request.query.get("From")
    since, until = _date_range(request)
    behind_s = simulator.settings.clock_behind_s
    for message in reversed(_candidates(simulator, to, from_)):
        if message.itsp != CODE or (to and message.to != to) or (from_ and message.from_ != from_):
            continue
        told = message.sent_at and message.sent_at - behind_s
        if (since or until) and not (told and (since or 0) <= told < (until or 1e12)):
            continue
        yield message


def _candidates(simulator: Simulator, to: str | None, from_: str | None) -> list[Message]:
    if to and from_:
        pairs = {
            **simulator.state.between.get((to, from_), {}),
            **simulator.state.between.get((from_, to), {}),
        }
        return list(pairs.values())
    return list(simulator.state.messages.values())


def _date_range(request: web.Request) -> tuple[float | None, float | None]:
    """From DateSent, DateSent> and DateSent<: the first second, and the one after the last."""
    on, after, before = (request.query.get(name) for name in ("DateSent", "DateSent>", "DateSent<"))
    if on:
        return _date(on[:10])
    return (_date(after)[0] if after else None), (_date(before)[1] if before else None)


def _date(text: str) -> tuple[float, float]:
    """A day of GMT, or a moment to the second: its beginning and its end."""
    try:
        start = datetime.fromisoformat(text)
    except ValueError as error:
        raise ApiError(20001, f"DateSent is {text!r}") from error
    length = timedelta(days=1) if len(text) <= 10 else timedelta(seconds=1)
    start = start if start.tzinfo else start.replace(tzinfo=UTC)
    return start.timestamp(), (start + length).timestamp()
